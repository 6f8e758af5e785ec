import {
  asArray,
  asObject,
  asString,
  isObject,
  parseJson,
  type JsonObject,
} from '../../core/json.ts'
import { unheard, type Warn } from '../format.ts'
import type { NeutralAnswer, NeutralPart, RefusalPart, ToolCallPart } from '../neutral.ts'
import { badAnswer } from '../openai-chat/answer-reader.ts'
import { createAnswerPartReader, joinParts } from './answer-parts.ts'
import { readFinishReason, writeFinishReason } from './finish-reason.ts'
import { ownSignature } from '../origin.ts'
import { splitCallId, wrapForeign } from './signature.ts'
import { readUsage, writeUsage } from './usage.ts'

/**
 * Reads a complete answer; further candidates are left out. A prompt that was blocked has no candidate
 * and says so inside a 200. Throws `provider_bad_answer` when the body has neither.
 */
export function readAnswer(body: JsonObject, warn: Warn = unheard): NeutralAnswer {
  const candidate = asObject(asArray(body['candidates'])[0])
  const blocked = readBlock(body)
  if (candidate === undefined && blocked === undefined) {
    throw badAnswer('the answer has no candidate')
  }
  warnOfSources(candidate, warn)
  const id = asString(body['responseId']) ?? ''
  const reader = createAnswerPartReader(() => id)
  const parts = joinParts(reader.read(candidate?.['content']))
  const usage = readUsage(body)
  const createdAt = readCreateTime(body)
  return {
    id,
    model: asString(body['modelVersion']) ?? '',
    ...(createdAt === undefined ? {} : { createdAt }),
    content: [...parts, ...(blocked?.refusal ?? [])],
    stopReason:
      blocked === undefined
        ? readFinishReason(candidate?.['finishReason'], reader.hasToolCalls())
        : 'content-filter',
    ...(usage === undefined ? {} : { usage }),
  }
}

/** Fields of a candidate that tell where its words come from. */
const sources = ['citationMetadata', 'groundingMetadata', 'urlContextMetadata'] as const

/** Warns of sources, which have no neutral form. */
export function warnOfSources(candidate: JsonObject | undefined, warn: Warn): void {
  for (const field of sources) {
    const source = candidate?.[field]
    const isTold = isObject(source) && Object.keys(source).length > 0
    if (isTold) warn({ type: 'dropped', field: `candidates[0].${field}` })
  }
}

/** Reads why a prompt was blocked; `undefined` when it was not. */
export function readBlock(
  body: JsonObject,
): { readonly refusal: readonly RefusalPart[] } | undefined {
  const feedback = asObject(body['promptFeedback'])
  const reason = asString(feedback?.['blockReason'])
  if (reason === undefined || reason.endsWith('_UNSPECIFIED')) return undefined
  const text = asString(feedback?.['blockReasonMessage'])
  return { refusal: text ? [{ type: 'refusal', text }] : [] }
}

/** Reads `createTime`, which Vertex sends, as seconds since the epoch. */
export function readCreateTime(body: JsonObject): number | undefined {
  const at = Date.parse(asString(body['createTime']) ?? '')
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000)
}

/** Writes a complete answer with one candidate. */
export function writeAnswer(answer: NeutralAnswer, warn: Warn): JsonObject {
  const parts = answer.content.flatMap((part, index): JsonObject[] => {
    const written = writeAnswerPart(part)
    if (written !== undefined) return [written]
    warn({ type: 'dropped', field: `content[${index}]` })
    return []
  })
  const finishReason = writeFinishReason(answer.stopReason)
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason, index: 0 }],
    ...(answer.usage === undefined ? {} : { usageMetadata: writeUsage(answer.usage) }),
    modelVersion: answer.model,
    ...(answer.createdAt === undefined ? {} : { createTime: timeOf(answer.createdAt) }),
    responseId: answer.id,
  }
}

/** Writes one part of an answer, `undefined` when Gemini's answers have no place for it. */
export function writeAnswerPart(part: NeutralPart): JsonObject | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { text: part.text }
    case 'reasoning':
      return { text: part.text, thought: true, ...writeSignature(part.signature) }
    case 'redacted-reasoning': {
      const thoughtSignature = wrapForeign({ type: 'redacted', value: part.data })
      return { text: '', thought: true, thoughtSignature }
    }
    case 'tool-call':
      return writeCall(part)
    case 'image':
      return part.source.type === 'base64'
        ? { inlineData: { mimeType: part.source.mediaType, data: part.source.data } }
        : undefined
    case 'audio':
      return { inlineData: { mimeType: `audio/${part.format}`, data: part.data } }
    case 'document':
    case 'tool-result':
      return undefined
    default:
      return part satisfies never
  }
}

/** Writes a signature in the form Gemini's clients keep it. */
export function writeSignature(signature: string | undefined): JsonObject {
  if (signature === undefined) return {}
  const own = ownSignature(signature, 'gemini')
  return { thoughtSignature: own ?? wrapForeign({ type: 'signature', value: signature }) }
}

function writeCall(part: ToolCallPart): JsonObject {
  const { id, signature } = splitCallId(part.id)
  return {
    functionCall: { id, name: part.name, args: writeArguments(part.arguments) },
    ...(signature === undefined ? {} : { thoughtSignature: signature }),
  }
}

/** Writes arguments, which are an object here; a model's text that is none becomes the member `arguments`. */
function writeArguments(text: string): JsonObject {
  const value = text.trim() === '' ? {} : parseJson(text)
  return isObject(value) ? value : { arguments: text }
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
