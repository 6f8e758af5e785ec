import { GatewayError } from '../core/errors.ts'

/** One server-sent event as it came over the wire. */
export interface SseFrame {
  /** The bytes of the frame, its closing blank line included; forwarded as they are. */
  readonly bytes: Uint8Array
  /** Value of the `event:` field, `''` when absent. */
  readonly event: string
  /** The `data:` lines joined by newlines; `undefined` when the frame has none (a comment, a keep-alive). */
  readonly data: string | undefined
}

/** Cuts a byte stream into frames, however the bytes were split on their way. */
export interface SseSplitter {
  /**
   * Takes the next bytes and returns the frames they complete. Frames are views into `chunk`, so the
   * caller must not write to it afterwards. Throws `provider_bad_answer` on a frame that is too long.
   */
  push(chunk: Uint8Array): SseFrame[]
  /** Bytes of a frame that is not complete yet. May cost as much as they are long. */
  rest(): Uint8Array
  /** Whether there are none. */
  isBetweenFrames(): boolean
  /**
   * Takes what `rest()` holds as a last frame. The standard drops it, but some servers leave out the
   * blank line after the terminator and clients accept that; a frame cut in its middle looks the same.
   */
  flush(): SseFrame | undefined
}

const lf = 10
const cr = 13

/**
 * Makes a splitter for one stream (WHATWG HTML §9.2.6). The bytes of all frames and of `rest()` are
 * together exactly the input: blank lines between frames become frames without data.
 */
export function createSseSplitter(options: { readonly maxFrameBytes: number }): SseSplitter {
  const tail = createTail()
  let atStart = true

  return {
    push(chunk) {
      const buffer = tail.join(chunk)
      const frames: SseFrame[] = []
      const findEnd = createEndFinder(buffer, tail.hasCarriageReturn())
      let start = 0
      let end = findEnd(start, tail.searchFrom())
      while (end >= 0) {
        assertLength(end - start, options.maxFrameBytes)
        frames.push(new WireFrame(buffer.subarray(start, end), atStart))
        atStart = false
        start = end
        end = findEnd(start, start)
      }
      tail.keep(buffer.subarray(start))
      assertLength(buffer.length - start, options.maxFrameBytes)
      return frames
    },
    rest: () => tail.bytes(),
    isBetweenFrames: () => tail.bytes().length === 0,
    flush() {
      const bytes = tail.bytes()
      if (bytes.length === 0) return undefined
      tail.keep(bytes.subarray(bytes.length))
      return new WireFrame(bytes, atStart)
    },
  }
}

/** Returns the text of one event; data of several lines becomes several `data:` lines. */
export function formatSse(message: { readonly event?: string; readonly data: string }): string {
  const event = message.event === undefined ? '' : `event: ${message.event}\n`
  const data = /[\r\n]/.test(message.data)
    ? message.data.split(lineEnd).join('\ndata: ')
    : message.data
  return `${event}data: ${data}\n\n`
}

const lineEnd = /\r\n|\r|\n/
const emptyLine = Buffer.from('\n\n')
const emptyLineBeforeCarriageReturn = Buffer.from('\n\r')
const emptyCarriageReturnLine = Buffer.from('\r\r')

/**
 * Returns a function that finds where the frame at `start` ends, or -1 while its end is not there yet.
 * A frame ends with an empty line: LF LF, LF CR, LF CR LF or CR CR (CRLF CRLF holds the third). After
 * LF CR the next byte must be seen, it may belong to the line end; after CR CR it is not waited for,
 * so that a stream of lone CRs is not held back.
 */
function createEndFinder(
  buffer: Buffer,
  hasCarriageReturn: boolean,
): (start: number, from: number) => number {
  const nextEmptyLine = createSearch(buffer, emptyLine)
  if (!hasCarriageReturn) {
    return (start, from) => {
      if (buffer[start] === lf) return start + 1
      const at = nextEmptyLine(from)
      return at === Infinity ? -1 : at + 2
    }
  }
  const nextBeforeReturn = createSearch(buffer, emptyLineBeforeCarriageReturn)
  const nextReturnLine = createSearch(buffer, emptyCarriageReturnLine)
  return (start, from) => {
    if (buffer[start] === lf) return start + 1
    if (buffer[start] === cr) return endOfCarriageReturn(buffer, start)
    const plain = nextEmptyLine(from)
    const beforeReturn = nextBeforeReturn(from)
    const returns = nextReturnLine(from)
    const at = Math.min(plain, beforeReturn, returns)
    if (at === Infinity) return -1
    return at === beforeReturn ? endOfCarriageReturn(buffer, at + 1) : at + 2
  }
}

/** Returns the end of a line end that begins with CR, or -1 while the byte after it is unknown. */
function endOfCarriageReturn(buffer: Buffer, at: number): number {
  if (at + 1 >= buffer.length) return -1
  return buffer[at + 1] === lf ? at + 2 : at + 1
}

