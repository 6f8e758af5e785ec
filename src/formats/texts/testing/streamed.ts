import { asArray, asObject, asString, isObject, parseJson } from '../../../core/json.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { anthropicMessages } from '../../anthropic-messages/index.ts'
import { bedrockConverse } from '../../bedrock-converse/index.ts'
import { bedrockInvoke } from '../../bedrock-invoke/index.ts'
import { cohereChat } from '../../cohere-chat/index.ts'
import type { ClientFormat, FormatName, ProviderFormat, Wire } from '../../format.ts'
import { gemini, geminiArray } from '../../gemini/index.ts'
import type { NeutralAnswer, NeutralEvent, NeutralPart } from '../../neutral.ts'
import { ollamaChat } from '../../ollama-chat/index.ts'
import { openAiChat } from '../../openai-chat/index.ts'
import { openAiCompletions } from '../../openai-completions/index.ts'
import { openAiResponses } from '../../openai-responses/index.ts'
import { createSseSplitter } from '../../sse.ts'

/** All formats that clients speak. */
export const clientFormats: readonly ClientFormat[] = [
  openAiChat,
  openAiCompletions,
  openAiResponses,
  anthropicMessages,
  gemini,
  geminiArray,
  bedrockConverse,
  bedrockInvoke,
  cohereChat,
  ollamaChat,
]

/** What a client understands of an answer. */
export interface Understood {
  readonly thought: string
  readonly text: string
  readonly calls: readonly { readonly name: string; readonly arguments: JsonValue | undefined }[]
}

/** Tells an answer as events, its texts cut at every `step` signs or so. */
export function eventsOf(answer: NeutralAnswer, steps: readonly number[]): NeutralEvent[] {
  const events: NeutralEvent[] = [{ type: 'answer-start', id: answer.id, model: answer.model }]
  let step = 0
  const cut = (text: string): string[] => {
    const pieces: string[] = []
    for (let at = 0; at < text.length; step++) {
      const length = Math.max(1, steps[step % Math.max(1, steps.length)] ?? text.length)
      pieces.push(text.slice(at, at + length))
      at += length
    }
    return pieces
  }
  answer.content.forEach((part, index) => {
    if (part.type === 'tool-call') {
      events.push({ type: 'tool-call-start', index, id: part.id, name: part.name })
      for (const piece of cut(part.arguments)) {
        events.push({ type: 'tool-call-delta', index, arguments: piece })
      }
      events.push({ type: 'tool-call-end', index })
    } else if (part.type === 'text' || part.type === 'reasoning') {
      events.push({ type: `${part.type}-start`, index })
      for (const text of cut(part.text)) events.push({ type: `${part.type}-delta`, index, text })
      events.push({ type: `${part.type}-end`, index })
    }
  })
  return [...events, { type: 'answer-end', stopReason: answer.stopReason }, { type: 'done' }]
}

/** Writes events as the stream of a format. */
export function streamOf(format: ClientFormat, events: readonly NeutralEvent[]): Buffer {
  const writer = format.openStreamWriter({ includeUsage: true, createdAt: 1_750_000_000 })
  return Buffer.concat(events.map((event) => bytesOf(writer.write(event))))
}

function bytesOf(wire: Wire): Uint8Array {
  return typeof wire === 'string' ? Buffer.from(wire) : wire
}

/** Reads a stream as a client would. */
export function understandStream(format: ClientFormat, bytes: Uint8Array): Understood {
  const options = { maxFrameBytes: 10_000_000 }
  const splitter = format.openSplitter?.(options) ?? createSseSplitter(options)
  const last = splitter.push(bytes)
  const flushed = splitter.flush()
  const frames = flushed === undefined ? last : [...last, flushed]
  if (!isProvider(format)) {
    const lines = frames.map(({ data }) => asObject(parseJson(data ?? '')) ?? {})
    return joined(lines.map(understandOllama))
  }
  const reader = format.openStreamReader()
  const events = [...frames.flatMap((frame) => reader.read(frame)), ...(reader.end?.() ?? [])]
  const calls = new Map<number, { name: string; text: string }>()
  let [thought, text] = ['', '']
  for (const event of events) {
    if (event.type === 'text-delta' || event.type === 'refusal-delta') text += event.text
    if (event.type === 'reasoning-delta') thought += event.text
    if (event.type === 'tool-call-start') calls.set(event.index, { name: event.name, text: '' })
    if (event.type === 'tool-call-delta') {
      const call = calls.get(event.index)
      if (call !== undefined) call.text += event.arguments
    }
  }
  const called = [...calls.values()].map(({ name, text }) => ({ name, arguments: parseJson(text) }))
  return { thought, text, calls: called }
}

/** Reads a whole answer as a client would. */
export function understandBody(format: ClientFormat, body: JsonObject): Understood {
  if (!isProvider(format)) return understandOllama(body)
  const { content } = format.readAnswer(body)
  return {
    thought: content.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
    text: content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    calls: content.flatMap(callOf),
  }
}

function callOf(part: NeutralPart): Understood['calls'] {
  return part.type === 'tool-call'
    ? [{ name: part.name, arguments: parseJson(part.arguments) }]
    : []
}

function isProvider(format: ClientFormat): format is ClientFormat & ProviderFormat {
  return 'openStreamReader' in format
}

function understandOllama(line: JsonObject): Understood {
  const message = asObject(line['message']) ?? {}
  return {
    thought: asString(message['thinking']) ?? '',
    text: asString(message['content']) ?? '',
    calls: asArray(message['tool_calls']).map((call) => {
      const called = isObject(call) ? asObject(call['function']) : undefined
      return { name: asString(called?.['name']) ?? '', arguments: called?.['arguments'] }
    }),
  }
}

function joined(parts: readonly Understood[]): Understood {
  return {
    thought: parts.map(({ thought }) => thought).join(''),
    text: parts.map(({ text }) => text).join(''),
    calls: parts.flatMap(({ calls }) => calls),
  }
}

/** Which of the parts of an answer a format can tell. */
export function tellable(name: FormatName, parts: readonly NeutralPart[]): readonly NeutralPart[] {
  return name === 'openai-completions' ? parts.filter(({ type }) => type === 'text') : parts
}
