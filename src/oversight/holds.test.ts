import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HoldRecord } from '../core/record.ts'
import { migrate, openDatabase } from '../storage/index.ts'
import { toolCallContent } from './action-digest.ts'
import { HoldRefused } from './hold.ts'
import type { HoldFacts } from './hold.ts'
import { holdMigration, openHoldStore } from './hold-store.ts'
import type { HoldStore } from './hold-store.ts'
import { openHolds } from './holds.ts'
import type { HeldAction, HoldOptions, Holds, HoldSettings } from './holds.ts'
import { stopMigration } from './stop-store.ts'

let dataDir: string
let now: number
let records: HoldRecord[]
let errors: unknown[]
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'smartflow-holds-'))
  now = 1_000_000
  records = []
  errors = []
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const settings: HoldSettings = {
  waitMs: 900_000,
  decisionTtlMs: 3_600_000,
  maxUses: 1,
  approvers: 1,
  maxWaiting: 100,
  maxWaitingPerCaller: 10,
  retentionMs: 86_400_000,
}

function openStore(): HoldStore & AsyncDisposable {
  const database = openDatabase(join(dataDir, 'oversight.sqlite'))
  migrate(database, [stopMigration, holdMigration])
  return {
    ...openHoldStore(database),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

function open(store: HoldStore, more: Partial<HoldOptions> = {}, set: Partial<HoldSettings> = {}) {
  return openHolds({
    store,
    clock: { now: () => now },
    key: new Uint8Array(32),
    settings: () => ({ ...settings, ...set }),
    record: (record) => {
      records.push(record)
      return Promise.resolve()
    },
    onError: (error) => void errors.push(error),
    ...more,
  })
}

function action(content: string, facts: Partial<HoldFacts> = {}): HeldAction {
  return {
    content,
    facts: {
      requestId: 'req_1',
      tenant: 'default',
      requester: 'agent-7',
      kind: 'tool-call',
      tool: 'delete_user',
      tier: 'T3',
      ruleIds: ['t3'],
      labels: [],
      ...facts,
    },
  }
}

/** Opens a hold and returns its id. */
async function held(holds: Holds, given: HeldAction): Promise<string> {
  const { state, holdId } = await holds.ask(given)
  if (state !== 'waiting' || holdId === undefined) throw new Error(`it is ${state}`)
  return holdId
}

const yes = (by = 'ana') => ({ by, verdict: 'approve', reason: 'fine' }) as const
const no = (by = 'ana') => ({ by, verdict: 'deny', reason: 'no' }) as const

describe('an action', () => {
  test('waits, passes once when it was approved, and waits anew', async () => {
    await using store = openStore()
    using holds = open(store)
    const id = await held(holds, action('x'))
    expect(await holds.ask(action('x'))).toEqual({
      state: 'waiting',
      holdId: id,
      waitUntil: now + 900_000,
    })
    const waited = holds.wait(id, 5_000, new AbortController().signal)
    expect(holds.decide(id, yes())).toMatchObject({ state: 'approved', usesLeft: 1 })
    expect(await waited).toBe('approved')
    const both = await Promise.all([holds.ask(action('x')), holds.ask(action('x'))])
    expect(both.map(({ state }) => state).toSorted()).toEqual(['approved', 'waiting'])
    expect(records.map(({ event, holdId }) => [event, holdId === id])).toEqual([
      ['opened', true],
      ['used', true],
      ['opened', false],
    ])
  })

  test('is what its caller does with this very content, and nothing else', async () => {
    await using store = openStore()
    using holds = open(store)
    holds.decide(await held(holds, action('x')), yes())
    for (const other of [
      action('y'),
      action('x', { requester: 'agent-8' }),
      action('x', { tenant: 'other' }),
      action('x', { kind: 'request' }),
    ]) {
      expect((await holds.ask(other)).state).toBe('waiting')
    }
    expect((await holds.ask(action('x'))).state).toBe('approved')
  })

  test('of a tool is the same in whatever order its arguments stand', () => {
    const one = toolCallContent('pay', { to: { a: 1, b: [2, { d: 1, c: 2 }] }, amount: 5 })
    expect(toolCallContent('pay', { amount: 5, to: { b: [2, { c: 2, d: 1 }], a: 1 } })).toBe(one)
    expect(toolCallContent('pay', { amount: 5, to: { b: [{ c: 2, d: 1 }, 2], a: 1 } })).not.toBe(
      one,
    )
    expect(toolCallContent('pay', undefined)).not.toBe(toolCallContent('pay', {}))
  })

  test('stays denied for a while when somebody said no', async () => {
    await using store = openStore()
    using holds = open(store)
    const id = await held(holds, action('x'))
    holds.decide(id, no())
    expect(await holds.ask(action('x'))).toMatchObject({ state: 'denied', holdId: id })
    now += 3_600_000
    expect((await holds.ask(action('x'))).state).toBe('waiting')
  })

  test('expires when nobody decides, and so does its approval', async () => {
    await using store = openStore()
    using holds = open(store)
    const id = await held(holds, action('x'))
    now += 900_000
    expect(holds.get(id)?.state).toBe('expired')
    expect(() => holds.decide(id, yes())).toThrow(HoldRefused)
    const again = await held(holds, action('x'))
    expect(again).not.toBe(id)
    holds.decide(again, yes())
    now += 3_600_000
    expect((await holds.ask(action('x'))).state).toBe('waiting')
    expect(records.map(({ event }) => event)).toEqual(['opened', 'expired', 'opened', 'opened'])
  })

  test('that nobody decides about tells those who wait', async () => {
    await using store = openStore()
    using holds = open(store, { clock: { now: () => Date.now() } }, { waitMs: 20 })
    const id = await held(holds, action('x'))
    expect(await holds.wait(id, 5_000, new AbortController().signal)).toBe('expired')
    expect(holds.waiting).toBe(0)
  })

  test('is waited for no longer than somebody wants to', async () => {
    await using store = openStore()
    using holds = open(store)
    const id = await held(holds, action('x'))
    const leaving = new AbortController()
    expect(await holds.wait(id, 5, leaving.signal)).toBe('waiting')
    const waited = holds.wait(id, 60_000, leaving.signal)
    leaving.abort()
    expect(await waited).toBe('waiting')
    expect(await holds.wait('hold_unknown', 5, new AbortController().signal)).toBe('denied')
  })
})

describe('people', () => {
  test('decide about what others want, and each once', async () => {
    await using store = openStore()
    using holds = open(store, {}, { approvers: 2 })
    const id = await held(holds, action('x', { requester: 'Ana' }))
    expect(() => holds.decide(id, yes('ana'))).toThrow('of their own')
    expect(() => holds.decide(id, no('ANA'))).toThrow('of their own')
    expect(holds.decide(id, yes('ben'))).toMatchObject({ state: 'waiting' })
    expect(() => holds.decide(id, yes('Ben'))).toThrow('second person')
    expect((await holds.ask(action('x', { requester: 'Ana' }))).state).toBe('waiting')
    expect(holds.decide(id, yes('cem'))).toMatchObject({ state: 'approved' })
    expect(() => holds.decide(id, no('dan'))).toThrow('approved already')
    expect(() => holds.decide('hold_0', yes())).toThrow('no such hold')
  })

  test('do not decide for themselves under another name', async () => {
    await using store = openStore()
    using holds = open(store, {}, { approvers: 2 })
    const id = await held(holds, action('x', { requester: 'ana@example.com', keyId: 'ana-laptop' }))
    for (const name of ['ana', 'Ana ', 'ANA@example.com', 'ana-laptop', '\uff41na']) {
      expect(() => holds.decide(id, yes(name))).toThrow('of their own')
    }
    expect(holds.decide(id, yes('ben'))).toMatchObject({ state: 'waiting' })
    expect(() => holds.decide(id, yes('ben@example.com'))).toThrow('second person')
    expect(holds.decide(id, yes('ana@example.org'))).toMatchObject({ state: 'approved' })
  })

  test('are shown a bounded preview, and only while the action waits', async () => {
    await using store = openStore()
    using holds = open(store)
    const id = await held(holds, { ...action('the secret content'), preview: 'p'.repeat(9_000) })
    expect(holds.preview(id)).toHaveLength(4_000)
    holds.decide(id, yes())
    expect(holds.preview(id)).toBeUndefined()
    await store[Symbol.asyncDispose]()
    for (const file of ['oversight.sqlite', 'oversight.sqlite-wal']) {
      const path = join(dataDir, file)
      const text = (await Bun.file(path).exists()) ? readFileSync(path, 'latin1') : ''
      expect(text).not.toContain('secret content')
      expect(text).not.toContain('pppp')
    }
  })
})

describe('what fails', () => {
  test('denies: a store, a log, a full queue', async () => {
    await using store = openStore()
    const broken = {
      ...store,
      put: () => {
        throw new Error('disk full')
      },
    }
    using without = open(broken)
    expect(await without.ask(action('x'))).toEqual({ state: 'denied' })
    using unrecorded = open(store, { record: () => Promise.reject(new Error('no log')) })
    expect(await unrecorded.ask(action('x'))).toEqual({ state: 'denied' })
    expect(unrecorded.waiting).toBe(0)
    using narrow = open(store, {}, { maxWaiting: 3, maxWaitingPerCaller: 2 })
    await held(narrow, action('a'))
    await held(narrow, action('b'))
    expect(await narrow.ask(action('c'))).toEqual({ state: 'denied' })
    await held(narrow, action('c', { requester: 'other' }))
    expect(await narrow.ask(action('d', { requester: 'third' }))).toEqual({ state: 'denied' })
    expect(errors.length).toBeGreaterThanOrEqual(4)
  })

  test('an approval whose use cannot be kept is not used', async () => {
    await using store = openStore()
    let isBroken = false
    const put: HoldStore['put'] = (hold) => {
      if (isBroken) throw new Error('disk full')
      store.put(hold)
    }
    using holds = open({ ...store, put })
    const id = await held(holds, action('x'))
    isBroken = true
    expect(() => holds.decide(id, yes())).toThrow('disk full')
    expect((await holds.ask(action('x'))).state).toBe('waiting')
    isBroken = false
    holds.decide(id, yes())
    isBroken = true
    expect(await holds.ask(action('x'))).toEqual({ state: 'denied' })
    isBroken = false
    expect((await holds.ask(action('x'))).state).toBe('approved')
  })

  test('a restart forgets nothing', async () => {
    let waitingId = ''
    {
      await using store = openStore()
      using holds = open(store)
      waitingId = await held(holds, action('waiting'))
      holds.decide(await held(holds, action('approved')), yes())
      holds.decide(await held(holds, action('denied')), no())
      holds.decide(await held(holds, action('used')), yes())
      await holds.ask(action('used'))
    }
    await using store = openStore()
    using holds = open(store)
    expect(await holds.ask(action('waiting'))).toMatchObject({ holdId: waitingId })
    expect((await holds.ask(action('approved'))).state).toBe('approved')
    expect((await holds.ask(action('denied'))).state).toBe('denied')
    expect((await holds.ask(action('used'))).state).toBe('waiting')
    expect(holds.list({ state: 'denied', limit: 10 })).toHaveLength(1)
  })
})

type Step =
  | { readonly type: 'ask'; readonly what: string }
  | { readonly type: 'restart'; readonly what: string }
  | {
      readonly type: 'decide'
      readonly what: string
      readonly verdict: 'approve' | 'deny'
      readonly by: string
    }
  | { readonly type: 'later'; readonly ms: number }

const what = fc.constantFrom('x', 'y')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('ask' as const), what }),
  fc.record({
    type: fc.constant('decide' as const),
    verdict: fc.constantFrom('approve' as const, 'deny' as const),
    what,
    by: fc.constantFrom('agent-7', 'ana', 'ben', 'cem'),
  }),
  fc.record({ type: fc.constant('later' as const), ms: fc.constantFrom(1, 500_000, 1_000_000) }),
  fc.record({ type: fc.constant('restart' as const), what }),
)

