import { afterAll, expect, test } from 'bun:test'
import {
  chmod,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { changedPaths } from './changes.ts'
import { unifiedDiff } from './diff.ts'
import { openConfigHistory } from './history.ts'
import type { ConfigHistory } from './history.ts'
import { createConfigLoader } from './load.ts'
import { ConfigError } from './problem.ts'
import { testSchema } from './testing/schema.ts'
import type { TestConfig } from './testing/schema.ts'
import { removedSecret } from './mask.ts'

const directories: string[] = []
afterAll(() => Promise.all(directories.map((path) => rm(path, { recursive: true, force: true }))))

const environment = { KEY: 'value-of-the-variable' }
const loader = createConfigLoader(testSchema, { environment })

interface Room {
  readonly directory: string
  readonly path: string
  readonly history: ConfigHistory<TestConfig>
  readonly accept: (text: string) => Promise<string>
}

async function room(maxEntries = 100): Promise<Room> {
  const directory = await mkdtemp(join(tmpdir(), 'smartflow-history-'))
  directories.push(directory)
  const path = join(directory, 'smartflow.yaml')
  let now = Date.UTC(2026, 0, 1)
  const clock = { now: () => (now += 1_000), monotonic: () => now }
  const history = openConfigHistory({
    dataDir: join(directory, 'data'),
    loader,
    clock,
    maxEntries,
  })
  const accept = async (text: string): Promise<string> => {
    await writeFile(path, text)
    const loaded = await loader.load(path)
    await history.record(loaded, { author: 'ana' })
    return loaded.version
  }
  return { directory, path, history, accept }
}

const listen = (name: string): string => `server: { listen: "${name}:1" }\n`
const provider = (name: string, key: string): string =>
  `  - name: ${name}\n    type: openai\n    apiKey: ${key}\n`

test('accepted versions are kept with author, time, changes and diff, newest first', async () => {
  const { accept, history, path } = await room()
  const first = await accept(listen('a'))
  const second = await accept(`${listen('b')}providers:\n  - { name: x, type: ollama }\n`)
  const { entries } = await history.list()
  expect(entries.map((entry) => [entry.sequence, entry.version, entry.author, entry.at])).toEqual([
    [2, second, 'ana', '2026-01-01T00:00:02.000Z'],
    [1, first, 'ana', '2026-01-01T00:00:01.000Z'],
  ])
  expect(entries[0]).toMatchObject({
    action: 'change',
    source: path,
    changes: ['server.listen', '+providers[x]'],
    diff: '@@ -1,1 +1,3 @@\n-server: { listen: "a:1" }\n+server: { listen: "b:1" }\n+providers:\n+  - { name: x, type: ollama }\n',
    masked: [],
  })
  expect((await history.read(first.slice(0, 6))).text).toBe(listen('a'))
  expect((await history.read('#2')).version).toBe(second)
})

test('the version that is newest already is not kept again, a changed comment is', async () => {
  const { accept, history } = await room()
  await accept(listen('a'))
  await accept(listen('a'))
  expect((await history.list()).entries.length).toBe(1)
  await accept(`# why\n${listen('a')}`)
  expect((await history.list()).entries.map((entry) => entry.changes)).toEqual([
    [],
    expect.any(Array),
  ])
})

test('rollback brings back the text, records itself and can be undone the same way', async () => {
  const { accept, history, path } = await room()
  const first = await accept(`# first\n${listen('a')}`)
  const second = await accept(listen('b'))
  const entry = await history.rollback({ path, reference: 'previous', author: 'ben' })
  expect(entry).toMatchObject({
    action: 'rollback',
    author: 'ben',
    version: first,
    restored: first,
  })
  expect(await readFile(path, 'utf8')).toBe(`# first\n${listen('a')}`)
  await history.record(await loader.load(path), { author: 'gateway' })
  expect((await history.list()).entries.length).toBe(3)
  const again = await history.rollback({ path, reference: 'previous', author: 'ben' })
  expect([again.version, await readFile(path, 'utf8')]).toEqual([second, listen('b')])
})

test('rollback of a broken or missing file goes to the newest good version', async () => {
  const { accept, history, path } = await room()
  await accept(listen('a'))
  await accept(listen('b'))
  await writeFile(path, 'serverr: [')
  await history.rollback({ path, reference: 'previous', author: 'ben' })
  expect(await readFile(path, 'utf8')).toBe(listen('b'))
  await rm(path)
  await history.rollback({ path, reference: 'previous', author: 'ben' })
  expect(await readFile(path, 'utf8')).toBe(listen('b'))
})

test('rollback keeps the mode of the file and the symbolic link that leads to it', async () => {
  const { accept, history, path, directory } = await room()
  await accept(listen('a'))
  await accept(listen('b'))
  await chmod(path, 0o640)
  const linked = join(directory, 'link.yaml')
  await symlink('smartflow.yaml', linked)
  await history.rollback({ path: linked, reference: '1', author: 'ben' })
  expect(await readlink(linked)).toBe('smartflow.yaml')
  expect(await readFile(path, 'utf8')).toBe(listen('a'))
  expect((await stat(path)).mode & 0o777).toBe(0o640)
  expect((await readdir(directory)).filter((name) => name.includes('tmp'))).toEqual([])
})

test('a version that today would be refused is not brought back, and nothing is recorded', async () => {
  const { accept, history, path, directory } = await room()
  await accept('store: "${env:KEY}"\n')
  await accept(listen('b'))
  const strict = createConfigLoader(testSchema, { environment: {} })
  const clock = { now: () => 0, monotonic: () => 0 }
  const today = openConfigHistory({ dataDir: join(directory, 'data'), loader: strict, clock })
  const attempt = today.rollback({ path, reference: '1', author: 'ben' })
  expect(attempt).rejects.toBeInstanceOf(ConfigError)
  await attempt.catch(() => undefined)
  expect(await readFile(path, 'utf8')).toBe(listen('b'))
  expect((await history.list()).entries.length).toBe(2)
})

test('a rollback that cannot be written leaves no entry behind', async () => {
  const { accept, history, path, directory } = await room()
  await accept(listen('a'))
  await accept(listen('b'))
  await rm(path)
  const gone = join(directory, 'none', 'smartflow.yaml')
  const attempt = history.rollback({ path: gone, reference: '1', author: 'ben' })
  expect(await attempt.catch((error: Error) => error.message)).toBe(`${gone} does not exist`)
  expect((await history.list()).entries.length).toBe(2)
})

test('a literal secret never enters history and comes back from the present file by name', async () => {
  const { accept, history, path, directory } = await room()
  await accept(
    `providers:\n${provider('a', 'sk-literal-aaaa # apiKey: sk-older')}${provider('b', '"sk-literal-bbbb"')}${provider('c', '${env:KEY}')}# key: sk-literal-aaaa\n`,
  )
  const swapped = `providers:\n${provider('b', 'sk-present-bbbb')}${provider('a', '|-\n      sk-present-aaaa')}`
  await accept(swapped)
  const { entries } = await history.list()
  expect(entries[1]?.masked).toEqual(['providers[0].apiKey', 'providers[1].apiKey'])
  expect(entries[1]?.text).toContain('apiKey: ${env:KEY}')
  const files = await readdir(join(directory, 'data', 'config-history'))
  for (const file of files) {
    const stored = await readFile(join(directory, 'data', 'config-history', file), 'utf8')
    expect(stored).not.toMatch(/sk-/)
  }
  await history.rollback({ path, reference: '1', author: 'ben' })
  const { config } = await loader.load(path)
  expect(
    config.providers.map((entry) => [entry.name, entry.type === 'openai' && entry.apiKey.reveal()]),
  ).toEqual([
    ['a', 'sk-present-aaaa'],
    ['b', 'sk-present-bbbb'],
    ['c', 'value-of-the-variable'],
  ])
})

test('a rollback that needs a secret nobody has any more is refused with the reason', async () => {
  const { accept, history, path } = await room()
  await accept(`providers:\n${provider('a', 'sk-literal-aaaa')}`)
  await accept(`providers:\n${provider('z', 'sk-literal-zzzz')}`)
  const attempt = history.rollback({ path, reference: '1', author: 'ben' })
  expect(await attempt.catch((error: Error) => error.message)).toContain(
    'the secret at providers[0].apiKey stood in the file itself',
  )
  expect(await readFile(path, 'utf8')).toContain('sk-literal-zzzz')
})

test('a stored text that is copied back by hand is refused, not used with the note as a key', async () => {
  const { path } = await room()
  await writeFile(path, `store: "${removedSecret}"\n`)
  expect(loader.load(path)).rejects.toThrow('a secret was removed here')
})

test('only the newest versions are kept, and damaged entries are named', async () => {
  const { accept, history, directory } = await room(3)
  for (const name of ['a', 'b', 'c', 'd', 'e']) await accept(listen(name))
  const folder = join(directory, 'data', 'config-history')
  await writeFile(join(folder, '00000004.json'), '{"sequence":')
  const { entries, damaged } = await history.list()
  expect(entries.map((entry) => entry.sequence)).toEqual([5, 3])
  expect(damaged).toEqual(['00000004.json'])
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, '00000005.json'))).mode & 0o777).toBe(0o600)
})

