import { tileWidth } from './tile.ts'

/** Largest entry that fits into a bundle, in bytes: its length is written in 16 bits. */
export const maxEntryBytes = 65_535

/**
 * Writes entries as a bundle of C2SP tlog-tiles: each with its length before it, 16 bits, big-endian.
 * Throws `RangeError` for more than 256 entries, none, or one that is too long.
 */
export function encodeEntries(entries: readonly Uint8Array[]): Buffer {
  if (entries.length === 0 || entries.length > tileWidth) {
    throw new RangeError(`a bundle holds 1 to ${tileWidth} entries, not ${entries.length}`)
  }
  const pieces: Uint8Array[] = []
  for (const entry of entries) {
    if (entry.length > maxEntryBytes) {
      throw new RangeError(`an entry has ${entry.length} bytes; at most ${maxEntryBytes} fit`)
    }
    const length = Buffer.alloc(2)
    length.writeUInt16BE(entry.length)
    pieces.push(length, entry)
  }
  return Buffer.concat(pieces)
}

/** Reads a bundle of so many entries; `undefined` unless it holds exactly those. They share its memory. */
export function decodeEntries(bundle: Uint8Array, width: number): Buffer[] | undefined {
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.byteLength)
  const entries: Buffer[] = []
  let at = 0
  while (entries.length < width) {
    if (at + 2 > bytes.length) return undefined
    const end = at + 2 + bytes.readUInt16BE(at)
    if (end > bytes.length) return undefined
    entries.push(bytes.subarray(at + 2, end))
    at = end
  }
  return at === bytes.length ? entries : undefined
}
