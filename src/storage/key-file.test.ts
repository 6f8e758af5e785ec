import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKeyFile } from './key-file.ts'

test('a key is made once, for its owner alone, and found again', () => {
  const directory = mkdtempSync(join(tmpdir(), 'key-file-'))
  try {
    const path = join(directory, 'deep', 'hash.key')
    const key = openKeyFile(path)
    expect(key).toHaveLength(32)
    expect(openKeyFile(path)).toEqual(key)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(openKeyFile(join(directory, 'other.key'))).not.toEqual(key)
    writeFileSync(path, 'short')
    expect(() => openKeyFile(path)).toThrow('delete it for a new one')
  } finally {
    rmSync(directory, { recursive: true })
  }
})
