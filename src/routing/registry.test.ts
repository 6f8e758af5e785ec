import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../core/errors.ts'
import { makeQuestion } from '../../test/support/question.ts'
import { startHealthChecks } from './health-check.ts'
import { createTargetRegistry } from './registry.ts'
import {
  breakerDefaults,
  fakeClock,
  routeOf,
  routerDependencies,
  scripted,
  seeded,
} from './testing/targets.ts'

const question = makeQuestion()

function setUp() {
  const clock = fakeClock()
  const registry = createTargetRegistry({ clock, random: seeded(5), breaker: breakerDefaults })
  return { clock, registry, dependencies: routerDependencies(clock, { registry }) }
}

describe('what is known of targets', () => {
  test('is the same for every route and outlives the routes of a configuration', async () => {
    const { registry, dependencies } = setUp()
    const down = scripted('a', 500)
    const other = scripted('b', 200)
    const before = routeOf([down, other], dependencies)
    for (let call = 0; call < 5; call++) await before.send(question)
    expect(registry.status()[0]?.state).toBe('open')
    // A reload makes new routes and new targets of the same names.
    const again = scripted('a', 200)
    const after = routeOf([again, other], routerDependencies(fakeClock(), { registry }))
    expect((await after.send(question)).provider).toBe('b')
    expect(again.asked()).toBe(0)
    expect(down.asked()).toBe(5)
  })

  test('is told with rates, latency, and when a target is asked again', async () => {
    const { clock, registry, dependencies } = setUp()
    const limited = scripted('a', 429, { headers: { 'retry-after': '20' } })
    const slow = scripted('b', () => {
      clock.advance(250)
      return Promise.reject(new GatewayError('provider_timeout'))
    })
    const well = scripted('c', 200)
    const route = routeOf([limited, slow, well], dependencies)
    await route.send(question)
    const now = clock.now()
    expect(registry.status()).toEqual([
      {
        provider: 'a',
        model: 'm-at-a',
        state: 'cooling',
        inFlight: 0,
        waiting: 0,
        requests: 1,
        firstTokenMs: 0,
        wholeAnswerMs: 0,
        errorRate: 0,
        rateLimitRate: 1,
        lastChangeAt: now - 250,
        availableAt: now - 250 + 20_000,
      },
      expect.objectContaining({ provider: 'b', state: 'closed', errorRate: 1, requests: 1 }),
      expect.objectContaining({ provider: 'c', state: 'closed', errorRate: 0, requests: 1 }),
    ])
  })

  test('is bounded where callers make up names, and costs those of the configuration nothing', () => {
    const { clock, registry } = setUp()
    const configured = registry.stateOf('p', 'configured')
    const startedAt = performance.now()
    for (let index = 0; index < 20_050; index++) {
      const state = registry.stateOf('p', `m${index}`, true)
      // Each is over its rate limit: none can be forgotten for being well.
      const failed = {
        now: clock.monotonic(),
        retryAfterMs: 60_000,
        isLate: false,
        hasAnswer: true,
      }
      state.failed(state.begin(clock.monotonic()), 'rate-limit', failed)
    }
    expect(performance.now() - startedAt).toBeLessThan(2000)
    expect(registry.status()).toHaveLength(10_001)
    expect(registry.stateOf('p', 'configured', true)).toBe(configured)
    expect(registry.statesAt('p')).toContain(configured)
  })

  test('stays when a name that a caller made up comes into the configuration', () => {
    const { registry } = setUp()
    const guest = registry.stateOf('p', 'm', true)
    expect(registry.stateOf('p', 'm')).toBe(guest)
    expect(registry.status()).toHaveLength(1)
  })
})

