import { asArray, asNumber, asObject, asString, type JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import { unheard, type StreamReader, type Warn } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import type { SseFrame } from '../sse.ts'
import { badAnswer, readAnswerText, warnOfSources } from './answer-reader.ts'
import { isErrorChunk, readChunk } from './chunk.ts'
import { readFault } from './errors.ts'
import { createPartTracker, type PartTracker } from './part-tracker.ts'
import { readDetails, reasoningText } from './reasoning.ts'
import { readEnding, type Ending } from './stop-reason.ts'
import { readUsage } from './usage.ts'

/** Opens a reader of a chat completions stream; only the first choice is read. */
export function openStreamReader(warn: Warn = unheard): StreamReader {
  return createChunkReader((choice, parts, chunk) => {
    const delta = asObject(choice['delta']) ?? {}
    warnOfSources(chunk, delta, warn)
    readThoughts(delta, parts)
    for (const part of readAnswerText(delta['content'])) {
      if (part.type === 'text') parts.text(part.text)
      if (part.type === 'reasoning') parts.reasoning(part.text)
    }
    parts.refusal(asString(delta['refusal']) ?? '')
    for (const call of asArray(delta['tool_calls'])) parts.toolCall(asObject(call) ?? {})
    const legacy = asObject(delta['function_call'])
    if (legacy !== undefined) parts.toolCall({ index: 0, function: legacy })
  })
}

/** Reads what one choice of a chunk adds to the answer. */
export type ReadChoice = (choice: JsonObject, parts: PartTracker, chunk: JsonObject) => void

/** Makes a reader of chunks that all of OpenAI's streams have in common. */
export function createChunkReader(readChoice: ReadChoice): StreamReader {
  const reader = new ChunkReader(readChoice)
  return { read: (frame) => reader.read(frame) }
}

/** Details repeat the plain text where a server sends both; they alone carry signatures. */
function readThoughts(delta: JsonObject, parts: PartTracker): void {
  const plain = reasoningText(delta)
  const details = readDetails(delta['reasoning_details'])
  const spoken = details.some((detail) => detail.text)
  if (!spoken) parts.reasoning(plain)
  for (const detail of details) {
    if (detail.data !== undefined) parts.redactedReasoning(detail.data)
    if (detail.text) parts.reasoning(detail.text, detail.index)
    if (detail.signature) parts.signature(detail.signature, detail.index)
  }
}

class ChunkReader {
  readonly #readChoice: ReadChoice
  #events: NeutralEvent[] = []
  readonly #parts: PartTracker = createPartTracker((event) => this.#events.push(event))
  #started = false
  #ending: Ending | undefined
  #ended = false
  #usage: TokenUsage | undefined

  constructor(readChoice: ReadChoice) {
    this.#readChoice = readChoice
  }

  read(frame: SseFrame): readonly NeutralEvent[] {
    this.#events = []
    const chunk = readChunk(frame)
    if (chunk === 'done') this.#finish()
    else if (chunk !== undefined) this.#readChunk(chunk)
    return this.#events
  }

  #readChunk(chunk: JsonObject): void {
    if (isErrorChunk(chunk)) {
      this.#events.push({ type: 'error', fault: readFault(chunk) })
      return
    }
    const choice = firstChoice(chunk)
    this.#usage = readUsage(chunk) ?? this.#usage
    if (choice !== undefined && !this.#ended) {
      // Azure begins with a chunk that has no choices and no id: the answer starts after it.
      this.#start(chunk)
      this.#readChoice(choice, this.#parts, chunk)
      if (asString(choice['finish_reason'])) this.#readEnd(choice)
    }
    // Usage comes with the last choice or in a chunk of its own; whichever it is, it ends the answer.
    if (this.#ending !== undefined && this.#usage !== undefined) this.#end()
  }

  #start(chunk: JsonObject): void {
    if (this.#started) return
    this.#started = true
    const id = asString(chunk['id']) ?? ''
    const createdAt = asNumber(chunk['created'])
    this.#parts.answerId = id
    this.#events.push({
      type: 'answer-start',
      id,
      model: asString(chunk['model']) ?? '',
      ...(createdAt === undefined ? {} : { createdAt }),
    })
  }

  #readEnd(choice: JsonObject): void {
    const held = { toolCalls: this.#parts.hasToolCalls(), refusal: this.#parts.hasRefusal() }
    this.#ending ??= readEnding(choice, held)
    this.#parts.endAll()
  }

  #end(): void {
    if (this.#ended || this.#ending === undefined) return
    this.#ended = true
    this.#parts.endAll()
    this.#events.push({
      type: 'answer-end',
      ...this.#ending,
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
    })
  }

  /** A stream may end without a finish reason; what it held is complete all the same. */
  #finish(): void {
    if (!this.#started) throw badAnswer('the stream ended without an answer')
    if (this.#ending === undefined) this.#readEnd({ finish_reason: 'stop' })
    this.#end()
    this.#events.push({ type: 'done' })
  }
}

function firstChoice(chunk: JsonObject): JsonObject | undefined {
  const choices = asArray(chunk['choices']).map((choice) => asObject(choice) ?? {})
  return choices.find((choice) => (choice['index'] ?? 0) === 0)
}
