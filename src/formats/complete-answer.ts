import { GatewayError } from '../core/errors.ts'
import { asObject, parseJson } from '../core/json.ts'
import type { ProviderFormat } from './format.ts'
import type { NeutralEvent, NeutralPart, StopReason } from './neutral.ts'
import { createSseSplitter } from './sse.ts'

/** What a complete answer holds, as far as answers of different models can be compared. */
export interface CompleteAnswer {
  /** Everything that was said, refusals included, thoughts not. */
  readonly text: string
  readonly toolCalls: readonly ToolUse[]
  readonly stopReason: StopReason
  /** The model refused in so many words, where its format tells that apart from text. */
  readonly hasRefusal: boolean
  /** There is something beside text, refusals, thoughts and calls of tools, such as an image. */
  readonly hasOther: boolean
}

/** A call of a tool. */
export interface ToolUse {
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly arguments: string
}

const decoder = new TextDecoder()
const media: ReadonlySet<NeutralPart['type']> = new Set(['image', 'document', 'audio'])

/**
 * Reads a complete answer from its bytes, whole or streamed. Throws `provider_bad_answer` for bytes that
 * are no answer in this format.
 */
export function readCompleteAnswer(
  format: ProviderFormat,
  bytes: Uint8Array,
  isStream: boolean,
): CompleteAnswer {
  return isStream ? readStream(format, bytes) : readBody(format, bytes)
}

function readBody(format: ProviderFormat, bytes: Uint8Array): CompleteAnswer {
  const body = asObject(parseJson(decoder.decode(bytes)))
  if (body === undefined) throw new GatewayError('provider_bad_answer')
  const answer = format.readAnswer(body)
  return {
    text: answer.content
      .flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? [part.text] : []))
      .join(''),
    toolCalls: answer.content.flatMap((part) =>
      part.type === 'tool-call' ? [{ name: part.name, arguments: part.arguments }] : [],
    ),
    stopReason: answer.stopReason,
    hasRefusal: answer.content.some((part) => part.type === 'refusal'),
    hasOther: answer.content.some((part) => media.has(part.type)),
  }
}

function readStream(format: ProviderFormat, bytes: Uint8Array): CompleteAnswer {
  const limits = { maxFrameBytes: bytes.byteLength }
  const splitter = format.openSplitter?.(limits) ?? createSseSplitter(limits)
  const reader = format.openStreamReader()
  const frames = splitter.push(bytes)
  const last = splitter.flush()
  if (last !== undefined) frames.push(last)
  const events = [...frames.flatMap((frame) => reader.read(frame)), ...(reader.end?.() ?? [])]
  return collect(events)
}

function collect(events: readonly NeutralEvent[]): CompleteAnswer {
  let text = ''
  let stopReason: StopReason = 'other'
  let hasRefusal = false
  const calls = new Map<number, { name: string; arguments: string }>()
  for (const event of events) {
    if (event.type === 'refusal-delta') hasRefusal = true
    if (event.type === 'text-delta' || event.type === 'refusal-delta') text += event.text
    else if (event.type === 'answer-end') stopReason = event.stopReason
    else if (event.type === 'tool-call-start') {
      calls.set(event.index, { name: event.name, arguments: '' })
    } else if (event.type === 'tool-call-delta') {
      const call = calls.get(event.index)
      if (call !== undefined) call.arguments += event.arguments
    }
  }
  return { text, toolCalls: [...calls.values()], stopReason, hasRefusal, hasOther: false }
}
