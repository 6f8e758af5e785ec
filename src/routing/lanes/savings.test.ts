import { describe, expect, test } from 'bun:test'
import type { AttemptRecord } from '../../core/record.ts'
import { balanceOf, createLaneLog } from './lane-log.ts'
import { lossOf, savingsOf } from './savings.ts'
import type { PriceAt } from './savings.ts'

const usage = { inputTokens: 10, outputTokens: 5, estimated: false }
const capable = [
  { provider: 'p', model: 'dear' },
  { provider: 'q', model: 'dearest' },
]
const perToken: Readonly<Record<string, number>> = { dear: 10, dearest: 30 }
const priceAt: PriceAt = ({ model }, { inputTokens, outputTokens, chargedNanoUsd }) => {
  const price = perToken[model]
  if (chargedNanoUsd !== undefined) return chargedNanoUsd
  return price === undefined ? undefined : price * (inputTokens + outputTokens)
}

function attempt(nanoUsd: number | undefined, more: Partial<AttemptRecord> = {}): AttemptRecord {
  const cost = nanoUsd === undefined ? undefined : { nanoUsd, priceVersion: 'v' }
  return { provider: 's', model: 'cheap', durationMs: 1, usage, cost, ...more }
}

describe('what a call saved', () => {
  test('is the price at the cheapest capable target less all that was paid', () => {
    const report = { usage, attempts: [attempt(4), attempt(15)] }
    expect(savingsOf({ report, capable }, priceAt)).toBe(150 - 19)
  })

  test('is less than nothing when more was paid', () => {
    const report = { usage, attempts: [attempt(100), attempt(100)] }
    expect(savingsOf({ report, capable }, priceAt)).toBe(-50)
  })

  test('is unknown for estimated tokens, and where any price is missing', () => {
    const attempts = [attempt(15)]
    const estimated = { usage: { ...usage, estimated: true }, attempts }
    expect(savingsOf({ report: estimated, capable }, priceAt)).toBeUndefined()
    expect(savingsOf({ report: { usage: undefined, attempts }, capable }, priceAt)).toBeUndefined()
    const unpriced = { usage, attempts: [attempt(15), attempt(undefined)] }
    expect(savingsOf({ report: unpriced, capable }, priceAt)).toBeUndefined()
    const other = [...capable, { provider: 'p', model: 'new' }]
    expect(savingsOf({ report: { usage, attempts }, capable: other }, priceAt)).toBeUndefined()
  })

  test('does not take the charge of the efficient provider for a price of the capable one', () => {
    const report = { usage: { ...usage, chargedNanoUsd: 1 }, attempts: [attempt(1)] }
    expect(savingsOf({ report, capable }, priceAt)).toBe(149)
  })

  test('is a loss when the efficient lane was asked in vain', () => {
    expect(lossOf([attempt(4), attempt(undefined, { usage: undefined })])).toBe(-4)
    expect(lossOf([])).toBe(0)
    expect(lossOf([attempt(undefined)])).toBeUndefined()
  })
})

describe('the sums of a model', () => {
  const record = { route: 'm', lane: 'efficient', reasons: [] } as const

  test('keep savings and losses apart, and count what is not known', () => {
    const log = createLaneLog()
    log.record({ ...record, savingsNanoUsd: 7 })
    log.record({ ...record, savingsNanoUsd: -2 })
    log.record(record)
    log.record({ ...record, lane: 'capable' })
    log.record({ ...record, lane: 'capable', escalation: 'empty', savingsNanoUsd: -3 })
    expect(log.summaries()).toEqual([
      {
        route: 'm',
        efficient: 3,
        capable: 2,
        escalations: { empty: 1 },
        savedNanoUsd: 7,
        lostNanoUsd: 5,
        unknownSavings: 1,
      },
    ])
  })

  test('never hold a number below 0', () => {
    for (const savingsNanoUsd of [-1, 0, 1, undefined]) {
      const { savedNanoUsd, lostNanoUsd } = balanceOf({ ...record, savingsNanoUsd })
      expect(Math.min(savedNanoUsd, lostNanoUsd)).toBe(0)
    }
  })

  test('are kept for a bounded number of routes', () => {
    const log = createLaneLog()
    for (let route = 0; route < 1200; route++) log.record({ ...record, route: `m${route}` })
    const summaries = log.summaries()
    expect(summaries).toHaveLength(1001)
    expect(summaries.find(({ route }) => route === 'others')?.efficient).toBe(200)
  })
})
