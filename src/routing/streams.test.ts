import { describe, expect, test } from 'bun:test'
import { isStreamed } from '../core/call.ts'
import type { Answer } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { makeCall, makeQuestion } from '../../test/support/question.ts'
import { AttemptsFailed } from './failures.ts'
import {
  fakeClock,
  routeOf,
  routerDependencies,
  scripted,
  streamAnswer,
} from './testing/targets.ts'
import type { Piece } from './testing/targets.ts'

const question = makeQuestion({ stream: true })
const frame: Piece = { type: 'frame' }
const word = (text: string): Piece => ({ type: 'word', text })
const cut: Piece = { type: 'error', error: new GatewayError('provider_stream_cut') }

function streaming(provider: string, pieces: readonly Piece[]) {
  return scripted(provider, () => Promise.resolve(streamAnswer(provider, pieces)))
}

async function read(answer: Answer): Promise<string> {
  if (!isStreamed(answer.body)) throw new Error('not a stream')
  let text = ''
  for await (const piece of answer.body) text += Buffer.from(piece).toString()
  return text
}

describe('a stream', () => {
  test('that fails before its first word is asked of the next target, and nobody notices', async () => {
    const dependencies = routerDependencies(fakeClock())
    const targets = [
      streaming('a', [frame, frame, cut]),
      streaming('b', [frame, word('Hi'), frame]),
    ]
    const answer = await routeOf(targets, dependencies).send(question)
    expect(answer.provider).toBe('b')
    expect(await read(answer)).toBe('.Hi.')
    expect(answer.report.attempts).toMatchObject([
      { provider: 'a', status: 200, errorCode: 'provider_stream_cut', failureClass: 'unreachable' },
      { provider: 'b', status: 200, reason: 'failover', usage: { inputTokens: 10 } },
    ])
    expect(dependencies.registry.status().map(({ inFlight }) => inFlight)).toEqual([0, 0])
  })

  test('that ends without a word is an answer all the same', async () => {
    const targets = [streaming('a', [frame, frame]), streaming('b', [word('no')])]
    const answer = await routeOf(targets, routerDependencies(fakeClock())).send(question)
    expect(answer.provider).toBe('a')
    expect(await read(answer)).toBe('..')
  })

  test('that fails everywhere before its first word is an error with a status', async () => {
    const targets = [streaming('a', [frame, cut]), streaming('b', [cut])]
    const failure = await routeOf(targets, routerDependencies(fakeClock()))
      .send(question)
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(AttemptsFailed)
    expect(failure).toMatchObject({ status: 502, code: 'provider_stream_cut' })
  })

  test('that fails after its first word stays, and counts against its target', async () => {
    const dependencies = routerDependencies(fakeClock())
    const targets = [streaming('a', [word('Hi'), cut]), streaming('b', [word('no')])]
    const route = routeOf(targets, dependencies)
    for (let call = 0; call < 10; call++) {
      const answer = await route.send(question)
      expect(await read(answer)).toBe('Hi!')
      expect(answer.report.error?.code).toBe('provider_stream_cut')
    }
    expect(dependencies.registry.status()[0]).toMatchObject({ state: 'open', errorRate: 1 })
    expect((await route.send(question)).provider).toBe('b')
  })

  test('holds its place until it has ended, and a client that leaves frees it', async () => {
    const dependencies = routerDependencies(fakeClock())
    const targets = [streaming('a', [word('Hi'), frame, frame]), streaming('b', [word('no')])]
    const inFlight = () => dependencies.registry.status()[0]?.inFlight
    for (const leaves of [false, true]) {
      const answer = await routeOf(targets, dependencies).send(question)
      expect(inFlight()).toBe(1)
      if (!isStreamed(answer.body)) throw new Error('not a stream')
      const iterator = answer.body[Symbol.asyncIterator]()
      await iterator.next()
      expect(inFlight()).toBe(1)
      if (leaves) await iterator.return?.()
      else while ((await iterator.next()).done !== true);
      expect(inFlight()).toBe(0)
    }
    expect(dependencies.registry.status()[0]).toMatchObject({ state: 'closed', errorRate: 0 })
  })

  test('is not held back where there is nobody else to ask', async () => {
    const answer = await routeOf(
      [streaming('a', [frame, cut])],
      routerDependencies(fakeClock()),
    ).send(question)
    expect(answer.status).toBe(200)
    expect(await read(answer)).toBe('.!')
    expect(answer.report.attempts).toMatchObject([{ errorCode: 'provider_stream_cut' }])
  })
})

