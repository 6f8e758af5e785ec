import { describe, expect, test } from 'bun:test'
import { newReport } from '../core/call.ts'
import type { Answer } from '../core/call.ts'
import { errorKinds, GatewayError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Target } from '../core/target.ts'
import { AttemptsFailed, sendInOrder } from './send.ts'
import { makeQuestion } from '../../test/support/question.ts'

const question = makeQuestion()

/** A clock that moves five milliseconds whenever it is looked at. */
function tickingClock() {
  let now = 0
  return { now: () => now, monotonic: () => (now += 5) }
}

function target(provider: string, outcome: number | GatewayError): Target & { asked: number } {
  return {
    provider,
    model: `m-at-${provider}`,
    weight: 1,
    asked: 0,
    ask() {
      this.asked += 1
      if (outcome instanceof GatewayError) return Promise.reject(outcome)
      const report = newReport()
      if (outcome >= 400) report.error = new GatewayError('provider_error')
      return Promise.resolve({
        status: outcome,
        headers: {},
        body: '{}',
        provider,
        cache: 'bypass',
        warnings: [],
        report,
      } satisfies Answer)
    },
  }
}

/** Sends to targets and tells what came of it. */
async function send(...targets: readonly Target[]) {
  try {
    const answer = await sendInOrder(question, targets, tickingClock())
    return { provider: answer.provider, status: answer.status, attempts: answer.report.attempts }
  } catch (error) {
    if (error instanceof AttemptsFailed) return { code: error.code, attempts: error.attempts }
    throw error
  }
}

describe('a call with several targets', () => {
  test('stays with the first that answers', async () => {
    const second = target('b', 200)
    expect(await send(target('a', 200), second)).toMatchObject({ provider: 'a', status: 200 })
    expect(second.asked).toBe(0)
  })

  for (const status of [429, 500, 502, 503, 504, 529]) {
    test(`moves on from status ${status}, and keeps it when it is the last one's`, async () => {
      expect(await send(target('a', status), target('b', 200))).toEqual({
        provider: 'b',
        status: 200,
        attempts: [
          { provider: 'a', model: 'm-at-a', status, errorCode: 'provider_error', durationMs: 5 },
          { provider: 'b', model: 'm-at-b', status: 200, errorCode: undefined, durationMs: 5 },
        ],
      })
      expect(await send(target('a', 500), target('b', status))).toMatchObject({
        provider: 'b',
        status,
      })
    })
  }

  for (const status of [400, 403, 404, 409, 413, 422]) {
    test(`does not move on from status ${status}: the next target would say the same`, async () => {
      const second = target('b', 200)
      expect(await send(target('a', status), second)).toMatchObject({ provider: 'a', status })
      expect(second.asked).toBe(0)
    })
  }

  test('moves on from failures another target may not share, and from no others', async () => {
    const shared: readonly ErrorCode[] = [
      'provider_unreachable',
      'provider_timeout',
      'provider_bad_answer',
      'provider_stream_cut',
      'provider_refused_credentials',
      'not_supported',
    ]
    for (const code of Object.keys(errorKinds).filter(isErrorCode)) {
      const second = target('b', 200)
      const result = await send(target('a', new GatewayError(code)), second)
      const moves = shared.includes(code)
      expect(second.asked).toBe(moves ? 1 : 0)
      if (!moves)
        expect(result).toMatchObject({ code, attempts: [{ provider: 'a', errorCode: code }] })
    }
  })

  test('fails with the last failure and everything that was tried', async () => {
    const last = new GatewayError('provider_timeout', 'too late', { retryAfterSeconds: 3 })
    const targets = [target('a', 503), target('b', last)]
    expect(await send(...targets)).toMatchObject({
      code: 'provider_timeout',
      attempts: [
        { provider: 'a', status: 503 },
        { provider: 'b', status: undefined, errorCode: 'provider_timeout' },
      ],
    })
    const failure = await sendInOrder(question, targets, tickingClock()).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ message: 'too late', status: 504, retryAfterSeconds: 3 })
  })

  test('has nobody to ask when there is no target', async () => {
    const failure = await sendInOrder(question, [], tickingClock()).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'model_not_found' })
  })
})

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorKinds, code)
}
