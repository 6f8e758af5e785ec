import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configSchema, createConfigLoader, openConfigHistory } from '../config/index.ts'
import { systemClock } from '../core/clock.ts'
import { runConfigCommand } from './config.ts'
import { UsageError } from './io.ts'

const directories: string[] = []
afterAll(() => Promise.all(directories.map((path) => rm(path, { recursive: true, force: true }))))

const environment = { USER: 'ana', KEY: 'sk-value-of-the-variable' }
const good = 'providers:\n  - { name: sim, type: simulated }\n'
const withKey = `${good}  - { name: openai, type: openai, apiKey: "\${env:KEY}" }\n`

interface Shell {
  readonly path: string
  readonly run: (...args: string[]) => Promise<{ code: number; out: string; err: string }>
  readonly accept: (text: string) => Promise<string>
}

async function shell(): Promise<Shell> {
  const cwd = await mkdtemp(join(tmpdir(), 'smartflow-cli-'))
  directories.push(cwd)
  const path = join(cwd, 'smartflow.yaml')
  return {
    path,
    async run(...args) {
      const result = { code: 0, out: '', err: '' }
      result.code = await runConfigCommand(args, {
        environment,
        cwd,
        stdout: (text) => (result.out += text),
        stderr: (text) => (result.err += text),
      })
      return result
    },
    async accept(text) {
      await writeFile(path, text)
      const loader = createConfigLoader(configSchema, { environment })
      const loaded = await loader.load(path)
      const history = openConfigHistory({ dataDir: join(cwd, 'data'), loader, clock: systemClock })
      await history.record(loaded, { author: 'gateway', note: 'changed on disk' })
      return loaded.version
    },
  }
}

test('check accepts a good file and warns of secrets that stand in it', async () => {
  const { run, path } = await shell()
  await writeFile(path, withKey.replace('${env:KEY}', 'sk-literal'))
  const { code, out, err } = await run('check')
  expect([code, out.replace(/[0-9a-f]{16}/, 'V')]).toEqual([
    0,
    'smartflow.yaml is valid, version V\n',
  ])
  expect(err).toBe(
    'smartflow.yaml: the secret at providers[1].apiKey stands in the file; better use ${env:NAME}\n',
  )
})

test('check takes no hash of a key for a secret', async () => {
  const { run, path } = await shell()
  const sha256 = 'ab'.repeat(32)
  const keys = `[{ name: a, sha256: ${sha256}, user: ana@example.com }]`
  const admins = `[{ name: a, sha256: ${sha256.toUpperCase()} }]`
  await writeFile(path, `${good}keys: ${keys}\nserver: { admin: { keys: ${admins} } }\n`)
  expect(await run('check')).toMatchObject({ code: 0, err: '' })
  expect((await run('show')).out).toContain(sha256)
})

test('check names file, line and column of each problem and ends with 1', async () => {
  const { run, path } = await shell()
  await writeFile(path, `${good}modles: []\n`)
  const { code, out, err } = await run('check', 'smartflow.yaml')
  expect([code, out]).toEqual([1, ''])
  expect(err).toBe(
    "smartflow.yaml:3:1 modles: unknown key; did you mean 'models'?\n    3 | modles: []\n      | ^^^^^^\n",
  )
  const json = await run('check', '--json')
  expect([json.code, JSON.parse(json.out)]).toMatchObject([
    1,
    { isValid: false, problems: [{ line: 3, column: 1, path: 'modles' }] },
  ])
})

test('check of a file that is not there says so', async () => {
  const { run } = await shell()
  expect(await run('check', 'none.yaml')).toEqual({
    code: 1,
    out: '',
    err: 'none.yaml:1:1 the file does not exist\n',
  })
})

test('show prints defaults and references, never a secret', async () => {
  const { run, path } = await shell()
  await writeFile(path, withKey)
  const { code, out } = await run('show')
  expect(code).toBe(0)
  expect(out).toContain('listen: 127.0.0.1:7775')
  expect(out).toContain('apiKey: ${env:KEY}')
  expect(out).not.toContain('sk-')
})

test('schema prints JSON Schema that permits references', async () => {
  const { run } = await shell()
  const schema = JSON.parse((await run('schema')).out)
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    properties: { server: { type: 'object' }, providers: { type: 'array' } },
    $defs: { reference: { type: 'string' } },
  })
})

test('history lists what was accepted, rollback goes back, also from a broken file', async () => {
  const { run, path, accept } = await shell()
  const first = await accept(good)
  const second = await accept(withKey)
  const listed = await run('history')
  expect(
    listed.out
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'AT')
      .split('\n')
      .slice(0, 3),
  ).toEqual([
    `#2  ${second}  AT  gateway  changed on disk`,
    '    +providers[openai]',
    `#1  ${first}  AT  gateway  changed on disk`,
  ])
  expect((await run('history', '--diff')).out).toContain('+  - { name: openai')

  const back = await run('rollback')
  expect(back.out).toBe(
    `smartflow.yaml is back at version ${first}, recorded as #3\n  -providers[openai]\n`,
  )
  expect(await readFile(path, 'utf8')).toBe(good)
  expect((await run('history')).out).toContain(`ana  rollback to ${first}`)

  await writeFile(path, 'broken: [')
  const again = await run('rollback', second, 'smartflow.yaml', '--author', 'ben')
  expect([again.code, await readFile(path, 'utf8')]).toEqual([0, withKey])
  expect(JSON.parse((await run('history', '--json')).out)[0]).toMatchObject({
    author: 'ben',
    action: 'rollback',
    restored: second,
  })
})

test('rollback to what is not kept fails with the reason', async () => {
  const { run, path } = await shell()
  await writeFile(path, good)
  const { code, err } = await run('rollback', 'abcdef')
  expect([code, err.includes("no version 'abcdef'")]).toEqual([1, true])
})

test('wrong use is told as such', async () => {
  const { run } = await shell()
  expect(run('chek')).rejects.toThrow("Did you mean 'check'?")
  expect(run('check', 'a', 'b')).rejects.toBeInstanceOf(UsageError)
  expect((await run()).out).toContain('smartflow config rollback')
})
