import { describe, expect, test } from 'bun:test'
import { isStreamed, newReport } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { makeCall, makeQuestion } from '../../test/support/question.ts'
import { createShadows } from './shadow.ts'
import type { ShadowDependencies, ShadowOutcome, ShadowRoute } from './shadow.ts'

const encoder = new TextEncoder()
const question = makeQuestion()

function answer(body: Answer['body'], more: Partial<Answer> = {}): Answer {
  return {
    status: 200,
    headers: {},
    body,
    provider: 'second',
    cache: 'bypass',
    warnings: [],
    report: newReport(),
    ...more,
  }
}

/** An answer in pieces; the last one completes it. */
function streamed(...words: readonly string[]): Answer {
  const report = newReport()
  async function* run(): AsyncGenerator<Uint8Array> {
    for (const [index, word] of words.entries()) {
      report.isComplete = index === words.length - 1
      yield encoder.encode(word)
    }
  }
  return answer(run(), { report })
}

function setUp(more: Partial<ShadowDependencies> = {}) {
  const outcomes: ShadowOutcome[] = []
  const shadows = createShadows({
    clock: { now: () => 0, monotonic: () => 0 },
    random: () => 0.5,
    read: (_, { bytes }) => ({
      text: Buffer.from(bytes).toString(),
      toolCalls: [],
      stopReason: 'end',
    }),
    onOutcome: (outcome) => void outcomes.push(outcome),
    ...more,
  })
  const route = (ask: ShadowRoute['ask'], rest: Partial<ShadowRoute> = {}): ShadowRoute => ({
    name: 'gpt',
    percent: 100,
    maxConcurrent: 2,
    ask,
    ...rest,
  })
  return { shadows, outcomes, route }
}

async function textOf({ body }: Answer): Promise<string> {
  if (!isStreamed(body)) return typeof body === 'string' ? body : Buffer.from(body).toString()
  return Buffer.concat(await Array.fromAsync(body)).toString()
}

