import { dirname, join } from 'node:path'
import { syncFile } from '../files.ts'
import type { AuditFiles } from '../files.ts'
import type { TileStore } from './prove.ts'
import { tileBytes, tilePath } from './tile.ts'
import type { Tile, TileData } from './tile.ts'

/**
 * Keeps tiles as files below a directory, under the paths of C2SP tlog-tiles: any web server can serve them. A
 * tile appears whole or not at all. Its bytes are on the device when `writeTile` resolves; that its name is
 * there after a power cut is not promised, because tiles can always be made again from the log.
 */
export function createTileFiles(files: AuditFiles, directory: string): TileStore {
  return {
    readTile: (tile) => Promise.resolve(read(files, join(directory, tilePath(tile)), tile)),
    writeTile: (data) => write(files, join(directory, tilePath(data.tile)), data),
  }
}

function read(files: AuditFiles, path: string, { width }: Tile): Buffer | undefined {
  const descriptor = openIfThere(files, path)
  if (descriptor === undefined) return undefined
  try {
    // One byte more than there should be, so that a file that is too long is noticed.
    const buffer = Buffer.alloc(tileBytes(width) + 1)
    return buffer.subarray(0, files.read(descriptor, buffer, 0))
  } finally {
    files.close(descriptor)
  }
}

async function write(files: AuditFiles, path: string, { tile, hashes }: TileData): Promise<void> {
  if (hashes.length !== tileBytes(tile.width)) {
    throw new RangeError(`${path} has to have ${tileBytes(tile.width)} bytes, not ${hashes.length}`)
  }
  const unfinished = `${path}.tmp`
  files.makeDirectory(dirname(path))
  files.remove(unfinished)
  const descriptor = files.open(unfinished, 'create')
  try {
    for (let at = 0; at < hashes.length;) {
      const taken = files.write(descriptor, hashes.subarray(at), at)
      if (taken === 0) throw new Error(`${path} cannot be written: nothing was taken`)
      at += taken
    }
    await syncFile(files, descriptor)
  } finally {
    files.close(descriptor)
  }
  files.rename(unfinished, path)
}

function openIfThere(files: AuditFiles, path: string): number | undefined {
  try {
    return files.open(path, 'read')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
