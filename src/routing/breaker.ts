import { SlidingWindow } from './sliding-window.ts'

/** When a circuit breaker opens, and for how long. */
export interface BreakerOptions {
  /** Length of the window that rates are taken over, in milliseconds. */
  readonly windowMs: number
  /** Failures in a row that open it. */
  readonly consecutiveFailures: number
  /** Attempts in the window below which rates say nothing. */
  readonly minAttempts: number
  /** Part of the attempts in the window that fail when it opens. */
  readonly failureRatio: number
  /** Time to the first token or answer that counts as slow, in milliseconds; nothing is slow when absent. */
  readonly slowAfterMs?: number | undefined
  /** Part of the answers in the window that are slow when it opens. */
  readonly slowRatio: number
  /** How long it stays open the first time, in milliseconds; twice as long each time in a row, less jitter. */
  readonly openMs: number
  readonly maxOpenMs: number
}

export type BreakerState = 'closed' | 'open' | 'half-open'

/** What an attempt has to remember from its beginning to its end. */
export interface BreakerTicket {
  readonly startedAt: number
  readonly isProbe: boolean
}

/**
 * A circuit breaker: closed while a target is well, open while asking it is pointless, half-open while one
 * attempt finds out whether it is well again. All times are monotonic milliseconds.
 */
export class Breaker {
  #options: BreakerOptions
  readonly #random: () => number
  readonly #window: SlidingWindow
  #state: BreakerState = 'closed'
  #consecutiveFailures = 0
  #openUntil = 0
  #openedAt = 0
  /** How often in a row it opened without having been well for a while between. */
  #timesOpened = 0
  #changedAt: number

  constructor(options: BreakerOptions, random: () => number, now: number) {
    this.#options = options
    this.#random = random
    this.#window = new SlidingWindow(options.windowMs)
    this.#changedAt = now
  }

  get state(): BreakerState {
    return this.#state
  }

  get changedAt(): number {
    return this.#changedAt
  }

  /** When an open breaker lets the next probe pass. */
  get openUntil(): number {
    return this.#openUntil
  }

  get window(): SlidingWindow {
    return this.#window
  }

  configure(options: BreakerOptions): void {
    this.#options = options
    this.#window.resize(options.windowMs)
  }

  /** Tells whether an attempt may be made now. Changes nothing. */
  admits(now: number): boolean {
    if (this.#state === 'closed') return true
    return this.#state === 'open' && now >= this.#openUntil
  }

  /** Notes the beginning of an attempt, also of one that was made without asking `admits`. */
  begin(now: number): BreakerTicket {
    const isProbe = this.#state === 'open' && now >= this.#openUntil
    if (isProbe) this.#change('half-open', now)
    return { startedAt: now, isProbe }
  }

  /** Notes that an attempt brought an answer, after so many milliseconds. */
  succeed(ticket: BreakerTicket, latencyMs: number, now: number): void {
    const { slowAfterMs = Infinity } = this.#options
    this.#window.add('succeeded', now)
    if (latencyMs > slowAfterMs) this.#window.add('slow', now)
    this.#consecutiveFailures = 0
    if (this.#state === 'closed') {
      if (latencyMs > slowAfterMs && this.#isSlow(now)) this.#open(now)
      return
    }
    this.#prove(ticket, now)
  }

  /** Notes that the target answered, with an error that is not its own: it is there, and no more is known. */
  answer(ticket: BreakerTicket, now: number): void {
    if (this.#state !== 'closed') this.#prove(ticket, now)
  }

  /** Notes that an attempt failed in a way that speaks against the target. */
  fail(ticket: BreakerTicket, now: number): void {
    this.#window.add('failed', now)
    this.#consecutiveFailures += 1
    const hasProved = ticket.isProbe && this.#state === 'half-open'
    if (hasProved || (this.#state === 'closed' && this.#isFailing(now))) this.#open(now)
  }

  /** Notes that an attempt which had begun well failed in the end. */
  failLate(ticket: BreakerTicket, now: number): void {
    this.#window.retract('succeeded', now)
    this.fail(ticket, now)
  }

  /** Notes that an attempt ended without telling anything about the target. */
  forget(ticket: BreakerTicket, now: number): void {
    // Nobody else would end the wait for this probe.
    if (ticket.isProbe && this.#state === 'half-open') this.#change('open', now)
  }

  /** Lets the next attempt be a probe at once: something else says that the target is well. */
  invite(now: number): void {
    if (this.#state === 'open') this.#openUntil = Math.min(this.#openUntil, now)
  }

  #isFailing(now: number): boolean {
    const { consecutiveFailures, minAttempts, failureRatio } = this.#options
    if (this.#consecutiveFailures >= consecutiveFailures) return true
    const failed = this.#window.count('failed', now)
    const all = failed + this.#window.count('succeeded', now)
    return all >= minAttempts && failed >= all * failureRatio
  }

  #isSlow(now: number): boolean {
    const { minAttempts, slowRatio } = this.#options
    const all = this.#window.count('succeeded', now)
    return all >= minAttempts && this.#window.count('slow', now) >= all * slowRatio
  }

  /** Closes for an attempt that shows the target to be well; one that began before it opened does not. */
  #prove(ticket: BreakerTicket, now: number): void {
    if (ticket.isProbe || ticket.startedAt >= this.#openedAt) this.#close(now)
  }

  #open(now: number): void {
    const { openMs, maxOpenMs } = this.#options
    // One that has been well for longer than it could have been open starts anew.
    if (this.#state === 'closed' && now - this.#changedAt > maxOpenMs) this.#timesOpened = 0
    const longest = Math.min(openMs * 2 ** this.#timesOpened, maxOpenMs)
    this.#timesOpened = Math.min(this.#timesOpened + 1, 30)
    this.#openedAt = now
    this.#openUntil = now + longest * (0.5 + this.#random() / 2)
    this.#change('open', now)
  }

  #close(now: number): void {
    this.#consecutiveFailures = 0
    this.#window.clear()
    this.#change('closed', now)
  }

  #change(state: BreakerState, now: number): void {
    this.#state = state
    this.#changedAt = now
  }
}
