import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeFiles } from '../files.ts'
import { rejectionOf } from '../testing/rejection.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { TreeAppender } from './appender.ts'
import { proveInclusion, readRoot } from './prove.ts'
import { someLeaves } from './testing/reference-tree.ts'
import { createTileFiles } from './tile-files.ts'
import type { TileData } from './tile.ts'
import { verifyInclusion } from './verify.ts'

const size = 300
const leaves = someLeaves(size)

async function writtenTo(directory: string) {
  const store = createTileFiles(nodeFiles, directory)
  const full: TileData[] = []
  const appender = new TreeAppender((tile) => full.push(tile))
  for (const leaf of leaves) appender.append(leaf)
  for (const tile of [...full, ...appender.partialTiles()]) await store.writeTile(tile)
  return { store, root: appender.root() }
}

describe('tiles in files', () => {
  test('prove what the tree holds, and stand where C2SP says', async () => {
    using directory = temporaryDirectory()
    const { store, root } = await writtenTo(directory.path)
    expect(await readRoot(store, size)).toEqual(root)
    const proof = await proveInclusion(store, { index: 299, size })
    expect(verifyInclusion({ index: 299, size, leafHash: leaves[299]!, proof, root })).toBe(true)
    const first = readFileSync(join(directory.path, 'tile/0/000'))
    expect(first).toEqual(Buffer.concat(leaves.slice(0, 256)))
    expect(existsSync(join(directory.path, 'tile/0/001.p/44'))).toBe(true)
    expect(existsSync(join(directory.path, 'tile/1/000.p/1'))).toBe(true)
  })

  test('that are cut or too long are noticed, and are made again over what a crash has left', async () => {
    using directory = temporaryDirectory()
    const { store } = await writtenTo(directory.path)
    const path = join(directory.path, 'tile/0/001.p/44')
    truncateSync(path, 100)
    const cut = await rejectionOf(readRoot(store, size))
    expect(cut.message).toBe('tile/0/001.p/44 has 100 bytes instead of 1408')
    writeFileSync(path, Buffer.alloc(5_000))
    expect((await rejectionOf(readRoot(store, size))).message).toContain('has 1409 bytes')
    writeFileSync(`${path}.tmp`, 'left behind')
    const { store: again, root } = await writtenTo(directory.path)
    expect(await readRoot(again, size)).toEqual(root)
    expect(existsSync(`${path}.tmp`)).toBe(false)
  })

  test('that the device does not take are no tiles', async () => {
    using directory = temporaryDirectory()
    const failing = {
      ...nodeFiles,
      sync: (_: number, done: (error: Error | null) => void) => done(new Error('EIO')),
    }
    const tile = { level: 0, index: 0, width: 1 }
    const store = createTileFiles(failing, directory.path)
    const failure = await rejectionOf(store.writeTile({ tile, hashes: leaves[0]! }))
    expect(failure.message).toBe('EIO')
    expect(await store.readTile(tile)).toBeUndefined()
    const wrong = await rejectionOf(store.writeTile({ tile, hashes: Buffer.alloc(33) }))
    expect(wrong).toBeInstanceOf(RangeError)
  })
})
