import { isStreamed } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import type { GatewayError } from '../core/errors.ts'
import type { AttemptReason, AttemptRecord } from '../core/record.ts'
import type { AskOptions, BrokenStream } from '../core/target.ts'
import { Attempt } from './attempt.ts'
import type { AttemptDependencies, Failure, Outcome } from './attempt.ts'
import { backoffMs } from './backoff.ts'
import type { RetryOptions } from './backoff.ts'
import { noAdmissibleTarget } from './constraints.ts'
import type { Demand } from './constraints.ts'
import {
  AttemptsFailed,
  mayFailOver,
  mayFallBack,
  mayRetry,
  noAvailableTarget,
  noRoom,
} from './failures.ts'
import type { Fallback } from './fallback.ts'
import { race } from './hedge.ts'
import type { HedgeOptions } from './hedge.ts'
import type { RetryBudget } from './retry-budget.ts'
import type { RoutedTarget } from './routed-target.ts'
import { admitted, available, withRoom } from './step.ts'
import type { Step } from './step.ts'
import type { Choice } from './strategies/index.ts'

export interface SendingDependencies extends AttemptDependencies {
  readonly random: () => number
  /** Waits so many milliseconds, or until the signal fires. */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>
}

/** How the calls of a route are sent. */
export interface SendingOptions {
  readonly step: Step
  readonly fallbacks: readonly Fallback[]
  readonly retries: RetryOptions
  readonly budget: RetryBudget
  readonly maxAttempts: number
  readonly totalTimeoutMs: number
  readonly hedge?: HedgeOptions | undefined
  /** Whether streams are held back until their first word, since there is something to be done when they fail. */
  readonly holds: boolean
  /** Whether a stream that breaks off is gone on with by another target. */
  readonly continues: boolean
}

/** What was tried for a call elsewhere, before it was sent here. */
export interface Earlier {
  readonly attempts: readonly AttemptRecord[]
  /** Why it is sent here as well. */
  readonly reason: AttemptReason
  /** Monotonic milliseconds from which the time of the call counts. */
  readonly startedAt: number
}

/** What differs between the calls of a route. */
export interface CallTerms {
  /** What rules demand of the targets of this call. */
  readonly demands: readonly Demand[]
  readonly earlier?: Earlier | undefined
}

/** One pass through the targets of a step. */
interface Round {
  /** Those that were not asked yet. */
  left: readonly RoutedTarget[]
  readonly choice: Choice
  readonly reason: AttemptReason | undefined
  /** The stream that is to be gone on with, if one is. */
  readonly resume: BrokenStream | undefined
  failure: Failure | undefined
}

/**
 * One call on its way through targets, retries and fallbacks, until one answers, nothing is left or the
 * time is over. Nothing of an answer has reached the client before this ends.
 */
export class Sending {
  readonly #question: Question
  readonly #options: SendingOptions
  /** What rules demand of the targets of this call, on every hop. */
  readonly #demands: readonly Demand[]
  readonly #dependencies: SendingDependencies
  readonly #attempts: AttemptRecord[]
  readonly #startedAt: number
  readonly #earlier: Earlier | undefined

  constructor(
    question: Question,
    options: SendingOptions,
    { demands, earlier }: CallTerms,
    dependencies: SendingDependencies,
  ) {
    this.#question = question
    this.#options = options
    this.#demands = demands
    this.#dependencies = dependencies
    this.#earlier = earlier
    this.#attempts = [...(earlier?.attempts ?? [])]
    this.#startedAt = earlier?.startedAt ?? dependencies.clock.monotonic()
  }

  /** Returns the answer, or the last provider's error as an answer; throws `AttemptsFailed`. */
  async run(): Promise<Answer> {
    this.#options.budget.earn()
    const outcome = await this.#trySteps((step, isFallback) => this.#tryStep(step, isFallback))
    if (outcome.type === 'answered') return outcome.answer
    if (outcome.answer !== undefined) return outcome.answer
    throw new AttemptsFailed(outcome.error, this.#attempts)
  }

  /** Goes through the model's own targets and its fallbacks, as far as they help against what went wrong. */
  async #trySteps(
    tryStep: (step: Step, isFallback: boolean) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { step, fallbacks } = this.#options
    const used = new Set<Step>([step])
    let outcome = await tryStep(step, false)
    while (outcome.type === 'failed' && mayFallBack(outcome.error.failureClass)) {
      const next = nextStep(fallbacks, outcome.error.failureClass, used)
      if (next === undefined) break
      used.add(next)
      const other = await tryStep(next, true)
      // What the provider of a step that was tried said is worth more than that the next could not be.
      if (other.type === 'answered' || !isOwn(other)) outcome = other
    }
    return outcome
  }

