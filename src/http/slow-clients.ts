/** A streamed answer whose client is watched. */
export interface WatchedStream {
  /** Monotonic milliseconds since when the last piece waits to be taken; `Infinity` while none does. */
  readonly waitingSince: number
  /** How long a piece may wait, in milliseconds. */
  readonly limitMs: number
  /** Ends the answer. */
  cut(): void
}

const checkEveryMs = 500

/**
 * Ends answers whose clients take nothing any more: such a client holds its call, and with it a place among
 * the calls in progress, for as long as it likes. One timer for all of them, and none while there is no stream.
 */
export class SlowClients {
  readonly #streams = new Set<WatchedStream>()
  #timer: Timer | undefined

  watch(stream: WatchedStream): void {
    this.#streams.add(stream)
    this.#timer ??= setInterval(() => this.#check(), checkEveryMs).unref()
  }

  forget(stream: WatchedStream): void {
    this.#streams.delete(stream)
  }

  #check(): void {
    const now = performance.now()
    for (const stream of this.#streams) {
      if (now - stream.waitingSince < stream.limitMs) continue
      this.#streams.delete(stream)
      stream.cut()
    }
    if (this.#streams.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
