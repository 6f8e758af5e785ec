import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../core/errors.ts'
import { backoffMs, readRetryAfter } from './backoff.ts'
import { AttemptsFailed } from './failures.ts'
import { RetryBudget } from './retry-budget.ts'
import {
  fakeClock,
  noRetries,
  routeOf,
  routerDependencies,
  scripted,
  wholeAnswer,
} from './testing/targets.ts'
import { makeQuestion } from '../../test/support/question.ts'

const question = makeQuestion()
const retries = { ...noRetries, maxRetries: 3 }

describe('a retry budget', () => {
  test('never lets more retries pass than its part of the calls and its reserve', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.boolean(), { maxLength: 300 }),
        (ratio, reserve, steps) => {
          const budget = new RetryBudget(ratio, reserve)
          let calls = 0
          let spent = 0
          for (const isCall of steps) {
            if (isCall) {
              budget.earn()
              calls += 1
            } else if (budget.spend()) spent += 1
            expect(spent).toBeLessThanOrEqual(reserve + calls * ratio + 1e-6)
            expect(budget.tokens).toBeWithin(0, reserve + 1e-6)
          }
        },
      ),
    )
  })
})

describe('a pause before a retry', () => {
  test('is a part, by chance, of a time that doubles up to a limit', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 9 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (retry, chance) => {
          const options = { ...retries, maxDelayMs: 1000, random: () => chance }
          const longest = Math.min(100 * 2 ** retry, 1000)
          expect(backoffMs(retry, undefined, options)).toBe(chance * longest)
        },
      ),
    )
  })

  test('is at least what the provider asks for, and there is none when that is too much', () => {
    const options = { ...retries, random: () => 0.5 }
    expect(backoffMs(0, 3000, options)).toBe(3050)
    expect(backoffMs(0, 5000, options)).toBe(5050)
    expect(backoffMs(0, 5001, options)).toBeUndefined()
  })

  test('is read from seconds, milliseconds and dates', () => {
    const now = Date.parse('2026-01-01T00:00:00Z')
    for (const [headers, wait] of [
      [{ 'retry-after': '3' }, 3000],
      [{ 'retry-after': '0.5' }, 500],
      [{ 'retry-after': '3', 'retry-after-ms': '2500' }, 2500],
      [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }, 7000],
      [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
      [{ 'retry-after': 'soon' }, undefined],
      [{ 'retry-after': '' }, undefined],
      [{}, undefined],
    ] as const) {
      expect(readRetryAfter(headers, now)).toBe(wait as number)
    }
  })
})

describe('a route with retries', () => {
  test('goes through all its targets before it waits, then once more', async () => {
    const dependencies = routerDependencies(fakeClock())
    const targets = [scripted('a', 503), scripted('b', 503)]
    let asked = 0
    targets[1]?.script(() => {
      asked += 1
      return asked < 3
        ? Promise.reject(new GatewayError('provider_unreachable'))
        : Promise.resolve(wholeAnswer('b'))
    })
    const { report } = await routeOf(targets, dependencies, { retries }).send(question)
    expect(report.attempts.map(({ provider, reason }) => [provider, reason])).toEqual([
      ['a', undefined],
      ['b', 'failover'],
      ['a', 'retry'],
      ['b', 'retry'],
      ['a', 'retry'],
      ['b', 'retry'],
    ])
    expect(dependencies.pauses).toHaveLength(2)
  })

  test('waits as long as the provider asks for, and answers at once when that is too long', async () => {
    for (const [seconds, count] of [
      [2, 4],
      [6, 1],
    ] as const) {
      const dependencies = routerDependencies(fakeClock())
      const target = scripted('a', 429, { headers: { 'retry-after': String(seconds) } })
      const answer = await routeOf([target], dependencies, { retries }).send(question)
      expect(answer.status).toBe(429)
      expect(target.asked()).toBe(count)
      for (const pause of dependencies.pauses) expect(pause).toBeGreaterThanOrEqual(2000)
    }
  })

  test('does not retry what cannot pass', async () => {
    for (const failureClass of ['request', 'credentials', 'context-window', 'gateway'] as const) {
      const error = new GatewayError('provider_error', 'no', { failureClass })
      const target = scripted('a', error)
      const route = routeOf([target], routerDependencies(fakeClock()), { retries })
      expect(await route.send(question).catch((thrown: unknown) => thrown)).toBeInstanceOf(
        AttemptsFailed,
      )
      expect(target.asked()).toBe(1)
    }
  })

  test('stops when the budget is spent, when the time is over and when the client has left', async () => {
    const target = scripted('a', 500)
    const budgeted = routeOf([target], routerDependencies(fakeClock()), { retries })
    for (let call = 0; call < 100; call++) await budgeted.send(question)
    // Ten from the reserve, a fifth of the calls, and one for each call.
    expect(target.asked()).toBeWithin(125, 131)

    const clock = fakeClock()
    const slow = scripted('a', () => {
      clock.advance(400)
      return Promise.reject(new GatewayError('provider_timeout'))
    })
    const hurried = routeOf([slow], routerDependencies(clock), { retries, totalTimeoutMs: 500 })
    await hurried.send(question).catch(() => undefined)
    expect(slow.asked()).toBeLessThanOrEqual(2)

    const leaving = new AbortController()
    const left = scripted('a', 500)
    const wait = (): Promise<void> => {
      leaving.abort()
      return Promise.resolve()
    }
    const dependencies = routerDependencies(fakeClock(), { wait })
    const call = { ...question.call, signal: leaving.signal }
    await routeOf([left], dependencies, { retries }).send({ ...question, call })
    expect(left.asked()).toBe(1)
  })
})
