import { GatewayError } from '../../core/errors.ts'
import {
  asArray,
  asObject,
  asString,
  isObject,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import { kindName, unheard, type Warn } from '../format.ts'
import type { NeutralAnswer, NeutralPart, RefusalPart } from '../neutral.ts'
import { readStopReason, writeStopReason } from './stop-reason.ts'
import { toolIdOf } from './tool-id.ts'
import { readUsage, writeUsage } from './usage.ts'
import { inputOf } from './write-blocks.ts'

/**
 * Reads a complete answer. Blocks of tools that ran at Anthropic, and citations, have no neutral form and are
 * warned about.
 * Throws `provider_bad_answer` when the body is no message.
 */
export function readAnswer(body: JsonObject, warn: Warn = unheard): NeutralAnswer {
  const blocks = body['content']
  if (!Array.isArray(blocks)) throw badAnswer('the answer has no content')
  const stopSequence = asString(body['stop_sequence'])
  const usage = readUsage(body['usage'])
  return {
    id: asString(body['id']) ?? '',
    model: asString(body['model']) ?? '',
    content: [
      ...blocks.flatMap((block, index) => readBlock(block, `content[${index}]`, warn)),
      ...readRefusal(body),
    ],
    stopReason: readStopReason(body['stop_reason']),
    ...(stopSequence !== undefined && { stopSequence }),
    ...(usage !== undefined && { usage }),
  }
}

/** Reads the words `stop_details` explains a refusal with; the content is often empty then. */
export function readRefusal(owner: JsonObject): RefusalPart[] {
  const text = asString(asObject(owner['stop_details'])?.['explanation'])
  return text === undefined || text === '' ? [] : [{ type: 'refusal', text }]
}

/** Writes a complete answer. */
export function writeAnswer(answer: NeutralAnswer, warn: Warn): JsonObject {
  const content = answer.content
    .map((part, index) => writePart(part, `content[${index}]`, warn))
    .filter((block) => block !== undefined)
  const holds = {
    toolCalls: answer.content.some((part) => part.type === 'tool-call'),
    refusal: answer.content.some((part) => part.type === 'refusal'),
  }
  return {
    id: answer.id,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content,
    stop_reason: writeStopReason(answer.stopReason, holds),
    stop_sequence: answer.stopSequence ?? null,
    stop_details: null,
    usage: writeUsage(answer.usage),
  }
}

function readBlock(block: JsonValue, path: string, warn: Warn): readonly NeutralPart[] {
  if (!isObject(block)) throw badAnswer('a content block is no object')
  switch (asString(block['type']) ?? '') {
    case 'text':
      if (asArray(block['citations']).length > 0) {
        warn({ type: 'dropped', field: `${path}.citations` })
      }
      return [{ type: 'text', text: requireText(block, 'text') }]
    case 'thinking': {
      const signature = asString(block['signature'])
      const text = requireText(block, 'thinking')
      const isSigned = signature !== undefined && signature !== ''
      return [{ type: 'reasoning', text, ...(isSigned && { signature }) }]
    }
    case 'redacted_thinking':
      return [{ type: 'redacted-reasoning', data: requireText(block, 'data') }]
    case 'tool_use': {
      const name = requireText(block, 'name')
      const args = argumentsOf(block['input'])
      return [{ type: 'tool-call', id: requireText(block, 'id'), name, arguments: args }]
    }
    default:
      warn({ type: 'dropped', field: path, ...kindName(block['type']) })
      return []
  }
}

/** Returns a call's input as JSON text; text stands for arguments that are no JSON. */
export function argumentsOf(input: JsonValue | undefined): string {
  return typeof input === 'string' ? input : JSON.stringify(input ?? {})
}

function requireText(block: JsonObject, name: string): string {
  const text = block[name]
  if (typeof text !== 'string') throw badAnswer(`a content block has no ${name}`)
  return text
}

function writePart(part: NeutralPart, path: string, warn: Warn): JsonObject | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? undefined : { type: 'text', text: part.text }
    case 'reasoning':
      return { type: 'thinking', thinking: part.text, signature: part.signature ?? '' }
    case 'redacted-reasoning':
      return { type: 'redacted_thinking', data: part.data }
    case 'tool-call':
      return writeToolCall(part, path, warn)
    case 'image':
    case 'document':
    case 'audio':
    case 'tool-result':
      warn({ type: 'dropped', field: path })
      return undefined
    default:
      return part satisfies never
  }
}

function writeToolCall(
  part: Extract<NeutralPart, { type: 'tool-call' }>,
  path: string,
  warn: Warn,
): JsonObject {
  const input = inputOf(part.arguments)
  if (input === undefined) {
    warn({ type: 'changed', field: `${path}.input`, detail: 'not a JSON object, sent as text' })
  }
  const { id, name } = part
  return { type: 'tool_use', id: toolIdOf(id), name, input: input ?? part.arguments }
}

/** Makes the error for an answer that is not in this format; the reason is for operators only. */
export function badAnswer(reason: string): GatewayError {
  return new GatewayError('provider_bad_answer', undefined, { cause: new Error(reason) })
}
