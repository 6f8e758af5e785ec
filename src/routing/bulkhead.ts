/** How many attempts a target takes at once. */
export interface BulkheadLimits {
  readonly maxConcurrency: number
  /** How many may wait for a place. */
  readonly maxQueue: number
  /** How long they may wait, in milliseconds. */
  readonly maxQueueWaitMs: number
}

interface Waiter {
  readonly limits: BulkheadLimits
  readonly enter: (isIn: boolean) => void
}

/** Counts the attempts at a target and keeps those beyond its limit waiting, first come, first served. */
export class Bulkhead {
  #inside = 0
  readonly #waiting: Waiter[] = []

  get inside(): number {
    return this.#inside
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Tells whether a place is free for someone who does not wait. */
  hasRoom(limits: BulkheadLimits | undefined): boolean {
    if (limits === undefined) return true
    return this.#inside < limits.maxConcurrency && this.#waiting.length === 0
  }

  /** Takes a place, whether or not there is one: `leave` must follow. */
  enter(): void {
    this.#inside += 1
  }

  /** Waits for a place; resolves to whether one was taken. */
  async wait(limits: BulkheadLimits, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || this.#waiting.length >= limits.maxQueue) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const waiter: Waiter = { limits, enter: resolve }
    const giveUp = (): void => {
      const at = this.#waiting.indexOf(waiter)
      if (at >= 0) this.#waiting.splice(at, 1)
      resolve(false)
    }
    this.#waiting.push(waiter)
    const timer = setTimeout(giveUp, limits.maxQueueWaitMs)
    signal.addEventListener('abort', giveUp)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** Gives a place back, to whoever waits longest. */
  leave(): void {
    this.#inside -= 1
    const next = this.#waiting[0]
    if (next === undefined || this.#inside >= next.limits.maxConcurrency) return
    this.#waiting.shift()
    // The place is taken here and now, or somebody else would find it free.
    this.#inside += 1
    next.enter(true)
  }
}
