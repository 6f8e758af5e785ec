import { hashBytes } from './hash.ts'
import { isTreeSize } from './compact-range.ts'

/** Levels of the tree that one tile spans. */
export const tileHeight = 8
/** Hashes in a full tile. */
export const tileWidth = 256

const maxLevel = 63

/**
 * Names a run of hashes of a tree as C2SP tlog-tiles does: at level 0 leaf hashes, above roots of full
 * tiles of the level below. `width` is 256 for a full tile, less for one at the right edge.
 */
export interface Tile {
  readonly level: number
  readonly index: number
  readonly width: number
}

/** A tile with its hashes, one behind the other. */
export interface TileData {
  readonly tile: Tile
  readonly hashes: Uint8Array
}

/** Returns the path of a tile below the prefix of its log, such as `tile/0/x001/234.p/17`. */
export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${indexPath(index)}${partialSuffix(width)}`
}

/** Returns the path of the bundle that holds the entries of a tile of level 0. */
export function entriesPath({ index, width }: Omit<Tile, 'level'>): string {
  return `tile/entries/${indexPath(index)}${partialSuffix(width)}`
}

/** Reads the path of a tile or of a bundle of entries; `undefined` unless it is written as it has to be. */
export function parseTilePath(path: string): (Tile & { readonly isEntries: boolean }) | undefined {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(
    path,
  )
  if (match === null) return undefined
  const [, kind = '', digits = '', partial] = match
  const tile = {
    level: kind === 'entries' ? 0 : Number(kind),
    index: Number(digits.replaceAll(/[x/]/g, '')),
    width: partial === undefined ? tileWidth : Number(partial),
  }
  if (!isTile(tile) || partial === String(tileWidth)) return undefined
  const isEntries = kind === 'entries'
  // Other spellings of the same tile, such as leading zeros, are refused.
  if ((isEntries ? entriesPath(tile) : tilePath(tile)) !== path) return undefined
  return { ...tile, isEntries }
}

/** Tells whether the numbers of a tile are within their bounds. */
export function isTile({ level, index, width }: Tile): boolean {
  return (
    Number.isInteger(level) &&
    level >= 0 &&
    level <= maxLevel &&
    isTreeSize(index) &&
    Number.isInteger(width) &&
    width >= 1 &&
    width <= tileWidth
  )
}

/** Returns the bytes of a tile of this width. */
export function tileBytes(width: number): number {
  return width * hashBytes
}

/** Lists the tiles at the right edge of a tree that are not full, the lowest level first. */
export function partialTiles(size: number): Tile[] {
  const tiles: Tile[] = []
  for (let level = 0; hashesAtLevel(level, size) > 0; level++) {
    const hashes = hashesAtLevel(level, size)
    const width = hashes % tileWidth
    if (width > 0) tiles.push({ level, index: Math.floor(hashes / tileWidth), width })
  }
  return tiles
}

/** Returns the tile of this place in a tree of this size, or `undefined` where it holds nothing. */
export function tileAt(level: number, index: number, size: number): Tile | undefined {
  const width = Math.min(hashesAtLevel(level, size) - index * tileWidth, tileWidth)
  return width > 0 ? { level, index, width } : undefined
}

/**
 * Lists the tiles that a tree of the new size has and one of the old size had not: what is written, or has
 * to be fetched, when a tree has grown. A generator, because there is one in 256 entries.
 */
export function* newTiles(oldSize: number, newSize: number): Generator<Tile> {
  for (let level = 0; hashesAtLevel(level, newSize) > 0; level++) {
    const before = hashesAtLevel(level, oldSize)
    const after = hashesAtLevel(level, newSize)
    if (before === after) continue
    for (let index = Math.floor(before / tileWidth); index * tileWidth < after; index++) {
      yield { level, index, width: Math.min(after - index * tileWidth, tileWidth) }
    }
  }
}

function hashesAtLevel(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level)
}

function indexPath(index: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const groups = padded.match(/\d{3}/g) ?? []
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/')
}

function partialSuffix(width: number): string {
  return width === tileWidth ? '' : `.p/${width}`
}
