import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { decodeBase64 } from './base64.ts'
import { sha256 } from './hash.ts'

/**
 * Types of signatures of C2SP signed-note that are understood: Ed25519 over the text, and cosignatures with a
 * time over checkpoints (C2SP tlog-cosignature), made with Ed25519 or with ML-DSA-44.
 */
export const signatureTypes = {
  ed25519: 0x01,
  'cosignature-ed25519': 0x04,
  'cosignature-ml-dsa-44': 0x06,
} as const

export type SignatureType = keyof typeof signatureTypes

/** A public key with the name it signs under. */
export interface VerifierKey {
  readonly name: string
  /** First four bytes of SHA-256(name || 0x0A || type || key), in hexadecimal. */
  readonly keyId: string
  readonly type: SignatureType
  readonly publicKey: KeyObject
}

const maxNameBytes = 255

interface KeyKind {
  /** What `node:crypto` calls keys of this kind. */
  readonly name: string
  /** What stands before the bytes of the key in its SubjectPublicKeyInfo. */
  readonly spkiPrefix: Buffer
  readonly bytes: number
}

const ed25519: KeyKind = {
  name: 'ed25519',
  spkiPrefix: Buffer.from('302a300506032b6570032100', 'hex'),
  bytes: 32,
}

const mlDsa44: KeyKind = {
  name: 'ml-dsa-44',
  spkiPrefix: Buffer.from('30820532300b06096086480165030403110382052100', 'hex'),
  bytes: 1312,
}

const keyKinds: Readonly<Record<SignatureType, KeyKind>> = {
  ed25519,
  'cosignature-ed25519': ed25519,
  'cosignature-ml-dsa-44': mlDsa44,
}

/** Tells whether a name may sign notes: no white space, no plus sign, no control characters, 1 to 255 bytes. */
export function isKeyName(name: string): boolean {
  const isPlain = /^[^\p{White_Space}\p{Cc}+]+$/u.test(name) && name.isWellFormed()
  return isPlain && Buffer.byteLength(name) <= maxNameBytes
}

/** Makes a verifier key of a public key. Throws `TypeError` for a bad name or a key of another kind. */
export function verifierKey(name: string, publicKey: KeyObject, type: SignatureType): VerifierKey {
  if (!isKeyName(name)) throw new TypeError(`"${name}" cannot be the name of a key`)
  if (publicKey.asymmetricKeyType !== keyKinds[type].name) {
    throw new TypeError(`a key of type ${type} is an ${keyKinds[type].name} key`)
  }
  return { name, keyId: keyIdOf(name, type, rawKey(publicKey, type)), type, publicKey }
}

/** Writes a verifier key as text: `name+hash+base64(type || key)`. */
export function formatVerifierKey({ name, keyId, type, publicKey }: VerifierKey): string {
  const material = Buffer.concat([Buffer.of(signatureTypes[type]), rawKey(publicKey, type)])
  return `${name}+${keyId}+${material.toString('base64')}`
}

/** Reads a verifier key; `undefined` unless it is written exactly as it has to be and its hash is right. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [, name = '', keyId = '', base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text) ?? []
  const material = decodeBase64(base64)
  const type = typeOf(material?.[0])
  if (!isKeyName(name) || material === undefined || type === undefined) return undefined
  const raw = material.subarray(1)
  const kind = keyKinds[type]
  if (raw.length !== kind.bytes || keyIdOf(name, type, raw) !== keyId) return undefined
  try {
    const spki = Buffer.concat([kind.spkiPrefix, raw])
    return {
      name,
      keyId,
      type,
      publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
    }
  } catch {
    // Bytes that are no point of the curve.
    return undefined
  }
}

function typeOf(byte: number | undefined): SignatureType | undefined {
  if (byte === signatureTypes.ed25519) return 'ed25519'
  if (byte === signatureTypes['cosignature-ed25519']) return 'cosignature-ed25519'
  if (byte === signatureTypes['cosignature-ml-dsa-44']) return 'cosignature-ml-dsa-44'
  return undefined
}

function rawKey(publicKey: KeyObject, type: SignatureType): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-keyKinds[type].bytes)
}

function keyIdOf(name: string, type: SignatureType, raw: Uint8Array): string {
  const parts = [Buffer.from(`${name}\n`), Buffer.of(signatureTypes[type]), raw]
  return sha256(Buffer.concat(parts)).toString('hex', 0, 4)
}
