import { lstat, readlink, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** What a set of files looked like at one moment, without reading them. */
export interface Signature {
  readonly text: string
  /** Newest change of any of the files, in milliseconds since the epoch. */
  readonly changedAt: number
  /** Every directory in which a replaced file or symbolic link would show. */
  readonly directories: readonly string[]
}

const maxLinks = 16

/** Looks at files through all symbolic links; a missing file is part of the picture, not an error. */
export async function signatureOf(paths: readonly string[]): Promise<Signature> {
  const directories = new Set<string>()
  let text = ''
  let changedAt = 0
  for (const path of paths) {
    const absolute = resolve(path)
    for (const directory of await directoriesOf(absolute)) directories.add(directory)
    try {
      const found = await stat(absolute, { bigint: true })
      const { dev, ino, size, mtimeNs, ctimeNs } = found
      text += `${absolute} ${await realpath(absolute)} ${[dev, ino, size, mtimeNs, ctimeNs].join(' ')}\n`
      changedAt = Math.max(changedAt, Number(found.ctimeMs), Number(found.mtimeMs))
    } catch {
      // Missing or unreadable: loading will say so; here it only matters that this changes.
      text += `${absolute} absent\n`
    }
  }
  return { text, changedAt, directories: [...directories] }
}

/** The directory of a path and of every symbolic link on the way to the file it stands for. */
async function directoriesOf(path: string): Promise<string[]> {
  const found = new Set([dirname(path)])
  let links = 0
  const follow = async (absolute: string): Promise<string> => {
    const parts = absolute.split('/').slice(1)
    let at = '/'
    for (const part of parts) {
      const next = resolve(at, part)
      const target = (await isLink(next)) ? await readlink(next) : undefined
      if (target === undefined) {
        at = next
        continue
      }
      links += 1
      if (links > maxLinks) return next
      found.add(at)
      at = await follow(resolve(at, target))
    }
    return at
  }
  try {
    found.add(dirname(await follow(path)))
  } catch {
    // A link vanished while it was followed; what was found so far is watched, the poll sees the rest.
  }
  return [...found]
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch {
    // A path that does not exist is no link.
    return false
  }
}
