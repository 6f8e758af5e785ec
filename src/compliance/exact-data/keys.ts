import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'

/** What is derived from the secret of a customer for one file. */
export interface TableKeys {
  /** Tells one secret from another without telling anything of it. */
  readonly id: string
  /** First 64 bits of HMAC-SHA-256 of a value. */
  readonly hash: (canonical: string) => readonly [high: number, low: number]
  readonly seal: (content: Uint8Array) => Uint8Array
  /** @throws {Error} when the content was changed. */
  readonly open: (sealed: Uint8Array) => Uint8Array
}

const cipher = 'aes-256-gcm'
const tagLength = 16

/** Derives the keys of a file (HKDF-SHA-256, RFC 5869). The salt must be new for each file. */
export function deriveKeys(secret: string, salt: Uint8Array): TableKeys {
  const derive = (purpose: string, withSalt: Uint8Array, length: number): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, withSalt, `smartflow exact data: ${purpose}`, length))
  const hasher = new Bun.CryptoHasher('sha256', Buffer.from(derive('values', salt, 32)))
  const bodyKey = derive('body', salt, 32)
  // A key is used for one file only, so that its one nonce may be derived, too.
  const nonce = derive('nonce', salt, 12)
  return {
    id: Buffer.from(derive('id', new Uint8Array(0), 8)).toString('hex'),
    hash(canonical) {
      const digest = hasher.copy().update(canonical).digest()
      return [digest.readInt32LE(0), digest.readInt32LE(4)]
    },
    seal(content) {
      const sealing = createCipheriv(cipher, bodyKey, nonce)
      const body = Buffer.concat([sealing.update(content), sealing.final()])
      return Buffer.concat([body, sealing.getAuthTag()])
    },
    open(sealed) {
      const opening = createDecipheriv(cipher, bodyKey, nonce)
      opening.setAuthTag(sealed.subarray(sealed.length - tagLength))
      const content = opening.update(sealed.subarray(0, sealed.length - tagLength))
      opening.final()
      return content
    },
  }
}
