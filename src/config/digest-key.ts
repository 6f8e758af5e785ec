import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeFileError, errorCode } from './files.ts'
import { createFile } from './write.ts'

const keyBytes = 32

/**
 * Returns the key of a data directory by which literal secrets enter the version of a configuration, and
 * makes it when there is none. Only its owner may read it: with it, short secrets could be guessed from
 * versions. Throws when it cannot be read or made.
 */
export async function openDigestKey(dataDir: string): Promise<Uint8Array> {
  const path = pathIn(dataDir)
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    // Whoever comes first makes it; all others find it.
    const text = `${randomBytes(keyBytes).toString('hex')}\n`
    if ((await read(path)) === undefined) await createFile(path, text)
    await chmod(path, 0o600)
    const key = await read(path)
    if (key !== undefined) return key
  } catch (error) {
    throw new Error(`The file ${path} ${describeFileError(error)}.`, { cause: error })
  }
  throw new Error(`The file ${path} holds no key of ${keyBytes} bytes; delete it for a new one.`)
}

/** Returns the key of a data directory; `undefined` where there is none that this user may read. */
export async function readDigestKey(dataDir: string): Promise<Uint8Array | undefined> {
  try {
    return await read(pathIn(dataDir))
  } catch {
    // Versions then leave out literal secrets, which is all that is lost.
    return undefined
  }
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'config-digest.key')
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    const text = (await readFile(path, 'latin1')).trim()
    return /^[0-9a-f]{64}$/.test(text) ? Uint8Array.fromHex(text) : undefined
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
