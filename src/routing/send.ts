import type { Answer, Question } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { AttemptRecord } from '../core/record.ts'
import type { Target } from '../core/target.ts'

/** Failures after which another target may do better: nothing of an answer has reached the client yet. */
const worthAnotherTarget: ReadonlySet<ErrorCode> = new Set([
  'provider_unreachable',
  'provider_timeout',
  'provider_bad_answer',
  'provider_stream_cut',
  'provider_refused_credentials',
  'not_supported',
])

/** A call that failed at every target, with what was tried. */
export class AttemptsFailed extends GatewayError {
  readonly attempts: readonly AttemptRecord[]

  constructor(error: GatewayError, attempts: readonly AttemptRecord[]) {
    super(error.code, error.message, {
      cause: error.cause,
      status: error.status,
      ...(error.param === undefined ? {} : { param: error.param }),
      ...(error.retryAfterSeconds === undefined
        ? {}
        : { retryAfterSeconds: error.retryAfterSeconds }),
    })
    this.attempts = attempts
  }
}

/**
 * Asks targets in order until one gives a usable answer. Provider errors that another target may not
 * share (429, 5xx, unreachable) move on to the next; the last target's answer stands as it is.
 */
export async function sendInOrder(
  question: Question,
  targets: readonly Target[],
  clock: Clock,
): Promise<Answer> {
  const attempts: AttemptRecord[] = []
  for (const [index, target] of targets.entries()) {
    const isLast = index === targets.length - 1
    const startedAt = clock.monotonic()
    try {
      const answer = await target.ask(question)
      attempts.push(
        recordOf(target, clock.monotonic() - startedAt, answer.status, answer.report.error),
      )
      if (isLast || !isWorthAnotherTarget(answer.status)) {
        answer.report.attempts = attempts
        return answer
      }
    } catch (thrown) {
      const error = toGatewayError(thrown)
      attempts.push(recordOf(target, clock.monotonic() - startedAt, undefined, error))
      if (isLast || !worthAnotherTarget.has(error.code)) throw new AttemptsFailed(error, attempts)
    }
  }
  throw new GatewayError('model_not_found')
}

function isWorthAnotherTarget(status: number): boolean {
  return status === 429 || status >= 500
}

function recordOf(
  target: Target,
  durationMs: number,
  status: number | undefined,
  error: GatewayError | undefined,
): AttemptRecord {
  return {
    provider: target.provider,
    model: target.model,
    durationMs: Math.round(durationMs * 1000) / 1000,
    status,
    errorCode: error?.code,
  }
}
