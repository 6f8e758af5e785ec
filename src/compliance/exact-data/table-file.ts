import { createHash } from 'node:crypto'
import { ExactDataError } from './exact-data-error.ts'
import { deriveKeys } from './keys.ts'
import type { TableKeys } from './keys.ts'
import { exactDataLimits } from './settings.ts'

/** One column of a table, or several that count only together, such as `surname+birthdate`. */
export type ColumnGroup = readonly string[]

/** What a file says in the clear. */
export interface TableHeader {
  readonly version: 1
  readonly table: string
  /** Tells which secret it was made with. */
  readonly keyId: string
  /** Hexadecimal; new for each file. */
  readonly salt: string
  readonly rows: number
  readonly columns: readonly ColumnGroup[]
  /** Different values, and 32-bit words of the filter. */
  readonly values: number
  readonly filterWords: number
}

/** The hashes of a table. */
export interface HashedTable {
  readonly header: TableHeader
  /** Bits of the filter. */
  readonly filter: Int32Array
  /** A bit for each length that a number of the table has; two words, for lengths to 63. */
  readonly codeLengths: Int32Array
  /** Both halves of the hash of each value, in order of the first as an unsigned number. */
  readonly highs: Int32Array
  readonly lows: Int32Array
  /** For each row and each single column in order of the groups: number of the value plus one, 0 for none. */
  readonly cells: Int32Array
}

const magic = 'SFEDM\u0001\r\n'
const checksumLength = 32
const lengthAt = magic.length
const headerAt = lengthAt + 4

/** Number of single columns of a table. */
export function widthOf(columns: readonly ColumnGroup[]): number {
  return columns.reduce((sum, group) => sum + group.length, 0)
}

/**
 * Writes a file: magic, length of the header, header (JSON), sealed body, SHA-256 of all before. Without the
 * secret it tells the header only, not even which rows share values.
 */
export function encodeTable(table: HashedTable, keys: TableKeys): Uint8Array {
  const header = Buffer.from(JSON.stringify(table.header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  const sections = [table.filter, table.codeLengths, table.highs, table.lows, table.cells].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  )
  const body = keys.seal(Buffer.concat(sections))
  const content = Buffer.concat([Buffer.from(magic, 'latin1'), length, header, body])
  return Buffer.concat([content, createHash('sha256').update(content).digest()])
}

/**
 * Reads a file that `encodeTable` wrote.
 *
 * @throws {ExactDataError} when it is another file, damaged, of another version or of another secret.
 */
export function decodeTable(
  bytes: Uint8Array,
  secret: string,
  file: string,
): { readonly table: HashedTable; readonly keys: TableKeys } {
  const again = 'Make it anew with smartflow exact-data hash.'
  const content = checkedContent(bytes, file)
  const headerLength = content.readUInt32LE(lengthAt)
  const header = readHeader(content.subarray(headerAt, headerAt + headerLength), file)
  if (secret.length < exactDataLimits.leastKeyLength) {
    const problem = `the key is shorter than ${exactDataLimits.leastKeyLength} characters`
    throw new ExactDataError(file, problem, 'Use the key that the file was made with.')
  }
  const keys = deriveKeys(secret, Buffer.from(header.salt, 'hex'))
  if (keys.id !== header.keyId) {
    const problem = `it was made with another key (${header.keyId}, not ${keys.id})`
    throw new ExactDataError(file, problem, `Give the key it was made with. ${again}`)
  }
  let body: Uint8Array
  try {
    body = keys.open(content.subarray(headerAt + headerLength))
  } catch (error) {
    throw new ExactDataError(file, 'its body was changed', again, { cause: error })
  }
  const cells = header.rows * widthOf(header.columns)
  const lengths = [header.filterWords, 2, header.values, header.values, cells]
  if (body.length !== 4 * lengths.reduce((sum, one) => sum + one, 0)) {
    throw new ExactDataError(file, 'its header and its body do not belong together', again)
  }
  return { table: { header, ...sectionsOf(body, lengths) }, keys }
}

function sectionsOf(body: Uint8Array, lengths: readonly number[]): Omit<HashedTable, 'header'> {
  // A copy of its own, because an array of integers must begin at a multiple of four.
  const integers = new Int32Array(body.length / 4)
  new Uint8Array(integers.buffer).set(body)
  let at = 0
  const [filter, codeLengths, highs, lows, cells] = lengths.map((length) =>
    integers.subarray(at, (at += length)),
  )
  const none = new Int32Array(0)
  return {
    filter: filter ?? none,
    codeLengths: codeLengths ?? none,
    highs: highs ?? none,
    lows: lows ?? none,
    cells: cells ?? none,
  }
}

/** The content before the checksum, once that is known to be right. */
function checkedContent(bytes: Uint8Array, file: string): Buffer {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (all.subarray(0, 5).toString('latin1') !== magic.slice(0, 5)) {
    const cure = 'Name a file that smartflow exact-data hash made, not the table itself.'
    throw new ExactDataError(file, 'it is no file of exact data', cure)
  }
  if (all.subarray(0, magic.length).toString('latin1') !== magic) {
    const cure = 'Make it anew with smartflow exact-data hash, and copy it as a binary file.'
    throw new ExactDataError(file, 'it is of another version, or was changed as a text', cure)
  }
  const content = all.subarray(0, Math.max(0, all.length - checksumLength))
  const checksum = createHash('sha256').update(content).digest()
  if (all.length < headerAt + checksumLength || !checksum.equals(all.subarray(content.length))) {
    const cure = 'Copy it again, or make it anew with smartflow exact-data hash.'
    throw new ExactDataError(file, 'it is damaged: its checksum is wrong', cure)
  }
  return content
}

function readHeader(bytes: Uint8Array, file: string): TableHeader {
  try {
    // Written by `encodeTable`, as its checksum tells; what counts is still looked at.
    const header = JSON.parse(Buffer.from(bytes).toString('utf8')) as TableHeader
    const counts = [header.rows, header.values, header.filterWords]
    const isSound =
      header.version === 1 &&
      counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
      header.filterWords % 8 === 0 &&
      header.columns.every((group) => group.every((name) => typeof name === 'string'))
    if (isSound) return header
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
  }
  const cure = 'Make it anew with smartflow exact-data hash.'
  throw new ExactDataError(file, 'its header cannot be read', cure)
}