test('two processes that record at once both get their entry', async () => {
  const { directory, history } = await room()
  const clock = { now: () => 0, monotonic: () => 0 }
  const other = openConfigHistory({ dataDir: join(directory, 'data'), loader, clock })
  await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const loaded = await loader.parse(listen(`n${index}`), 'x.yaml')
      await (index % 2 === 0 ? history : other).record(loaded, { author: 'ana' })
    }),
  )
  const { entries, damaged } = await history.list()
  expect(new Set(entries.map((entry) => entry.sequence)).size).toBe(10)
  expect([entries.length, damaged.length]).toEqual([10, 0])
})

test('an unknown version is refused with what is kept', async () => {
  const { accept, history } = await room()
  await accept(listen('a'))
  expect(history.read('ffff0000')).rejects.toThrow("no version 'ffff0000'")
})

test('a diff applied to the old text gives the new one', () => {
  const line = fc.constantFrom('a', 'b', 'c', 'd')
  fc.assert(
    fc.property(fc.array(line), fc.array(line), (before, after) => {
      const text = (lines: string[]): string => lines.map((entry) => `${entry}\n`).join('')
      const diff = unifiedDiff(text(before), text(after))
      expect(applyDiff(before, diff)).toEqual(after)
      if (before.join() === after.join()) expect(diff).toBe('')
    }),
    { numRuns: 300 },
  )
})

test('changed paths name list entries, and moving one is one change', () => {
  const a = { name: 'a', weight: 1 }
  const b = { name: 'b', weight: 1 }
  expect(changedPaths({ models: [a, b] }, { models: [{ ...a, weight: 2 }, b] })).toEqual([
    'models[a].weight',
  ])
  expect(changedPaths({ models: [a, b] }, { models: [b, a] })).toEqual(['models'])
  expect(changedPaths({ models: [a] }, { models: [b], x: 1 })).toEqual([
    '-models[a]',
    '+models[b]',
    '+x',
  ])
})

function applyDiff(before: readonly string[], diff: string): string[] {
  const result: string[] = []
  let at = 0
  for (const line of diff.split('\n').slice(0, -1)) {
    const range = /^@@ -(\d+),(\d+) /.exec(line)
    if (range === null) {
      if (line.startsWith('+')) result.push(line.slice(1))
      else {
        expect(before[at]).toBe(line.slice(1))
        if (line.startsWith(' ')) result.push(line.slice(1))
        at += 1
      }
      continue
    }
    const start = Number(range[1]) - (range[2] === '0' ? 0 : 1)
    result.push(...before.slice(at, start))
    at = start
  }
  return [...result, ...before.slice(at)]
}
