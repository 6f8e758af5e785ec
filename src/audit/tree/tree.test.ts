import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { TreeAppender } from './appender.ts'
import { CompactRange } from './compact-range.ts'
import { createLeafHasher, emptyRoot, foldHashes, leafHash, sha256 } from './hash.ts'
import { proveConsistency, proveInclusion, readLeafHash, readRoot, TileError } from './prove.ts'
import { rejectionOf } from '../testing/rejection.ts'
import { memoryTiles, referenceHash, someLeaves, tilesOf } from './testing/reference-tree.ts'
import { newTiles, tilePath } from './tile.ts'
import type { TileData } from './tile.ts'
import { verifyConsistency, verifyInclusion } from './verify.ts'

const leaves = someLeaves(5_000)
const sizes = fc.integer({ min: 1, max: leaves.length })

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function grown(size: number): CompactRange {
  const range = new CompactRange()
  for (const leaf of leaves.slice(0, size)) range.append(leaf)
  return range
}

function flipped(bytes: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  const at = Math.floor(bit / 8) % copy.length
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8))
  return copy
}

describe('hashes', () => {
  test('are those of RFC 6962', () => {
    expect(hex(emptyRoot())).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    )
    expect(hex(leafHash(Buffer.alloc(0)))).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    )
    // Roots of the first test tree of the Certificate Transparency implementations.
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657']
    inputs.push('606162636465666768696a6b6c6d6e6f')
    const range = new CompactRange()
    for (const input of inputs) range.append(leafHash(Buffer.from(input, 'hex')))
    expect(hex(range.root())).toBe(
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    )
  })

  test('of entries are the same, whatever the hasher hashed before', () => {
    const hasher = createLeafHasher()
    const run = fc.property(fc.integer({ min: 0, max: 300_000 }), (length) => {
      const data = Buffer.alloc(length, length % 251)
      expect(hasher(data)).toEqual(sha256(Buffer.concat([Buffer.of(0), data])))
    })
    fc.assert(run, { numRuns: 50, examples: [[262_143], [262_144]] })
  })
})

describe('a compact range', () => {
  test('has the root of the RFC at every size', () => {
    const range = new CompactRange()
    for (let size = 0; size <= 600; size++) {
      expect(hex(range.root())).toBe(hex(referenceHash(leaves, { start: 0, end: size })))
      range.append(leaves[size]!)
    }
  })

  test('goes on from its state as if it had never stopped', () => {
    const run = fc.property(sizes, fc.nat(50), (size, more) => {
      const range = new CompactRange(grown(size).state())
      for (const leaf of leaves.slice(size, size + more)) range.append(leaf)
      expect(range.root()).toEqual(grown(size + more).root())
    })
    fc.assert(run, { numRuns: 20 })
  })

  test('refuses a state that is none', () => {
    const { hashes } = grown(7).state()
    for (const state of [
      { size: 8, hashes },
      { size: 7, hashes: hashes.slice(1) },
      { size: -1, hashes: [] },
      { size: 0.5, hashes: [] },
      { size: 1, hashes: [Buffer.alloc(31)] },
    ]) {
      expect(() => new CompactRange(state)).toThrow(RangeError)
    }
  })
})

