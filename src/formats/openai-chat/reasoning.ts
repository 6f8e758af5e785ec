import { asArray, asObject, asString, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { NeutralPart, ReasoningPart, RedactedReasoningPart } from '../neutral.ts'

/** A part of the model's thinking, readable or sealed. */
export type ThinkingPart = ReasoningPart | RedactedReasoningPart

/** One entry of `reasoning_details`, as OpenRouter defines them; streams send entries in pieces. */
export interface ReasoningDetail {
  /** Number of the part the entry belongs to, where the sender numbers them. */
  readonly index?: number
  readonly text?: string
  readonly signature?: string
  /** Sealed reasoning; such an entry has neither text nor signature. */
  readonly data?: string
}

/**
 * Reads the thinking of an assistant message: `reasoning_details` (OpenRouter) when they say anything,
 * otherwise `reasoning_content` (DeepSeek, vLLM) or `reasoning` (Groq, OpenRouter).
 */
export function readReasoning(message: JsonObject): ThinkingPart[] {
  const plain = reasoningText(message)
  const parts = joinDetails(readDetails(message['reasoning_details']))
  const spoken = parts.some((part) => part.type === 'reasoning' && part.text !== '')
  if (spoken || plain === '') return parts
  // The text came once, outside of the details: it belongs to the only signed entry, or stands alone.
  const signed = parts.findIndex((part) => part.type === 'reasoning')
  const first: ThinkingPart = { type: 'reasoning', text: plain }
  return signed < 0
    ? [first, ...parts]
    : parts.map((part, index) => (index === signed ? { ...part, ...first } : part))
}

/** Returns the plain thinking text of a message or a delta, `''` when there is none. */
export function reasoningText(message: JsonObject): string {
  return asString(message['reasoning_content']) ?? asString(message['reasoning']) ?? ''
}

/** Reads the entries of `reasoning_details`; entries of unknown types are left out. */
export function readDetails(value: JsonValue | undefined): ReasoningDetail[] {
  return asArray(value).flatMap((element) => {
    const entry = asObject(element)
    const index = entry?.['index']
    const place = typeof index === 'number' ? { index } : {}
    switch (asString(entry?.['type']) ?? '') {
      case 'reasoning.text': {
        const signature = asString(entry?.['signature'])
        const text = asString(entry?.['text']) ?? ''
        return { ...place, text, ...(signature ? { signature } : {}) }
      }
      case 'reasoning.summary':
        return { ...place, text: asString(entry?.['summary']) ?? '' }
      case 'reasoning.encrypted':
        return { ...place, data: asString(entry?.['data']) ?? '' }
      default:
        return []
    }
  })
}

/**
 * Writes thinking as fields of an assistant message. The details are left out where the text alone
 * says everything.
 */
export function writeReasoning(parts: readonly NeutralPart[]): JsonObject {
  const thinking = parts.filter(isThinking)
  const text = thinking.map((part) => (part.type === 'reasoning' ? part.text : '')).join('')
  const plain = thinking.every((part) => part.type === 'reasoning' && part.signature === undefined)
  return {
    reasoning_content: text === '' ? undefined : text,
    reasoning_details: plain && thinking.length <= 1 ? undefined : thinking.map(writeDetail),
  }
}

/** Writes one entry of `reasoning_details`. */
export function writeDetail(part: ThinkingPart, index: number): JsonObject {
  return part.type === 'reasoning'
    ? { type: 'reasoning.text', text: part.text, signature: part.signature, index }
    : { type: 'reasoning.encrypted', data: part.data, index }
}

/** Tells whether a part is thinking. */
export function isThinking(part: NeutralPart): part is ThinkingPart {
  return part.type === 'reasoning' || part.type === 'redacted-reasoning'
}

/** Joins the pieces that clients collect from a stream: same number, or a signature without text. */
function joinDetails(details: readonly ReasoningDetail[]): ThinkingPart[] {
  const parts: ThinkingPart[] = []
  let lastIndex: number | undefined
  for (const { index, text = '', signature, data } of details) {
    const last = parts.at(-1)
    const continues = index === undefined ? text === '' : index === lastIndex
    lastIndex = index
    if (data !== undefined) parts.push({ type: 'redacted-reasoning', data })
    else if (last?.type === 'reasoning' && last.signature === undefined && continues) {
      parts[parts.length - 1] = joined(last, text, signature)
    } else parts.push(joined({ type: 'reasoning', text: '' }, text, signature))
  }
  return parts
}

function joined(part: ReasoningPart, text: string, signature: string | undefined): ReasoningPart {
  return { ...part, text: part.text + text, ...(signature === undefined ? {} : { signature }) }
}
