/** Something that is to be woken at a time. */
export interface Sleeper {
  /** Monotonic milliseconds; read again whenever the sleeper is added or was woken. */
  readonly dueAt: number
  /** The time has come. The sleeper is removed, or has a later `dueAt` afterwards. */
  wake(): void
}

/**
 * One timer for many deadlines, almost all of which never pass: starting and stopping a timer of its own
 * for each call would cost more than everything else its clock does.
 */
export class Alarms implements Disposable {
  readonly #sleepers = new Set<Sleeper>()
  #timer: Timer | undefined
  #armedFor = Infinity

  /** Adds a sleeper, or takes note that it is due earlier than before. */
  add(sleeper: Sleeper): void {
    this.#sleepers.add(sleeper)
    if (sleeper.dueAt < this.#armedFor) this.#arm(sleeper.dueAt)
  }

  remove(sleeper: Sleeper): void {
    this.#sleepers.delete(sleeper)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#sleepers.clear()
  }

  #arm(dueAt: number): void {
    clearTimeout(this.#timer)
    this.#armedFor = dueAt
    // One millisecond more, so that a timer that fires early does not fire twice.
    const delayMs = Math.max(dueAt - performance.now(), 0) + 1
    this.#timer = setTimeout(() => this.#ring(), delayMs)
    // An alarm nobody waits for any more must not keep the process alive.
    this.#timer.unref()
  }

  #ring(): void {
    this.#armedFor = Infinity
    const now = performance.now()
    let nextAt = Infinity
    for (const sleeper of this.#sleepers) {
      if (sleeper.dueAt <= now) sleeper.wake()
    }
    for (const { dueAt } of this.#sleepers) nextAt = Math.min(nextAt, dueAt)
    if (nextAt < this.#armedFor) this.#arm(nextAt)
  }
}
