import { describe, expect, test } from 'bun:test'
import { isStreamed, newReport } from '../core/call.ts'
import type { Answer, CallBody } from '../core/call.ts'
import { undecided } from '../core/decision.ts'
import type { Decision } from '../core/decision.ts'
import { GatewayError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import { answerChat } from './chat.ts'
import type { Stages } from './stages.ts'
import { makeCall } from '../../test/support/question.ts'

/** Every stage in the security order of the product. */
const order = [
  'authenticate',
  'parse',
  'open',
  'admit',
  'resolve',
  'reserve',
  'inspectRequest',
  'decided',
  'redact',
  'find',
  'send',
  'inspectAnswer',
  'keep',
  'settle',
  'forget',
  'close',
  'over',
] as const
type Step = (typeof order)[number]

const principal: Principal = {
  id: 'ana',
  kind: 'user',
  tenant: 'default',
  groups: [],
  authenticatedBy: 'key',
  models: ['*'],
}
const body: CallBody = {
  bytes: new Uint8Array(),
  contentType: '',
  text: undefined,
  json: undefined,
}

function wholeAnswer(more: Partial<Answer> = {}): Answer {
  return {
    status: 200,
    headers: {},
    body: '{}',
    cache: 'miss',
    warnings: [],
    report: newReport(),
    ...more,
  }
}

interface Rehearsal {
  readonly decision?: Decision
  readonly found?: Answer
  readonly sent?: () => Answer
  /** The step that fails, and how. */
  readonly fails?: Step
  readonly error?: unknown
}

/** Plays the pipeline with stages that only note that they were called, and in which order. */
function rehearse({
  decision = undecided,
  found,
  sent = wholeAnswer,
  fails,
  error,
}: Rehearsal = {}) {
  const steps: string[] = []
  const settled: (Answer | undefined)[] = []
  const refused: GatewayError[] = []
  const leaving = new AbortController()
  const stopping = new AbortController()
  leaving.signal.addEventListener('abort', () => stopping.abort(leaving.signal.reason))
  let ends = 0
  function note<T>(step: Step, value: T): T {
    steps.push(step)
    if (step === fails) throw error ?? new GatewayError('internal_error')
    return value
  }
  const stages: Stages = {
    identity: { authenticate: () => note('authenticate', principal) },
    intake: {
      parse: () => Promise.resolve(note('parse', { body, model: 'm', stream: false })),
    },
    audit: {
      open: () =>
        note('open', {
          decided: async () => note('decided', undefined),
          close: (_, end) => void steps.push(`close ${end}`),
          refuse: (refusal) => {
            steps.push('refuse')
            refused.push(refusal)
          },
        }),
    },
    controls: {
      watch: ({ call, ...question }) => ({
        question: { ...question, call: { ...call, signal: stopping.signal } },
        admit: () => note('admit', undefined),
        end: () => void (ends += 1),
      }),
    },
    catalog: { resolve: () => note('resolve', { name: 'm', order: () => [] }) },
    limits: {
      reserve: () =>
        note('reserve', {
          settle: (answer) => {
            steps.push('settle')
            settled.push(answer)
          },
        }),
    },
    compliance: {
      inspectRequest: () => note('inspectRequest', decision),
      redact: (question) => note('redact', question),
      inspectAnswer: (_, answer) => note('inspectAnswer', answer),
      forget: () => void steps.push('forget'),
    },
    cache: {
      find: () => Promise.resolve(note('find', found)),
      keep: () => note('keep', undefined),
    },
    routing: { send: async () => note('send', sent()) },
  }
  const call = makeCall({ signal: leaving.signal, onEnd: () => void steps.push('over') })
  return {
    steps,
    settled,
    refused,
    leave: () => leaving.abort(),
    stop: (error: GatewayError) => stopping.abort(error),
    ends: () => ends,
    answer: answerChat(stages, call),
  }
}

async function codeOf(answer: Promise<Answer>): Promise<ErrorCode | undefined> {
  try {
    await answer
    return undefined
  } catch (error) {
    return error instanceof GatewayError ? error.code : undefined
  }
}

function upTo(step: Step): string[] {
  return order.slice(0, order.indexOf(step) + 1)
}

async function drain(answer: Answer): Promise<void> {
  if (!isStreamed(answer.body)) throw new Error('not a stream')
  for await (const _ of answer.body) continue
}

describe('the stages of a call', () => {
  test('run in the security order of the product', async () => {
    const { steps, settled, answer } = rehearse()
    const { report } = await answer
    expect(report.verdict).toBe('allow')
    expect(steps).toEqual(order.map((step) => (step === 'close' ? 'close complete' : step)))
    expect(settled).toHaveLength(1)
  })

  test('skip the providers when the answer is known, and inspect it for the present receiver', async () => {
    const { steps, answer } = rehearse({ found: wholeAnswer({ cache: 'hit' }) })
    expect((await answer).cache).toBe('hit')
    expect(steps).not.toContain('send')
    expect(steps).toContain('inspectAnswer')
  })

  test('keep, settle and close a stream only once it has ended', async () => {
    async function* words(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1)
    }
    const { steps, answer } = rehearse({ sent: () => wholeAnswer({ body: words() }) })
    const streamed = await answer
    expect(steps.at(-1)).toBe('inspectAnswer')
    await drain(streamed)
    expect(steps.slice(-5)).toEqual(['keep', 'settle', 'forget', 'close complete', 'over'])
  })

  test('keep nothing of an answer that is an error or whose client left', async () => {
    const failed = rehearse({ sent: () => wholeAnswer({ status: 500 }) })
    await failed.answer
    expect(failed.steps.slice(-4)).toEqual(['settle', 'forget', 'close error', 'over'])
    expect(failed.steps).not.toContain('keep')

    async function* words(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1)
    }
    const left = rehearse({ sent: () => wholeAnswer({ body: words() }) })
    await left.answer
    left.leave()
    await Bun.sleep(1)
    expect(left.steps.slice(-4)).toEqual(['settle', 'forget', 'close client', 'over'])
    expect(left.steps).not.toContain('keep')
  })
})

