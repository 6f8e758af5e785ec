import { frameBytes } from './channel.ts'
import type { Frame } from './channel.ts'

/** What a queue does to the connection that fills it. */
export interface FrameSource {
  /** Stops reading from the connection, so that the far end is held back. */
  pause(): void
  resume(): void
}

interface Queued {
  readonly frame: Frame
  readonly bytes: number
}

/**
 * Frames that arrived and were not read yet. Beyond its size the connection is paused until half of it was
 * read, so it holds no more than that and what the connection had taken in already. For one reader.
 */
export class FrameQueue implements AsyncIterable<Frame> {
  readonly #maxBytes: number
  readonly #source: FrameSource
  #queued: Queued[] = []
  /** Index of the first frame that was not read. */
  #next = 0
  #bytes = 0
  #isPaused = false
  #hasEnded = false
  #waiting: ((result: IteratorResult<Frame>) => void) | undefined

  constructor(maxBytes: number, source: FrameSource) {
    this.#maxBytes = maxBytes
    this.#source = source
  }

  /** Adds a frame that arrived; one that arrives behind the end is lost. */
  push(frame: Frame): void {
    if (this.#hasEnded) return
    const waiting = this.#waiting
    if (waiting !== undefined) {
      this.#waiting = undefined
      waiting({ done: false, value: frame })
      return
    }
    const bytes = frameBytes(frame)
    this.#queued.push({ frame, bytes })
    this.#bytes += bytes
    if (this.#bytes > this.#maxBytes && !this.#isPaused) {
      this.#isPaused = true
      this.#source.pause()
    }
  }

  /** Ends the queue: what is in it can still be read, unless it is given up. */
  end({ giveUp = false }: { readonly giveUp?: boolean } = {}): void {
    this.#hasEnded = true
    if (giveUp) this.#clear()
    this.#waiting?.({ done: true, value: undefined })
    this.#waiting = undefined
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame> {
    return {
      next: () => this.#read(),
      return: () => {
        this.end({ giveUp: true })
        return Promise.resolve({ done: true, value: undefined })
      },
    }
  }

  #read(): Promise<IteratorResult<Frame>> {
    const entry = this.#queued[this.#next]
    if (entry !== undefined) {
      this.#next += 1
      this.#bytes -= entry.bytes
      if (this.#next === this.#queued.length) this.#clear()
      if (this.#isPaused && this.#bytes <= this.#maxBytes / 2) {
        this.#isPaused = false
        this.#source.resume()
      }
      return Promise.resolve({ done: false, value: entry.frame })
    }
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  #clear(): void {
    this.#queued = []
    this.#next = 0
    this.#bytes = 0
  }
}

/** Lets senders wait while a connection holds more unsent bytes than it should. */
export class Backlog {
  readonly #maxBytes: number
  #caughtUp: PromiseWithResolvers<void> | undefined
  #hasEnded = false

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Whether a sender waits. */
  get isBehind(): boolean {
    return this.#caughtUp !== undefined
  }

  /** Says how many bytes are unsent after a frame was sent; returns what the sender has to wait for. */
  sent(unsentBytes: number): Promise<void> | undefined {
    if (this.#hasEnded) return undefined
    if (this.#caughtUp === undefined && unsentBytes <= this.#maxBytes) return undefined
    this.#caughtUp ??= Promise.withResolvers<void>()
    return this.#caughtUp.promise
  }

  /** Says how many bytes are unsent now: at half of the size, senders go on. */
  drained(unsentBytes: number): void {
    if (unsentBytes > this.#maxBytes / 2) return
    this.#caughtUp?.resolve()
    this.#caughtUp = undefined
  }

  /** The connection is over: nobody waits any more. */
  end(): void {
    this.#hasEnded = true
    this.#caughtUp?.resolve()
    this.#caughtUp = undefined
  }
}
