/** Decodes base64 (RFC 4648 §4); `undefined` unless it is written as the encoder writes it, padding included. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
