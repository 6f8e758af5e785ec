import { describe, expect, test } from 'bun:test'
import { errorKinds, GatewayError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import { AttemptsFailed } from './failures.ts'
import type { RouteOptions, RouterDependencies } from './router.ts'
import { createRouter } from './router.ts'
import {
  fakeClock,
  routeOf,
  routeOptions,
  routerDependencies,
  scripted,
} from './testing/targets.ts'
import type { ScriptedTarget } from './testing/targets.ts'
import { makeCall, makeQuestion } from '../../test/support/question.ts'

const question = makeQuestion()

/** Sends a call to targets and tells what came of it. */
async function send(
  targets: readonly ScriptedTarget[],
  more: Partial<RouteOptions> = {},
  dependencies: RouterDependencies = routerDependencies(fakeClock()),
) {
  return outcome(() => routeOf(targets, dependencies, more).send(question))
}

async function outcome(run: () => ReturnType<ReturnType<typeof routeOf>['send']>) {
  try {
    const { provider, status, report } = await run()
    return { provider, status, attempts: report.attempts }
  } catch (error) {
    if (error instanceof AttemptsFailed) {
      const { code, status, message, retryAfterSeconds, attempts } = error
      return { code, status, message, retryAfterSeconds, attempts }
    }
    throw error
  }
}

describe('a call with several targets', () => {
  test('stays with the first that answers', async () => {
    const second = scripted('b', 200)
    expect(await send([scripted('a', 200), second])).toMatchObject({ provider: 'a', status: 200 })
    expect(second.asked()).toBe(0)
  })

  for (const status of [429, 500, 502, 503, 504, 529]) {
    test(`moves on from status ${status}, and keeps it when it is the last one's`, async () => {
      expect(await send([scripted('a', status), scripted('b', 200)])).toMatchObject({
        provider: 'b',
        status: 200,
        attempts: [
          { provider: 'a', model: 'm-at-a', status, errorCode: 'provider_error' },
          { provider: 'b', model: 'm-at-b', status: 200, reason: 'failover' },
        ],
      })
      expect(await send([scripted('a', 500), scripted('b', status)])).toMatchObject({
        provider: 'b',
        status,
      })
    })
  }

  for (const status of [400, 403, 404, 409, 413, 422]) {
    test(`does not move on from status ${status}: the next target would say the same`, async () => {
      const second = scripted('b', 200)
      expect(await send([scripted('a', status), second])).toMatchObject({ provider: 'a', status })
      expect(second.asked()).toBe(0)
    })
  }

  test('moves on from failures another target may not share, and from no others', async () => {
    const notShared: readonly ErrorCode[] = [
      'provider_unreachable',
      'provider_timeout',
      'provider_bad_answer',
      'provider_stream_cut',
      'provider_refused_credentials',
      'not_supported',
      'provider_error',
    ]
    for (const code of Object.keys(errorKinds).filter(isErrorCode)) {
      const second = scripted('b', 200)
      const result = await send([scripted('a', new GatewayError(code)), second])
      const moves = notShared.includes(code)
      expect([code, second.asked()]).toEqual([code, moves ? 1 : 0])
      if (!moves) {
        expect(result).toMatchObject({ code, attempts: [{ provider: 'a', errorCode: code }] })
      }
    }
  })

  test('fails with the last failure and everything that was tried', async () => {
    const last = new GatewayError('provider_timeout', 'too late', { retryAfterSeconds: 3 })
    expect(await send([scripted('a', 503), scripted('b', last)])).toMatchObject({
      code: 'provider_timeout',
      message: 'too late',
      status: 504,
      retryAfterSeconds: 3,
      attempts: [
        { provider: 'a', status: 503, failureClass: 'server-error' },
        {
          provider: 'b',
          status: undefined,
          errorCode: 'provider_timeout',
          failureClass: 'timeout',
        },
      ],
    })
  })

  test('records when each attempt began, how long it took, what it used and what that cost', async () => {
    const clock = fakeClock()
    clock.advance(100)
    const slow = scripted('a', () => {
      clock.advance(30)
      return Promise.reject(new GatewayError('provider_unreachable'))
    })
    const dependencies = routerDependencies(clock)
    const asked = makeQuestion({ call: makeCall({ startedAt: 90 }) })
    const { report } = await routeOf([slow, scripted('b', 200)], dependencies).send(asked)
    expect(report.attempts).toEqual([
      {
        provider: 'a',
        model: 'm-at-a',
        status: undefined,
        errorCode: 'provider_unreachable',
        failureClass: 'unreachable',
        reason: undefined,
        startedMs: 10,
        durationMs: 30,
        usage: undefined,
        cost: undefined,
      },
      {
        provider: 'b',
        model: 'm-at-b',
        status: 200,
        errorCode: undefined,
        failureClass: undefined,
        reason: 'failover',
        startedMs: 40,
        durationMs: 0,
        usage: { inputTokens: 10, outputTokens: 5, estimated: false },
        cost: { nanoUsd: 15, priceVersion: 'test' },
      },
    ])
  })

  test('is bounded in its attempts and its time', async () => {
    const targets = ['a', 'b', 'c', 'd'].map((name) => scripted(name, 500))
    expect((await send(targets, { maxAttempts: 2 })).attempts).toHaveLength(2)
    const clock = fakeClock()
    for (const target of targets) {
      target.script(() => {
        clock.advance(400)
        return Promise.reject(new GatewayError('provider_timeout'))
      })
    }
    const late = await send(targets, { totalTimeoutMs: 1000 }, routerDependencies(clock))
    expect(late.attempts).toHaveLength(3)
    expect(targets[1]?.options.at(-1)).toMatchObject({ totalTimeoutMs: 600 })
    expect(targets[2]?.options.at(-1)).toMatchObject({ totalTimeoutMs: 200 })
  })
})

describe('a route with one target', () => {
  test('asks it whatever is known of it, and gives its answer or its failure on', async () => {
    const target = scripted('a', 500)
    const dependencies = routerDependencies(fakeClock())
    const route = routeOf([target], dependencies)
    for (let call = 0; call < 20; call++) {
      expect(await outcome(() => route.send(question))).toMatchObject({ status: 500 })
    }
    expect(target.asked()).toBe(20)
    expect(dependencies.registry.status()).toMatchObject([{ state: 'open', requests: 20 }])
    target.script(200)
    expect(await outcome(() => route.send(question))).toMatchObject({ status: 200 })
    expect(dependencies.registry.status()).toMatchObject([{ state: 'closed', inFlight: 0 }])
  })
})

describe('a fallback', () => {
  function withFallbacks(
    first: ScriptedTarget,
    fallbacks: RouteOptions['fallbacks'],
    others: Readonly<Record<string, ScriptedTarget>>,
  ) {
    const router = createRouter(routerDependencies(fakeClock()))
    const route = router.createRoute(routeOptions([first], { name: 'first', fallbacks }))
    for (const [name, target] of Object.entries(others)) {
      router.createRoute(routeOptions([target], { name }))
    }
    return outcome(() => route.send(question))
  }
  const failing = (failureClass: GatewayError['failureClass']) =>
    new GatewayError('provider_error', 'no', { status: 400, failureClass })

  test('is asked for the class of failure it is meant for, and for no other', async () => {
    for (const failureClass of ['context-window', 'content-policy', 'server-error'] as const) {
      const large = scripted('large', 200)
      const lenient = scripted('lenient', 200)
      const result = await withFallbacks(
        scripted('a', failing(failureClass)),
        [
          { on: ['context-window'], models: ['large'] },
          { on: ['content-policy'], models: ['lenient'] },
        ],
        { large, lenient },
      )
      expect(large.asked()).toBe(failureClass === 'context-window' ? 1 : 0)
      expect(lenient.asked()).toBe(failureClass === 'content-policy' ? 1 : 0)
      if (failureClass === 'server-error') expect(result).toMatchObject({ code: 'provider_error' })
      else expect(result.attempts[1]).toMatchObject({ reason: 'fallback', status: 200 })
    }
  })

  test('is never asked when the request itself is at fault', async () => {
    const other = scripted('b', 200)
    const fallbacks = [{ models: ['b'] }]
    await withFallbacks(scripted('a', failing('request')), fallbacks, { b: other })
    await withFallbacks(scripted('a', new GatewayError('client_closed')), fallbacks, { b: other })
    expect(other.asked()).toBe(0)
  })

  test('is followed by the next one, each model asked once, and ends with what a provider said last', async () => {
    const b = scripted('b', 503)
    const c = scripted('c', 429)
    const result = await withFallbacks(
      scripted('a', 500),
      [{ on: ['server-error'], models: ['b', 'c'] }, { models: ['b', 'first', 'c', 'gone'] }],
      { b, c },
    )
    expect(result).toMatchObject({ provider: 'c', status: 429 })
    expect(result.attempts.map(({ provider }) => provider)).toEqual(['a', 'b', 'c'])
  })
})

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorKinds, code)
}
