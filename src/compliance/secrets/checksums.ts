const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * Tells whether the last six characters of a token are the CRC-32 of the body before them, in base 62:
 * GitHub's and npm's tokens since 2021 (github.blog, "Behind GitHub's new authentication token formats").
 */
export function endsWithCrc32(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1, -6)
  return token.slice(-6) === toBase62(Bun.hash.crc32(body), 6)
}

/** Tells whether the first part of a JSON web token is a JSON object that names an algorithm (RFC 7515 §4.1.1). */
export function hasJoseHeader(token: string): boolean {
  const header = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('latin1')
  return header.startsWith('{') && header.includes('"alg"')
}

function toBase62(value: number, length: number): string {
  let digits = ''
  for (let rest = value; digits.length < length; rest = Math.floor(rest / 62)) {
    digits = (base62[rest % 62] ?? '') + digits
  }
  return digits
}
