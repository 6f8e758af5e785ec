import { isStreamed } from '../core/call.ts'
import type { Answer } from '../core/call.ts'
import { asObject, asString, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { createSseSplitter, outlineJson } from '../formats/index.ts'
import type { SseFrame } from '../formats/index.ts'

const decoder = new TextDecoder()

/** Told what an answer holds while it is handed over. */
export interface AnswerWatch {
  /** The id is known, before the client gets it. */
  readonly onId?: (id: string) => void
  /** The answer is complete, before its last piece is handed over. */
  readonly onResponse: (response: JsonObject, text: string) => void
}

/** Returns the answer, which tells about its response object as it passes. Nothing of it changes. */
export function watchAnswer(answer: Answer, watch: AnswerWatch): Answer {
  const { body } = answer
  if (isStreamed(body)) return { ...answer, body: watchStream(body, watch) }
  const text = typeof body === 'string' ? body : decoder.decode(body)
  const response = asObject(parseJson(text))
  if (response !== undefined) {
    const id = asString(response['id'])
    if (id !== undefined) watch.onId?.(id)
    watch.onResponse(response, text)
  }
  return answer
}

function watchStream(
  source: AsyncIterable<Uint8Array>,
  watch: AnswerWatch,
): AsyncIterableIterator<Uint8Array> {
  const pieces = source[Symbol.asyncIterator]()
  // The stream was measured when it came in.
  const splitter = createSseSplitter({ maxFrameBytes: Infinity })
  let hasId = watch.onId === undefined
  function look(frame: SseFrame): void {
    if (hasId && !mayEnd(frame.bytes)) return
    const text = frame.data ?? ''
    const event = asObject(parseJson(text))
    const response = asObject(event?.['response'])
    if (response === undefined) return
    const id = asString(response['id'])
    if (!hasId && id !== undefined) watch.onId?.(id)
    hasId ||= id !== undefined
    const isLast =
      event?.['type'] === 'response.completed' || event?.['type'] === 'response.incomplete'
    if (!isLast) return
    const span = outlineJson(text, Infinity).members.get('response')
    if (span !== undefined) watch.onResponse(response, text.slice(span.start, span.end))
  }
  const iterator: AsyncIterableIterator<Uint8Array> = {
    async next() {
      const piece = await pieces.next()
      if (piece.done !== true) for (const frame of splitter.push(piece.value)) look(frame)
      return piece
    },
    async return() {
      await pieces.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

const endings = [Buffer.from('response.completed'), Buffer.from('response.incomplete')]

/** Tells whether a frame may be the last; most are not, and need not be parsed to find out. */
function mayEnd(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return endings.some((ending) => view.includes(ending))
}
