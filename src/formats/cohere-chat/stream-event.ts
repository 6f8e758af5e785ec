import { asObject, asString, isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { SseFrame } from '../sse.ts'
import { badAnswer } from './answer.ts'

/** An event of a Cohere stream. */
export interface StreamEvent {
  readonly type: string
  readonly data: JsonObject
  /** `delta` of the data. */
  readonly delta: JsonObject
  /** `delta.message` of the data. */
  readonly message: JsonObject
}

const nothing: StreamEvent = { type: '', data: {}, delta: {}, message: {} }

/** Parses a frame; frames without data and a closing `[DONE]` have no type. Throws `provider_bad_answer`. */
export function parseFrame(frame: SseFrame): StreamEvent {
  if (frame.data === undefined || frame.data.trim() === '[DONE]') return nothing
  const data = parseJson(frame.data)
  if (!isObject(data)) throw badAnswer('an event of the stream is no JSON object')
  const delta = asObject(data['delta']) ?? {}
  return {
    type: asString(data['type']) ?? frame.event,
    data,
    delta,
    message: asObject(delta['message']) ?? {},
  }
}
