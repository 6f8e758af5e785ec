import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { Breaker } from './breaker.ts'
import type { BreakerOptions, BreakerTicket } from './breaker.ts'
import { breakerDefaults, seeded } from './testing/targets.ts'

function open(more: Partial<BreakerOptions> = {}, random = () => 1) {
  return new Breaker({ ...breakerDefaults, ...more }, random, 0)
}

function fail(breaker: Breaker, times: number, now = 0): void {
  for (let index = 0; index < times; index++) breaker.fail(breaker.begin(now), now)
}

describe('a circuit breaker', () => {
  test('opens after failures in a row, and a success between them starts the count anew', () => {
    const breaker = open()
    fail(breaker, 4)
    breaker.succeed(breaker.begin(0), 10, 0)
    expect(breaker.state).toBe('closed')
    fail(breaker, 4)
    expect(breaker.state).toBe('closed')
    fail(breaker, 1)
    expect(breaker.state).toBe('open')
    expect(breaker.admits(0)).toBe(false)
  })

  test('opens when half of at least ten attempts in the window fail', () => {
    const breaker = open()
    for (let index = 0; index < 5; index++) {
      expect(breaker.state).toBe('closed')
      breaker.succeed(breaker.begin(index), 10, index)
      breaker.fail(breaker.begin(index), index)
    }
    expect(breaker.state).toBe('open')
  })

  test('forgets failures that have left the window', () => {
    const breaker = open()
    for (let index = 0; index < 40; index++) {
      const now = index * 3000
      breaker.fail(breaker.begin(now), now)
      breaker.succeed(breaker.begin(now), 10, now)
    }
    expect(breaker.state).toBe('closed')
  })

  test('opens when most answers are slow, where a limit for that is set', () => {
    for (const [slowAfterMs, state] of [
      [100, 'open'],
      [undefined, 'closed'],
    ] as const) {
      const breaker = open({ slowAfterMs })
      for (let index = 0; index < 10; index++) breaker.succeed(breaker.begin(0), 200, 0)
      expect(breaker.state).toBe(state)
    }
  })

  test('lets one probe pass when its time is over, and closes when that succeeds', () => {
    const breaker = open()
    fail(breaker, 5)
    expect(breaker.admits(1999)).toBe(false)
    expect(breaker.admits(2000)).toBe(true)
    const probe = breaker.begin(2000)
    expect(probe.isProbe).toBe(true)
    expect(breaker.state).toBe('half-open')
    expect(breaker.admits(2001)).toBe(false)
    breaker.succeed(probe, 10, 2010)
    expect(breaker.state).toBe('closed')
    // It starts anew: one failure more opens nothing.
    fail(breaker, 1, 2011)
    expect(breaker.state).toBe('closed')
  })

  test('stays open twice as long after each probe that fails, up to its limit', () => {
    const breaker = open({ maxOpenMs: 10_000 })
    fail(breaker, 5)
    let now = 0
    for (const openMs of [2000, 4000, 8000, 10_000, 10_000]) {
      expect(breaker.openUntil - now).toBe(openMs)
      now = breaker.openUntil
      breaker.fail(breaker.begin(now), now)
      expect(breaker.state).toBe('open')
    }
  })

  test('opens for a time that chance shortens by up to a half', () => {
    const random = seeded(3)
    for (let index = 0; index < 100; index++) {
      const breaker = open({}, random)
      fail(breaker, 5)
      expect(breaker.openUntil).toBeWithin(1000, 2000.001)
    }
  })

  test('begins with the short time again when it has been well for long', () => {
    const breaker = open()
    fail(breaker, 5)
    const probe = breaker.begin(2000)
    breaker.succeed(probe, 10, 2000)
    fail(breaker, 5, 3000)
    expect(breaker.openUntil - 3000).toBe(4000)
    breaker.succeed(breaker.begin(7000), 10, 7000)
    fail(breaker, 5, 70_000)
    expect(breaker.openUntil - 70_000).toBe(2000)
  })

  test('learns nothing from attempts that began before it opened', () => {
    const breaker = open()
    const early = breaker.begin(0)
    fail(breaker, 5, 10)
    breaker.succeed(early, 100, 100)
    expect(breaker.state).toBe('open')
    const late = breaker.begin(50)
    breaker.succeed(late, 100, 150)
    expect(breaker.state).toBe('closed')
  })

  test('lets another probe pass when nobody waited for the first', () => {
    const breaker = open()
    fail(breaker, 5)
    const probe = breaker.begin(2000)
    breaker.forget(probe, 2001)
    expect(breaker.admits(2001)).toBe(true)
    expect(breaker.begin(2001).isProbe).toBe(true)
  })

  test('closes when a probe brings an error that is not the fault of the target', () => {
    const breaker = open()
    fail(breaker, 5)
    breaker.answer(breaker.begin(2000), 2010)
    expect(breaker.state).toBe('closed')
  })

  test('takes the good beginning of a stream back when its end is bad', () => {
    const breaker = open({ minAttempts: 4, failureRatio: 1, consecutiveFailures: 1000 })
    for (let index = 0; index < 4; index++) {
      expect(breaker.state).toBe('closed')
      const ticket = breaker.begin(index)
      breaker.succeed(ticket, 1, index)
      breaker.failLate(ticket, index)
    }
    expect(breaker.state).toBe('open')
  })

  test('keeps its promises whatever happens in whatever order', () => {
    type Step =
      | { readonly type: 'begin' | 'succeed' | 'fail' | 'forget' }
      | { readonly type: 'pass'; readonly ms: number }
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.constantFrom('begin', 'succeed', 'fail', 'forget').map((type) => ({ type })),
      fc.integer({ min: 1, max: 5000 }).map((ms) => ({ type: 'pass' as const, ms })),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const breaker = open({}, seeded(9))
        const running: BreakerTicket[] = []
        let now = 0
        for (const each of steps) {
          if (each.type === 'pass') now += each.ms
          else if (each.type === 'begin') {
            if (breaker.admits(now)) running.push(breaker.begin(now))
          } else {
            const ticket = running.shift()
            if (ticket === undefined) continue
            if (each.type === 'succeed') breaker.succeed(ticket, 1, now)
            else if (each.type === 'fail') breaker.fail(ticket, now)
            else breaker.forget(ticket, now)
          }
          const probes = running.filter(({ isProbe }) => isProbe)
          // One probe at a time, and while it runs nothing else begins.
          if (breaker.state === 'half-open') {
            expect(probes.length).toBeGreaterThan(0)
            expect(breaker.admits(now)).toBe(false)
          }
          if (breaker.state === 'closed') expect(breaker.admits(now)).toBe(true)
          // It is never open for longer than its limit: it cannot forget to try again.
          if (breaker.state === 'open') {
            expect(breaker.openUntil - now).toBeLessThanOrEqual(breakerDefaults.maxOpenMs)
            expect(breaker.admits(breaker.openUntil)).toBe(true)
          }
        }
      }),
    )
  })
})
