import { afterAll, expect, test } from 'bun:test'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDigestKey, readDigestKey } from './digest-key.ts'

const directory = await mkdtemp(join(tmpdir(), 'smartflow-digest-'))
afterAll(() => rm(directory, { recursive: true }))

test('the key is made once, for its owner alone, whoever comes first', async () => {
  const dataDir = join(directory, 'new', 'data')
  expect(await readDigestKey(dataDir)).toBeUndefined()
  const keys = await Promise.all([1, 2, 3, 4].map(() => openDigestKey(dataDir)))
  expect(new Set(keys.map((key) => key.toHex())).size).toBe(1)
  expect(keys[0]).toHaveLength(32)
  expect(await readDigestKey(dataDir)).toEqual(await openDigestKey(dataDir))
  expect(await readdir(dataDir)).toEqual(['config-digest.key'])
  const path = join(dataDir, 'config-digest.key')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  await chmod(path, 0o644)
  await openDigestKey(dataDir)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a file that holds no key is named, and never replaced', async () => {
  const path = join(directory, 'config-digest.key')
  await writeFile(path, 'something else')
  expect(openDigestKey(directory)).rejects.toThrow(path)
  expect(await readDigestKey(directory)).toBeUndefined()
  expect(await Bun.file(path).text()).toBe('something else')
})