/** The queue in a few lines: what an action may do, told by what happened to it. */
class Model {
  readonly #approvers: number
  readonly #uses: number
  #state: 'none' | 'waiting' | 'approved' | 'denied' = 'none'
  #until = 0
  #people = new Set<string>()
  #left = 0

  constructor(approvers: number, uses: number) {
    this.#approvers = approvers
    this.#uses = uses
  }

  ask(): string {
    if (now >= this.#until || (this.#state === 'approved' && this.#left === 0)) this.#state = 'none'
    if (this.#state === 'approved') this.#left -= 1
    if (this.#state !== 'none') return this.#state
    this.#state = 'waiting'
    this.#people = new Set()
    this.#until = now + settings.waitMs
    return 'waiting'
  }

  /** Tells whether the word counts. */
  decide(verdict: 'approve' | 'deny', by: string): boolean {
    if (this.#state !== 'waiting' || now >= this.#until) return false
    if (by === 'agent-7' || this.#people.has(by)) return false
    this.#people.add(by)
    if (verdict === 'approve' && this.#people.size < this.#approvers) return true
    this.#state = verdict === 'approve' ? 'approved' : 'denied'
    this.#until = now + settings.decisionTtlMs
    this.#left = this.#uses
    return true
  }
}

test('whatever is asked, decided, waited for and restarted, the queue does what a small model says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.constantFrom(1, 2),
      fc.constantFrom(1, 2),
      async (steps, approvers, maxUses) => {
        rmSync(dataDir, { recursive: true, force: true })
        await using store = openStore()
        const start = (): Holds => open(store, {}, { approvers, maxUses })
        let holds = start()
        const models = new Map(['x', 'y'].map((name) => [name, new Model(approvers, maxUses)]))
        const ids = new Map<string, string>()
        for (const each of steps) {
          if (each.type === 'later') now += each.ms
          else if (each.type === 'restart') {
            holds[Symbol.dispose]()
            holds = start()
          } else if (each.type === 'ask') {
            const answer = await holds.ask(action(each.what))
            ids.set(each.what, answer.holdId ?? '')
            expect(answer.state).toBe(models.get(each.what)?.ask() as typeof answer.state)
          } else {
            const id = ids.get(each.what)
            if (id === undefined) continue
            const verdict = { by: each.by, verdict: each.verdict, reason: '' } as const
            const counts = models.get(each.what)?.decide(each.verdict, each.by)
            if (counts === true) holds.decide(id, verdict)
            else expect(() => holds.decide(id, verdict)).toThrow(HoldRefused)
          }
        }
        holds[Symbol.dispose]()
      },
    ),
    { numRuns: 30 },
  )
})
