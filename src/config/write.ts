import { randomBytes } from 'node:crypto'
import { chmod, chown, link, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from './files.ts'

/**
 * Replaces a file as a whole: a reader, or a crash at any moment, sees the old text or the new.
 * Follows symbolic links; keeps owner and mode of the file that is there. `beforeCommit` runs once
 * the text is safe on disk; the returned function is called when the replacement fails after it.
 */
export async function replaceFile(
  path: string,
  text: string,
  beforeCommit: () => Promise<() => Promise<void>> = async () => async () => undefined,
): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const temporary = await writeTemporary(dirname(target), text)
  try {
    await copyOwner(target, temporary)
    const undo = await beforeCommit()
    try {
      await rename(temporary, target)
    } catch (error) {
      await undo()
      throw error
    }
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncDirectory(dirname(target))
}

/**
 * Creates a file whole or not at all; returns `false` when one of that name exists already.
 * Only its owner may read it.
 */
export async function createFile(path: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(dirname(path), text)
  try {
    await link(temporary, path)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    // Some network file systems know no hard links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error))) throw error
    if (await exists(path)) return false
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
  await syncDirectory(dirname(path))
  return true
}

async function writeTemporary(directory: string, text: string): Promise<string> {
  const path = join(directory, `.smartflow-${randomBytes(8).toString('hex')}.tmp`)
  await using file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  return path
}

async function copyOwner(from: string, to: string): Promise<void> {
  const found = await stat(from).catch(() => undefined)
  if (found === undefined) return
  await chmod(to, found.mode & 0o7777)
  const own = await stat(to)
  if (own.uid === found.uid && own.gid === found.gid) return
  try {
    await chown(to, found.uid, found.gid)
  } catch (error) {
    // Only root may give files away; the mode is kept, and the file belongs to who rolled back.
    if (errorCode(error) !== 'EPERM') throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r')
  await directory.sync()
}
