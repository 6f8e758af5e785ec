import { createAlphabet } from './alphabet.ts'
import type { Alphabet } from './alphabet.ts'
import type { Weights } from './decode.ts'
import { featureRows } from './features.ts'
import { createLexicon } from './lexicon.ts'
import type { Lexicon } from './lexicon.ts'
import { tagCount } from './paths.ts'

/** What the tagger finds, as policies call it. */
export type NameLabel = 'person-name' | 'place' | 'organisation' | 'address'

/** Points of a line from what the model believes (0 to 1) to how often it is right. */
export type Calibration = readonly (readonly [belief: number, share: number])[]

/** Numbers beside the weights. */
export interface ModelFacts {
  readonly format: number
  /** Units of the weights for one natural unit of likelihood. */
  readonly unit: number
  readonly calibration: Readonly<Record<NameLabel, Calibration>>
}

/** All that was learned, ready for use. It is read only: taggers share it. */
export interface NameModel {
  readonly facts: ModelFacts
  readonly alphabet: Alphabet
  readonly lexicon: Lexicon
  /** Coarse group of each cluster of words. */
  readonly groups: Uint8Array
  readonly weights: Weights
  /** Bytes of memory. */
  readonly bytes: number
}

/** Format of the file that this code reads and writes. */
export const modelFormat = 1

/** Parts of a model's file. */
export interface ModelParts {
  readonly facts: ModelFacts
  /** Laid out by `tableOf`. */
  readonly lexicon: Uint32Array
  readonly groups: Uint8Array
  readonly weights: Weights
}

const groupCount = 512
const headerSize = 16

/** Writes a model: four lengths, the facts as JSON, then tables; all numbers little-endian. */
export function encodeNameModel(parts: ModelParts): Uint8Array {
  const facts = new TextEncoder().encode(JSON.stringify(parts.facts).padEnd(4096))
  const sizes = Uint32Array.of(modelFormat, facts.length, parts.lexicon.length, featureRows)
  const tables = [
    bytesOf(sizes),
    facts,
    parts.groups,
    bytesOf(parts.weights.transitions),
    bytesOf(parts.lexicon),
    bytesOf(parts.weights.features),
  ]
  const result = new Uint8Array(tables.reduce((sum, table) => sum + table.length, 0))
  let at = 0
  for (const table of tables) {
    result.set(table, at)
    at += table.length
  }
  return result
}

function bytesOf(list: Uint32Array | Int32Array | Int8Array): Uint8Array {
  return new Uint8Array(list.buffer, list.byteOffset, list.byteLength)
}

/**
 * Reads a model, packed or not, and keeps its bytes; throws if they are not a whole model of this format. Unpacking
 * takes about four milliseconds.
 */
export function decodeNameModel(file: Uint8Array): NameModel {
  const bytes = isPacked(file) ? Bun.zstdDecompressSync(file) : file
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const { buffer, byteOffset } = aligned
  if (aligned.length < headerSize) throw new Error('The model of names is cut off.')
  const [format, factsSize = 0, words = 0, rows = 0] = new Uint32Array(buffer, byteOffset, 4)
  const size =
    headerSize + factsSize + groupCount + tagCount * tagCount * 4 + words * 4 + rows * tagCount
  if (format !== modelFormat || rows !== featureRows || aligned.length !== size)
    throw new Error('The model of names is not of the format this program reads.')
  let at = byteOffset + headerSize
  const facts = factsOf(new TextDecoder().decode(new Uint8Array(buffer, at, factsSize)))
  at += factsSize
  const groups = new Uint8Array(buffer, at, groupCount)
  at += groupCount
  const transitions = new Int32Array(buffer, at, tagCount * tagCount)
  at += transitions.byteLength
  const table = new Uint32Array(buffer, at, words)
  at += table.byteLength
  const features = new Int8Array(buffer, at, rows * tagCount)
  return {
    facts,
    alphabet: createAlphabet(),
    lexicon: createLexicon(table),
    groups,
    weights: { features, transitions },
    bytes: aligned.byteLength + 48 * 1024,
  }
}

/** Packs a written model for its file: half the size, and the same bytes on every machine with the same Bun. */
export function packNameModel(bytes: Uint8Array): Uint8Array {
  return Bun.zstdCompressSync(bytes, { level: 19 })
}

/** Zstandard frames begin so (RFC 8878, section 3.1.1). */
function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
}

function factsOf(text: string): ModelFacts {
  const facts: unknown = JSON.parse(text)
  if (
    typeof facts !== 'object' ||
    facts === null ||
    !('unit' in facts) ||
    !('calibration' in facts)
  )
    throw new Error('The model of names lacks its facts.')
  // Written by encodeNameModel; the manifest of hashes vouches for the rest.
  return facts as ModelFacts
}
