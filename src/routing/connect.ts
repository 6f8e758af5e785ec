import type { Question } from '../core/call.ts'
import type { Channel } from '../core/channel.ts'
import type { Clock } from '../core/clock.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import type { AttemptRecord } from '../core/record.ts'
import { AttemptsFailed } from './failures.ts'

/** A model at a provider that a session can be opened with. */
export interface SessionTarget {
  readonly provider: string
  readonly model: string
  /** Throws a `GatewayError` when there is no session. */
  connect(question: Question): Promise<Channel>
}

/** A target that was reached, and what was tried before. */
export interface Connected {
  readonly channel: Channel
  readonly provider: string
  readonly model: string
  readonly attempts: readonly AttemptRecord[]
}

/** Opens a session with the first target that lets us. Nothing was said yet, so every failure but the client's own moves on. */
export async function connectInOrder(
  question: Question,
  targets: readonly SessionTarget[],
  clock: Clock,
): Promise<Connected> {
  const attempts: AttemptRecord[] = []
  let last: GatewayError | undefined
  for (const target of targets) {
    const startedAt = clock.monotonic()
    const attempt = {
      provider: target.provider,
      model: target.model,
      startedMs: round(startedAt - question.call.startedAt),
    }
    try {
      const channel = await target.connect(question)
      const durationMs = round(clock.monotonic() - startedAt)
      attempts.push({ ...attempt, status: 101, durationMs })
      return { channel, provider: target.provider, model: target.model, attempts }
    } catch (thrown) {
      last = toGatewayError(thrown)
      attempts.push({
        ...attempt,
        errorCode: last.code,
        failureClass: last.failureClass,
        durationMs: round(clock.monotonic() - startedAt),
      })
      if (question.call.signal.aborted) break
    }
  }
  throw new AttemptsFailed(last ?? new GatewayError('model_not_found'), attempts)
}

/** Microsecond precision is what the clock is worth. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
