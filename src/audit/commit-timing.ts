import type { Clock } from '../core/clock.ts'

/** Shortest time from one commit to the next while the processor is busy: each costs about 50 µs of it. */
const spacingMs = 2
/** A turn of the event loop shorter than this found nothing to do. */
const idleTurnMs = 0.02

export interface CommitTimingParts {
  readonly clock: Clock
  readonly maxCommitDelayMs: number
  /** Begins a commit, unless none can be begun now. */
  readonly commit: () => void
  /** Whether callers wait for a commit that has not begun. */
  readonly isWanted: () => boolean
}

/** Decides when the next commit of a log begins. It knows nothing of records. */
export class CommitTiming {
  readonly #parts: CommitTimingParts
  #timer: ReturnType<typeof setTimeout> | undefined
  #dueAt = Infinity
  #lastAt = -Infinity
  #lastWaiting = 0
  /** When the present turn of the event loop began, while turns are watched. */
  #turnStartedAt: number | undefined

  constructor(parts: CommitTimingParts) {
    this.#parts = parts
  }

  /** Begins a commit after the longest delay, unless one is due earlier. */
  later(): void {
    const { clock, maxCommitDelayMs, commit } = this.#parts
    if (maxCommitDelayMs <= 0) {
      commit()
      return
    }
    const dueAt = clock.monotonic() + maxCommitDelayMs
    if (dueAt >= this.#dueAt) return
    clearTimeout(this.#timer)
    this.#dueAt = dueAt
    this.#timer = setTimeout(commit, maxCommitDelayMs)
  }

  /**
   * Commits at once when one caller at a time waits or the last commit is long enough ago. Otherwise
   * the batch grows while the event loop is busy: committing then would only take its time away.
   */
  soon(): void {
    const now = this.#parts.clock.monotonic()
    if (this.#lastWaiting < 2 || this.#isSpaced(now)) this.#parts.commit()
    else this.#watchTurn(now)
  }

  /** Notes that a commit begins, for which so many wait. */
  began(at: number, waiting: number): void {
    this.#lastAt = at
    this.#lastWaiting = waiting
  }

  /** Forgets what is due. */
  cancel(): void {
    clearTimeout(this.#timer)
    this.#dueAt = Infinity
  }

  #isSpaced(now: number): boolean {
    return now - this.#lastAt >= Math.min(spacingMs, this.#parts.maxCommitDelayMs)
  }

  #watchTurn(now: number): void {
    if (this.#turnStartedAt !== undefined) return
    this.#turnStartedAt = now
    setImmediate(() => {
      const endedAt = this.#parts.clock.monotonic()
      const turnMs = endedAt - (this.#turnStartedAt ?? endedAt)
      this.#turnStartedAt = undefined
      if (!this.#parts.isWanted()) return
      if (turnMs < idleTurnMs || this.#isSpaced(endedAt)) this.#parts.commit()
      else this.#watchTurn(endedAt)
    })
  }
}