  /** Tries the targets of a step, in rounds with pauses between as far as retries are permitted. */
  async #tryStep(step: Step, isFallback: boolean): Promise<Outcome> {
    const { retries, budget } = this.#options
    const demands = this.#demandsOn(isFallback)
    const targets = admitted(step, this.#question, demands)
    if (targets.length === 0) return failed(noAdmissibleTarget([...step.demands, ...demands]))
    const choice = step.strategy(this.#question)
    const reason = isFallback ? 'fallback' : this.#earlier?.reason
    let outcome = await this.#tryRound(targets, choice, reason)
    for (let retry = 0; retry < retries.maxRetries; retry++) {
      if (outcome.type === 'answered' || !mayRetry(outcome.error.failureClass)) break
      const { random } = this.#dependencies
      const delayMs = backoffMs(retry, outcome.retryAfterMs, { ...retries, random })
      if (delayMs === undefined || delayMs >= this.#timeLeft() || this.#isExhausted()) break
      if (!budget.spend()) break
      await this.#dependencies.wait(delayMs, this.#question.call.signal)
      if (this.#question.call.signal.aborted) break
      const again = await this.#tryRound(targets, step.strategy(this.#question), 'retry')
      if (again.type === 'failed' && isOwn(again)) break
      outcome = again
    }
    return outcome
  }

  /** Has another target go on with a stream that broke off; the same one where there is no other. */
  async #continue(broken: BrokenStream, breaker: RoutedTarget): Promise<Answer | undefined> {
    if (!mayFailOver(broken.error.failureClass) || this.#isExhausted()) return undefined
    const outcome = await this.#trySteps(async (step, isFallback) => {
      const targets = admitted(step, this.#question, this.#demandsOn(isFallback))
      const others = targets.filter((each) => each !== breaker)
      const choice = step.strategy(this.#question)
      const left = others.length > 0 || isFallback ? others : targets
      return this.#tryRound(left, choice, 'continuation', broken)
    })
    if (outcome.type === 'failed' || !isStreamed(outcome.answer.body)) return undefined
    return outcome.answer
  }

  /** INVARIANT: what a model requires holds for whatever stands in for it, too. */
  #demandsOn(isFallback: boolean): readonly Demand[] {
    const { demands } = this.#options.step
    return isFallback ? [...demands, ...this.#demands] : this.#demands
  }

  /** Tries each target at most once, in the order of the strategy. */
  async #tryRound(
    targets: readonly RoutedTarget[],
    choice: Choice,
    reason: AttemptReason | undefined,
    resume?: BrokenStream,
  ): Promise<Outcome> {
    const round: Round = { left: targets, choice, reason, resume, failure: undefined }
    while (round.left.length > 0 && !this.#isExhausted()) {
      const taken = await this.#take(round)
      if (taken.type === 'failed') return round.failure ?? taken
      const outcome = await this.#ask(taken.candidate, round)
      if (outcome.type === 'answered') return outcome
      round.failure = outcome
      if (!mayFailOver(outcome.error.failureClass)) return outcome
    }
    return round.failure ?? failed(this.#unavailable(targets))
  }

  /** Chooses a target and takes a place at it. */
  async #take({
    left,
    choice,
    reason,
  }: Round): Promise<{ readonly type: 'taken'; readonly candidate: RoutedTarget } | Failure> {
    const { step, fallbacks } = this.#options
    // Without an alternative a target is asked however it is.
    const isAlone = step.targets.length === 1 && fallbacks.length === 0
    const open = isAlone ? left : this.#available(left, reason === 'retry')
    const roomy = withRoom(open)
    const candidate = choice.choose(roomy.length > 0 ? roomy : open)
    if (candidate === undefined) return failed(this.#unavailable(left))
    const { bulkhead } = candidate.state
    if (roomy.length > 0 || candidate.limits === undefined) bulkhead.enter()
    else if (!(await bulkhead.wait(candidate.limits, this.#question.call.signal))) {
      return failed(noRoom())
    }
    return { type: 'taken', candidate }
  }

  /** Asks a target, with another in a race where the route wants that. */
  async #ask(candidate: RoutedTarget, round: Round): Promise<Outcome> {
    const { hedge } = this.#options
    const isAlone = round.left.length < 2
    if (hedge === undefined || isAlone) {
      const outcome = await this.#start(candidate, round).run()
      if (outcome.type === 'answered') round.choice.answered?.(candidate)
      return outcome
    }
    const { outcome, target } = await race(
      {
        first: candidate,
        start: (each, signal) => this.#start(each, round, { signal, isHedge: each !== candidate }),
        second: () => this.#takeSecond(round),
      },
      { ...hedge, signal: this.#question.call.signal, isStream: this.#question.stream },
      this.#dependencies.wait,
    )
    if (outcome.type === 'answered') round.choice.answered?.(target)
    return outcome
  }

  /** Takes a place at another target for a race, if there is one to be had at once and the budget allows. */
  #takeSecond({ left, choice }: Round): RoutedTarget | undefined {
    if (this.#isExhausted()) return undefined
    const candidate = choice.choose(withRoom(this.#available(left, false)))
    if (candidate === undefined || !this.#options.budget.spend()) return undefined
    candidate.state.bulkhead.enter()
    return candidate
  }

  #start(
    candidate: RoutedTarget,
    round: Round,
    racing?: { readonly signal: AbortSignal; readonly isHedge: boolean },
  ): Attempt {
    const { holds, continues } = this.#options
    const isFirst = this.#attempts.length === 0
    const ask: AskOptions = {
      // The first attempt has all the time there is: its own deadline is the same.
      ...(isFirst ? {} : { totalTimeoutMs: Math.max(this.#timeLeft(), 1) }),
      ...(racing === undefined ? {} : { signal: racing.signal }),
      ...(round.resume === undefined ? {} : { resume: round.resume }),
      ...(continues && this.#question.stream
        ? { onBreak: (broken: BrokenStream) => this.#continue(broken, candidate) }
        : {}),
    }
    const next = round.failure === undefined ? undefined : 'failover'
    const reason = racing?.isHedge === true ? 'hedge' : (round.reason ?? next)
    round.left = round.left.filter((each) => each !== candidate)
    const options = {
      reason,
      holds: holds || round.resume !== undefined,
      attempts: this.#attempts,
      ask,
    }
    return new Attempt(candidate, this.#question, options, this.#dependencies)
  }

  #available(targets: readonly RoutedTarget[], ignoreCooling: boolean): readonly RoutedTarget[] {
    return available(targets, this.#dependencies.clock.monotonic(), ignoreCooling)
  }

  #unavailable(targets: readonly RoutedTarget[]): GatewayError {
    return noAvailableTarget(targets, this.#dependencies.clock.monotonic())
  }

  #timeLeft(): number {
    const elapsed = this.#dependencies.clock.monotonic() - this.#startedAt
    return this.#options.totalTimeoutMs - elapsed
  }

  #isExhausted(): boolean {
    return (
      this.#attempts.length >= this.#options.maxAttempts ||
      (this.#attempts.length > 0 && (this.#timeLeft() <= 0 || this.#question.call.signal.aborted))
    )
  }
}

function failed(error: Failure['error']): Failure {
  return { type: 'failed', error }
}

/** Tells whether a failure is the gateway's own: nobody was asked. */
function isOwn({ error }: Failure): boolean {
  return error.code === 'no_available_target' || error.code === 'no_admissible_target'
}

/** Returns the next step that helps against a class of failure and was not tried yet. */
function nextStep(
  fallbacks: readonly Fallback[],
  failureClass: Failure['error']['failureClass'],
  used: ReadonlySet<Step>,
): Step | undefined {
  for (const { on, step } of fallbacks) {
    if (on !== undefined && !on.includes(failureClass)) continue
    const found = step()
    if (found !== undefined && !used.has(found)) return found
  }
  return undefined
}
