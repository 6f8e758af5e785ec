import { createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { parseCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { verifierKey } from './note-keys.ts'
import type { SignatureType, VerifierKey } from './note-keys.ts'
import type { NoteSignature, SignedNote } from './note.ts'

const timeBytes = 8

/** Signs notes under one name. */
export interface NoteSigner {
  /** What others need to verify. */
  readonly key: VerifierKey
  /**
   * Signs the text of a note. Cosignatures need `at`, the time in seconds since the epoch, and a text that is a
   * checkpoint; throws `TypeError` otherwise.
   */
  sign(text: string, at?: number): NoteSignature
}

/** Makes a signer of a private key. Throws `TypeError` for a bad name or a key of another kind. */
export function createSigner(name: string, privateKey: KeyObject, type: SignatureType): NoteSigner {
  const key = verifierKey(name, createPublicKey(privateKey), type)
  return {
    key,
    sign(text, at) {
      const { keyId } = key
      if (type === 'ed25519') {
        return { name, keyId, bytes: sign(null, Buffer.from(text), privateKey) }
      }
      const message = isTime(at) ? cosignedMessage(key, text, at) : undefined
      if (message === undefined || !isTime(at)) {
        throw new TypeError('a cosignature needs a checkpoint and the time in whole seconds')
      }
      const bytes = Buffer.concat([uint64(at), sign(null, message, privateKey)])
      return { name, keyId, bytes }
    },
  }
}

/** A signature that was verified. */
export interface VerifiedSignature {
  readonly key: VerifierKey
  /** When a cosignature says it was made, in seconds since the epoch; absent for other signatures. */
  readonly at?: number
}

/** What is known of a note when its signatures were looked at. */
export interface NoteVerdict {
  /** One for each known key that signed. */
  readonly verified: readonly VerifiedSignature[]
  /** Signatures that claim to be of a known key and are not: reason to refuse the note. */
  readonly forged: readonly NoteSignature[]
  /** Signatures of keys that are not known: they say nothing. */
  readonly unknown: readonly NoteSignature[]
}

/**
 * Verifies the signatures of a note with the keys that are known. Believe the text only if a key you ask for is
 * among `verified` and none is `forged`.
 */
export function verifyNote(note: SignedNote, keys: readonly VerifierKey[]): NoteVerdict {
  const verified = new Map<VerifierKey, VerifiedSignature>()
  const forged: NoteSignature[] = []
  const unknown: NoteSignature[] = []
  for (const signature of note.signatures) {
    const claimed = keys.filter(
      ({ name, keyId }) => name === signature.name && keyId === signature.keyId,
    )
    if (claimed.length === 0) unknown.push(signature)
    const signer = claimed
      .map((key) => verifyOne(note.text, signature, key))
      .find((each) => each !== undefined)
    if (signer !== undefined) verified.set(signer.key, verified.get(signer.key) ?? signer)
    else if (claimed.length > 0) forged.push(signature)
  }
  return { verified: [...verified.values()], forged, unknown }
}

function verifyOne(
  text: string,
  { bytes }: NoteSignature,
  key: VerifierKey,
): VerifiedSignature | undefined {
  if (key.type === 'ed25519') {
    return verify(null, Buffer.from(text), key.publicKey, bytes) ? { key } : undefined
  }
  if (bytes.length <= timeBytes) return undefined
  const at = Number(bytes.readBigUInt64BE(0))
  const message = isTime(at) ? cosignedMessage(key, text, at) : undefined
  if (message === undefined) return undefined
  const isGood = verify(null, message, key.publicKey, bytes.subarray(timeBytes))
  return isGood ? { key, at } : undefined
}

/** Returns what a cosigner signs; `undefined` when the text is no checkpoint. */
function cosignedMessage(
  { type, name }: VerifierKey,
  text: string,
  at: number,
): Buffer | undefined {
  const checkpoint = parseCheckpoint(text)
  if (checkpoint === undefined) return undefined
  return type === 'cosignature-ml-dsa-44'
    ? subtreeMessage(name, checkpoint, at)
    : Buffer.from(`cosignature/v1\ntime ${at}\n${text}`)
}

/** The structure `cosigned_message` of C2SP tlog-cosignature for a whole tree. */
function subtreeMessage(name: string, { origin, size, root }: Checkpoint, at: number): Buffer {
  return Buffer.concat([
    Buffer.from('subtree/v1\n\0'),
    opaque8(name),
    uint64(at),
    opaque8(origin),
    uint64(0),
    uint64(size),
    root,
  ])
}

function opaque8(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length > 255) throw new TypeError(`"${text}" is longer than 255 bytes`)
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

function isTime(at: number | undefined): at is number {
  return Number.isSafeInteger(at) && at !== undefined && at >= 0
}
