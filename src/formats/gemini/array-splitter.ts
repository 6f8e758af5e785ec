import { GatewayError } from '../../core/errors.ts'
import type { SseFrame, SseSplitter } from '../sse.ts'

/** `event` of the frame that closes the array. */
export const arrayEnd = 'array-end'

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c

/**
 * Makes a splitter for a growing JSON array: every element is a frame, with the bracket, comma and white
 * space before it, and so is its end. Strings are skipped over, so that no character in them counts.
 */
export function createArraySplitter(options: { readonly maxFrameBytes: number }): SseSplitter {
  return new ArraySplitter(options.maxFrameBytes)
}

class ArraySplitter implements SseSplitter {
  readonly #maxFrameBytes: number
  /** Pieces of the frame that is not complete yet. */
  #held: Uint8Array[] = []
  #heldBytes = 0
  /** Brackets that are open, that of the array included. */
  #depth = 0
  /** How many of them are open around an element. */
  #elementDepth = 1
  #inString = false
  #isEscaped = false
  #isClosed = false

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes
  }

  push(chunk: Uint8Array): SseFrame[] {
    const frames: SseFrame[] = []
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const event = this.#isClosed ? undefined : this.#step(chunk[at] ?? 0)
      if (event === undefined) continue
      const isLast = event === arrayEnd
      const end = isLast ? chunk.length : at + 1
      frames.push(new ElementFrame(this.#take(chunk.subarray(start, end)), event))
      start = end
      if (isLast) break
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start))
    if (this.#isClosed && this.#heldBytes > 0) {
      // White space behind the array belongs to nobody and need not wait.
      frames.push(new ElementFrame(this.#take(new Uint8Array()), arrayEnd))
    }
    return frames
  }

  rest(): Uint8Array {
    return Buffer.concat(this.#held)
  }

  isBetweenFrames(): boolean {
    return this.#heldBytes === 0
  }

  flush(): SseFrame | undefined {
    if (this.#heldBytes === 0) return undefined
    return new ElementFrame(this.#take(new Uint8Array()), '')
  }

  /** Takes one byte; returns the event of the frame it completes. */
  #step(byte: number): string | undefined {
    if (this.#inString) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (byte === backslash) this.#isEscaped = true
      else if (byte === quote) this.#inString = false
      return undefined
    }
    switch (byte) {
      case quote:
        this.#inString = true
        return undefined
      case 0x5b: // [
      case 0x7b: // {
        // An error may come as an object of its own instead of an array.
        if (this.#depth === 0) this.#elementDepth = byte === 0x5b ? 1 : 0
        this.#depth += 1
        return undefined
      case 0x5d: // ]
      case 0x7d: // }
        this.#depth -= 1
        if (this.#depth === this.#elementDepth) return ''
        this.#isClosed = this.#depth <= 0
        return this.#isClosed ? arrayEnd : undefined
      default:
        return undefined
    }
  }

  #hold(bytes: Uint8Array): void {
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    this.#assertLength(this.#heldBytes)
  }

  #assertLength(length: number): void {
    if (length <= this.#maxFrameBytes) return
    throw new GatewayError('provider_bad_answer', undefined, {
      cause: new Error(`an element of the stream exceeds ${this.#maxFrameBytes} bytes`),
    })
  }

  #take(last: Uint8Array): Uint8Array {
    this.#assertLength(this.#heldBytes + last.length)
    if (this.#heldBytes === 0) return last
    const bytes = Buffer.concat([...this.#held, last])
    this.#held = []
    this.#heldBytes = 0
    return bytes
  }
}

/** A frame that decodes its element when it is first read. */
class ElementFrame implements SseFrame {
  readonly bytes: Uint8Array
  readonly event: string
  #data: string | undefined

  constructor(bytes: Uint8Array, event: string) {
    this.bytes = bytes
    this.event = event
  }

  get data(): string | undefined {
    if (this.event === arrayEnd) return undefined
    this.#data ??= elementIn(this.bytes)
    return this.#data === '' ? undefined : this.#data
  }
}

/** Returns the text of an element without what stands before and behind it. */
function elementIn(bytes: Uint8Array): string {
  let start = 0
  // The bracket that opens the array is the first byte of the first frame that counts.
  while (start < bytes.length && isBefore(bytes[start] ?? 0)) start += 1
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start)
    .toString('utf8')
    .trimEnd()
}

function isBefore(byte: number): boolean {
  return byte === 0x5b || byte === comma || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}
