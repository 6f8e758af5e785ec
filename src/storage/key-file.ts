import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const keyBytes = 32

/**
 * Returns the key in a file, of 32 bytes as hexadecimal digits, and makes it when there is none. Only its owner
 * may read it. Of several processes that make it at once all get the same. Throws when it cannot be read or made.
 */
export function openKeyFile(path: string): Uint8Array {
  const known = read(path)
  if (known !== undefined) return known
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const fresh = `${path}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(fresh, `${randomBytes(keyBytes).toString('hex')}\n`, { mode: 0o600, flush: true })
    chmodSync(fresh, 0o600)
    try {
      linkSync(fresh, path)
    } catch (error) {
      // Somebody else was first.
      if (codeOf(error) !== 'EEXIST') throw error
    }
  } finally {
    rmSync(fresh, { force: true })
  }
  const made = read(path)
  if (made !== undefined) return made
  throw new Error(`The file ${path} is gone.`)
}

function read(path: string): Uint8Array | undefined {
  let text: string
  try {
    text = readFileSync(path, 'latin1').trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  if (/^[0-9a-f]{64}$/.test(text)) return Uint8Array.fromHex(text)
  throw new Error(`The file ${path} holds no key of ${keyBytes} bytes; delete it for a new one.`)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
