import { asObject, asString, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { argumentsOf, badAnswer } from '../anthropic-messages/answer.ts'
import { inputOf } from '../anthropic-messages/write-blocks.ts'
import { kindName, unheard, type Warn } from '../format.ts'
import { splitCallId } from '../gemini/signature.ts'
import type { NeutralAnswer, NeutralPart } from '../neutral.ts'
import { neutralSignature } from '../origin.ts'
import { readStopReason, writeStopReason } from './stop-reason.ts'
import { toolIdOf } from './tool-id.ts'
import { readUsage, writeUsage } from './usage.ts'

/**
 * Reads a complete answer, which names no model. Blocks that have no neutral form (tools that ran at the
 * provider, made images), and citations, are warned about. Throws `provider_bad_answer` when the body is no answer.
 */
export function readAnswer(body: JsonObject, warn: Warn = unheard): NeutralAnswer {
  const message = asObject(asObject(body['output'])?.['message'])
  const blocks = message?.['content']
  if (!Array.isArray(blocks)) throw badAnswer('the answer has no content')
  const stopSequence = stopSequenceIn(body)
  const usage = readUsage(body['usage'])
  return {
    id: newAnswerId(),
    model: '',
    content: blocks.flatMap((block, index) =>
      readBlock(block, `output.message.content[${index}]`, warn),
    ),
    stopReason: readStopReason(body['stopReason']),
    ...(stopSequence !== undefined && { stopSequence }),
    ...(usage !== undefined && { usage }),
  }
}

/** Makes an id for an answer: Converse gives none, other formats want one. */
export function newAnswerId(): string {
  return `msg_${Bun.randomUUIDv7('buffer').toHex()}`
}

/** Reads the stop sequence that was met, where the model was asked to tell it. */
export function stopSequenceIn(owner: JsonObject): string | undefined {
  return asString(asObject(owner['additionalModelResponseFields'])?.['stop_sequence'])
}

/** Writes a complete answer. */
export function writeAnswer(answer: NeutralAnswer, warn: Warn): JsonObject {
  const content = answer.content.flatMap((part, index) => [
    ...writeCallSignature(part),
    ...present(writePart(part, `content[${index}]`, warn)),
  ])
  const holds = {
    toolCalls: answer.content.some((part) => part.type === 'tool-call'),
    refusal: answer.content.some((part) => part.type === 'refusal'),
  }
  return {
    output: { message: { role: 'assistant', content } },
    stopReason: writeStopReason(answer.stopReason, holds),
    usage: writeUsage(answer.usage),
    metrics: unmeasured,
    ...writeStopSequence(answer.stopSequence),
  }
}

/** SDKs read the latency without asking whether it is there; a format knows no clock. */
export const unmeasured = { latencyMs: 0 } as const satisfies JsonObject

/** Writes the stop sequence that was met, where Claude tells it. */
export function writeStopSequence(stopSequence: string | undefined): JsonObject {
  return stopSequence === undefined
    ? {}
    : { additionalModelResponseFields: { stop_sequence: stopSequence } }
}

function readBlock(block: JsonValue, path: string, warn: Warn): readonly NeutralPart[] {
  if (!isObject(block)) throw badAnswer('a content block is no object')
  const { text, toolUse, reasoningContent, citationsContent } = block
  if (typeof text === 'string') return [{ type: 'text', text }]
  if (isObject(toolUse) && toolUse['type'] !== 'server_tool_use') return readToolUse(toolUse)
  if (isObject(reasoningContent)) return readReasoning(reasoningContent)
  if (isObject(citationsContent)) {
    warn({ type: 'dropped', field: `${path}.citationsContent.citations` })
    return readCitations(citationsContent)
  }
  warn({ type: 'dropped', field: path, ...kindName(Object.keys(block)[0]) })
  return []
}

function readToolUse(use: JsonObject): readonly NeutralPart[] {
  const id = asString(use['toolUseId'])
  const name = asString(use['name'])
  if (id === undefined || name === undefined) throw badAnswer('a tool call without id or name')
  return [{ type: 'tool-call', id, name, arguments: argumentsOf(use['input']) }]
}

function readReasoning(reasoning: JsonObject): readonly NeutralPart[] {
  const redacted = asString(reasoning['redactedContent'])
  if (redacted !== undefined) return [{ type: 'redacted-reasoning', data: redacted }]
  const block = asObject(reasoning['reasoningText'])
  const text = asString(block?.['text'])
  if (text === undefined) return []
  const signature = asString(block?.['signature'])
  const isSigned = signature !== undefined && signature !== ''
  return [{ type: 'reasoning', text, ...(isSigned && { signature }) }]
}

function readCitations(block: JsonObject): readonly NeutralPart[] {
  const content = block['content']
  const pieces = Array.isArray(content) ? content : []
  const text = pieces.map((piece) => asString(asObject(piece)?.['text']) ?? '').join('')
  return text === '' ? [] : [{ type: 'text', text }]
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value]
}

/** A call's id is too short here for the signature that others carry in it: it becomes a block before. */
function writeCallSignature(part: NeutralPart): JsonObject[] {
  const signature = part.type === 'tool-call' ? signatureOfCall(part.id) : undefined
  return signature === undefined
    ? []
    : [{ reasoningContent: { reasoningText: { text: '', signature } } }]
}

/** Returns the signature, in its neutral form, that a call's id carries. */
export function signatureOfCall(id: string): string | undefined {
  const { signature } = splitCallId(id)
  return signature === undefined ? undefined : neutralSignature(signature, 'gemini')
}

function writePart(part: NeutralPart, path: string, warn: Warn): JsonObject | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? undefined : { text: part.text }
    case 'reasoning': {
      const { text, signature } = part
      const signed = signature === undefined ? {} : { signature }
      return { reasoningContent: { reasoningText: { text, ...signed } } }
    }
    case 'redacted-reasoning':
      return { reasoningContent: { redactedContent: writeBlob(part.data) } }
    case 'tool-call': {
      const input = inputOf(part.arguments)
      if (input === undefined) {
        warn({ type: 'changed', field: `${path}.input`, detail: 'not a JSON object, sent as text' })
      }
      const { id } = splitCallId(part.id)
      const toolUseId = toolIdOf(id)
      return { toolUse: { toolUseId, name: part.name, input: input ?? part.arguments } }
    }
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

/** Returns data as the base64 that blobs are in; what is none already becomes it. */
export function writeBlob(data: string): string {
  return isBase64(data) ? data : Buffer.from(data).toString('base64')
}

/** Tells whether text is complete base64. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
}
