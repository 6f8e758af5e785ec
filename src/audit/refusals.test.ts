import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { AuditRecord, RefusalRecord, RefusalSummaryRecord } from '../core/record.ts'
import { createRefusalLog, networkOf } from './refusals.ts'
import type { RefusalLimits } from './refusals.ts'

const usual: RefusalLimits = { perSourcePerSecond: 2, perSecond: 10, summaryIntervalMs: 20 }

function open(limits: Partial<RefusalLimits> = {}) {
  const written: AuditRecord[] = []
  const state = { now: 0, health: 'ok' as 'ok' | 'failed' }
  const log = createRefusalLog({
    log: {
      appendOutcome: (record) => void written.push(record),
      // Of its health only the state counts here.
      health: () => ({
        state: state.health,
        pending: 0,
        waitingOutcomes: 0,
        lostOutcomes: 0,
        lastSequence: 0,
        durableSequence: 0,
      }),
    },
    clock: { now: () => 1_000_000 + state.now, monotonic: () => state.now },
    limits: { ...usual, ...limits },
  })
  return {
    log,
    state,
    written,
    refuse: (sourceAddress: string | undefined, errorCode = 'missing_key') =>
      log.record({
        sourceAddress,
        errorCode,
        makeRecord: () => recordOf(sourceAddress, errorCode),
      }),
    singles: () => written.filter(({ type }) => type === 'refusal').length,
    summaries: () => written.filter((record) => record.type === 'refusal_summary'),
  }
}

function recordOf(sourceAddress: string | undefined, errorCode: string): RefusalRecord {
  const facts = { requestId: 'r', clientFormat: 'openai-chat', configVersion: 'v' }
  return { type: 'refusal', ...facts, sourceAddress, status: 401, errorCode }
}

describe('refused requests', () => {
  test('have a record each up to the limit of their source, then one summary with their number', () => {
    const { log, state, refuse, written } = open()
    expect([1, 2, 3, 4, 5].map(() => refuse('10.0.0.1'))).toEqual([true, true, false, false, false])
    state.now = 400
    expect(refuse('10.0.0.1', 'invalid_key')).toBe(false)
    log[Symbol.dispose]()
    expect(written.slice(2)).toEqual([
      {
        type: 'refusal_summary',
        source: '10.0.0.1',
        count: 4,
        errorCodes: { missing_key: 3, invalid_key: 1 },
        firstAt: 1_000_000,
        lastAt: 1_000_400,
      },
    ])
  })

  test('have records of their own again in the next second', () => {
    const { log, state, refuse } = open()
    for (let times = 0; times < 5; times++) refuse('10.0.0.1')
    state.now = 1000
    expect(refuse('10.0.0.1')).toBe(true)
    log[Symbol.dispose]()
  })

  test('of one source do not use up what others have', () => {
    const { log, refuse } = open()
    for (let times = 0; times < 100; times++) refuse('10.0.0.1')
    expect(refuse('10.0.0.2')).toBe(true)
    log[Symbol.dispose]()
  })

  test('are summed up after the interval by themselves', async () => {
    const { refuse, summaries } = open({ perSourcePerSecond: 0 })
    refuse('10.0.0.1')
    expect(summaries()).toEqual([])
    await Bun.sleep(40)
    expect(summaries()).toMatchObject([{ source: '10.0.0.1', count: 1 }])
  })

  test('are only counted while the log cannot be written, and told of afterwards', async () => {
    const { refuse, state, written, summaries } = open()
    state.health = 'failed'
    expect(refuse('10.0.0.1')).toBe(false)
    await Bun.sleep(50)
    expect(written).toEqual([])
    state.health = 'ok'
    await Bun.sleep(50)
    expect(summaries()).toMatchObject([{ count: 1 }])
  })

  test('of any number of sources take bounded memory and a bounded number of records', () => {
    const { log, refuse, singles, summaries } = open()
    for (let source = 0; source < 5000; source++) refuse(`10.0.${source >> 8}.${source & 255}`)
    log[Symbol.dispose]()
    expect(singles()).toBe(10)
    expect(summaries().length).toBeLessThanOrEqual(257)
    expect(summaries().some(({ source }) => source === undefined)).toBe(true)
  })

  test('are all told of, each exactly once, whoever sends them when', () => {
    const source = fc.constantFrom('10.0.0.1', '10.0.0.2', '2001:db8::1', undefined)
    const event = fc.tuple(source, fc.constantFrom('missing_key', 'not_found'), fc.nat(700))
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const { log, state, refuse, singles, summaries } = open({ perSecond: 3 })
        for (const [address, code, passes] of events) {
          state.now += passes
          refuse(address, code)
        }
        log[Symbol.dispose]()
        const counted = (summary: RefusalSummaryRecord): number =>
          Object.values(summary.errorCodes).reduce((sum, count) => sum + count, 0)
        expect(summaries().map(counted)).toEqual(summaries().map(({ count }) => count))
        const total = summaries().reduce((sum, { count }) => sum + count, singles())
        expect(total).toBe(events.length)
      }),
    )
  })
})

describe('the source of a request', () => {
  for (const [address, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1', 'fe80:0:0:0::/64'],
  ] as const) {
    test(`at ${address} is ${network}`, () => {
      expect(networkOf(address)).toBe(network)
    })
  }
})