describe('a copy of a call', () => {
  test('is compared with the answer the caller got, which stays as it was', async () => {
    const { shadows, outcomes, route } = setUp()
    const first = answer('Paris.')
    const shown = shadows.follow(
      question,
      first,
      route(() => Promise.resolve(answer('It is Paris.'))),
    )
    expect(shown).toBe(first)
    await Bun.sleep(1)
    expect(outcomes).toMatchObject([
      {
        route: 'gpt',
        result: 'compared',
        answer: { provider: 'second' },
        comparison: { isSameStop: true, lengthRatio: 0.5 },
      },
    ])
    expect(JSON.stringify(outcomes[0]?.comparison)).not.toContain('Paris')
  })

  test('is compared when both streams have ended, in whichever order', async () => {
    for (const isFirstSlower of [true, false]) {
      const { shadows, outcomes, route } = setUp()
      const gate = Promise.withResolvers<void>()
      const ask = async () => {
        if (!isFirstSlower) await gate.promise
        return streamed('Par', 'is.')
      }
      const shown = shadows.follow(question, streamed('Pa', 'ri', 's.'), route(ask))
      if (isFirstSlower) await Bun.sleep(1)
      expect(await textOf(shown)).toBe('Paris.')
      gate.resolve()
      await Bun.sleep(1)
      expect(outcomes).toMatchObject([{ result: 'compared', comparison: { similarity: 1 } }])
    }
  })

  test('is made for its share of the calls only, and for none that failed', async () => {
    const { shadows, outcomes, route } = setUp({ random: () => 0.1 })
    let asked = 0
    const ask = () => {
      asked += 1
      return Promise.resolve(answer('x'))
    }
    shadows.follow(question, answer('x'), route(ask, { percent: 10 }))
    shadows.follow(question, answer('x', { status: 429 }), route(ask))
    expect(asked).toBe(0)
    shadows.follow(question, answer('x'), route(ask, { percent: 10.1 }))
    expect(asked).toBe(1)
    await Bun.sleep(1)
    expect(outcomes).toHaveLength(1)
  })

  test('never delays or fails the call, whatever becomes of it', async () => {
    const { shadows, outcomes, route } = setUp()
    const never = () => new Promise<Answer>(() => undefined)
    const throwing = () => {
      throw new Error('bug')
    }
    const failing = () => Promise.reject(new GatewayError('provider_timeout'))
    for (const ask of [throwing, failing, never]) {
      expect(await textOf(shadows.follow(question, streamed('a', 'b'), route(ask)))).toBe('ab')
    }
    await Bun.sleep(1)
    expect(outcomes).toMatchObject([
      { result: 'failed', errorCode: 'internal_error' },
      { result: 'failed', errorCode: 'provider_timeout' },
    ])
  })

  test('survives whoever hears of it', async () => {
    const { shadows, route } = setUp({
      onOutcome: () => {
        throw new Error('metrics are broken')
      },
    })
    const shown = shadows.follow(
      question,
      answer('x'),
      route(() => Promise.resolve(answer('x'))),
    )
    await Bun.sleep(1)
    expect(await textOf(shown)).toBe('x')
  })

  test('is one of few at a time: calls beyond that get none', async () => {
    const { shadows, outcomes, route } = setUp()
    let asked = 0
    const ask = () => {
      asked += 1
      return new Promise<Answer>(() => undefined)
    }
    for (let call = 0; call < 5; call++) shadows.follow(question, answer('x'), route(ask))
    expect(asked).toBe(2)
    expect(outcomes.map(({ result }) => result)).toEqual(['skipped', 'skipped', 'skipped'])
    shadows.follow(question, answer('x'), route(ask, { name: 'another' }))
    expect(asked).toBe(3)
  })

  test('is not compared with what its caller did not wait for, nor with what is too long', async () => {
    const { shadows, outcomes, route } = setUp()
    const left = shadows.follow(
      question,
      streamed('a', 'b', 'c'),
      route(() => Promise.resolve(streamed('x'))),
    )
    if (!isStreamed(left.body)) throw new Error('not a stream')
    for await (const _ of left.body) break
    const long = streamed('x'.repeat(2_000_000), 'y')
    await textOf(
      shadows.follow(
        question,
        long,
        route(() => Promise.resolve(answer('x'))),
      ),
    )
    await Bun.sleep(1)
    expect(outcomes.map(({ result }) => result)).toEqual(['incomplete', 'too-long'])
  })

  test('tells of an error of the second target, and of answers that cannot be read', async () => {
    const { shadows, outcomes, route } = setUp({ read: () => undefined })
    const report = { ...newReport(), error: new GatewayError('provider_error') }
    const ask = () => Promise.resolve(answer('{}', { status: 500, report }))
    shadows.follow(question, answer('x'), route(ask))
    shadows.follow(
      question,
      answer('x'),
      route(() => Promise.resolve(answer('x'))),
    )
    await Bun.sleep(1)
    expect(outcomes).toMatchObject([
      { result: 'failed', errorCode: 'provider_error', answer: { status: 500 } },
      { result: 'unreadable' },
    ])
  })

  test('is asked on its own: the caller may leave, and no provider takes it for a repetition', async () => {
    const { shadows, route } = setUp()
    let copied: Question | undefined
    const ask = (asked: Question) => {
      copied = asked
      return Promise.resolve(answer('x'))
    }
    const headers = new Headers({ 'idempotency-key': 'k', 'x-smartflow-tags': 't' })
    const leaving = AbortSignal.abort()
    const original = makeQuestion({ call: makeCall({ headers, signal: leaving }) })
    shadows.follow(original, answer('x'), route(ask))
    expect(copied?.call.signal.aborted).toBe(false)
    expect([...(copied?.call.headers.keys() ?? [])]).toEqual(['x-smartflow-tags'])
    expect(original.call.headers.has('idempotency-key')).toBe(true)
  })

  test('ends when its configuration is disposed of, which waits for that', async () => {
    const { shadows, outcomes, route } = setUp()
    const ask = ({ call }: Question) =>
      new Promise<Answer>((_, reject) =>
        call.signal.addEventListener('abort', () => reject(new GatewayError('client_closed'))),
      )
    shadows.follow(question, answer('x'), route(ask))
    shadows.follow(
      question,
      streamed('never', 'read'),
      route(() => Promise.resolve(answer('x'))),
    )
    await shadows[Symbol.asyncDispose]()
    expect(outcomes.map(({ result }) => result).toSorted()).toEqual(['failed', 'incomplete'])
    shadows.follow(question, answer('x'), route(ask))
    expect(outcomes.at(-1)?.result).toBe('skipped')
  })
})