describe('an appender', () => {
  test('makes each tile once, and the root of the tree', () => {
    const tiles: TileData[] = []
    const appender = new TreeAppender((tile) => tiles.push(tile))
    for (const leaf of leaves) appender.append(leaf)
    expect(appender.root()).toEqual(grown(leaves.length).root())
    const made = [...tiles, ...appender.partialTiles()].map(({ tile }) => tilePath(tile))
    const expected = [...newTiles(0, leaves.length)].map(tilePath)
    expect(made.toSorted()).toEqual(expected.toSorted())
    for (const { tile, hashes } of tiles.filter(({ tile }) => tile.level === 0)) {
      expect(hashes).toEqual(Buffer.concat(leaves.slice(tile.index * 256, (tile.index + 1) * 256)))
    }
  })

  test('goes on from the tiles of a checkpoint', () => {
    const run = fc.property(sizes, fc.nat(600), (size, more) => {
      const first = new TreeAppender(() => {})
      for (const leaf of leaves.slice(0, size)) first.append(leaf)
      const [onward, resumed]: [TileData[], TileData[]] = [[], []]
      const second = new TreeAppender((tile) => resumed.push(tile), first.state())
      expect(second.root()).toEqual(first.root())
      const whole = new TreeAppender((tile) => onward.push(tile))
      for (const leaf of leaves.slice(0, size)) whole.append(leaf)
      onward.length = 0
      for (const leaf of leaves.slice(size, size + more)) {
        second.append(leaf)
        whole.append(leaf)
      }
      expect(second.root()).toEqual(whole.root())
      expect(resumed).toEqual(onward)
      expect(second.state()).toEqual(whole.state())
    })
    fc.assert(run, {
      numRuns: 10,
      examples: [
        [256, 300],
        [65, 0],
      ],
    })
  })

  test('refuses a state whose tiles do not fit its size', () => {
    const appender = new TreeAppender(() => {})
    for (const leaf of leaves.slice(0, 300)) appender.append(leaf)
    const { edge } = appender.state()
    for (const state of [
      { size: 301, edge },
      { size: 300, edge: edge.slice(1) },
      { size: 300, edge: [...edge, ...edge] },
      { size: 300, edge: edge.map((data) => ({ ...data, hashes: data.hashes.subarray(1) })) },
      { size: Infinity, edge },
    ]) {
      expect(() => new TreeAppender(() => {}, state)).toThrow(RangeError)
    }
  })
})

