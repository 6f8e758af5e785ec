import {
  asArray,
  asObject,
  asString,
  isObject,
  parseJson,
  type JsonObject,
} from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import { unheard, type StreamReader, type Warn } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { badAnswer } from '../openai-chat/answer-reader.ts'
import type { SseFrame } from '../sse.ts'
import { createAnswerPartReader } from './answer-parts.ts'
import type { AnswerPart } from './answer-parts.ts'
import { readBlock, readCreateTime, warnOfSources } from './answer.ts'
import { arrayEnd } from './array-splitter.ts'
import { readFault } from './errors.ts'
import { isFinishReason, readFinishReason } from './finish-reason.ts'
import { readUsage } from './usage.ts'

/** Reads the object in a frame; `undefined` for a frame without data. Throws `provider_bad_answer`. */
export function readChunk(frame: SseFrame): JsonObject | undefined {
  if (frame.data === undefined) return undefined
  const chunk = parseJson(frame.data)
  if (!isObject(chunk)) throw badAnswer('a chunk of the stream is no JSON object')
  return chunk
}

/**
 * Opens a reader. Nothing in the stream says that it ends: usage and more may follow a finish reason. So
 * the end is told when the bytes have ended after one, and in an array when the array is closed.
 */
export function openStreamReader(warn: Warn = unheard): StreamReader {
  const reader = new ChunkReader(warn)
  return {
    read(frame) {
      if (frame.event === arrayEnd) return reader.end()
      const chunk = readChunk(frame)
      return chunk === undefined ? [] : reader.read(chunk)
    },
    end: () => reader.end(),
  }
}

/** As `openStreamReader`, for a stream that is an array: it ends where that is closed, and only there. */
export function openArrayReader(warn?: Warn): StreamReader {
  const reader = openStreamReader(warn)
  return { read: (frame) => reader.read(frame) }
}

type OpenPart = { readonly type: 'text' | 'reasoning'; readonly index: number; isSigned: boolean }

class ChunkReader {
  #id = ''
  #events: NeutralEvent[] = []
  #hasStarted = false
  #hasEnded = false
  #isBlocked = false
  #finishReason: string | undefined
  #usage: TokenUsage | undefined
  #nextIndex = 0
  #open: OpenPart | undefined
  readonly #parts = createAnswerPartReader(() => this.#id)
  readonly #warn: Warn

  constructor(warn: Warn) {
    this.#warn = warn
  }

  read(chunk: JsonObject): readonly NeutralEvent[] {
    this.#events = []
    if (isObject(chunk['error'])) {
      this.#events.push({ type: 'error', fault: readFault(chunk) })
      return this.#events
    }
    this.#id ||= asString(chunk['responseId']) ?? ''
    this.#usage = readUsage(chunk) ?? this.#usage
    if (!this.#hasStarted) this.#start(chunk)
    const candidate = asArray(chunk['candidates']).map(asObject).find(isFirst)
    warnOfSources(candidate, this.#warn)
    for (const part of this.#parts.read(candidate?.['content'])) this.#part(part)
    if (isFinishReason(candidate?.['finishReason'])) this.#finishReason = candidate['finishReason']
    const blocked = readBlock(chunk)
    if (blocked !== undefined) {
      this.#isBlocked = true
      for (const { text } of blocked.refusal) this.#events.push({ type: 'refusal-delta', text })
    }
    return this.#events
  }

  /** Returns the last events, none when the answer is not complete. */
  end(): readonly NeutralEvent[] {
    const isComplete = this.#finishReason !== undefined || this.#isBlocked
    if (!isComplete || this.#hasEnded) return []
    this.#hasEnded = true
    this.#events = []
    this.#close()
    this.#events.push(
      {
        type: 'answer-end',
        stopReason: this.#isBlocked
          ? 'content-filter'
          : readFinishReason(this.#finishReason, this.#parts.hasToolCalls()),
        ...(this.#usage === undefined ? {} : { usage: this.#usage }),
      },
      { type: 'done' },
    )
    return this.#events
  }

  #start(chunk: JsonObject): void {
    this.#hasStarted = true
    const createdAt = readCreateTime(chunk)
    this.#events.push({
      type: 'answer-start',
      id: this.#id,
      model: asString(chunk['modelVersion']) ?? '',
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
    })
  }

  #part(part: AnswerPart): void {
    if (part.type === 'tool-call') {
      this.#close()
      const index = this.#nextIndex++
      const { id, name } = part
      this.#events.push(
        { type: 'tool-call-start', index, id, name },
        { type: 'tool-call-delta', index, arguments: part.arguments },
        { type: 'tool-call-end', index },
      )
      return
    }
    const open = this.#openFor(part.type)
    const { index } = open
    const { text } = part
    if (text !== '') this.#events.push({ type: `${part.type}-delta`, index, text })
    if (part.type === 'reasoning' && part.signature !== undefined) {
      open.isSigned = true
      this.#events.push({ type: 'reasoning-signature', index, signature: part.signature })
    }
  }

  /** Returns the part that goes on, or begins one. */
  #openFor(type: OpenPart['type']): OpenPart {
    if (this.#open?.type === type && !this.#open.isSigned) return this.#open
    this.#close()
    const open: OpenPart = { type, index: this.#nextIndex++, isSigned: false }
    this.#open = open
    this.#events.push({ type: `${type}-start`, index: open.index })
    return open
  }

  #close(): void {
    if (this.#open === undefined) return
    this.#events.push({ type: `${this.#open.type}-end`, index: this.#open.index })
    this.#open = undefined
  }
}

function isFirst(candidate: JsonObject | undefined): candidate is JsonObject {
  return candidate !== undefined && (candidate['index'] ?? 0) === 0
}
