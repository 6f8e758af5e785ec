import { asString, isObject, parseJson } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { decodeBase64 } from './base64.ts'
import { canonicalJson } from './canonical-json.ts'
import { isTreeSize } from './compact-range.ts'
import { hashBytes } from './hash.ts'
import { formatSignature } from './note.ts'
import type { SignedNote } from './note.ts'
import { maxTokenBytes } from './timestamp.ts'
import { maxProofHashes } from './verify.ts'

/** Names the format, and its version, in the first member of every bundle. */
export const bundleFormat = 'smartflow-audit-proof/1'
/** Largest bundle that is read, in UTF-16 code units. */
export const maxBundleLength = 96 * 1024 * 1024

/** Everything that is needed to prove offline that a log holds a record. */
export interface ProofBundle {
  /** The entry of the log: a record in canonical JSON (RFC 8785). */
  readonly record: Uint8Array
  /** Position in the tree; the first entry has 0. */
  readonly index: number
  readonly treeSize: number
  /** From the sibling of the entry to the child of the root. */
  readonly inclusionProof: readonly Uint8Array[]
  /** The signed note of the tree's head, with cosignatures if there are any. */
  readonly checkpoint: string
  /** Key of the log, as text. It says whom to ask for trust; it gives none. */
  readonly verifierKey: string
  /** Time-stamp token (RFC 3161) over `timestampedBytes`. */
  readonly timestamp?: Uint8Array
}

/** Writes a bundle as JSON. */
export function formatBundle(bundle: ProofBundle): string {
  const { timestamp } = bundle
  const members: JsonObject = {
    checkpoint: bundle.checkpoint,
    format: bundleFormat,
    inclusionProof: bundle.inclusionProof.map(base64),
    index: bundle.index,
    record: base64(bundle.record),
    treeSize: bundle.treeSize,
    verifierKey: bundle.verifierKey,
    ...(timestamp && { timestamp: base64(timestamp) }),
  }
  return `${canonicalJson(members)}\n`
}

/** A bundle, or what is wrong with the text that should be one. */
export type BundleReading =
  | { readonly type: 'bundle'; readonly bundle: ProofBundle }
  | { readonly type: 'invalid'; readonly reason: string }

const memberNames = new Set([
  'checkpoint',
  'format',
  'inclusionProof',
  'index',
  'record',
  'timestamp',
  'treeSize',
  'verifierKey',
])

/** Reads a bundle without checking what it claims. Members that are not known are refused. */
export function parseBundle(text: string): BundleReading {
  if (text.length > maxBundleLength) return invalid('it is too large')
  const members = parseJson(text)
  if (!isObject(members)) return invalid('it is not a JSON object')
  const format = asString(members['format'])
  if (format !== bundleFormat) return invalid(`its "format" is not "${bundleFormat}"`)
  const unknown = Object.keys(members).find((name) => !memberNames.has(name))
  if (unknown !== undefined) return invalid(`"${unknown.slice(0, 50)}" is not a member of it`)
  const record = readBytes(members['record'])
  if (record === undefined) return invalid('"record" is not base64')
  const { index, treeSize } = members
  if (!isSize(index) || !isSize(treeSize))
    return invalid('"index" and "treeSize" are not both sizes')
  const inclusionProof = readHashes(members['inclusionProof'])
  if (inclusionProof === undefined)
    return invalid('"inclusionProof" is not a list of hashes in base64')
  const checkpoint = asString(members['checkpoint'])
  const verifierKey = asString(members['verifierKey'])
  if (checkpoint === undefined || verifierKey === undefined) {
    return invalid('"checkpoint" and "verifierKey" are not both text')
  }
  const bundle = { record, index, treeSize, inclusionProof, checkpoint, verifierKey }
  if (members['timestamp'] === undefined) return { type: 'bundle', bundle }
  const timestamp = readBytes(members['timestamp'])
  if (timestamp === undefined || timestamp.length > maxTokenBytes) {
    return invalid('"timestamp" is not a token in base64')
  }
  return { type: 'bundle', bundle: { ...bundle, timestamp } }
}

/**
 * Returns what is time-stamped of a checkpoint: its note with the signatures of this one key only. So the token
 * covers the signature, and stays good when cosignatures are added to the note.
 */
export function timestampedBytes(note: SignedNote, key: { name: string; keyId: string }): Buffer {
  const own = note.signatures.filter(({ name, keyId }) => name === key.name && keyId === key.keyId)
  return Buffer.from(`${note.text}\n${own.map(formatSignature).join('')}`)
}

function readBytes(value: JsonValue | undefined): Buffer | undefined {
  const text = asString(value)
  return text === undefined ? undefined : decodeBase64(text)
}

function readHashes(value: JsonValue | undefined): readonly Buffer[] | undefined {
  if (!Array.isArray(value) || value.length > maxProofHashes) return undefined
  const hashes = value.map(readBytes).filter((hash) => hash?.length === hashBytes)
  const known = hashes.filter((hash) => hash !== undefined)
  return known.length === value.length ? known : undefined
}

function isSize(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && isTreeSize(value)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function invalid(reason: string): BundleReading {
  return { type: 'invalid', reason }
}