describe('a call that is stopped', () => {
  test('says so, whatever was thrown because of it', async () => {
    const stopped = new GatewayError('emergency_stop')
    const { refused, stop, answer } = rehearse({ fails: 'send', error: new Error('aborted') })
    stop(stopped)
    expect(await codeOf(answer)).toBe('emergency_stop')
    expect(refused).toEqual([stopped])
  })

  test('hands over the farewell of its source, and ends as an error', async () => {
    const report = newReport()
    async function* words(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1)
      await Bun.sleep(1)
      report.error = new GatewayError('emergency_stop')
      yield new Uint8Array(2)
    }
    const { steps, stop, answer } = rehearse({ sent: () => wholeAnswer({ body: words(), report }) })
    const streamed = await answer
    const drained = drain(streamed)
    stop(new GatewayError('emergency_stop'))
    await drained
    expect(steps.slice(-2)).toEqual(['close error', 'over'])
    expect(steps).not.toContain('keep')
  })

  test('is cut when its source knows nothing of the stop and goes on', async () => {
    let pieces = 0
    async function* words(): AsyncGenerator<Uint8Array> {
      for (;;) yield new Uint8Array((pieces += 1))
    }
    const { steps, stop, answer } = rehearse({ sent: () => wholeAnswer({ body: words() }) })
    const streamed = await answer
    stop(new GatewayError('emergency_stop'))
    expect(await codeOf(drain(streamed).then(() => streamed))).toBe('emergency_stop')
    expect(pieces).toBeLessThan(10)
    expect(steps.slice(-2)).toEqual(['close error', 'over'])
  })
})

