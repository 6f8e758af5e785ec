import { emptyRoot, leafHash, nodeHash } from '../hash.ts'
import type { EntryRange } from '../ranges.ts'
import { tilePath } from '../tile.ts'
import type { Tile, TileData } from '../tile.ts'
import type { TileStore } from '../prove.ts'
import { TreeAppender } from '../appender.ts'

/** MTH(D[start:end]) written as RFC 6962 §2.1 defines it: slow, and plainly right. */
export function referenceHash(leaves: readonly Uint8Array[], range?: EntryRange): Uint8Array {
  const { start, end } = range ?? { start: 0, end: leaves.length }
  if (start === end) return emptyRoot()
  if (end - start === 1) return leaves[start] ?? emptyRoot()
  let split = 1
  while (split * 2 < end - start) split *= 2
  const middle = start + split
  return nodeHash(
    referenceHash(leaves, { start, end: middle }),
    referenceHash(leaves, { start: middle, end }),
  )
}

/** Returns the leaf hashes of so many entries that all differ. */
export function someLeaves(count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`entry ${index}`)))
}

/** Keeps tiles in memory and counts how many are read. */
export function memoryTiles(): TileStore & {
  reads: number
  readonly tiles: Map<string, Uint8Array>
} {
  const tiles = new Map<string, Uint8Array>()
  return {
    reads: 0,
    tiles,
    readTile(tile: Tile) {
      this.reads++
      return Promise.resolve(tiles.get(tilePath(tile)))
    },
    writeTile({ tile, hashes }: TileData) {
      tiles.set(tilePath(tile), hashes)
      return Promise.resolve()
    },
  }
}

/** Makes the tiles of a tree, those at its right edge included. */
export async function tilesOf(
  leaves: readonly Uint8Array[],
): Promise<ReturnType<typeof memoryTiles>> {
  const store = memoryTiles()
  const made: TileData[] = []
  const appender = new TreeAppender((tile) => made.push(tile))
  for (const leaf of leaves) appender.append(leaf)
  for (const tile of [...made, ...appender.partialTiles()]) await store.writeTile(tile)
  return store
}
