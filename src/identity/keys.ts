import { randomBytes } from 'node:crypto'

const prefix = 'sk-sf-'
const wellFormed = /^sk-sf-[0-9a-f]{48}$/
const digestHex = /^[0-9a-f]{64}$/

/** SHA-256 of a key in lower-case hex: what is stored and looked up instead of the key. */
export type KeyHash = string & { readonly [hashed]: true }
declare const hashed: unique symbol

/** Makes a key of 192 random bits: `sk-sf-` and 48 hex digits. Shown once, then only its hash is kept. */
export function newKey(): string {
  return prefix + randomBytes(24).toString('hex')
}

/** Tells whether a text has the form of a key of this gateway. */
export function isWellFormedKey(text: string): boolean {
  return wellFormed.test(text)
}

/** Tells whether a credential claims to be a key of this gateway, well-formed or not. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith(prefix)
}

/** Returns the SHA-256 digest of a key, 32 bytes. */
export function digestKey(key: string): Uint8Array {
  // One round without salt is right here: the input is 192 random bits, so there is nothing to guess.
  const digest = new Uint8Array(32)
  Bun.SHA256.hash(key, digest)
  return digest
}

/** Returns the hash under which a key is stored. */
export function hashKey(key: string): KeyHash {
  return keyHash(digestKey(key).toHex())
}

/** Accepts 64 hex digits as a key hash, in either case; throws on anything else. */
export function keyHash(hex: string): KeyHash {
  const lower = hex.toLowerCase()
  if (!digestHex.test(lower)) throw new Error('A key hash is 64 hex digits (SHA-256 of the key).')
  return lower as KeyHash
}

/** Shows which key is meant without showing it: the prefix and its last four digits. */
export function maskKey(lastFour: string): string {
  return `${prefix}…${lastFour}`
}
