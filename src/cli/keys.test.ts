import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../core/clock.ts'
import { createKeyDirectory, newKey, openKeyStore } from '../identity/index.ts'
import type { StoredKey } from '../identity/index.ts'
import { UsageError } from './io.ts'
import { runKeysCommand } from './keys.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'smartflow-cli-keys-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

async function run(
  ...args: string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let out = ''
  let err = ''
  const code = await runKeysCommand(args, {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    environment: { USER: 'root', SUDO_USER: 'carla' },
    cwd,
  })
  return { code, out, err }
}

async function storedKeys(dataDir = join(cwd, 'data')): Promise<readonly StoredKey[]> {
  await using store = openKeyStore({ dataDir, clock: systemClock })
  return store.list()
}

async function faultOf(...args: string[]): Promise<string> {
  try {
    await run(...args)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return String(error)
  }
  throw new Error('The command was accepted.')
}

describe('keys new', () => {
  test('prints the key, and nothing else, to standard output, once', async () => {
    const { code, out, err } = await run('new', '--user', 'ana@example.com', '--name', 'laptop')
    expect(code).toBe(0)
    expect(out).toMatch(/^sk-sf-[0-9a-f]{48}\n$/)
    expect(err).not.toContain(out.trim())
    expect(err).toContain("'laptop'")
    expect(err).toContain('only time')
    expect(err).toContain(join(cwd, 'data', 'keys.sqlite'))
    const directory = createKeyDirectory({ configured: [], stored: await storedKeys() })
    expect(directory.find(out.trim(), Date.now())).toMatchObject({ id: 'ana@example.com' })
  })

  test('stores every option, and who made the key', async () => {
    const start = Date.now()
    const options =
      '--user bot --name batch --kind service --tenant acme --department research --groups a,b ' +
      '--models gpt-*,claude-* --tier=gold --product search --expires 30d --data ./other'
    await run('new', ...options.split(' '))
    const [key] = await storedKeys(join(cwd, 'other'))
    expect(key).toMatchObject({
      user: 'bot',
      name: 'batch',
      kind: 'service',
      tenant: 'acme',
      department: 'research',
      groups: ['a', 'b'],
      models: ['gpt-*', 'claude-*'],
      tier: 'gold',
      product: 'search',
      createdBy: 'carla',
    })
    expect(key?.expiresAt).toBeWithin(start + 30 * 86_400_000, Date.now() + 30 * 86_400_000 + 1)
    expect(existsSync(join(cwd, 'data'))).toBe(false)
  })

  test('understands durations, days and times', async () => {
    await run('new', '--user', 'ana', '--expires', '2099-01-31')
    await run('new', '--user', 'ana', '--expires', '2099-01-31T01:00:00+01:00')
    expect((await storedKeys()).map((key) => key.expiresAt)).toEqual([
      Date.UTC(2099, 0, 31),
      Date.UTC(2099, 0, 31),
    ])
  })

  test('says what is wrong and makes nothing', async () => {
    expect(await faultOf('new')).toContain('--user')
    expect(await faultOf('new', '--user', 'ana', '--expires', 'tomorrow')).toContain('30d')
    expect(await faultOf('new', '--user', 'ana', '--expires', '0d')).toContain('not understood')
    expect(await faultOf('new', '--user', 'ana', '--expires', '2000-01-01')).toContain(
      'in the past',
    )
    expect(await faultOf('new', '--user', 'ana', '--expires', '2099-02-31T00:00')).toContain('not')
    expect(await faultOf('new', '--user', 'ana', '--kind', 'robot')).toContain(
      'user, service or agent',
    )
    expect(await faultOf('new', '--usr', 'ana')).toContain('--usr')
    expect(await faultOf('new', 'ana')).toContain("'ana'")
    expect(existsSync(join(cwd, 'data'))).toBe(false)
    const refused = await run('new', '--user', 'ana', '--groups', 'a,,b').catch(String)
    expect(refused).toContain('groups[1]')
  })
})

describe('keys list', () => {
  test('shows keys by their last digits only', async () => {
    const { out: key } = await run('new', '--user', 'ana', '--name', 'laptop')
    await run('new', '--user', '田中')
    const { code, out } = await run('list')
    expect(code).toBe(0)
    expect(out).not.toContain(key.trim())
    expect(out).toContain(`sk-sf-…${key.trim().slice(-4)}`)
    expect(out.split('\n')).toHaveLength(4)
    const statusColumns = out.split('\n').flatMap((line) => {
      const at = line.search(/STATUS|active/)
      return at < 0 ? [] : [Bun.stringWidth(line.slice(0, at))]
    })
    expect(new Set(statusColumns).size).toBe(1)
  })

  test('prints JSON for programs, with the status of each key', async () => {
    await run('new', '--user', 'ana', '--name', 'laptop')
    await run('revoke', 'laptop')
    const keys: unknown = JSON.parse((await run('list', '--json')).out)
    expect(keys).toMatchObject([{ name: 'laptop', user: 'ana', status: 'revoked' }])
  })

  test('makes no data folder where there is none', async () => {
    expect(await run('list')).toMatchObject({ code: 0, out: '' })
    expect(await run('list', '--json')).toMatchObject({ code: 0, out: '[]\n' })
    expect(existsSync(join(cwd, 'data'))).toBe(false)
  })
})

describe('keys revoke', () => {
  test('revokes by name, by id and by the key itself', async () => {
    await run('new', '--user', 'ana', '--name', 'one')
    await run('new', '--user', 'ana', '--name', 'two')
    const { out: key } = await run('new', '--user', 'ana', '--name', 'three')
    const id = (await storedKeys())[1]?.id ?? ''
    expect((await run('revoke', 'one')).out).toContain("Revoked key 'one'")
    expect((await run('revoke', id)).out).toContain("Revoked key 'two'")
    const { out } = await run('revoke', key.trim())
    expect(out).toContain("Revoked key 'three'")
    expect(out).not.toContain(key.trim())
    expect((await storedKeys()).every((stored) => stored.revokedAt !== undefined)).toBe(true)
  })

  test('says so when the key was revoked before', async () => {
    await run('new', '--user', 'ana', '--name', 'one')
    await run('revoke', 'one')
    expect(await run('revoke', 'one')).toMatchObject({
      code: 0,
      out: expect.stringContaining('was revoked already'),
    })
  })

  test('fails for a key that is not there, suggests a name and repeats no key', async () => {
    await run('new', '--user', 'ana', '--name', 'laptop')
    expect(await run('revoke', 'labtop')).toMatchObject({
      code: 1,
      err: expect.stringContaining("Did you mean 'laptop'?"),
    })
    const unknown = newKey()
    const { code, err } = await run('revoke', unknown)
    expect(code).toBe(1)
    expect(err).not.toContain(unknown)
    expect(await faultOf('revoke')).toContain('ID|NAME|KEY')
  })
})

test('an unknown subcommand gets the nearest one, none gets help', async () => {
  expect(await faultOf('lst')).toContain("Did you mean 'list'?")
  expect(await run()).toMatchObject({ code: 2, out: expect.stringContaining('keys new --user') })
  expect(await run('--help')).toMatchObject({ code: 0 })
  expect(await run('new', '--help')).toMatchObject({ code: 0 })
})
