import { isStreamed } from '../core/call.ts'
import type { Answer, AnswerReport, Question } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import { toGatewayError } from '../core/errors.ts'
import type { GatewayError } from '../core/errors.ts'
import type { AttemptReason, AttemptRecord } from '../core/record.ts'
import type { AskOptions, Target } from '../core/target.ts'
import type { Cost, MeteredUsage, TokenUsage } from '../core/usage.ts'
import { readRetryAfter } from './backoff.ts'
import type { BreakerTicket } from './breaker.ts'
import type { EstimateTokens } from './conditions.ts'
import { holdUntilContent } from './hold.ts'
import type { RoutedTarget } from './routed-target.ts'

/** Returns what usage costs at a target; `undefined` without a price. */
export type CostOf = (target: Target, usage: TokenUsage) => Cost | undefined

/** What attempts need from outside. */
export interface AttemptDependencies {
  readonly clock: Clock
  readonly costOf: CostOf
  readonly estimateTokens: EstimateTokens
}

/** What came of an attempt. */
export type Outcome = { readonly type: 'answered'; readonly answer: Answer } | Failure

/** A failed attempt; the answer is there when the provider answered with an error. */
export interface Failure {
  readonly type: 'failed'
  readonly error: GatewayError
  readonly answer?: Answer
  readonly retryAfterMs?: number | undefined
}

export interface AttemptOptions {
  readonly reason: AttemptReason | undefined
  /** Whether a stream is held back until its first word, since another target could take over. */
  readonly holds: boolean
  /** The records of the call, in their order; the attempt adds its own. */
  readonly attempts: AttemptRecord[]
  readonly ask?: AskOptions | undefined
}

/** A record that is filled in while its attempt runs. */
type OpenRecord = { -readonly [Field in keyof AttemptRecord]: AttemptRecord[Field] }

/** One attempt at one target: asks, watches what becomes of the answer, and keeps state and record of it. */
export class Attempt {
  readonly #candidate: RoutedTarget
  readonly #question: Question
  readonly #dependencies: AttemptDependencies
  readonly #ticket: BreakerTicket
  readonly #record: OpenRecord
  readonly #options: AttemptOptions
  #hasAnswered = false
  #hasLeft = false
  #isAbandoned = false

  /** Begins an attempt that has its place in the bulkhead already. */
  constructor(
    candidate: RoutedTarget,
    question: Question,
    options: AttemptOptions,
    dependencies: AttemptDependencies,
  ) {
    const now = dependencies.clock.monotonic()
    const { target, state } = candidate
    this.#candidate = candidate
    this.#question = question
    this.#options = options
    this.#dependencies = dependencies
    this.#ticket = state.begin(now)
    this.#record = {
      provider: target.provider,
      model: target.model,
      status: undefined,
      errorCode: undefined,
      failureClass: undefined,
      reason: options.reason,
      startedMs: round(now - question.call.startedAt),
      durationMs: 0,
      usage: undefined,
      cost: undefined,
    }
    options.attempts.push(this.#record)
  }

  /** Asks; resolves when there is an answer to be handed on, or a failure. Never rejects. */
  async run(): Promise<Outcome> {
    const { holds, ask, attempts } = this.#options
    let answer: Answer
    try {
      answer = await this.#candidate.target.ask(this.#question, ask)
    } catch (thrown) {
      return this.#fail(toGatewayError(thrown), undefined)
    }
    const { report, body } = answer
    report.attempts = attempts
    this.#record.status = answer.status
    if (report.error !== undefined) return this.#fail(report.error, answer)
    if (!isStreamed(body)) {
      this.#answered()
      // A session has begun with its answer; it takes its place until it is over.
      if (answer.channel === undefined) this.#close(report)
      else report.onEnd = () => this.#end(report)
      return { type: 'answered', answer }
    }
    report.onEnd = () => this.#end(report)
    if (!holds) return { type: 'answered', answer }
    const held = await holdStream(body, report)
    // The record was completed when the stream ended.
    if (held === undefined) return { type: 'failed', error: toGatewayError(report.error) }
    if (!this.#hasLeft) this.#answered()
    return { type: 'answered', answer: { ...answer, body: held } }
  }

  /** Writes the attempt off because another one won: what it consumed so far is estimated and recorded. */
  abandon(): void {
    if (this.#hasLeft) return
    this.#isAbandoned = true
    const record = this.#record
    record.failureClass = 'cancelled'
    record.durationMs = this.#elapsed()
    this.#charge({
      inputTokens: this.#dependencies.estimateTokens(this.#question.body.text ?? ''),
      outputTokens: 0,
      estimated: true,
    })
  }

  /** Takes an answer that is an error, or the lack of one. */
  #fail(error: GatewayError, answer: Answer | undefined): Failure {
    const { clock } = this.#dependencies
    const retryAfterMs =
      answer === undefined ? secondsToMs(error) : readRetryAfter(answer.headers, clock.now())
    this.#failed(error, retryAfterMs)
    this.#close(answer?.report)
    return { type: 'failed', error, retryAfterMs, ...(answer === undefined ? {} : { answer }) }
  }

  /** Takes the end of a stream or a session, however it came. */
  #end(report: AnswerReport): void {
    const { error, hasContent, isComplete } = report
    const now = this.#dependencies.clock.monotonic()
    if (error !== undefined) this.#failed(error, undefined)
    else if (!this.#hasAnswered) {
      if (hasContent || isComplete) this.#answered(report.firstByteAt)
      else this.#candidate.state.cancelled(this.#ticket, now)
    }
    this.#close(report)
  }

  #answered(answeredAt?: number): void {
    this.#hasAnswered = true
    const now = this.#dependencies.clock.monotonic()
    const latencyMs = (answeredAt ?? now) - this.#ticket.startedAt
    this.#candidate.state.answered(this.#ticket, this.#question.stream, { now, latencyMs })
  }

  #failed(error: GatewayError, retryAfterMs: number | undefined): void {
    const { state } = this.#candidate
    const now = this.#dependencies.clock.monotonic()
    state.failed(this.#ticket, error.failureClass, {
      now,
      retryAfterMs,
      isLate: this.#hasAnswered,
      hasAnswer: this.#record.status !== undefined && error.failureClass !== 'cancelled',
    })
    if (this.#isAbandoned) return
    this.#record.errorCode = error.code
    this.#record.failureClass = error.failureClass
  }

  #close(report: AnswerReport | undefined): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    this.#candidate.state.bulkhead.leave()
    if (this.#isAbandoned) return
    this.#record.durationMs = this.#elapsed()
    // What a failed attempt is estimated to have used was perhaps never used: only what is known counts.
    const usage = report?.usage
    if (usage === undefined) return
    const isSure = !usage.estimated || this.#hasAnswered || report?.hasContent === true
    if (isSure) this.#charge(usage)
  }

  #charge(usage: MeteredUsage): void {
    this.#record.usage = usage
    this.#record.cost = this.#dependencies.costOf(this.#candidate.target, usage)
  }

  #elapsed(): number {
    return round(this.#dependencies.clock.monotonic() - this.#ticket.startedAt)
  }
}

/** Holds a stream back; one that breaks without words for it (binary bodies) has failed as well. */
async function holdStream(
  body: AsyncIterable<Uint8Array>,
  report: AnswerReport,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  try {
    return await holdUntilContent(body, report)
  } catch (error) {
    report.error ??= toGatewayError(error)
    return undefined
  }
}

function secondsToMs({ retryAfterSeconds }: GatewayError): number | undefined {
  return retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000
}

/** Microsecond precision is what the clock is worth. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
