import { isTreeSize } from './compact-range.ts'
import { emptyRoot, foldHashes, hashBytes, nodeHash } from './hash.ts'
import { completeSubtrees, consistencyRanges, inclusionRanges } from './ranges.ts'
import type { EntryRange, Subtree } from './ranges.ts'
import { tileAt, tileBytes, tileHeight, tilePath, tileWidth } from './tile.ts'
import type { Tile, TileData } from './tile.ts'

/** Reads the hashes of a tile: 32 bytes for each; `undefined` when there is no such tile. */
export interface TileReader {
  readTile(tile: Tile): Promise<Uint8Array | undefined>
}

/** Keeps the tiles of one log. A full tile never changes; a partial one may go when the full one is there. */
export interface TileStore extends TileReader {
  writeTile(data: TileData): Promise<void>
}

/** A tile that is needed is missing or has the wrong length. */
export class TileError extends Error {
  override readonly name = 'TileError'
  readonly path: string

  constructor(tile: Tile, detail: string) {
    super(`${tilePath(tile)} ${detail}`)
    this.path = tilePath(tile)
  }
}

/**
 * Builds the proof that a tree holds the entry at an index, reading two tiles per level at most. It is as
 * true as the tiles are: verify it against a root before it is given away. Throws `TileError`.
 */
export function proveInclusion(
  reader: TileReader,
  { index, size }: { readonly index: number; readonly size: number },
): Promise<Buffer[]> {
  return hashRanges(reader, inclusionRanges(index, size), size)
}

/** Builds the proof that a tree begins with an older one, as `proveInclusion` does. */
export function proveConsistency(
  reader: TileReader,
  { oldSize, newSize }: { readonly oldSize: number; readonly newSize: number },
): Promise<Buffer[]> {
  return hashRanges(reader, consistencyRanges(oldSize, newSize), newSize)
}

/** Computes the root of a tree from the tiles at its right edge. Throws `TileError`. */
export async function readRoot(reader: TileReader, size: number): Promise<Buffer> {
  if (!isTreeSize(size)) throw new RangeError(`${size} is not the size of a tree`)
  const [root] = size === 0 ? [] : await hashRanges(reader, [{ start: 0, end: size }], size)
  return root ?? emptyRoot()
}

/** Reads the hash of one entry. Throws `TileError`. */
export async function readLeafHash(
  reader: TileReader,
  { index, size }: { readonly index: number; readonly size: number },
): Promise<Buffer> {
  const [leaf] = await hashRanges(reader, [{ start: index, end: index + 1 }], size)
  if (leaf === undefined) throw new RangeError(`a tree of ${size} entries has no entry ${index}`)
  return leaf
}

/** Where the hashes below a complete subtree stand: `count` of them in one tile. */
interface Place {
  readonly tile: Tile
  readonly first: number
  readonly count: number
}

async function hashRanges(
  reader: TileReader,
  ranges: readonly EntryRange[],
  size: number,
): Promise<Buffer[]> {
  const places = ranges.map((range) =>
    completeSubtrees(range).map((subtree) => placeOf(subtree, size)),
  )
  const needed = new Map(places.flat().map(({ tile }) => [tilePath(tile), tile]))
  const tiles = new Map<string, Uint8Array>()
  for (const [path, tile] of needed) tiles.set(path, await readWhole(reader, tile))
  return places.map((parts) => {
    const roots = parts.map(({ tile, first, count }) => {
      const hashes = tiles.get(tilePath(tile)) ?? new Uint8Array(0)
      return foldHashes(hashes.subarray(first * hashBytes, (first + count) * hashBytes))
    })
    return roots.reduceRight((right, left) => nodeHash(left, right))
  })
}

function placeOf({ height, index }: Subtree, size: number): Place {
  const level = Math.floor(height / tileHeight)
  const count = 2 ** (height % tileHeight)
  const first = index * count
  const tileIndex = Math.floor(first / tileWidth)
  const tile = tileAt(level, tileIndex, size)
  if (tile === undefined) throw new RangeError(`a tree of ${size} entries does not reach so far`)
  return { tile, first: first - tileIndex * tileWidth, count }
}

/** Reads a tile, or the beginning of the full one when a partial one is gone. */
async function readWhole(reader: TileReader, tile: Tile): Promise<Uint8Array> {
  const exact = await reader.readTile(tile)
  const isPartial = tile.width < tileWidth
  const full =
    exact === undefined && isPartial
      ? await reader.readTile({ ...tile, width: tileWidth })
      : undefined
  const hashes = exact ?? full
  if (hashes === undefined) throw new TileError(tile, 'is missing')
  const expected = tileBytes(exact === undefined ? tileWidth : tile.width)
  if (hashes.length !== expected) {
    throw new TileError(tile, `has ${hashes.length} bytes instead of ${expected}`)
  }
  return hashes.subarray(0, tileBytes(tile.width))
}
