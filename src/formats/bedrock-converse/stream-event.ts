import { isObject, parseJson, type JsonObject } from '../../core/json.ts'
import { badAnswer } from '../anthropic-messages/answer.ts'
import type { ProviderFault } from '../neutral.ts'
import type { SseFrame } from '../sse.ts'
import { readException } from './errors.ts'

/** A message of a stream of Converse: an event, or the fault that ends it. */
export type StreamEvent =
  | { readonly type: 'event'; readonly name: string; readonly data: JsonObject }
  | { readonly type: 'fault'; readonly fault: ProviderFault }

/** Parses a frame. Throws `provider_bad_answer` when its payload is no JSON object. */
export function parseFrame(frame: SseFrame): StreamEvent {
  const { event: name, data: text } = frame
  const fault = readException(name, text)
  if (fault !== undefined) return { type: 'fault', fault }
  const data = parseJson(text ?? '')
  if (!isObject(data)) throw badAnswer('an event of the stream is no JSON object')
  return { type: 'event', name, data }
}
