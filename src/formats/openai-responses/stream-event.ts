import { asNumber, asString, isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { SseFrame } from '../sse.ts'
import { badAnswer } from './answer-reader.ts'

/** One event of a stream: the type its data names, and the data. */
export interface StreamEvent {
  readonly type: string
  readonly data: JsonObject
}

/**
 * Parses a frame; frames without data, and the `[DONE]` that some servers add, have no type. Throws
 * `provider_bad_answer` when the data is no JSON object.
 */
export function parseFrame(frame: SseFrame): StreamEvent {
  const { data: text } = frame
  if (text === undefined || text.trim() === '[DONE]') return { type: '', data: {} }
  const data = parseJson(text)
  if (!isObject(data)) throw badAnswer('an event of the stream is no JSON object')
  if (frame.event === 'error' || isObject(data['error'])) return { type: 'error', data }
  return { type: asString(data['type']) ?? frame.event, data }
}

/** Returns an index an event names; 0 where a server leaves it out. */
export function indexOf(
  data: JsonObject,
  field: 'output_index' | 'content_index' | 'summary_index',
): number {
  return asNumber(data[field]) ?? 0
}
