import { isStreamed } from '../core/call.ts'
import type { Answer } from '../core/call.ts'
import { createSseSplitter, formatSse, outlineJson, renameModel } from '../formats/index.ts'
import type { ClientFormat, SseFrame } from '../formats/index.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Returns an answer that calls its model by another name, in its body and in every event of its stream
 * that names one. Nothing else of it changes; answers that name no model, and errors, stay as they are.
 * @param format the client's own: that is what answers are written in
 */
export function echoModel(answer: Answer, format: ClientFormat, name: string): Answer {
  const { modelPaths } = format
  if (modelPaths === undefined || answer.status >= 300) return answer
  const { body } = answer
  const type = answer.headers['content-type'] ?? ''
  if (isStreamed(body)) {
    if (!type.startsWith(format.streamType ?? 'text/event-stream')) return answer
    const splitter = format.openSplitter?.(unlimited) ?? createSseSplitter(unlimited)
    return { ...answer, body: renameFrames(body, splitter, new FrameRenamer(modelPaths, name)) }
  }
  if (!type.startsWith('application/json')) return answer
  const text = typeof body === 'string' ? body : decoder.decode(body)
  return { ...answer, body: renameModel(text, modelPaths, name) }
}

/** The stream was measured when it came in. */
const unlimited = { maxFrameBytes: Infinity }

type Splitter = ReturnType<typeof createSseSplitter>

/**
 * Every piece of the source is one piece here as far as its frames are whole, so that whoever takes the
 * last piece has the whole answer, as before.
 */
function renameFrames(
  source: AsyncIterable<Uint8Array>,
  splitter: Splitter,
  renamer: FrameRenamer,
): AsyncIterableIterator<Uint8Array> {
  const pieces = source[Symbol.asyncIterator]()
  let hasEnded = false
  const iterator: AsyncIterableIterator<Uint8Array> = {
    async next() {
      while (!hasEnded) {
        const { done, value } = await pieces.next()
        hasEnded = done === true
        const frames = hasEnded ? lastFrame(splitter) : splitter.push(value)
        const bytes = renamer.renameAll(frames)
        if (bytes.byteLength > 0) return { done: false, value: bytes }
      }
      return { done: true, value: undefined }
    },
    async return() {
      hasEnded = true
      await pieces.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

function lastFrame(splitter: Splitter): readonly SseFrame[] {
  const frame = splitter.flush()
  return frame === undefined ? [] : [frame]
}

/** Renames the model in the frames of one stream. */
class FrameRenamer {
  readonly #paths: readonly string[]
  readonly #name: string
  /** A frame without any of these names no model. */
  readonly #marks: readonly string[]
  /** The beginning of the last renamed frame, up to the model it names, before and after. */
  #known: { readonly from: Uint8Array; readonly to: Uint8Array } | undefined

  constructor(paths: readonly string[], name: string) {
    this.#paths = paths
    this.#name = name
    this.#marks = [...new Set(paths.map((path) => `"${path.split('.').at(-1)}"`))]
  }

  renameAll(frames: readonly SseFrame[]): Uint8Array {
    const only = frames.length === 1 ? frames[0] : undefined
    return only === undefined
      ? Buffer.concat(frames.map((frame) => this.#rename(frame)))
      : this.#rename(only)
  }

  #rename(frame: SseFrame): Uint8Array {
    const bytes = bufferOf(frame.bytes)
    const known = this.#known
    // The events of one answer begin alike; what follows the model is nobody's business here.
    if (known !== undefined && bytes.subarray(0, known.from.byteLength).equals(known.from)) {
      return Buffer.concat([known.to, bytes.subarray(known.from.byteLength)])
    }
    if (!this.#marks.some((mark) => bytes.includes(mark))) return bytes
    const { data } = frame
    if (data === undefined) return bytes
    const renamed = renameModel(data, this.#paths, this.#name)
    if (renamed === data) return bytes
    const text = bytes.toString()
    const at = text.indexOf(data)
    // Data of several lines stands nowhere in one piece: such a frame is written anew.
    if (at < 0) return encoder.encode(rewritten(frame, renamed))
    const head = text.slice(0, at)
    if (this.#paths.length === 1) this.#remember(head, data, renamed)
    return encoder.encode(head + renamed + text.slice(at + data.length))
  }

  /** The name ends where its value ends, however the texts behind it resemble each other. */
  #remember(head: string, data: string, renamed: string): void {
    const [path = ''] = this.#paths
    const end = outlineJson(data, Infinity).members.get(path)?.end
    if (end === undefined) return
    const from = head + data.slice(0, end)
    const to = head + renamed.slice(0, renamed.length - (data.length - end))
    this.#known = { from: encoder.encode(from), to: encoder.encode(to) }
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function rewritten({ event }: SseFrame, data: string): string {
  return formatSse(event === '' ? { data } : { event, data })
}