describe('a call that ends early', () => {
  for (const [step, code] of [
    ['authenticate', 'invalid_key'],
    ['parse', 'invalid_request'],
  ] as const) {
    test(`leaves no trail when ${step} refuses it: nobody is known to have asked anything`, async () => {
      const { steps, answer } = rehearse({ fails: step, error: new GatewayError(code) })
      expect(await codeOf(answer)).toBe(code)
      expect(steps).toEqual(upTo(step))
    })
  }

  for (const [step, code] of [
    ['admit', 'emergency_stop'],
    ['resolve', 'model_not_found'],
    ['reserve', 'rate_limited'],
  ] as const) {
    test(`is recorded and holds no share of a limit when ${step} refuses it`, async () => {
      const { steps, settled, refused, answer } = rehearse({
        fails: step,
        error: new GatewayError(code),
      })
      expect(await codeOf(answer)).toBe(code)
      expect(steps).toEqual([...upTo(step), 'forget', 'refuse'])
      expect(settled).toEqual([])
      expect(refused.map((error) => error.code)).toEqual([code])
    })
  }

  for (const [step, code] of [
    ['inspectRequest', 'compliance_unavailable'],
    ['decided', 'audit_unavailable'],
    ['redact', 'internal_error'],
    ['send', 'provider_timeout'],
  ] as const) {
    test(`goes no further than ${step} when that fails, and gives back its share of the limits`, async () => {
      const { steps, settled, answer } = rehearse({ fails: step, error: new GatewayError(code) })
      expect(await codeOf(answer)).toBe(code)
      expect(steps).toEqual([...upTo(step), 'settle', 'forget', 'refuse'])
      expect(settled).toEqual([undefined])
    })
  }

  test('reaches neither cache nor provider when its decision could not be written', async () => {
    const { steps, answer } = rehearse({
      fails: 'decided',
      error: new GatewayError('audit_unavailable'),
    })
    expect(await codeOf(answer)).toBe('audit_unavailable')
    for (const step of ['redact', 'find', 'send']) expect(steps).not.toContain(step)
  })

  for (const [verdict, code] of [
    ['block', 'blocked_by_policy'],
    ['hold', 'held_for_approval'],
  ] as const) {
    test(`is a 403 with the reason, recorded before, when the verdict is ${verdict}`, async () => {
      const decision: Decision = { ...undecided, verdict, reason: 'No account numbers, please.' }
      const { steps, settled, refused, answer } = rehearse({ decision })
      expect(await codeOf(answer)).toBe(code)
      expect(refused[0]?.message).toBe('No account numbers, please.')
      expect(steps).toEqual([...upTo('decided'), 'settle', 'forget', 'refuse'])
      expect(settled).toEqual([undefined])
    })
  }

  test('passes with the verdict to redact, and says so', async () => {
    const { steps, answer } = rehearse({ decision: { ...undecided, verdict: 'redact' } })
    expect((await answer).report.verdict).toBe('redact')
    expect(steps).toContain('send')
  })

  test('is an internal error when a stage throws anything else, with the cause kept', async () => {
    const bug = new TypeError('x is not a function')
    const { refused, answer } = rehearse({ fails: 'send', error: bug })
    expect(await codeOf(answer)).toBe('internal_error')
    expect(refused[0]?.cause).toBe(bug)
    expect(refused[0]?.message).not.toContain('function')
  })

  test('closes the provider’s stream and settles its usage when the answer may not be passed on', async () => {
    let isClosed = false
    const report = newReport()
    const words: AsyncIterableIterator<Uint8Array> = {
      next: () => Promise.resolve({ done: false, value: new Uint8Array(1) }),
      return: () => {
        isClosed = true
        report.usage = { inputTokens: 5, outputTokens: 0, estimated: true }
        return Promise.resolve({ done: true, value: undefined })
      },
      [Symbol.asyncIterator]: () => words,
    }
    const { steps, settled, answer } = rehearse({
      sent: () => wholeAnswer({ body: words, report }),
      fails: 'inspectAnswer',
      error: new GatewayError('compliance_unavailable'),
    })
    expect(await codeOf(answer)).toBe('compliance_unavailable')
    expect(isClosed).toBe(true)
    expect(settled.map((value) => value?.report.usage?.inputTokens)).toEqual([5])
    expect(steps.slice(-3)).toEqual(['settle', 'forget', 'refuse'])
  })

  test('settles exactly once and ends its trail exactly once, whatever fails', async () => {
    for (const step of order.slice(0, order.indexOf('keep'))) {
      const { steps, ends: left, answer } = rehearse({ fails: step })
      await codeOf(answer)
      const hasReserved = order.indexOf(step) > order.indexOf('reserve')
      expect(steps.filter((name) => name === 'settle')).toHaveLength(hasReserved ? 1 : 0)
      const hasTrail = order.indexOf(step) > order.indexOf('open')
      const ends = steps.filter((name) => name === 'refuse' || name.startsWith('close'))
      expect(ends).toHaveLength(hasTrail ? 1 : 0)
      expect(left()).toBe(hasTrail ? 1 : 0)
    }
  })
})