describe('proofs from tiles', () => {
  test('verify for every entry of every small tree, and are those of the RFC', async () => {
    for (const size of [1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 31, 33]) {
      const own = leaves.slice(0, size)
      const store = await tilesOf(own)
      const root = referenceHash(own)
      for (let index = 0; index < size; index++) {
        const proof = await proveInclusion(store, { index, size })
        const claim = { index, size, leafHash: own[index]!, proof, root }
        expect(verifyInclusion(claim)).toBe(true)
        for (let other = 0; other < size; other++) {
          if (other !== index) expect(verifyInclusion({ ...claim, index: other })).toBe(false)
        }
      }
      for (let oldSize = 0; oldSize <= size; oldSize++) {
        const proof = await proveConsistency(store, { oldSize, newSize: size })
        const oldRoot = referenceHash(own.slice(0, oldSize))
        const claim = { oldSize, newSize: size, oldRoot, newRoot: root, proof }
        expect(verifyConsistency(claim)).toBe(true)
        if (oldSize > 0) {
          expect(verifyConsistency({ ...claim, proof: [...proof, root] })).toBe(false)
        }
      }
    }
  })

  test('verify at any size up to 5,000, and fail when any bit is flipped', async () => {
    const store = await tilesOf(leaves)
    const run = fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (size, pick, bit) => {
      for (const { tile, hashes } of edgeOf(size)) await store.writeTile({ tile, hashes })
      const index = pick % size
      const root = grown(size).root()
      expect(await readRoot(store, size)).toEqual(root)
      expect(await readLeafHash(store, { index, size })).toEqual(leaves[index]!)
      store.reads = 0
      const proof = await proveInclusion(store, { index, size })
      expect(store.reads).toBeLessThanOrEqual(4)
      const claim = { index, size, leafHash: leaves[index]!, proof, root }
      expect(verifyInclusion(claim)).toBe(true)
      expect(verifyInclusion({ ...claim, leafHash: flipped(claim.leafHash, bit) })).toBe(false)
      expect(verifyInclusion({ ...claim, root: flipped(root, bit) })).toBe(false)
      expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(proof.length === 0)
      expect(verifyInclusion({ ...claim, proof: [...proof, root] })).toBe(false)
      for (let at = 0; at < proof.length; at++) {
        const wrong = proof.with(at, flipped(proof[at]!, bit))
        expect(verifyInclusion({ ...claim, proof: wrong })).toBe(false)
      }
    })
    await fc.assert(run, { numRuns: 40 })
  })

  test('of growth verify between any two sizes, and fail when any bit is flipped', async () => {
    const store = await tilesOf(leaves)
    const run = fc.asyncProperty(sizes, sizes, fc.nat(), async (a, b, bit) => {
      const [oldSize, newSize] = [Math.min(a, b), Math.max(a, b)]
      for (const { tile, hashes } of edgeOf(newSize)) await store.writeTile({ tile, hashes })
      const proof = await proveConsistency(store, { oldSize, newSize })
      const [oldRoot, newRoot] = [grown(oldSize).root(), grown(newSize).root()]
      const claim = { oldSize, newSize, oldRoot, newRoot, proof }
      expect(verifyConsistency(claim)).toBe(true)
      expect(verifyConsistency({ ...claim, oldRoot: flipped(oldRoot, bit) })).toBe(false)
      expect(verifyConsistency({ ...claim, newRoot: flipped(newRoot, bit) })).toBe(false)
      expect(verifyConsistency({ ...claim, proof: [...proof, newRoot] })).toBe(false)
      for (let at = 0; at < proof.length; at++) {
        const wrong = proof.with(at, flipped(proof[at]!, bit))
        expect(verifyConsistency({ ...claim, proof: wrong })).toBe(false)
        expect(verifyConsistency({ ...claim, proof: proof.toSpliced(at, 1) })).toBe(false)
      }
    })
    await fc.assert(run, { numRuns: 40, examples: [[4096, 5000, 3]] })
  })

  test('take the beginning of a full tile when the partial one is gone', async () => {
    const store = await tilesOf(leaves.slice(0, 512))
    store.tiles.set('tile/1/000.p/1', foldHashes(hashesOf(0, 0, 256)))
    const proof = await proveInclusion(store, { index: 300, size: 300 + 1 })
    const root = grown(301).root()
    expect(verifyInclusion({ index: 300, size: 301, leafHash: leaves[300]!, proof, root })).toBe(
      true,
    )
  })

  test('name a tile that is missing or cut', async () => {
    const store = await tilesOf(leaves.slice(0, 300))
    store.tiles.set('tile/0/001.p/44', Buffer.alloc(43 * 32))
    const cut = await rejectionOf(proveInclusion(store, { index: 299, size: 300 }))
    expect(cut).toBeInstanceOf(TileError)
    expect(cut.message).toBe('tile/0/001.p/44 has 1376 bytes instead of 1408')
    const missing = await rejectionOf(readRoot(memoryTiles(), 2))
    expect(missing.message).toBe('tile/0/000.p/2 is missing')
  })

  test('of what cannot be are refused', () => {
    const proof = [leaves[0]!]
    const root = grown(2).root()
    for (const [index, size] of [
      [2, 2],
      [-1, 2],
      [0.5, 2],
      [0, NaN],
      [0, 2 ** 53],
    ] as const) {
      expect(verifyInclusion({ index, size, leafHash: leaves[1]!, proof, root })).toBe(false)
      expect(() => proveInclusion(memoryTiles(), { index, size })).toThrow(RangeError)
    }
    expect(() => proveConsistency(memoryTiles(), { oldSize: 3, newSize: 2 })).toThrow(RangeError)
    const claim = { oldSize: 3, newSize: 2, oldRoot: root, newRoot: root, proof: [] }
    expect(verifyConsistency(claim)).toBe(false)
    expect(verifyConsistency({ ...claim, oldSize: 1, proof: [] })).toBe(false)
    expect(verifyConsistency({ ...claim, oldSize: 0 })).toBe(false)
    const nothing = { oldSize: 0, newSize: 0, oldRoot: root, newRoot: root, proof: [] }
    expect(verifyConsistency(nothing)).toBe(false)
    expect(verifyConsistency({ ...nothing, oldRoot: emptyRoot(), newRoot: emptyRoot() })).toBe(true)
  })
})

/** The tiles at the right edge of the tree of this size. */
function edgeOf(size: number): TileData[] {
  return [...newTiles(0, size)]
    .filter(({ width }) => width < 256)
    .map((tile) => ({ tile, hashes: hashesOf(tile.level, tile.index, tile.width) }))
}

function hashesOf(level: number, index: number, width: number): Uint8Array {
  const first = index * 256
  if (level === 0) return Buffer.concat(leaves.slice(first, first + width))
  return Buffer.concat(
    Array.from({ length: width }, (_, at) => foldHashes(hashesOf(level - 1, first + at, 256))),
  )
}
