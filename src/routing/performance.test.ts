import { expect, test } from 'bun:test'
import type { AttemptRecord } from '../core/record.ts'
import { createPerformanceLog } from './performance.ts'

function attempt(provider: string, more: Partial<AttemptRecord> = {}): AttemptRecord {
  return { provider, model: 'm', startedMs: 0, durationMs: 100, status: 200, ...more }
}

function setUp() {
  const clock = { time: 0, now: () => 1_000_000 + clock.time, monotonic: () => clock.time }
  return { clock, log: createPerformanceLog(clock) }
}

test('a provider that nobody asked is healthy and says so', () => {
  expect(setUp().log.snapshot(['a'])).toEqual([
    {
      provider: 'a',
      status: 'healthy',
      avgLatencyMs: 0,
      successRate: 1,
      errorRate: 0,
      rateLimitRate: 0,
      requests: 0,
      lastUpdated: undefined,
    },
  ])
})

test('attempts are counted by what they say about their provider', () => {
  const { log } = setUp()
  log.record([
    attempt('a', { durationMs: 100 }),
    attempt('a', { durationMs: 300 }),
    attempt('a', { failureClass: 'request', durationMs: 200 }),
    attempt('a', { failureClass: 'server-error' }),
    attempt('a', { failureClass: 'timeout' }),
    attempt('a', { failureClass: 'rate-limit' }),
    attempt('a', { failureClass: 'cancelled' }),
    attempt('b'),
  ])
  const [a, b] = log.snapshot(['a', 'b'])
  expect(a).toMatchObject({
    status: 'degraded',
    requests: 6,
    avgLatencyMs: 200,
    successRate: 0.5,
    errorRate: 2 / 6,
    rateLimitRate: 1 / 6,
    lastUpdated: 1_000_000,
  })
  expect(b).toMatchObject({ status: 'healthy', requests: 1, successRate: 1 })
})

test('a provider that fails half of the time is unhealthy, one over its limits degraded', () => {
  const { log } = setUp()
  log.record([attempt('a'), attempt('a', { failureClass: 'unreachable' })])
  log.record([attempt('b'), attempt('b', { failureClass: 'rate-limit' })])
  expect(log.snapshot(['a', 'b']).map(({ status }) => status)).toEqual(['unhealthy', 'degraded'])
})

test('what is older than five minutes does not count, and is not kept', () => {
  const { clock, log } = setUp()
  log.record([attempt('a', { failureClass: 'server-error' })])
  clock.time = 200_000
  log.record([attempt('a')])
  expect(log.snapshot(['a'])[0]).toMatchObject({ requests: 2, errorRate: 0.5 })
  clock.time = 305_000
  expect(log.snapshot(['a'])[0]).toMatchObject({ requests: 1, errorRate: 0, status: 'healthy' })
  clock.time = 900_000
  expect(log.snapshot(['a'])[0]).toMatchObject({ requests: 0, lastUpdated: 1_200_000 })
})
