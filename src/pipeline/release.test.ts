import { describe, expect, test } from 'bun:test'
import { isStreamed, newReport } from '../core/call.ts'
import type { Answer, AnswerEnd, Call } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { discard, release } from './release.ts'
import { makeCall } from '../../test/support/question.ts'

interface Watched {
  readonly call: Call
  readonly leave: () => void
  readonly finish: (end: AnswerEnd) => void
  /** What was told, in its order: how the answer ended, and that the call is over. */
  readonly told: string[]
}

function watch(): Watched {
  const controller = new AbortController()
  const told: string[] = []
  const call = makeCall({ signal: controller.signal, onEnd: () => void told.push('over') })
  return { call, told, leave: () => controller.abort(), finish: (end) => void told.push(end) }
}

function answer(body: Answer['body'], more: Partial<Answer> = {}): Answer {
  return {
    status: 200,
    headers: {},
    body,
    cache: 'bypass',
    warnings: [],
    report: newReport(),
    ...more,
  }
}

const piece = new Uint8Array([1, 2, 3])

/** A stream of pieces that may fail, wait, and say how it was closed. */
function stream(options: {
  readonly pieces?: number
  readonly failure?: Error
  readonly hangs?: boolean
}) {
  const state = { closed: 0, started: false }
  async function* run(): AsyncGenerator<Uint8Array> {
    state.started = true
    try {
      for (let index = 0; index < (options.pieces ?? 3); index++) yield piece
      if (options.hangs === true) await never.promise
      if (options.failure !== undefined) throw options.failure
    } finally {
      state.closed += 1
    }
  }
  const never = Promise.withResolvers<void>()
  return { state, body: run(), wake: never.resolve }
}

function streamOf(released: Answer): AsyncIterator<Uint8Array> {
  if (!isStreamed(released.body)) throw new Error('not a stream')
  return released.body[Symbol.asyncIterator]()
}

async function drain(released: Answer): Promise<number> {
  const iterator = streamOf(released)
  let count = 0
  while ((await iterator.next()).done !== true) count += 1
  return count
}

describe('a whole answer', () => {
  for (const [name, value, end] of [
    ['is complete when it is handed over', answer('{}'), 'complete'],
    ['is an error when it is one of the provider', answer('{}', { status: 429 }), 'error'],
    [
      'is an error when its report says so',
      answer('{}', { report: { ...newReport(), error: new GatewayError('provider_error') } }),
      'error',
    ],
  ] as const) {
    test(name, () => {
      const { call, told, finish } = watch()
      expect(release(value, call, finish)).toBe(value)
      expect(told).toEqual([end, 'over'])
    })
  }
})

describe('a streamed answer ends exactly once', () => {
  test('when its last piece was taken', async () => {
    const { call, told, finish, leave } = watch()
    const { body, state } = stream({})
    const released = release(answer(body), call, finish)
    expect(told).toEqual([])
    expect(await drain(released)).toBe(3)
    expect(told).toEqual(['complete', 'over'])
    leave()
    await streamOf(released).return?.()
    await Bun.sleep(1)
    expect(told).toEqual(['complete', 'over'])
    expect(state.closed).toBe(1)
  })

  test('before the piece that completes it is handed over', async () => {
    const { call, told, finish, leave } = watch()
    const report = newReport()
    async function* run(): AsyncGenerator<Uint8Array> {
      yield piece
      report.isComplete = true
      yield piece
      await Bun.sleep(1000)
    }
    const iterator = streamOf(release(answer(run(), { report }), call, finish))
    await iterator.next()
    expect(told).toEqual([])
    await iterator.next()
    expect(told).toEqual(['complete'])
    leave()
    await Bun.sleep(1)
    expect(told).toEqual(['complete', 'over'])
  })

  test('as an error when its report says so at the end', async () => {
    const { call, told, finish } = watch()
    const report = newReport()
    async function* run(): AsyncGenerator<Uint8Array> {
      yield piece
      report.error = new GatewayError('provider_stream_cut')
      yield piece
    }
    await drain(release(answer(run(), { report }), call, finish))
    expect(told).toEqual(['error', 'over'])
  })

  test('as an error when it throws, which its reader learns', async () => {
    const { call, told, finish } = watch()
    const { body } = stream({ pieces: 1, failure: new Error('broken') })
    const released = release(answer(body), call, finish)
    const failure = await drain(released).catch((error: unknown) => String(error))
    expect(failure).toBe('Error: broken')
    expect(told).toEqual(['error', 'over'])
  })

  test('when the client leaves before the first piece, though the stream never started', async () => {
    for (const isEarly of [true, false]) {
      const { call, told, finish, leave } = watch()
      const { body, state } = stream({})
      if (isEarly) leave()
      const released = release(answer(body), call, finish)
      if (!isEarly) leave()
      await Bun.sleep(1)
      expect(told).toEqual(['client', 'over'])
      expect(state.started).toBe(false)
      expect((await streamOf(released).next()).done).toBe(true)
      expect(told).toEqual(['client', 'over'])
    }
  })

  test('when the client leaves between two pieces', async () => {
    const { call, told, finish, leave } = watch()
    const { body, state } = stream({})
    await streamOf(release(answer(body), call, finish)).next()
    leave()
    await Bun.sleep(1)
    expect(told).toEqual(['client', 'over'])
    expect(state.closed).toBe(1)
  })

  test('when the client leaves while a piece is waited for', async () => {
    const { call, told, finish, leave } = watch()
    const { body, state, wake } = stream({ pieces: 1, hangs: true })
    const iterator = streamOf(release(answer(body), call, finish))
    await iterator.next()
    const pending = iterator.next()
    leave()
    // The provider's stream fails because the same signal ends its connection.
    wake()
    expect((await pending).done).toBe(true)
    await Bun.sleep(1)
    expect(told).toEqual(['client', 'over'])
    expect(state.closed).toBe(1)
  })

  test('when its reader closes it, also before it was started', async () => {
    for (const pieces of [0, 1]) {
      const { call, told, finish } = watch()
      const { body } = stream({})
      const iterator = streamOf(release(answer(body), call, finish))
      for (let index = 0; index < pieces; index++) await iterator.next()
      expect(await iterator.return?.()).toEqual({ done: true, value: undefined })
      await iterator.return?.()
      expect(told).toEqual(['client', 'over'])
    }
  })

  test('and frees the call even when what follows the end throws', async () => {
    const { call, told } = watch()
    const { body } = stream({ pieces: 0 })
    const released = release(answer(body), call, () => {
      throw new Error('a stage that breaks its promise')
    })
    await drain(released).catch(() => undefined)
    expect(told).toEqual(['over'])
  })

  test('with the moment of its first byte noted', async () => {
    const { call, finish } = watch()
    const { body } = stream({})
    const released = release(answer(body), call, finish)
    const before = performance.now()
    await drain(released)
    expect(released.report.firstByteAt).toBeWithin(before, performance.now())
  })
})

describe('an answer that no client will get', () => {
  test('is closed, whatever state it is in, and never throws', async () => {
    await discard(undefined)
    await discard(answer('{}'))
    const started = stream({})
    await started.body.next()
    await discard(answer(started.body))
    expect(started.state.closed).toBe(1)
    const failing: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error('x')),
        return: () => Promise.reject(new Error('y')),
      }),
    }
    await discard(answer(failing))
  })
})
