import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** Reads a whole regular file of at most `maxBytes`; throws a `FileProblem` otherwise. */
export type ReadFile = (path: string, maxBytes: number) => Promise<Uint8Array>

/** Why a file could not be read, in words that may be shown. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem'
}

/** Reads from the local file system; refuses pipes, devices and directories, which never end. */
export const readLocalFile: ReadFile = async (path, maxBytes) => {
  try {
    // Without O_NONBLOCK, opening a named pipe waits for a writer.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = await file.stat()
    if (!stat.isFile()) throw new FileProblem('is not a regular file')
    const buffer = new Uint8Array(Math.min(stat.size, maxBytes) + 1)
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length)
      if (bytesRead === 0) return buffer.subarray(0, length)
      length += bytesRead
    }
    if (length > maxBytes) throw new FileProblem(`is larger than ${maxBytes} bytes`)
    throw new FileProblem('changed while it was read')
  } catch (error) {
    if (error instanceof FileProblem) throw error
    throw new FileProblem(describeFileError(error), { cause: error })
  }
}

/** Decodes UTF-8, without its byte order mark; throws a `FileProblem` for anything else. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // The decoder knows nothing more than that it is not UTF-8.
    throw new FileProblem('is not UTF-8 text')
  }
}

/** Says why a file operation failed, without the path. */
export function describeFileError(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist'
    case 'EACCES':
    case 'EPERM':
      return 'may not be read or written by this user'
    case 'EISDIR':
      return 'is a directory'
    case 'EROFS':
      return 'is on a read-only file system'
    case 'EBUSY':
    case 'EXDEV':
      return 'is mounted by itself and cannot be replaced'
    case 'ENOSPC':
      return 'cannot be written: the disk is full'
    default:
      return `cannot be used (${errorCode(error) || 'unknown error'})`
  }
}

/** The system error code of something thrown, such as `ENOENT`; empty without one. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
