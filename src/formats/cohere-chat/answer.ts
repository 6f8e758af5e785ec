import { GatewayError } from '../../core/errors.ts'
import { asArray, asObject, asString, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { NeutralAnswer, NeutralPart, ToolCallPart } from '../neutral.ts'
import { faultOf, readStopReason } from './stop-reason.ts'
import { readUsage } from './usage.ts'

/**
 * Reads a complete answer. The plan of a turn with tool calls is text, as it is written back; citations
 * have no neutral form and are never asked for. Throws `provider_bad_answer` when the body is no answer,
 * and `provider_error` when it tells of a failed generation.
 */
export function readAnswer(body: JsonObject): NeutralAnswer {
  const message = asObject(body['message'])
  if (message === undefined) throw badAnswer('the answer has no message')
  const fault = faultOf(body['finish_reason'])
  if (fault !== undefined) {
    throw new GatewayError('provider_error', fault.message, { status: fault.status })
  }
  const calls = asArray(message['tool_calls']).map(readCall)
  const usage = readUsage(body['usage'])
  return {
    id: asString(body['id']) ?? '',
    // Cohere's answers do not say which model wrote them.
    model: '',
    content: [...readPlan(message), ...readContent(message['content']), ...calls],
    stopReason: readStopReason(body['finish_reason'], calls.length > 0),
    ...(usage === undefined ? {} : { usage }),
  }
}

/** Makes the error for an answer that is not in this format; the reason is for operators only. */
export function badAnswer(reason: string): GatewayError {
  return new GatewayError('provider_bad_answer', undefined, { cause: new Error(reason) })
}

/** Returns a call's id and name; throws `provider_bad_answer` when one of them is missing. */
export function readCallHead(call: JsonObject | undefined): { id: string; name: string } {
  const id = asString(call?.['id'])
  const name = asString(asObject(call?.['function'])?.['name'])
  if (!id || !name) throw badAnswer('a tool call without id or name')
  return { id, name }
}

function readPlan(message: JsonObject): NeutralPart[] {
  const text = asString(message['tool_plan']) ?? ''
  return text === '' ? [] : [{ type: 'text', text }]
}

function readContent(content: JsonValue | undefined): NeutralPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return asArray(content).flatMap((element): NeutralPart[] => {
    const part = asObject(element)
    if (part === undefined) throw badAnswer('a content part is no object')
    const text = asString(part['text']) ?? ''
    const thinking = asString(part['thinking']) ?? ''
    if (part['type'] === 'text' && text !== '') return [{ type: 'text', text }]
    return part['type'] === 'thinking' && thinking !== ''
      ? [{ type: 'reasoning', text: thinking }]
      : []
  })
}

function readCall(element: JsonValue): ToolCallPart {
  const call = asObject(element)
  const args = asString(asObject(call?.['function'])?.['arguments']) ?? ''
  return { type: 'tool-call', ...readCallHead(call), arguments: args === '' ? '{}' : args }
}