describe('a target over its rate limit', () => {
  test('is left alone for the time its provider asks for, and is no failure', async () => {
    const { clock, registry, dependencies } = setUp()
    const limited = scripted('a', 429, { headers: { 'retry-after': '20' } })
    const other = scripted('b', 200)
    const route = routeOf([limited, other], dependencies)
    for (let call = 0; call < 20; call++) await route.send(question)
    expect(limited.asked()).toBe(1)
    clock.advance(19_999)
    await route.send(question)
    expect(limited.asked()).toBe(1)
    clock.advance(1)
    await route.send(question)
    expect(limited.asked()).toBe(2)
    expect(registry.stateOf('a', 'm-at-a').breaker.state).toBe('closed')
  })

  test('is a 429 with the time to wait when no other is left', async () => {
    const { dependencies } = setUp()
    const headers = { 'retry-after': '20' }
    const targets = [scripted('a', 429, { headers }), scripted('b', 429, { headers })]
    const route = routeOf(targets, dependencies)
    expect((await route.send(question)).status).toBe(429)
    expect(await route.send(question).catch((error: unknown) => error)).toMatchObject({
      code: 'no_available_target',
      status: 429,
      retryAfterSeconds: 20,
    })
    expect(targets.map((target) => target.asked())).toEqual([1, 1])
  })
})

describe('targets that have all failed', () => {
  test('are a 503 until one probe finds a target well again', async () => {
    const { clock, registry, dependencies } = setUp()
    const targets = [scripted('a', 500), scripted('b', 500)]
    const route = routeOf(targets, dependencies)
    for (let call = 0; call < 5; call++) expect((await route.send(question)).status).toBe(500)
    expect(await route.send(question).catch((error: unknown) => error)).toMatchObject({
      code: 'no_available_target',
      status: 503,
      retryAfterSeconds: expect.any(Number),
    })
    for (const target of targets) target.script(200)
    clock.advance(2000)
    expect((await route.send(question)).provider).toBe('a')
    expect(registry.status().map(({ state }) => state)).toEqual(['closed', 'open'])
    expect(targets.map((target) => target.asked())).toEqual([6, 5])
  })
})

describe('health checks', () => {
  test('take a target out after failures in a row, bring it back, and stop', async () => {
    const { registry, clock, dependencies } = setUp()
    const target = scripted('a', 200)
    const route = routeOf([target, scripted('b', 200)], dependencies)
    let health = true
    const seen = { asked: 0 }
    const reach = async (count: number): Promise<void> => {
      while (seen.asked < count) await Bun.sleep(1)
    }
    const checks = startHealthChecks(
      [
        {
          states: () => registry.statesAt('a'),
          isHealthy: () => {
            seen.asked += 1
            return health ? Promise.resolve(true) : Promise.reject(new Error('unreachable'))
          },
          intervalMs: 5,
          timeoutMs: 100,
          failures: 2,
        },
      ],
      clock,
    )
    health = false
    await reach(1)
    expect(registry.status()[0]?.state).toBe('closed')
    await reach(3)
    expect(registry.status()[0]?.state).toBe('down')
    expect((await route.send(question)).provider).toBe('b')
    health = true
    await reach(seen.asked + 2)
    expect(registry.status()[0]?.state).toBe('closed')
    expect((await route.send(question)).provider).toBe('a')
    checks[Symbol.dispose]()
    const end = seen.asked
    await Bun.sleep(20)
    expect(seen.asked).toBe(end)
  })

  test('do not take the last target out, and what they said ends with them', async () => {
    const { registry, dependencies } = setUp()
    const targets = [scripted('a', 200), scripted('b', 200)]
    const route = routeOf(targets, dependencies)
    for (const name of ['a', 'b'])
      for (const state of registry.statesAt(name)) state.checked(false, 0)
    expect((await route.send(question)).provider).toBe('a')
    for (const state of registry.statesAt('a')) state.unchecked()
    expect(registry.status().map(({ state }) => state)).toEqual(['closed', 'down'])
  })

  test('let a probe pass at once when they find a broken target well', async () => {
    const { clock, registry, dependencies } = setUp()
    const target = scripted('a', 500)
    const route = routeOf([target, scripted('b', 200)], dependencies)
    for (let call = 0; call < 5; call++) await route.send(question)
    target.script(200)
    expect((await route.send(question)).provider).toBe('b')
    for (const state of registry.statesAt('a')) state.checked(true, clock.monotonic())
    expect((await route.send(question)).provider).toBe('a')
  })
})
