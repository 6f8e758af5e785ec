import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import {
  createKeyDirectory,
  hashKey,
  keyStorePath,
  openKeyStore,
  watchStoredKeys,
  type KeyDirectory,
  type KeyStore,
  type NewKey,
} from './index.ts'

let dataDir: string
let nowMs: number
const clock: Clock = { now: () => nowMs, monotonic: () => nowMs }
const ana: NewKey = { user: 'ana@example.com', createdBy: 'test' }

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'smartflow-keys-'))
  nowMs = 1_800_000_000_000
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

function open(): KeyStore {
  return openKeyStore({ dataDir, clock })
}

describe('create', () => {
  test('fills in what is left out and keeps what is given, also over a restart', async () => {
    const full: NewKey = {
      user: 'ana@example.com',
      createdBy: 'ben',
      name: 'laptop',
      kind: 'agent',
      tenant: 'acme',
      department: 'research',
      groups: ['analysts', 'räte'],
      models: ['gpt-*', 'claude-*'],
      product: 'search',
      tier: 'gold',
      expiresAt: nowMs + 1,
    }
    {
      await using store = open()
      const { key, stored } = store.create(ana)
      expect(stored).toEqual({
        id: stored.id,
        name: stored.id,
        sha256: hashKey(key),
        lastFour: key.slice(-4),
        user: 'ana@example.com',
        kind: 'user',
        tenant: 'default',
        groups: [],
        models: ['*'],
        createdAt: nowMs,
        createdBy: 'test',
      })
      expect(stored.id).toMatch(/^key_[0-9a-f]{16}$/)
      store.create(full)
    }
    await using store = open()
    expect(store.list()).toHaveLength(2)
    expect(store.list()[1]).toMatchObject({ ...full, createdAt: nowMs })
  })

  test('leaves no plain key in any file, before and after closing', async () => {
    const keys: string[] = []
    const search = (): void => {
      for (const file of readdirSync(dataDir)) {
        const bytes = readFileSync(join(dataDir, file))
        for (const key of keys) {
          expect(bytes.includes(key)).toBe(false)
          expect(bytes.includes(key.slice('sk-sf-'.length))).toBe(false)
          expect(bytes.includes(Buffer.from(key.slice('sk-sf-'.length), 'hex'))).toBe(false)
        }
      }
    }
    {
      await using store = open()
      for (let index = 0; index < 20; index++) keys.push(store.create(ana).key)
      search()
    }
    expect(readFileSync(keyStorePath(dataDir)).includes(hashKey(keys[0] ?? ''))).toBe(true)
    search()
  })

  test('refuses fields that must not be stored, and says which', async () => {
    await using store = open()
    const refused: [Partial<NewKey>, string][] = [
      [{ user: '' }, 'user'],
      [{ user: 'a\u001b[2J' }, 'user'],
      [{ name: 'x'.repeat(257) }, 'name'],
      [{ name: 'key_0123' }, 'name'],
      [{ groups: ['a', ' '] }, 'groups[1]'],
      [{ models: [] }, 'models'],
      [{ expiresAt: nowMs }, 'expiresAt'],
      [{ expiresAt: NaN }, 'expiresAt'],
    ]
    for (const [fields, param] of refused) {
      expect(() => store.create({ ...ana, ...fields })).toThrow(
        expect.objectContaining({ code: 'invalid_request', param }),
      )
    }
    expect(store.list()).toEqual([])
  })

  test('refuses a name in force and frees the name of a revoked key', async () => {
    await using store = open()
    const first = store.create({ ...ana, name: 'laptop' })
    expect(() => store.create({ ...ana, name: 'laptop' })).toThrow('taken')
    store.revoke('laptop')
    const second = store.create({ ...ana, name: 'laptop' })
    nowMs++
    expect(store.revoke('laptop')?.id).toBe(second.stored.id)
    expect(store.revoke(first.stored.id)?.revokedAt).toBe(nowMs - 1)
  })
})

describe('revoke', () => {
  test('keeps the time of the first revocation', async () => {
    await using store = open()
    const { stored } = store.create(ana)
    expect(store.revoke(stored.id)?.revokedAt).toBe(nowMs)
    nowMs += 5
    expect(store.revoke(stored.id)?.revokedAt).toBe(nowMs - 5)
    expect(store.list()[0]?.revokedAt).toBe(nowMs - 5)
  })

  test('knows no key that is not there', async () => {
    await using store = open()
    expect(store.revoke('nobody')).toBeUndefined()
  })
})

describe('changes', () => {
  test('moves with changes of this and of another connection, and only then', async () => {
    await using store = open()
    await using other = open()
    const start = store.changes()
    expect(store.changes()).toBe(start)
    const { stored } = store.create(ana)
    const created = store.changes()
    expect(created).not.toBe(start)
    expect(store.changes()).toBe(created)
    other.revoke(stored.id)
    expect(store.changes()).not.toBe(created)
  })
})

describe('watchStoredKeys', () => {
  test('picks up a key made and revoked by another process within a second', async () => {
    await using store = open()
    const program = `
      const { openKeyStore } = await import(${JSON.stringify(join(import.meta.dir, 'index.ts'))})
      const clock = { now: Date.now, monotonic: Date.now }
      await using store = openKeyStore({ dataDir: ${JSON.stringify(dataDir)}, clock })
      const [command, name] = process.argv.slice(-2)
      if (command === 'new') console.log(store.create({ user: 'ana', createdBy: 'x', name }).key)
      else store.revoke(name)`
    const otherProcess = async (...args: string[]): Promise<string> => {
      const child = Bun.spawn([process.execPath, '-e', program, '--', ...args])
      const text = await child.stdout.text()
      expect(await child.exited).toBe(0)
      return text.trim()
    }
    let directory: KeyDirectory = createKeyDirectory({ configured: [], stored: [] })
    await using watches = new AsyncDisposableStack()
    watches.use(
      watchStoredKeys(store, {
        intervalMs: 50,
        onChange: () => {
          directory = createKeyDirectory({ configured: [], stored: store.list() })
        },
        onError: (error) => {
          throw error
        },
      }),
    )
    const key = await otherProcess('new', 'laptop')
    await until(() => typeof directory.find(key, Date.now()) === 'object')
    await otherProcess('revoke', 'laptop')
    await until(() => directory.find(key, Date.now()) === 'revoked')
  })

  test('loads at once, only after changes, again after a failure, and never after disposal', async () => {
    await using store = open()
    let loads = 0
    let isBroken = false
    const errors: unknown[] = []
    const watch = watchStoredKeys(store, {
      intervalMs: 5,
      onChange: () => {
        if (isBroken) throw new Error('disk')
        loads++
      },
      onError: (error) => errors.push(error),
    })
    expect(loads).toBe(1)
    await Bun.sleep(30)
    expect(loads).toBe(1)
    isBroken = true
    store.create(ana)
    await until(() => errors.length > 0)
    await Bun.sleep(30)
    expect(errors).toHaveLength(1)
    isBroken = false
    await until(() => loads === 2)
    await watch[Symbol.asyncDispose]()
    store.create(ana)
    await Bun.sleep(30)
    expect(loads).toBe(2)
  })
})

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 1000
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error('It did not become true within a second.')
    await Bun.sleep(5)
  }
}
