import type { SecretSighting } from './rule.ts'

const minBodyLength = 64
const maxBodyLength = 20_000
const maxPuttyLength = 8_000
const pemBegin = /-{4,5} ?BEGIN ((?:[A-Z0-9]{2,12} ){0,4}PRIVATE KEY(?: BLOCK)?) ?-{4,5}/iy
const pemEnd = /-{4,5} ?END (?:[A-Z0-9]{2,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}/iy
/** The last line as far as it has come. */
const cutEnd = /^-{4,5} ?(?:E|EN|END[ A-Z0-9]*-{0,4})?$/i
const longestEnd = 80
const puttyEnd = /Private-(?:MAC|Hash): [0-9a-f]{40,64}/i

/**
 * Finds the PEM, OpenSSH or PGP private key that begins at `at` (RFC 7468, RFC 4880 §6.2), with escaped or
 * real line ends. A key whose end is missing is found as far as it reads like one.
 */
export function findPemKey(text: string, at: number): SecretSighting | undefined {
  pemBegin.lastIndex = at
  const begin = pemBegin.exec(text)
  if (begin === null) return undefined
  const bodyStart = at + begin[0].length
  const bodyEnd = endOfBody(text, bodyStart)
  const body = text.slice(bodyStart, bodyEnd)
  if (!isArmour(body) && !(bodyEnd === text.length && isBeginning(body))) return undefined
  pemEnd.lastIndex = bodyEnd
  const rest = text.slice(bodyEnd, bodyEnd + longestEnd)
  const end = bodyEnd + (pemEnd.exec(text)?.[0].length ?? cutEnd.exec(rest)?.[0].length ?? 0)
  return { label: 'private-key', rule: 'pem-private-key', start: at, end, score: 0.99 }
}

/** Tells whether a text is base 64 in lines, as in a key, and no code that only names the first line of one. */
function isArmour(body: string): boolean {
  const letters = body.replaceAll(/\\[nr]|[^A-Za-z0-9+/=]/g, '').length
  return letters >= minBodyLength && /[A-Za-z0-9+/=]{40}|(?:[A-Za-z0-9+/=]{16}\s+){3}/.test(body)
}

/** Tells whether a text that ends here may be the beginning of a key: a stream goes on, a paste was cut. */
function isBeginning(body: string): boolean {
  return /^(?:\\[nr]|\s){0,4}(?:[A-Za-z0-9+/=]{24}|Proc-Type:|Version:|Comment:|Hash:)/.test(body)
}

/** Goes on over base 64, headers and line ends up to the hyphens of the next line of the armour. */
function endOfBody(text: string, start: number): number {
  const limit = Math.min(text.length, start + maxBodyLength)
  const hyphens = text.indexOf('----', start)
  return hyphens >= 0 && hyphens < limit ? hyphens : limit
}

/** Finds the PuTTY private key file whose first line begins at `at` (PuTTY user manual, appendix C). */
export function findPuttyKey(text: string, at: number): SecretSighting | undefined {
  const piece = text.slice(at, at + maxPuttyLength)
  const lines = piece.indexOf('Private-Lines:')
  if (lines < 0) return undefined
  const mac = puttyEnd.exec(piece.slice(lines))
  const end = mac === null ? piece.length : lines + mac.index + mac[0].length
  return { label: 'private-key', rule: 'putty-private-key', start: at, end: at + end, score: 0.99 }
}
