import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../storage/index.ts'
import { openBarrierStore, readBarrierStore } from './store.ts'
import { barriersOf, dayMs, person } from './testing/knowledge.ts'
import type { Crossing } from './types.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'smartflow-barriers-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const clock = { now: () => 100 * dayMs }
const open = () => openBarrierStore({ dataDir, clock })
const ana = { id: 'ana', tenant: 'default' }
const conflicts = [{ name: 'oil', categories: ['client:a', 'client:b'] }]

function seenBy(store: ReturnType<typeof open>, who = ana): unknown {
  return Object.fromEntries(store.history.of(who) ?? [])
}

describe('the history', () => {
  test('is there again after a start, with the first and the last day', async () => {
    {
      await using store = open()
      store.history.keep(ana, ['client:a', 'deal:x'], 7)
      store.history.keep(ana, ['client:a'], 9)
      store.history.keep({ ...ana, tenant: 'other' }, ['client:b'], 8)
      expect(seenBy(store)).toEqual({
        'client:a': { firstDay: 7, lastDay: 9 },
        'deal:x': { firstDay: 7, lastDay: 7 },
      })
    }
    await using store = open()
    expect(seenBy(store)).toEqual({
      'client:a': { firstDay: 7, lastDay: 9 },
      'deal:x': { firstDay: 7, lastDay: 7 },
    })
    expect(seenBy(store, { ...ana, tenant: 'other' })).toEqual({
      'client:b': { firstDay: 8, lastDay: 8 },
    })
  })

  test('knows someone however their id is spelt', async () => {
    await using store = open()
    store.history.keep({ id: 'Ana@Example.com', tenant: 'default' }, ['client:a'], 7)
    expect(store.history.of({ id: 'ana@example.com', tenant: 'default' })?.size).toBe(1)
    expect(store.history.of({ id: 'ana@example.co', tenant: 'default' })).toBeUndefined()
  })

  test('forgets nothing when the clock goes back', async () => {
    await using store = open()
    store.history.keep(ana, ['client:a'], 9)
    store.history.keep(ana, ['client:a'], 3)
    expect(seenBy(store)).toEqual({ 'client:a': { firstDay: 9, lastDay: 9 } })
  })

  test('is written once a day for each label, not for each call', async () => {
    await using store = open()
    store.history.keep(ana, ['client:a'], 7)
    await using spy = openDatabase(join(dataDir, 'barriers.sqlite'))
    spy.execute('DROP TABLE contacts')
    store.history.keep(ana, ['client:a'], 7)
    expect(() => store.history.keep(ana, ['client:a'], 8)).toThrow('contacts')
  })

  test('that cannot be kept lets nothing in, and remembers nothing', async () => {
    await using store = open()
    const barriers = barriersOf({ conflicts }, { ...store, clock })
    await using spy = openDatabase(join(dataDir, 'barriers.sqlite'))
    spy.execute('ALTER TABLE contacts RENAME TO gone')
    const contact = {
      principal: person('ana'),
      labels: ['client:a'],
      direction: 'send',
      at: 0,
    } as const
    expect(() => barriers.enter(contact)).toThrow('could not be inspected')
    expect(store.history.of(ana)).toBeUndefined()
    spy.execute('ALTER TABLE gone RENAME TO contacts')
    expect(barriers.enter(contact).isAllowed).toBe(true)
    expect(barriers.enter({ ...contact, labels: ['client:b'] }).isAllowed).toBe(false)
  })

  test('keeps what a contact was let in for, whenever the process is killed', async () => {
    const letIn: string[] = []
    for (let round = 0; round < 4; round++) letIn.push(...(await runAndKill(String(round))))
    expect(letIn.length).toBeGreaterThan(8)
    await using store = open()
    expect(letIn.filter((label) => !store.history.of(ana)?.has(label))).toEqual([])
    const barriers = barriersOf(
      { conflicts: [{ name: 'all', categories: ['client:*', 'rival'] }] },
      { ...store, clock },
    )
    const rival = {
      principal: person('ana'),
      labels: ['rival'],
      direction: 'receive',
      at: 0,
    } as const
    expect(barriers.enter(rival).isAllowed).toBe(false)
  })
})

async function runAndKill(life: string): Promise<string[]> {
  const script = join(import.meta.dir, 'testing', 'kill-writer.ts')
  const child = Bun.spawn([process.execPath, script, dataDir, life], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let output = ''
  for await (const chunk of child.stdout) {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), Number(life) * 9 + 3)
    output += new TextDecoder().decode(chunk)
  }
  await child.exited
  // The last line may be cut by the kill.
  return output.split('\n').slice(0, -1)
}

describe('crossings', () => {
  const crossing: Crossing = {
    id: 'crossing_1',
    user: 'ana',
    tenant: 'default',
    categories: ['deal:falcon'],
    direction: 'receive',
    from: 99 * dayMs,
    until: 102 * dayMs,
    approver: 'compliance',
    reason: 'joins the team',
    grantedAt: 99 * dayMs,
  }

  test('are there again after a start, and the latest is listed first', async () => {
    const later = { ...crossing, id: 'crossing_2', user: 'ben', grantedAt: crossing.grantedAt + 1 }
    {
      await using store = open()
      store.crossings.grant(crossing)
      store.crossings.grant(later)
    }
    await using store = open()
    expect(store.crossings.of(ana)).toEqual([crossing])
    expect(store.crossings.list()).toEqual([later, crossing])
    expect(store.crossings.list(ana)).toEqual([crossing])
    expect(store.crossings.find('crossing_2')).toEqual(later)
    expect(store.crossings.find('crossing_3')).toBeUndefined()
  })

  test('are over for good once they are revoked', async () => {
    const by = { revokedBy: 'audit', revokedAt: 100 * dayMs }
    {
      await using store = open()
      store.crossings.grant(crossing)
      expect(store.crossings.revoke('crossing_1', by)).toEqual({ ...crossing, ...by })
      expect(store.crossings.of(ana)).toEqual([])
      expect(() => store.crossings.revoke('crossing_1', by)).toThrow('crossing_1')
    }
    await using store = open()
    expect(store.crossings.of(ana)).toEqual([])
    expect(store.crossings.list()).toEqual([{ ...crossing, ...by }])
  })

  test('change nothing when they cannot be kept', async () => {
    await using store = open()
    store.crossings.grant(crossing)
    expect(() => store.crossings.grant(crossing)).toThrow('UNIQUE')
    expect(store.crossings.of(ana)).toEqual([crossing])
  })
})

describe('a store that is only read', () => {
  test('shows what another process keeps, and changes nothing', async () => {
    await using store = open()
    store.history.keep(ana, ['client:a'], 7)
    await using reader = readBarrierStore({ dataDir, clock })
    expect(reader?.history.of(ana)?.get('client:a')).toEqual({ firstDay: 7, lastDay: 7 })
    expect(() => reader?.history.keep(ana, ['client:a'], 8)).toThrow('readonly')
  })

  test('is not made where there is none', () => {
    expect(readBarrierStore({ dataDir, clock })).toBeUndefined()
    expect(readdirSync(dataDir)).toEqual([])
  })
})
