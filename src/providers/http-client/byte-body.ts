import type { ByteReader, ByteSource } from '../provider.ts'

type ReadResult = Awaited<ReturnType<ByteReader['read']>>

/** What a body does to the connection it comes from. */
export interface BodySource {
  /** Called when more is held than a slow reader should cost, and again when it was taken. */
  onPressure(isHigh: boolean): void
  /** Called when the reader gives up before the end. */
  onCancel(): void
}

/** Above this the sender is held back, in bytes. */
const highWaterBytes = 262_144
const done: ReadResult = { done: true }

/** A body on its way from a connection to its one reader. What arrives together is read together. */
export class ByteBody implements ByteReader, ByteSource {
  readonly #source: BodySource
  #pieces: Uint8Array[] = []
  #heldBytes = 0
  #isHigh = false
  #state: 'open' | 'ended' | 'cancelled' = 'open'
  #failure: { readonly error: unknown } | undefined
  #waiting: PromiseWithResolvers<ReadResult> | undefined

  constructor(source: BodySource) {
    this.#source = source
  }

  /** The shape of a web stream's reader, so that either can be read. */
  getReader(): ByteReader {
    return this
  }

  /** Adds a piece; the reader gets it with the next `flush` or `end`. */
  push(bytes: Uint8Array): void {
    if (this.#state !== 'open') return
    this.#pieces.push(bytes)
    this.#heldBytes += bytes.byteLength
  }

  /** Hands over what was pushed, or holds the sender back when nobody takes it. */
  flush(): void {
    if (this.#pieces.length === 0) return
    if (this.#waiting !== undefined) this.#settle({ done: false, value: this.#take() })
    else if (!this.#isHigh && this.#heldBytes > highWaterBytes) this.#press(true)
  }

  end(): void {
    if (this.#state !== 'open') return
    this.flush()
    this.#state = 'ended'
    this.#settle(done)
  }

  fail(error: unknown): void {
    if (this.#state !== 'open') return
    this.flush()
    this.#state = 'ended'
    this.#failure = { error }
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.reject(error)
  }

  read(): Promise<ReadResult> {
    if (this.#pieces.length > 0) return Promise.resolve({ done: false, value: this.#take() })
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error)
    if (this.#state !== 'open') return Promise.resolve(done)
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  /** Takes all there is when nothing more will come, which is so for answers that arrive in one piece. */
  takeWhole(): Uint8Array | undefined {
    const isWhole = this.#state === 'ended' && this.#failure === undefined
    return isWhole && this.#pieces.length > 0 ? this.#take() : undefined
  }

  cancel(): Promise<void> {
    const wasOpen = this.#state === 'open'
    this.#pieces = []
    this.#heldBytes = 0
    if (wasOpen) {
      this.#state = 'cancelled'
      this.#settle(done)
      this.#source.onCancel()
    }
    return Promise.resolve()
  }

  #take(): Uint8Array {
    const pieces = this.#pieces
    const only = pieces.length === 1 ? pieces[0] : undefined
    this.#pieces = []
    this.#heldBytes = 0
    if (this.#isHigh) this.#press(false)
    return only ?? Buffer.concat(pieces)
  }

  #press(isHigh: boolean): void {
    this.#isHigh = isHigh
    this.#source.onPressure(isHigh)
  }

  #settle(result: ReadResult): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve(result)
  }
}
