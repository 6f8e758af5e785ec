import { asString, isObject, parseJson } from '../../core/json.ts'
import { badAnswer } from '../anthropic-messages/answer.ts'
import { readException } from '../bedrock-converse/errors.ts'
import { createEventStreamSplitter, eventEncoder, exceptionPrefix } from '../event-stream.ts'
import type { ProviderFault } from '../neutral.ts'
import { formatSse, type SseFrame, type SseSplitter } from '../sse.ts'

/** A message of a stream of InvokeModel: a frame of the wrapped stream, or the fault that ends it. */
export type Unwrapped =
  | { readonly type: 'frame'; readonly frame: SseFrame }
  | { readonly type: 'fault'; readonly fault: ProviderFault }

/** Takes a frame out of its wrapping. Throws `provider_bad_answer` when there is nothing inside. */
export function unwrap(frame: SseFrame): Unwrapped {
  const fault = readException(frame.event, frame.data)
  if (fault !== undefined) return { type: 'fault', fault }
  return { type: 'frame', frame: { bytes: frame.bytes, event: '', data: innerText(frame) } }
}

/** The event a chunk carries; `undefined` for events that are no chunk. */
function innerText(frame: SseFrame): string | undefined {
  if (frame.event !== 'chunk') return undefined
  const data = parseJson(frame.data ?? '')
  const bytes = isObject(data) ? asString(data['bytes']) : undefined
  if (bytes === undefined) throw badAnswer('a chunk of the stream without bytes')
  return Buffer.from(bytes, 'base64').toString()
}

const encodeChunk = eventEncoder('chunk')

/** Wraps server-sent events, as our own writers make them, in messages of an event stream. */
export function wrap(events: string): Uint8Array {
  const chunks = events
    .split('\n\n')
    .flatMap((event) => /^data: ([^\n]*)/m.exec(event)?.[1] ?? [])
    .map((text) => encodeChunk({ bytes: Buffer.from(text).toString('base64') }))
  return Buffer.concat(chunks)
}

/**
 * Makes a splitter of a stream of InvokeModel whose frames are the server-sent events it carries, bytes
 * included: so it reaches clients that know nothing of Bedrock.
 */
export function createUnwrappingSplitter(options: { readonly maxFrameBytes: number }): SseSplitter {
  const splitter = createEventStreamSplitter(options)
  return {
    push: (chunk) => splitter.push(chunk).map((frame) => new UnwrappedFrame(frame)),
    rest: () => splitter.rest(),
    isBetweenFrames: () => splitter.isBetweenFrames(),
    flush: () => undefined,
  }
}

/** A frame that is unwrapped when it is first read, so that what stands before a damaged one is not lost. */
class UnwrappedFrame implements SseFrame {
  readonly #wrapped: SseFrame
  #data: string | undefined
  #isRead = false

  constructor(wrapped: SseFrame) {
    this.#wrapped = wrapped
  }

  /** Exceptions keep their name; the other events are named by their data alone. */
  get event(): string {
    const { event } = this.#wrapped
    return event.startsWith(exceptionPrefix) ? event : ''
  }

  get data(): string | undefined {
    if (!this.#isRead) {
      this.#data = this.event === '' ? innerText(this.#wrapped) : this.#wrapped.data
      this.#isRead = true
    }
    return this.#data
  }

  get bytes(): Uint8Array {
    const { data } = this
    return Buffer.from(data === undefined ? '' : formatSse({ event: typeIn(data), data }))
  }
}

/** Returns the type an event names first; Bedrock writes it there, but nothing says it must. */
function typeIn(data: string): string {
  const first = /^\{"type":"([a-z_]{1,64})"/.exec(data)?.[1]
  if (first !== undefined) return first
  const parsed = parseJson(data)
  return (isObject(parsed) ? asString(parsed['type']) : undefined) ?? 'message'
}
