import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { StreamWriter, StreamWriterOptions } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { writeStreamFault } from './errors.ts'
import { writeEnding } from './stop-reason.ts'
import { writeUsage } from './usage.ts'

/** Opens a writer of chat completion chunks. */
export function openStreamWriter(options: StreamWriterOptions): StreamWriter<string> {
  const writer = new ChunkWriter(options)
  return { write: (event) => writer.write(event) }
}

/** The frame that ends a complete stream. */
export const doneFrame = 'data: [DONE]\n\n'

/** Writes the beginning that all chunks of one answer share, up to the value of `choices`. */
export function writeChunkHead(
  object: string,
  start: { readonly id: string; readonly model: string; readonly createdAt: number },
): string {
  const { id, model, createdAt } = start
  const head = JSON.stringify({ id, object, created: createdAt, model })
  return `data: ${head.slice(0, -1)},"choices":`
}

class ChunkWriter {
  readonly #options: StreamWriterOptions
  /** Every chunk up to its delta. */
  #head: string
  /** What follows a delta; with usage asked for, all chunks but the last say `null`. */
  readonly #tail: string
  #usage: TokenUsage | undefined
  #refused = false
  /** Wire numbers of the tool calls by part index. */
  readonly #calls = new Map<number, number>()
  /** Wire numbers of the thinking parts by part index. */
  readonly #thoughts = new Map<number, number>()

  constructor(options: StreamWriterOptions) {
    this.#options = options
    this.#head = writeChunkHead(objectName, { id: '', model: '', createdAt: options.createdAt })
    this.#tail = options.includeUsage ? ',"usage":null}\n\n' : '}\n\n'
  }

  write(event: NeutralEvent): string {
    switch (event.type) {
      case 'answer-start':
        return this.#start(event)
      case 'text-delta':
        return this.#delta({ content: event.text })
      case 'refusal-delta':
        this.#refused = true
        return this.#delta({ refusal: event.text })
      case 'reasoning-delta':
      case 'reasoning-signature':
      case 'redacted-reasoning':
        return this.#thought(event)
      case 'tool-call-start':
      case 'tool-call-delta':
        return this.#call(event)
      case 'answer-end':
        return this.#end(event)
      case 'error':
        return writeStreamFault(event.fault)
      case 'done':
        return doneFrame
      case 'text-start':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-end':
      case 'tool-call-end':
        return ''
      default:
        return event satisfies never
    }
  }

  #start(event: Extract<NeutralEvent, { type: 'answer-start' }>): string {
    const { id, model, createdAt = this.#options.createdAt } = event
    this.#usage = event.usage
    this.#head = writeChunkHead(objectName, { id, model, createdAt })
    return this.#delta({ role: 'assistant', content: '' })
  }

  #delta(delta: JsonObject): string {
    const choice = `[{"index":0,"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":null}]`
    return this.#head + choice + this.#tail
  }

  /** The plain text is for all clients, the details for those that send signatures back. */
  #thought(
    event: Extract<
      NeutralEvent,
      { type: 'reasoning-delta' | 'reasoning-signature' | 'redacted-reasoning' }
    >,
  ): string {
    const index = numberOf(event.index, this.#thoughts)
    switch (event.type) {
      case 'reasoning-delta': {
        const { text } = event
        const details = [{ type: 'reasoning.text', text, index }]
        return this.#delta({ reasoning_content: text, reasoning_details: details })
      }
      case 'reasoning-signature': {
        const { signature } = event
        return this.#delta({ reasoning_details: [{ type: 'reasoning.text', signature, index }] })
      }
      case 'redacted-reasoning': {
        const { data } = event
        return this.#delta({ reasoning_details: [{ type: 'reasoning.encrypted', data, index }] })
      }
      default:
        return event satisfies never
    }
  }

  #call(event: Extract<NeutralEvent, { type: 'tool-call-start' | 'tool-call-delta' }>): string {
    const index = numberOf(event.index, this.#calls)
    const call =
      event.type === 'tool-call-start'
        ? { index, id: event.id, type: 'function', function: { name: event.name, arguments: '' } }
        : { index, function: { arguments: event.arguments } }
    return this.#delta({ tool_calls: [call] })
  }

  #end(event: Extract<NeutralEvent, { type: 'answer-end' }>): string {
    const ending = { delta: {}, logprobs: null, ...writeEnding(event, this.#refused) }
    const last = `${this.#head}${JSON.stringify([{ index: 0, ...ending }])}${this.#tail}`
    const usage = event.usage ?? this.#usage
    if (!this.#options.includeUsage || usage === undefined) return last
    return `${last}${this.#head}[],"usage":${JSON.stringify(writeUsage(usage))}}\n\n`
  }
}

const objectName = 'chat.completion.chunk'

/** Numbers part indexes in the order they are first seen. */
function numberOf(index: number, numbers: Map<number, number>): number {
  const known = numbers.get(index)
  if (known !== undefined) return known
  numbers.set(index, numbers.size)
  return numbers.size - 1
}
