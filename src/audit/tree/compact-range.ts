import { createNodeHasher, emptyRoot, hashBytes } from './hash.ts'

/** Largest number of entries of a tree: numbers stay exact. */
export const maxTreeSize = Number.MAX_SAFE_INTEGER

const maxLevels = 53

/** What can be kept of a tree to go on with it: the hashes of its complete subtrees, the largest first. */
export interface CompactRangeState {
  readonly size: number
  /** One hash for each 1 among the binary digits of `size`. */
  readonly hashes: readonly Uint8Array[]
}

/** Told of each complete subtree of a height divisible by eight; the hash has to be copied to be kept. */
export type SubtreeListener = (height: number, hash: Uint8Array) => void

/**
 * A Merkle tree that grows at its end and is known only by the roots of its complete subtrees: `log2(size)`
 * hashes. An append costs one node hash on average.
 */
export class CompactRange {
  readonly #hasher = createNodeHasher()
  /** By height: the root of the complete subtree of that height, if `size` has one. */
  readonly #roots: readonly Buffer[]
  #size = 0

  /** Throws `RangeError` for a state that is none. */
  constructor(state: CompactRangeState = { size: 0, hashes: [] }) {
    const memory = Buffer.alloc(maxLevels * hashBytes)
    this.#roots = Array.from({ length: maxLevels }, (_, height) =>
      memory.subarray(height * hashBytes, (height + 1) * hashBytes),
    )
    this.#restore(state)
  }

  /** Number of entries. */
  get size(): number {
    return this.#size
  }

  /** Adds an entry by its leaf hash. */
  append(leafHash: Uint8Array, onSubtree?: SubtreeListener): void {
    const { running } = this.#hasher
    running.set(leafHash)
    onSubtree?.(0, running)
    let height = 0
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      this.#hasher.joinLeft(this.#rootAt(height))
      height++
      if (height % 8 === 0) onSubtree?.(height, running)
    }
    this.#rootAt(height).set(running)
    this.#size++
  }

  /** Returns the root of the tree as it is now. */
  root(): Buffer {
    const heights = heightsOf(this.#size)
    const lowest = heights.pop()
    if (lowest === undefined) return emptyRoot()
    const { running } = this.#hasher
    running.set(this.#rootAt(lowest))
    for (const height of heights.toReversed()) this.#hasher.joinLeft(this.#rootAt(height))
    return Buffer.from(running)
  }

  /** Returns a copy of what is needed to go on later. */
  state(): CompactRangeState {
    const hashes = heightsOf(this.#size).map((height) => Buffer.from(this.#rootAt(height)))
    return { size: this.#size, hashes }
  }

  #restore({ size, hashes }: CompactRangeState): void {
    if (!isTreeSize(size)) throw new RangeError(`${size} is not the size of a tree`)
    const heights = heightsOf(size)
    if (hashes.length !== heights.length || hashes.some((hash) => hash.length !== hashBytes)) {
      throw new RangeError(`a tree of ${size} entries has ${heights.length} complete subtrees`)
    }
    for (const [index, height] of heights.entries()) {
      this.#rootAt(height).set(hashes[index] ?? [])
    }
    this.#size = size
  }

  #rootAt(height: number): Buffer {
    const root = this.#roots[height]
    if (root === undefined) throw new RangeError('the tree is full')
    return root
  }
}

/** Tells whether a number can be the size of a tree. */
export function isTreeSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0
}

/** Returns the heights of the complete subtrees of a tree, the largest first. */
function heightsOf(size: number): number[] {
  const heights: number[] = []
  for (let rest = size, height = 0; rest > 0; rest = Math.floor(rest / 2), height++) {
    if (rest % 2 === 1) heights.unshift(height)
  }
  return heights
}
