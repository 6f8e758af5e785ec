import { asString, type JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { StreamObserver, StreamReader, StreamWriter, StreamWriterOptions } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { writeStreamFault } from '../openai-chat/errors.ts'
import { createChunkObserver } from '../openai-chat/stream-observer.ts'
import { createChunkReader } from '../openai-chat/stream-reader.ts'
import { doneFrame, writeChunkHead } from '../openai-chat/stream-writer.ts'
import { writeUsage } from '../openai-chat/usage.ts'
import { writeTextEnding } from './answer.ts'

/** Opens an observer of a text completion stream. */
export function openStreamObserver(options: { readonly withholdUsage: boolean }): StreamObserver {
  const lengthOf = (choice: JsonObject) => asString(choice['text'])?.length ?? 0
  return createChunkObserver({ ...options, lengthOf })
}

/** Opens a reader of a text completion stream; only the first choice is read. */
export function openStreamReader(): StreamReader {
  return createChunkReader((choice, parts) => parts.text(asString(choice['text']) ?? ''))
}

/** Opens a writer of text completion chunks; events without text have no place in them. */
export function openStreamWriter(options: StreamWriterOptions): StreamWriter<string> {
  const writer = new ChunkWriter(options)
  return { write: (event) => writer.write(event) }
}

class ChunkWriter {
  readonly #options: StreamWriterOptions
  #head: string
  readonly #tail: string
  #usage: TokenUsage | undefined
  #spoken = false

  constructor(options: StreamWriterOptions) {
    this.#options = options
    this.#head = writeChunkHead('text_completion', {
      id: '',
      model: '',
      createdAt: options.createdAt,
    })
    this.#tail = options.includeUsage ? ',"usage":null}\n\n' : '}\n\n'
  }

  write(event: NeutralEvent): string {
    if (event.type === 'answer-start') {
      const { id, model, createdAt = this.#options.createdAt } = event
      this.#usage = event.usage
      this.#head = writeChunkHead('text_completion', { id, model, createdAt })
    }
    if (event.type === 'refusal-delta') this.#spoken = true
    if (event.type === 'text-delta' || event.type === 'refusal-delta') {
      return this.#chunk({ text: event.text, finish_reason: null })
    }
    if (event.type === 'answer-end') return this.#end(event)
    if (event.type === 'error') return writeStreamFault(event.fault)
    if (event.type === 'done') return doneFrame
    this.#lose(event)
    return ''
  }

  /** Warns of parts that have no place in a text. */
  #lose(event: NeutralEvent): void {
    const begins = event.type === 'reasoning-start' || event.type === 'tool-call-start'
    if (!begins && event.type !== 'redacted-reasoning') return
    this.#options.warn?.({ type: 'dropped', field: `content[${event.index}]` })
  }

  #chunk(fields: JsonObject): string {
    const choice = { index: 0, logprobs: null, ...fields }
    return `${this.#head}[${JSON.stringify(choice)}]${this.#tail}`
  }

  #end(event: Extract<NeutralEvent, { type: 'answer-end' }>): string {
    const last = this.#chunk({ text: '', ...writeTextEnding(event, this.#spoken) })
    const usage = event.usage ?? this.#usage
    if (!this.#options.includeUsage || usage === undefined) return last
    return `${last}${this.#head}[],"usage":${JSON.stringify(writeUsage(usage))}}\n\n`
  }
}
