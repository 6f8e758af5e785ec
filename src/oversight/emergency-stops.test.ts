import { describe, expect, test } from 'bun:test'
import { makeCall, makePrincipal, makeQuestion } from '../../test/support/question.ts'
import { newReport, stoppedBy } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { Target } from '../core/target.ts'
import type { StopMode, StopScope } from './stop-scope.ts'
import { openStops } from './testing/stops.ts'

const clock = { now: () => 1 }

function order(stops: ReturnType<typeof openStops>, mode: StopMode, scope: StopScope = {}): void {
  stops.apply(stops.propose({ mode, scope, reason: 'an exercise', by: 'ana' }))
}

function codeOf(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error instanceof GatewayError ? error.code : error
  }
}

describe('a call that runs', () => {
  test('is told of a stop that is for it, and of the departure of its client', () => {
    const stops = openStops(clock)
    const leaving = new AbortController()
    const call = stops.stage.watch(makeQuestion({ call: makeCall({ signal: leaving.signal }) }))
    const other = stops.stage.watch(makeQuestion({ principal: makePrincipal({ tenant: 'other' }) }))
    order(stops, 'halt', { tenant: 'other' })
    expect(stoppedBy(other.question.call.signal)?.code).toBe('emergency_stop')
    expect(call.question.call.signal.aborted).toBe(false)
    leaving.abort()
    expect(call.question.call.signal.aborted).toBe(true)
    expect(stoppedBy(call.question.call.signal)).toBeUndefined()
    call.end()
    other.end()
    other.end()
    expect(stops.runningCalls()).toBe(0)
  })

  test('has an error of its own', () => {
    const stops = openStops(clock)
    const calls = [1, 2].map(() => stops.stage.watch(makeQuestion()))
    order(stops, 'halt')
    const errors = calls.map(({ question }) => stoppedBy(question.call.signal))
    expect(errors[0]).not.toBe(errors[1])
  })

  test('is told of nothing once it is over', () => {
    const stops = openStops(clock)
    const call = stops.stage.watch(makeQuestion())
    call.end()
    order(stops, 'halt')
    expect(call.question.call.signal.aborted).toBe(false)
  })

  test('whose client had left before it began is told at once', () => {
    const signal = AbortSignal.abort()
    const call = openStops(clock).stage.watch(makeQuestion({ call: makeCall({ signal }) }))
    expect(call.question.call.signal.aborted).toBe(true)
  })

  test('that nobody can understand is ended by read-only, and so are those behind it', () => {
    const stops = openStops(clock, {
      writes({ model }) {
        if (model === 'odd') throw new GatewayError('invalid_request')
        return model === 'writing' ? 'it writes' : undefined
      },
    })
    const calls = ['odd', 'writing', 'reading'].map((model) =>
      stops.stage.watch(makeQuestion({ model })),
    )
    order(stops, 'read-only')
    expect(calls.map(({ question }) => question.call.signal.aborted)).toEqual([true, true, false])
    expect(calls.map(({ admit }) => codeOf(admit))).toEqual([
      'emergency_stop',
      'emergency_stop',
      undefined,
    ])
  })
})

describe('a model that is stopped', () => {
  const answer: Answer = {
    status: 200,
    headers: {},
    body: '{}',
    cache: 'miss',
    warnings: [],
    report: newReport(),
  }
  const asked: Question[] = []
  const target: Target = {
    provider: 'p',
    model: 'provider-name',
    weight: 1,
    ask(question) {
      asked.push(question)
      return Promise.resolve(answer)
    },
  }

  test.each(['asked-name', 'configured-name', 'provider-name', 'provider-*'])(
    'is not asked when it is stopped as %s, and a call that asks it ends',
    async (name) => {
      const stops = openStops(clock)
      const guarded = stops.guard(target, 'configured-name')
      const { question, end } = stops.stage.watch(makeQuestion({ model: 'asked-name' }))
      await guarded.ask(question)
      order(stops, 'halt', { model: name })
      expect(stoppedBy(question.call.signal)?.code).toBe('emergency_stop')
      asked.length = 0
      const again = stops.stage.watch(makeQuestion({ model: 'asked-name' })).question
      expect(guarded.ask(again)).rejects.toMatchObject({ code: 'emergency_stop' })
      expect(asked).toEqual([])
      end()
    },
  )

  test('ends copies of calls, too', async () => {
    const stops = openStops(clock)
    let isOver = false
    async function* words(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(1)
      } finally {
        isOver = true
      }
    }
    const streaming: Target = {
      ...target,
      ask: (question) => {
        asked.push(question)
        return Promise.resolve({ ...answer, body: words() })
      },
    }
    asked.length = 0
    const { body } = await stops.guard(streaming, 'configured-name').ask(makeQuestion())
    expect(stops.runningCalls()).toBe(1)
    order(stops, 'halt')
    expect(asked[0]?.call.signal.aborted).toBe(true)
    if (typeof body !== 'object' || !(Symbol.asyncIterator in body)) throw new Error('no stream')
    for await (const _ of body) break
    expect(isOver).toBe(true)
    expect(stops.runningCalls()).toBe(0)
  })
})
