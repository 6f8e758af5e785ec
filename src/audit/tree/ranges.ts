import { isTreeSize } from './compact-range.ts'

/** The entries from `start` up to, and without, `end`; its hash is MTH(D[start:end]) of RFC 6962 §2.1. */
export interface EntryRange {
  readonly start: number
  readonly end: number
}

/**
 * Lists the subtrees whose hashes prove that a tree of `size` entries holds the entry at `index`, from its
 * sibling to the child of the root: PATH of RFC 6962 §2.1.1. Throws `RangeError` outside of the tree.
 */
export function inclusionRanges(index: number, size: number): EntryRange[] {
  if (!isTreeSize(index) || !isTreeSize(size) || index >= size) {
    throw new RangeError(`a tree of ${size} entries has no entry ${index}`)
  }
  const path: EntryRange[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + largestPowerBelow(end - start)
    if (index < middle) {
      path.push({ start: middle, end })
      end = middle
    } else {
      path.push({ start, end: middle })
      start = middle
    }
  }
  return path.toReversed()
}

/**
 * Lists the subtrees whose hashes prove that the tree of `newSize` entries begins with that of `oldSize`:
 * PROOF of RFC 6962 §2.1.2. Empty for equal sizes and for an empty old tree, which every tree begins with.
 * Throws `RangeError` when the old tree is the larger one.
 */
export function consistencyRanges(oldSize: number, newSize: number): EntryRange[] {
  if (!isTreeSize(oldSize) || !isTreeSize(newSize) || oldSize > newSize) {
    throw new RangeError(`a tree of ${newSize} entries has not grown from one of ${oldSize}`)
  }
  if (oldSize === 0 || oldSize === newSize) return []
  const path: EntryRange[] = []
  let start = 0
  let end = newSize
  // The old tree ends within start..end: walk down to where it ends between two subtrees.
  while (oldSize !== end) {
    const middle = start + largestPowerBelow(end - start)
    if (oldSize <= middle) {
      path.push({ start: middle, end })
      end = middle
    } else {
      path.push({ start, end: middle })
      start = middle
    }
  }
  // A complete subtree at the very left is the old tree itself: the verifier knows its root.
  if (start > 0) path.push({ start, end })
  return path.toReversed()
}

/** A complete subtree: the entries from `index * 2^height` on, `2^height` of them. */
export interface Subtree {
  readonly height: number
  readonly index: number
}

/** Splits a subtree of a proof into complete ones, from left to right, larger ones first. */
export function completeSubtrees({ start, end }: EntryRange): Subtree[] {
  const subtrees: Subtree[] = []
  let at = start
  let power = 1
  let height = 0
  while (power * 2 <= end - start) {
    power *= 2
    height++
  }
  for (; power >= 1; power /= 2, height--) {
    if (end - at < power) continue
    subtrees.push({ height, index: at / power })
    at += power
  }
  return subtrees
}

function largestPowerBelow(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}
