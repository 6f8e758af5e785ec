import { isStreamed } from '../core/call.ts'
import type { Answer } from '../core/call.ts'
import { createSseSplitter, formatSse, renameModel } from '../formats/index.ts'
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
  const rename = (text: string): string => renameModel(text, modelPaths, name)
  if (isStreamed(body)) {
    if (!type.startsWith(format.streamType ?? 'text/event-stream')) return answer
    const splitter = format.openSplitter?.(unlimited) ?? createSseSplitter(unlimited)
    return { ...answer, body: renameFrames(body, splitter, rename) }
  }
  if (!type.startsWith('application/json')) return answer
  return { ...answer, body: rename(typeof body === 'string' ? body : decoder.decode(body)) }
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
  rename: (text: string) => string,
): AsyncIterableIterator<Uint8Array> {
  const pieces = source[Symbol.asyncIterator]()
  let hasEnded = false
  const iterator: AsyncIterableIterator<Uint8Array> = {
    async next() {
      while (!hasEnded) {
        const { done, value } = await pieces.next()
        hasEnded = done === true
        const frames = hasEnded ? lastFrame(splitter) : splitter.push(value)
        const bytes = Buffer.concat(frames.map((frame) => renameFrame(frame, rename)))
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

function renameFrame(frame: SseFrame, rename: (text: string) => string): Uint8Array {
  const { bytes, data } = frame
  const renamed = data === undefined ? undefined : rename(data)
  if (data === undefined || renamed === undefined || renamed === data) return bytes
  const text = decoder.decode(bytes)
  const at = text.indexOf(data)
  // Data of several lines stands nowhere in one piece: such a frame is written anew.
  if (at < 0) return encoder.encode(rewritten(frame, renamed))
  return encoder.encode(text.slice(0, at) + renamed + text.slice(at + data.length))
}

function rewritten({ event }: SseFrame, data: string): string {
  return formatSse(event === '' ? { data } : { event, data })
}
