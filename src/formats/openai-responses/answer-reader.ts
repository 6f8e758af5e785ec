import { GatewayError } from '../../core/errors.ts'
import { asArray, asNumber, asObject, asString, type JsonObject } from '../../core/json.ts'
import { kindName, unheard, type Warn } from '../format.ts'
import type { NeutralAnswer, NeutralPart } from '../neutral.ts'
import { pruned } from '../openai-chat/fields.ts'
import { readStopReason } from './ending.ts'
import { reasoningText } from './input-reader.ts'
import { readSealed } from './sealed.ts'
import { readUsage } from './usage.ts'

/**
 * Reads a complete response. Items of tools that ran at the provider, and sources of what is said,
 * have no neutral form and are warned about. Throws `provider_bad_answer` when the body is no response that came to its end.
 */
export function readAnswer(body: JsonObject, warn: Warn = unheard): NeutralAnswer {
  const output = body['output']
  if (!Array.isArray(output)) throw badAnswer('the answer has no output')
  const status = asString(body['status']) ?? 'completed'
  if (status !== 'completed' && status !== 'incomplete') {
    throw badAnswer('the response did not come to its end')
  }
  const content = output.flatMap((element, index) => {
    const item = asObject(element) ?? {}
    warnOfItem(item, index, warn)
    return readOutputItem(item)
  })
  return pruned<NeutralAnswer>({
    id: asString(body['id']) ?? '',
    model: asString(body['model']) ?? '',
    createdAt: asNumber(body['created_at']),
    content,
    usage: readUsage(body),
    stopSequence: undefined,
    stopReason: readStopReason(body, {
      toolCalls: content.some((part) => part.type === 'tool-call'),
      refusal: content.some((part) => part.type === 'refusal'),
    }),
  })
}

/** Warns of an item that has no neutral form, and of what a message says about its sources. */
export function warnOfItem(item: JsonObject, index: number, warn: Warn): void {
  const { type } = item
  const field = `output[${index}]`
  if (type !== 'message' && type !== 'reasoning' && type !== 'function_call') {
    warn({ type: 'dropped', field, ...kindName(type) })
  }
  const parts = type === 'message' ? asArray(item['content']) : []
  for (const [at, part] of parts.entries()) {
    if (asArray(asObject(part)?.['annotations']).length === 0) continue
    warn({ type: 'dropped', field: `${field}.content[${at}].annotations` })
  }
}

/** Reads one item of the output. Throws `provider_bad_answer` when it is not as its type wants it. */
export function readOutputItem(item: JsonObject): NeutralPart[] {
  switch (asString(item['type']) ?? '') {
    case 'message':
      return asArray(item['content']).flatMap((part) => readOutputPart(asObject(part) ?? {}))
    case 'reasoning': {
      const text = reasoningText(item['content'], item['summary'])
      return [readSealed(text, asString(item['encrypted_content']))].flatMap((part) => part ?? [])
    }
    case 'function_call':
      return [{ type: 'tool-call', ...callOf(item), arguments: asString(item['arguments']) ?? '' }]
    default:
      return []
  }
}

/** Reads one part of a message; an empty one is none. */
export function readOutputPart(part: JsonObject): NeutralPart[] {
  const text = asString(part['text']) ?? ''
  const refusal = asString(part['refusal']) ?? ''
  if (part['type'] === 'output_text' && text !== '') return [{ type: 'text', text }]
  return part['type'] === 'refusal' && refusal !== '' ? [{ type: 'refusal', text: refusal }] : []
}

/** Reads what a function call is known by. */
export function callOf(item: JsonObject): { readonly id: string; readonly name: string } {
  const id = asString(item['call_id']) || asString(item['id'])
  const name = asString(item['name'])
  if (!id || !name) throw badAnswer('a function call has no id or no name')
  return { id, name }
}

/** Makes the error for an answer that is not valid; `reason` is for operators. */
export function badAnswer(reason: string): GatewayError {
  return new GatewayError('provider_bad_answer', undefined, { cause: new Error(reason) })
}