/** Returns a search that never looks at the same bytes twice, for calls with a growing `from`. */
function createSearch(buffer: Buffer, needle: Buffer): (from: number) => number {
  let next = -1
  return (from) => {
    if (next < from) {
      const at = buffer.indexOf(needle, from)
      next = at < 0 ? Infinity : at
    }
    return next
  }
}

/** Keeps the bytes of an incomplete frame between pushes; linear even when a long frame drips in. */
function createTail() {
  let held: Buffer = Buffer.alloc(0)
  /** Owns the memory of `held` after a join; the bytes before `held` may be on their way to a client. */
  let store: Buffer | undefined
  let storeUsed = 0
  let hasCarriageReturn = false

  return {
    join(chunk: Uint8Array): Buffer {
      if (held.length === 0) hasCarriageReturn = false
      hasCarriageReturn ||= chunk.indexOf(cr) >= 0
      if (held.length === 0) {
        store = undefined
        return viewOf(chunk)
      }
      const length = held.length + chunk.length
      if (store === undefined || storeUsed + chunk.length > store.length) {
        const larger = Buffer.allocUnsafe(store === undefined ? length : 2 * length)
        held.copy(larger)
        store = larger
        storeUsed = held.length
      }
      store.set(chunk, storeUsed)
      storeUsed += chunk.length
      return store.subarray(storeUsed - length, storeUsed)
    },
    keep(bytes: Buffer): void {
      held = bytes
    },
    bytes: (): Buffer => held,
    /** Whether the joined bytes may hold a CR; where there is none, the search is simpler. */
    hasCarriageReturn: (): boolean => hasCarriageReturn,
    /** The longest beginning of an end that may be held already is LF CR. */
    searchFrom: (): number => Math.max(0, held.length - 2),
  }
}

/** A frame that decodes its fields when they are first read: many are only forwarded. */
class WireFrame implements SseFrame {
  readonly bytes: Buffer
  readonly #offset: number
  #decoded = false
  #event = ''
  #data: string | undefined

  constructor(bytes: Buffer, atStart: boolean) {
    this.bytes = bytes
    this.#offset = atStart && startsWithByteOrderMark(bytes) ? 3 : 0
  }

  get event(): string {
    if (!this.#decoded) this.#decode()
    return this.#event
  }

  get data(): string | undefined {
    if (!this.#decoded) this.#decode()
    return this.#data
  }

  #decode(): void {
    this.#decoded = true
    const { bytes } = this
    const offset = this.#offset
    const dataAt = findSoleData(bytes, offset)
    if (dataAt >= 0) {
      const eventAt = offset + eventFieldLength
      if (dataAt > offset) this.#event = bytes.toString('utf8', eventAt, dataAt - 1)
      this.#data = bytes.toString('utf8', dataAt + dataFieldLength, bytes.length - 2)
      return
    }
    for (const line of bytes.toString('utf8', offset).split(lineEnd)) {
      const colon = line.indexOf(':')
      const name = colon < 0 ? line : line.slice(0, colon)
      if (name !== 'data' && name !== 'event') continue
      const skipped = line[colon + 1] === ' ' ? colon + 2 : colon + 1
      const value = colon < 0 ? '' : line.slice(skipped)
      if (name === 'event') this.#event = value
      else this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    }
  }
}

/** Lengths of `event: ` and `data: `. */
const eventFieldLength = 7
const dataFieldLength = 6

/**
 * Returns where the data line begins in a frame that is exactly `data: …` LF LF, or that with a line
 * `event: …` before it, as nearly all are; -1 for any other.
 */
function findSoleData(bytes: Buffer, offset: number): number {
  const at = startsWithEvent(bytes, offset) ? bytes.indexOf(lf, offset) + 1 : offset
  if (!startsWithData(bytes, at)) return -1
  return bytes.indexOf(lf, at) === bytes.length - 2 && bytes.indexOf(cr) < 0 ? at : -1
}

function startsWithEvent(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === 0x65 &&
    bytes[at + 1] === 0x76 &&
    bytes[at + 2] === 0x65 &&
    bytes[at + 3] === 0x6e &&
    bytes[at + 4] === 0x74 &&
    bytes[at + 5] === 0x3a &&
    bytes[at + 6] === 0x20
  )
}

function startsWithData(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === 0x64 &&
    bytes[at + 1] === 0x61 &&
    bytes[at + 2] === 0x74 &&
    bytes[at + 3] === 0x61 &&
    bytes[at + 4] === 0x3a &&
    bytes[at + 5] === 0x20
  )
}

function startsWithByteOrderMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

function viewOf(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

function assertLength(length: number, maxFrameBytes: number): void {
  if (length > maxFrameBytes) {
    throw new GatewayError('provider_bad_answer', undefined, {
      cause: new Error(`an event of the stream exceeds ${maxFrameBytes} bytes`),
    })
  }
}
