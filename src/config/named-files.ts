import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { FileProblem } from './files.ts'
import type { ReadFile } from './files.ts'

/** Largest file whose changes are noticed, in bytes. */
const maxBytes = 67_108_864

/** What files held that a configuration names by their paths. */
export interface NamedFiles {
  /** Absolute paths. */
  readonly paths: readonly string[]
  /** Changes whenever the content of any of them does. */
  readonly digest: string
}

/** Reads files for their digest; one that cannot be read is part of the picture, not an error. */
export async function digestFiles(
  names: readonly string[],
  readFile: ReadFile,
): Promise<NamedFiles> {
  const paths = [...new Set(names.map((name) => resolve(name)))]
  const hash = createHash('sha256')
  for (const path of paths) hash.update(JSON.stringify([path, await stateOf(path, readFile)]))
  return { paths, digest: hash.digest('hex') }
}

async function stateOf(path: string, readFile: ReadFile): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path, maxBytes))
      .digest('hex')
  } catch (error) {
    return error instanceof FileProblem ? error.message : 'cannot be read'
  }
}
