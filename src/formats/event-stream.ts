import { crc32 } from 'node:zlib'
import { GatewayError } from '../core/errors.ts'
import { decodeHeaders, encodeHeaders } from './event-stream-headers.ts'
import type { EventHeader } from './event-stream-headers.ts'
import type { SseFrame, SseSplitter } from './sse.ts'

/**
 * AWS's binary event stream (`application/vnd.amazon.eventstream`): messages of a prelude (length of the
 * message, length of its headers, CRC-32 of both), headers, payload, and a CRC-32 of all before it.
 * https://docs.aws.amazon.com/lexv2/latest/dg/event-stream-encoding.html
 */

/** Content type of such streams. */
export const eventStreamType = 'application/vnd.amazon.eventstream'

const preludeLength = 12
const checksumLength = 4
const leastLength = preludeLength + checksumLength

/** One message of an event stream. */
export interface EventMessage {
  readonly headers: ReadonlyMap<string, EventHeader>
  readonly payload: Buffer
}

/** Encodes one message. Throws a `RangeError` for headers that do not fit the format. */
export function encodeEventMessage(
  headers: Readonly<Record<string, EventHeader>>,
  payload: string | Uint8Array,
): Buffer {
  return assemble(encodeHeaders(headers), payload)
}

function assemble(head: Buffer, payload: string | Uint8Array): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
  const message = Buffer.allocUnsafe(leastLength + head.length + length)
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(head.length, 4)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  message.set(head, preludeLength)
  if (typeof payload === 'string') message.write(payload, preludeLength + head.length)
  else message.set(payload, preludeLength + head.length)
  const end = message.length - checksumLength
  message.writeUInt32BE(crc32(message.subarray(0, end)), end)
  return message
}

/** Encodes an event with a JSON payload. */
export function encodeEvent(name: string, payload: unknown): Buffer {
  return eventEncoder(name)(payload)
}

/** Makes an encoder of one kind of event with JSON payloads: its headers are encoded only once. */
export function eventEncoder(name: string): (payload: unknown) => Buffer {
  const head = encodeHeaders({
    ':event-type': { type: 'string', value: name },
    ':content-type': { type: 'string', value: 'application/json' },
    ':message-type': { type: 'string', value: 'event' },
  })
  return (payload) => assemble(head, JSON.stringify(payload))
}

/** Encodes an exception with a JSON payload: the last message of a stream that failed. */
export function encodeException(name: string, payload: unknown): Buffer {
  return encodeEventMessage(
    {
      ':exception-type': { type: 'string', value: name },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: 'exception' },
    },
    JSON.stringify(payload),
  )
}

/** Decodes exactly one message. Throws `provider_bad_answer` when it is not valid, checksums included. */
export function decodeEventMessage(bytes: Uint8Array): EventMessage {
  const message = viewOf(bytes)
  if (message.length < leastLength || !hasValidPrelude(message)) throw badMessage('prelude')
  if (message.readUInt32BE(0) !== message.length) throw badMessage('length')
  const end = message.length - checksumLength
  if (message.readUInt32BE(end) !== crc32(message.subarray(0, end))) throw badMessage('checksum')
  const payloadAt = preludeLength + message.readUInt32BE(4)
  if (payloadAt > end) throw badMessage('header length')
  const headers = decodeHeaders(message.subarray(preludeLength, payloadAt))
  if (headers === undefined) throw badMessage('headers')
  return { headers, payload: message.subarray(payloadAt, end) }
}

/** Prefix of `SseFrame.event` of the messages that report a failure. */
export const exceptionPrefix = 'exception:'

/**
 * Makes a splitter of one event stream, however its bytes were split on their way. The `event` of a frame
 * is the `:event-type`, or `exception:` and the type of the exception; its `data` is the payload. A message
 * that is damaged or too long ends the stream: reading its frame throws `provider_bad_answer`, so that
 * what stood before it is not lost.
 */
export function createEventStreamSplitter(options: {
  readonly maxFrameBytes: number
}): SseSplitter {
  const tail = createTail()
  let isBroken = false

  return {
    push(chunk) {
      if (isBroken) return []
      const buffer = tail.join(chunk)
      const frames: EventFrame[] = []
      let start = 0
      while (buffer.length - start >= preludeLength) {
        const length = lengthAt(buffer, start)
        const isFitting = length <= options.maxFrameBytes
        if (!isFitting) isBroken = true
        if (isFitting && buffer.length - start < length) break
        const end = isFitting ? start + length : buffer.length
        frames.push(new EventFrame(buffer.subarray(start, end), isFitting))
        start = end
      }
      tail.keep(buffer.subarray(start))
      return frames
    },
    rest: () => tail.bytes(),
    isBetweenFrames: () => tail.bytes().length === 0,
    flush: () => undefined,
  }
}

/** Returns the length of the message at `start`; `Infinity` when its prelude is damaged. */
function lengthAt(buffer: Buffer, start: number): number {
  const prelude = buffer.subarray(start, start + preludeLength)
  const length = prelude.readUInt32BE(0)
  return hasValidPrelude(prelude) && length >= leastLength ? length : Infinity
}

function hasValidPrelude(message: Buffer): boolean {
  return message.readUInt32BE(8) === crc32(message.subarray(0, 8))
}

/** A message as a frame; decoded and checked when it is first read. */
class EventFrame implements SseFrame {
  readonly bytes: Buffer
  readonly #isFitting: boolean
  #event: string | undefined
  #data = ''

  constructor(bytes: Buffer, isFitting: boolean) {
    this.bytes = bytes
    this.#isFitting = isFitting
  }

  get event(): string {
    return this.#event ?? this.#decode()
  }

  get data(): string {
    if (this.#event === undefined) this.#decode()
    return this.#data
  }

  #decode(): string {
    if (!this.#isFitting) throw badMessage('prelude or length')
    const { headers, payload } = decodeEventMessage(this.bytes)
    const text = (name: string): string => {
      const value = headers.get(name)
      return value?.type === 'string' ? value.value : ''
    }
    this.#data = payload.toString()
    switch (text(':message-type')) {
      case 'event':
        this.#event = text(':event-type')
        break
      case 'exception':
        this.#event = exceptionPrefix + text(':exception-type')
        break
      case 'error':
        // Errors that the service did not model carry their words in a header.
        this.#event = exceptionPrefix + text(':error-code')
        this.#data = JSON.stringify({ message: text(':error-message') })
        break
      default:
        throw badMessage('message type')
    }
    return this.#event
  }
}

/** Keeps the bytes of an incomplete message between pushes; linear even when a long one drips in. */
function createTail() {
  let held: Buffer = Buffer.alloc(0)
  /** Owns the memory of `held` after a join; the bytes before `held` may be on their way to a client. */
  let store: Buffer | undefined
  let storeUsed = 0

  return {
    join(chunk: Uint8Array): Buffer {
      if (held.length === 0) {
        store = undefined
        return viewOf(chunk)
      }
      const length = held.length + chunk.length
      if (store === undefined || storeUsed + chunk.length > store.length) {
        const larger = Buffer.allocUnsafe(2 * length)
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
  }
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function badMessage(part: string): GatewayError {
  return new GatewayError('provider_bad_answer', undefined, {
    cause: new Error(`a message of the event stream has a bad ${part}`),
  })
}
