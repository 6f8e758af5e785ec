import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { maxTreeSize } from './compact-range.ts'
import { hashBytes, nodeHash, sha256 } from './hash.ts'
import { completeSubtrees, consistencyRanges, inclusionRanges } from './ranges.ts'
import type { EntryRange } from './ranges.ts'
import { verifyConsistency, verifyInclusion } from './verify.ts'

// Trees that are too large to exist: the hash of a subtree that is not looked into is made up from its place.
const sizes = fc.oneof(
  fc.integer({ min: 1, max: maxTreeSize }),
  fc.integer({ min: 1, max: 2 ** 33 }),
  fc.integer({ min: 1, max: 52 }).map((power) => 2 ** power),
  fc.integer({ min: 1, max: 52 }).map((power) => 2 ** power + 1),
)

function madeUp({ start, end }: EntryRange): Buffer {
  return sha256(Buffer.from(`${start}-${end}`))
}

/** The hash of a range as RFC 6962 §2.1 splits it, down to ranges that are not looked into. */
function hashOf(range: EntryRange, isLookedInto: (range: EntryRange) => boolean): Buffer {
  const { start, end } = range
  if (end - start === 1 || !isLookedInto(range)) return madeUp(range)
  let power = 1
  while (power * 2 < end - start) power *= 2
  const middle = start + power
  const left = hashOf({ start, end: middle }, isLookedInto)
  return nodeHash(left, hashOf({ start: middle, end }, isLookedInto))
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value)) && 2 ** Math.log2(value) === value
}

describe('proofs of trees of any size', () => {
  test('of inclusion verify, and not for a neighbour', () => {
    const run = fc.property(sizes, fc.nat(maxTreeSize), (size, pick) => {
      const index = pick % size
      const contains = ({ start, end }: EntryRange): boolean => start <= index && index < end
      const proof = inclusionRanges(index, size).map(madeUp)
      const leafHash = madeUp({ start: index, end: index + 1 })
      const root = hashOf({ start: 0, end: size }, contains)
      const claim = { index, size, leafHash, proof, root }
      expect(verifyInclusion(claim)).toBe(true)
      if (size > 1) {
        expect(verifyInclusion({ ...claim, index: index === 0 ? 1 : index - 1 })).toBe(false)
        expect(verifyInclusion({ ...claim, proof: proof.slice(0, -1) })).toBe(false)
      }
      expect(verifyInclusion({ ...claim, proof: [...proof, Buffer.alloc(hashBytes)] })).toBe(false)
    })
    fc.assert(run, { numRuns: 300 })
  })

  test('of growth verify, and not with a hash more or less', () => {
    const run = fc.property(sizes, sizes, (a, b) => {
      const [oldSize, newSize] = [Math.min(a, b), Math.max(a, b)]
      fc.pre(oldSize < newSize)
      const isCut = ({ start, end }: EntryRange): boolean => start < oldSize && oldSize < end
      const isSplit = ({ start, end }: EntryRange): boolean => !isPowerOfTwo(end - start)
      const proof = consistencyRanges(oldSize, newSize).map(madeUp)
      const oldRoot = hashOf({ start: 0, end: oldSize }, isSplit)
      const newRoot = hashOf({ start: 0, end: newSize }, isCut)
      const claim = { oldSize, newSize, oldRoot, newRoot, proof }
      expect(verifyConsistency(claim)).toBe(true)
      expect(verifyConsistency({ ...claim, proof: proof.slice(0, -1) })).toBe(false)
      const longer = [...proof, Buffer.alloc(hashBytes)]
      expect(verifyConsistency({ ...claim, proof: longer })).toBe(false)
    })
    fc.assert(run, { numRuns: 300 })
  })

  test('take complete subtrees that are next to each other and make up the range', () => {
    const run = fc.property(sizes, fc.nat(maxTreeSize), (size, pick) => {
      for (const range of inclusionRanges(pick % size, size)) {
        let at = range.start
        for (const { height, index } of completeSubtrees(range)) {
          expect(index * 2 ** height).toBe(at)
          at += 2 ** height
        }
        expect(at).toBe(range.end)
      }
    })
    fc.assert(run, { numRuns: 200 })
  })
})
