import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { ThinkingPart } from './sealed.ts'
import { writeSealed } from './sealed.ts'

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** Writes a message item. */
export function messageItem(
  id: string,
  status: ItemStatus,
  content: readonly JsonValue[],
): JsonObject {
  return { id, type: 'message', status, role: 'assistant', content: [...content] }
}

/** Writes the part of a message that holds text or a refusal. */
export function messagePart(kind: 'output_text' | 'refusal', text: string): JsonObject {
  return kind === 'refusal'
    ? { type: kind, refusal: text }
    : { type: kind, annotations: [], logprobs: [], text }
}

/** Writes a reasoning item. What the model thought is told as the summary, where clients look for it. */
export function reasoningItem(id: string, part: ThinkingPart): JsonObject {
  const text = part.type === 'reasoning' ? part.text : ''
  const summary = text === '' ? [] : [summaryPart(text)]
  return { id, type: 'reasoning', summary, encrypted_content: writeSealed(part) }
}

/** Writes one part of a reasoning summary. */
export function summaryPart(text: string): JsonObject {
  return { type: 'summary_text', text }
}

/** Writes a function call item. */
export function callItem(
  id: string,
  status: ItemStatus,
  call: { readonly id: string; readonly name: string; readonly arguments: string },
): JsonObject {
  const { id: callId, name } = call
  return { id, type: 'function_call', status, call_id: callId, name, arguments: call.arguments }
}
