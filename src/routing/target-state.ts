import type { FailureClass } from '../core/failure.ts'
import { Breaker } from './breaker.ts'
import type { BreakerOptions, BreakerTicket } from './breaker.ts'
import { Bulkhead } from './bulkhead.ts'
import { Latency } from './latency.ts'

/** Failures that speak against a target, as opposed to the request, the caller or a limit. */
const againstTarget: ReadonlySet<FailureClass> = new Set<FailureClass>([
  'timeout',
  'server-error',
  'unreachable',
  'bad-answer',
  'credentials',
])

/** How long a target is left alone after a rate limit that names no time, in milliseconds. */
const defaultCoolDownMs = 1_000
/** Longest time a target is left alone for a rate limit, in milliseconds. */
const maxCoolDownMs = 300_000

interface FailedAttempt {
  readonly now: number
  /** The pause that the provider asks for. */
  readonly retryAfterMs: number | undefined
  /** Whether it had begun well: a stream that broke off behind its first word. */
  readonly isLate: boolean
  /** Whether the target itself said so, as opposed to the gateway before anything was sent. */
  readonly hasAnswer: boolean
}

/** Why nothing is sent to a target at present. */
export type Unavailability = 'open' | 'cooling' | 'down'

/**
 * What is known of a model at a provider from asking it: how busy, how fast, how well. It outlives
 * configuration versions. All times are monotonic milliseconds.
 */
export class TargetState {
  readonly provider: string
  readonly model: string
  readonly breaker: Breaker
  readonly bulkhead = new Bulkhead()
  /** Time to the first token of streams. */
  readonly firstToken = new Latency()
  /** Time to whole answers. */
  readonly wholeAnswer = new Latency()
  #requests = 0
  #coolUntil = 0
  /** When the bad news began that a health check brought; absent while it brings none. */
  #downSince: number | undefined
  #lastFailure: FailureClass | undefined

  constructor(options: {
    readonly provider: string
    readonly model: string
    readonly breaker: BreakerOptions
    readonly random: () => number
    readonly now: number
  }) {
    this.provider = options.provider
    this.model = options.model
    this.breaker = new Breaker(options.breaker, options.random, options.now)
  }

  get requests(): number {
    return this.#requests
  }

  /** Attempts that have begun and not ended, streams included. */
  get inFlight(): number {
    return this.bulkhead.inside
  }

  get lastFailure(): FailureClass | undefined {
    return this.#lastFailure
  }

  get downSince(): number | undefined {
    return this.#downSince
  }

  get coolUntil(): number {
    return this.#coolUntil
  }

  /** Returns the latency that matters to a call. */
  latency(isStream: boolean): Latency {
    return isStream ? this.firstToken : this.wholeAnswer
  }

  /** Returns why nothing should be sent here now; `undefined` when something may. */
  unavailability(now: number, ignoreCooling = false): Unavailability | undefined {
    if (!this.breaker.admits(now)) return 'open'
    if (this.#downSince !== undefined) return 'down'
    return now < this.#coolUntil && !ignoreCooling ? 'cooling' : undefined
  }

  /** Returns when the target may be asked again, as far as that is known. */
  availableAt(now: number): number {
    return Math.max(this.breaker.state === 'open' ? this.breaker.openUntil : now, this.#coolUntil)
  }

  /** Notes the beginning of an attempt that has its place in the bulkhead already. */
  begin(now: number): BreakerTicket {
    this.#requests += 1
    return this.breaker.begin(now)
  }

  /** Notes the first token of a stream or the whole of another answer. */
  answered(
    ticket: BreakerTicket,
    isStream: boolean,
    { now, latencyMs }: { readonly now: number; readonly latencyMs: number },
  ): void {
    this.latency(isStream).observe(latencyMs, now)
    this.breaker.succeed(ticket, latencyMs, now)
  }

  /** Notes that an attempt failed, and how. */
  failed(ticket: BreakerTicket, failureClass: FailureClass, failed: FailedAttempt): void {
    const { now, retryAfterMs, isLate, hasAnswer } = failed
    if (againstTarget.has(failureClass)) {
      this.#lastFailure = failureClass
      if (isLate) this.breaker.failLate(ticket, now)
      else this.breaker.fail(ticket, now)
      return
    }
    if (hasAnswer) this.breaker.answer(ticket, now)
    else this.breaker.forget(ticket, now)
    if (failureClass !== 'rate-limit') return
    this.breaker.window.add('limited', now)
    const pauseMs = Math.min(retryAfterMs ?? defaultCoolDownMs, maxCoolDownMs)
    this.#coolUntil = Math.max(this.#coolUntil, now + pauseMs)
  }

  /** Notes that an attempt ended without telling anything about the target. */
  cancelled(ticket: BreakerTicket, now: number): void {
    this.breaker.forget(ticket, now)
  }

  /** Forgets what health checks said: there are none any more. */
  unchecked(): void {
    this.#downSince = undefined
  }

  /** Takes the word of a health check for how the target is. */
  checked(isHealthy: boolean, now: number): void {
    if (isHealthy) {
      this.#downSince = undefined
      this.breaker.invite(now)
    } else this.#downSince ??= now
  }
}
