import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { decodeEntries, encodeEntries, maxEntryBytes } from './entries.ts'
import { entriesPath, newTiles, parseTilePath, partialTiles, tileAt, tilePath } from './tile.ts'

describe('paths of tiles', () => {
  test('are those of C2SP tlog-tiles', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067')
    expect(tilePath({ level: 3, index: 5, width: 17 })).toBe('tile/3/005.p/17')
    expect(entriesPath({ index: 1000, width: 256 })).toBe('tile/entries/x001/000')
  })

  test('are read back, and no other spelling is', () => {
    const tile = fc.record({
      level: fc.nat(63),
      index: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 256 }),
    })
    const run = fc.property(tile, fc.boolean(), (tile, isEntries) => {
      const path = isEntries ? entriesPath(tile) : tilePath(tile)
      const level = isEntries ? 0 : tile.level
      expect(parseTilePath(path)).toEqual({ ...tile, level, isEntries })
    })
    fc.assert(run)
    for (const path of [
      'tile/0/1',
      'tile/00/001',
      'tile/64/001',
      'tile/0/x000/001',
      'tile/0/001.p/0',
      'tile/0/001.p/256',
      'tile/0/001.p/01',
      'tile/0/001/002',
      'tile/0/x001',
      'tile/0/../001',
      'tile/0/x009/x007/x199/x254/x740/992',
      '/tile/0/001',
      'tile/0/001\n',
    ]) {
      expect(parseTilePath(path)).toBeUndefined()
    }
  })
})

describe('tiles of a tree', () => {
  test('are as many and as wide as the example of C2SP says', () => {
    const tiles = [...newTiles(0, 70_000)]
    expect(tiles.filter(({ level, width }) => level === 0 && width === 256)).toHaveLength(273)
    expect(partialTiles(70_000)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ])
    expect(tiles).toHaveLength(273 + 1 + 1 + 1 + 1)
    expect([...newTiles(0, 256)].map(tilePath)).toEqual(['tile/0/000', 'tile/1/000.p/1'])
    expect(tileAt(1, 1, 70_000)).toEqual({ level: 1, index: 1, width: 17 })
    expect(tileAt(1, 2, 70_000)).toBeUndefined()
  })

  test('that grow in steps are those that grow at once', () => {
    const steps = fc.array(fc.nat(2_000), { minLength: 1, maxLength: 8 })
    const run = fc.property(steps, (steps) => {
      const paths = new Set<string>()
      let size = 0
      for (const step of steps) {
        for (const tile of newTiles(size, size + step)) paths.add(tilePath(tile))
        size += step
      }
      for (const tile of newTiles(0, size)) expect(paths.has(tilePath(tile))).toBe(true)
    })
    fc.assert(run, { numRuns: 50 })
  })
})

describe('bundles of entries', () => {
  test('are read back, and not when anything is cut off or added', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 256 })
    const run = fc.property(entries, fc.nat(), (entries, pick) => {
      const bundle = encodeEntries(entries)
      expect(decodeEntries(bundle, entries.length)).toEqual(
        entries.map((each) => Buffer.from(each)),
      )
      expect(decodeEntries(bundle, entries.length + 1)).toBeUndefined()
      expect(decodeEntries(bundle, entries.length - 1)).toBeUndefined()
      expect(
        decodeEntries(bundle.subarray(0, pick % bundle.length), entries.length),
      ).toBeUndefined()
    })
    fc.assert(run, { numRuns: 50 })
  })

  test('refuse what does not fit', () => {
    expect(encodeEntries([Buffer.alloc(maxEntryBytes)])).toHaveLength(maxEntryBytes + 2)
    expect(() => encodeEntries([Buffer.alloc(maxEntryBytes + 1)])).toThrow(RangeError)
    expect(() => encodeEntries([])).toThrow(RangeError)
    expect(() => encodeEntries(Array.from({ length: 257 }, () => Buffer.alloc(1)))).toThrow(
      RangeError,
    )
  })
})
