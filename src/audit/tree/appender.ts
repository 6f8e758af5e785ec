import { CompactRange, isTreeSize } from './compact-range.ts'
import type { CompactRangeState } from './compact-range.ts'
import { foldHashes, hashBytes } from './hash.ts'
import { partialTiles, tileBytes, tileHeight, tilePath, tileWidth } from './tile.ts'
import type { TileData } from './tile.ts'

/** What can be kept of an appender to go on later: it follows from the tiles of a checkpoint. */
export interface TreeAppenderState {
  readonly size: number
  /** The tiles at the right edge that are not full. */
  readonly edge: readonly TileData[]
}

interface Edge {
  readonly hashes: Buffer
  width: number
  index: number
}

/**
 * Appends entries to a tree and makes its tiles. A tile is handed to `onTile` once, when it is full; those
 * at the right edge are asked for when a checkpoint is written. Holds 8 KiB per level.
 */
export class TreeAppender {
  readonly #range: CompactRange
  readonly #edges: Edge[] = []
  readonly #onTile: (full: TileData) => void

  /** Throws `RangeError` for a state that does not fit together. */
  constructor(onTile: (full: TileData) => void, state?: TreeAppenderState) {
    this.#onTile = onTile
    this.#range = new CompactRange(state && rangeOf(state))
    if (state !== undefined) this.#restore(state)
  }

  /** Number of entries. */
  get size(): number {
    return this.#range.size
  }

  /** Adds an entry by its leaf hash. When `onTile` throws, the appender is of no use any more. */
  append(leafHash: Uint8Array): void {
    this.#range.append(leafHash, this.#addHash)
  }

  /** Returns the root of the tree as it is now. */
  root(): Buffer {
    return this.#range.root()
  }

  /** Returns copies of the tiles at the right edge: with the full ones they make up the tree. */
  partialTiles(): TileData[] {
    return this.#edges.flatMap(({ hashes, width, index }, level) =>
      width === 0
        ? []
        : [
            {
              tile: { level, index, width },
              hashes: Buffer.from(hashes.subarray(0, tileBytes(width))),
            },
          ],
    )
  }

  /** Returns a copy of what is needed to go on later. */
  state(): TreeAppenderState {
    return { size: this.size, edge: this.partialTiles() }
  }

  readonly #addHash = (height: number, hash: Uint8Array): void => {
    const level = height / tileHeight
    const edge = this.#edgeAt(level)
    edge.hashes.set(hash, edge.width * hashBytes)
    edge.width++
    if (edge.width < tileWidth) return
    const tile = { level, index: edge.index, width: tileWidth }
    edge.width = 0
    edge.index++
    this.#onTile({ tile, hashes: Buffer.from(edge.hashes) })
  }

  #edgeAt(level: number): Edge {
    return (this.#edges[level] ??= {
      hashes: Buffer.alloc(tileBytes(tileWidth)),
      width: 0,
      index: 0,
    })
  }

  #restore({ size, edge }: TreeAppenderState): void {
    for (let level = 0; size >= tileWidth ** level; level++) {
      this.#edgeAt(level).index = Math.floor(size / tileWidth ** (level + 1))
    }
    for (const { tile, hashes } of edge) {
      const own = this.#edgeAt(tile.level)
      own.hashes.set(hashes)
      own.width = tile.width
    }
  }
}

/** Reads the complete subtrees of a tree from the tiles at its right edge. */
function rangeOf({ size, edge }: TreeAppenderState): CompactRangeState {
  if (!isTreeSize(size)) throw new RangeError(`${size} is not the size of a tree`)
  const hashes: Buffer[] = []
  const expected = partialTiles(size)
  if (edge.length !== expected.length) {
    throw new RangeError(`a tree of ${size} entries has ${expected.length} tiles that are not full`)
  }
  for (const tile of expected.toReversed()) {
    const given = edge.find((each) => tilePath(each.tile) === tilePath(tile))
    if (given?.hashes.length !== tileBytes(tile.width)) {
      throw new RangeError(`a tree of ${size} entries needs ${tilePath(tile)}`)
    }
    let at = 0
    for (let part = tileWidth / 2; part >= 1; part /= 2) {
      if ((tile.width & part) === 0) continue
      hashes.push(foldHashes(given.hashes.subarray(at, at + tileBytes(part))))
      at += tileBytes(part)
    }
  }
  return { size, hashes }
}