describe('a race', () => {
  const hedge = { delayMs: 20 }
  const wait = async (delayMs: number): Promise<void> => Bun.sleep(delayMs)
  const slow = (provider: string, ms: number) =>
    streaming(provider, [frame, { type: 'wait', ms }, word(provider), frame])

  test('is won by the first word; the other is ended, written off and recorded with its cost', async () => {
    const dependencies = routerDependencies(fakeClock(), { wait })
    const signals: AbortSignal[] = []
    const hanging = scripted('a', (signal) => {
      signals.push(signal)
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new GatewayError('client_closed')))
      })
    })
    const route = routeOf([hanging, slow('b', 5)], dependencies, { hedge })
    const body = { ...question.body, text: 'x'.repeat(40) }
    const answer = await route.send({ ...question, body })
    expect(await read(answer)).toBe('.b.')
    expect(signals[0]?.aborted).toBe(true)
    expect(answer.report.attempts).toMatchObject([
      {
        provider: 'a',
        failureClass: 'cancelled',
        usage: { inputTokens: 10, outputTokens: 0, estimated: true },
        cost: { nanoUsd: 10 },
      },
      { provider: 'b', reason: 'hedge', status: 200, cost: { nanoUsd: 15 } },
    ])
    await Bun.sleep(1)
    // Being slow once is no failure, and nobody is left in its place.
    expect(dependencies.registry.status()).toMatchObject([
      { provider: 'a', state: 'closed', inFlight: 0, errorRate: 0 },
      { provider: 'b', inFlight: 0 },
    ])
  })

  test('is not begun when the first is quick, and goes on alone when one fails', async () => {
    const second = slow('b', 1)
    const quick = routeOf([slow('a', 1), second], routerDependencies(fakeClock(), { wait }), {
      hedge,
    })
    expect((await quick.send(question)).provider).toBe('a')
    expect(second.asked()).toBe(0)

    const failing = streaming('b', [frame, cut])
    const route = routeOf([slow('a', 60), failing], routerDependencies(fakeClock(), { wait }), {
      hedge,
    })
    const answer = await route.send(question)
    expect(await read(answer)).toBe('.a.')
    expect(failing.asked()).toBe(1)
  })

  test('fails over to a third when both fail, and each is asked once', async () => {
    const targets = [
      streaming('a', [{ type: 'wait', ms: 60 }, cut]),
      streaming('b', [frame, cut]),
      streaming('c', [word('c')]),
    ]
    const route = routeOf(targets, routerDependencies(fakeClock(), { wait }), { hedge })
    expect((await route.send(question)).provider).toBe('c')
    expect(targets.map((target) => target.asked())).toEqual([1, 1, 1])
  })

  test('waits for the time in which answers usually come, once that is known', async () => {
    const clock = fakeClock()
    const pauses: number[] = []
    const dependencies = routerDependencies(clock, {
      wait: (delayMs, signal) => {
        pauses.push(delayMs)
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    })
    const timed = scripted('a', async () => {
      clock.advance(100)
      return streamAnswer('a', [word('a')])
    })
    const route = routeOf([timed, slow('b', 1)], dependencies, {
      hedge: { percentile: 0.9, delayMs: 5000 },
    })
    for (let call = 0; call < 10; call++) await read(await route.send(question))
    expect(pauses.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 5000))
    expect(pauses.at(-1)).toBe(100)
  })

  test('spends the budget of retries', async () => {
    const targets = [slow('a', 40), slow('b', 1)]
    const retries = { maxRetries: 0, baseDelayMs: 1, maxDelayMs: 1, budgetRatio: 0 }
    const wait = (): Promise<void> => Promise.resolve()
    const dependencies = routerDependencies(fakeClock(), { wait })
    const route = routeOf(targets, dependencies, { hedge, retries })
    for (let call = 0; call < 14; call++) await read(await route.send(question))
    expect(targets[1]?.asked()).toBe(10)
  })

  test('ends with its client', async () => {
    const leaving = new AbortController()
    const hanging = (provider: string) =>
      scripted(
        provider,
        (signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new GatewayError('client_closed')))
          }),
      )
    const targets = [hanging('a'), hanging('b')]
    const dependencies = routerDependencies(fakeClock(), { wait })
    const call = makeCall({ signal: leaving.signal })
    const sent = routeOf(targets, dependencies, { hedge }).send({ ...question, call })
    await Bun.sleep(40)
    leaving.abort()
    expect(await sent.catch((error: unknown) => error)).toMatchObject({ code: 'client_closed' })
    expect(dependencies.registry.status().map(({ inFlight }) => inFlight)).toEqual([0, 0])
  })
})
