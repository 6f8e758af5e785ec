import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { StreamWriter } from '../format.ts'
import type { NeutralEvent, NeutralPart } from '../neutral.ts'
import { writeAnswerPart } from './answer.ts'
import { writeFault } from './errors.ts'
import { writeFinishReason } from './finish-reason.ts'
import { lastElement } from './stream-observer.ts'
import { writeUsage } from './usage.ts'

/** Opens a writer of server-sent events; nothing but the end of the bytes ends such a stream. */
export function openStreamWriter(): StreamWriter<string> {
  const writer = new ChunkWriter()
  return {
    write: (event) =>
      writer
        .write(event)
        .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
        .join(''),
  }
}

/** Opens a writer of a JSON array that grows by one element for each chunk. */
export function openArrayWriter(): StreamWriter<string> {
  const writer = new ChunkWriter()
  let hasElements = false
  const element = (chunk: JsonObject): string => {
    const before = hasElements ? ',\r\n' : '['
    hasElements = true
    return before + JSON.stringify(chunk)
  }
  return {
    write(event) {
      const written = writer.write(event).map(element).join('')
      if (event.type !== 'done') return written
      return `${hasElements ? '' : '['}\r\n]\r\n`
    },
    writeError: (error) => lastElement(error, hasElements),
  }
}

class ChunkWriter {
  #id = ''
  #model = ''
  #usage: TokenUsage | undefined
  /** Calls by part index: Gemini's clients get a call in one piece. */
  readonly #calls = new Map<number, { readonly id: string; readonly name: string; text: string }>()

  write(event: NeutralEvent): readonly JsonObject[] {
    switch (event.type) {
      case 'answer-start':
        this.#id = event.id
        this.#model = event.model
        this.#usage = event.usage
        return []
      case 'text-delta':
      case 'refusal-delta':
        return this.#part({ type: 'text', text: event.text })
      case 'reasoning-delta':
        return this.#part({ type: 'reasoning', text: event.text })
      case 'reasoning-signature':
        return this.#part({ type: 'reasoning', text: '', signature: event.signature })
      case 'redacted-reasoning':
        return this.#part({ type: 'redacted-reasoning', data: event.data })
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'tool-call-end':
        return this.#call(event)
      case 'answer-end':
        return [this.#last(event)]
      case 'error':
        return [writeFault(event.fault)]
      case 'text-start':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-end':
      case 'done':
        return []
      default:
        return event satisfies never
    }
  }

  #part(part: NeutralPart): readonly JsonObject[] {
    const written = writeAnswerPart(part)
    return written === undefined ? [] : [this.#chunk({ content: contentOf([written]), index: 0 })]
  }

  #call(
    event: Extract<NeutralEvent, { type: 'tool-call-start' | 'tool-call-delta' | 'tool-call-end' }>,
  ): readonly JsonObject[] {
    if (event.type === 'tool-call-start') {
      this.#calls.set(event.index, { id: event.id, name: event.name, text: '' })
      return []
    }
    const call = this.#calls.get(event.index)
    if (call === undefined) return []
    if (event.type === 'tool-call-delta') {
      call.text += event.arguments
      return []
    }
    this.#calls.delete(event.index)
    const { id, name, text } = call
    return this.#part({ type: 'tool-call', id, name, arguments: text })
  }

  /** An empty text stands in the last chunk as in Gemini's own: its chats forget turns with a chunk without parts. */
  #last(event: Extract<NeutralEvent, { type: 'answer-end' }>): JsonObject {
    const usage = event.usage ?? this.#usage
    const finishReason = writeFinishReason(event.stopReason)
    const candidate = { content: contentOf([{ text: '' }]), finishReason, index: 0 }
    const chunk = this.#chunk(candidate)
    return usage === undefined ? chunk : { ...chunk, usageMetadata: writeUsage(usage) }
  }

  #chunk(candidate: JsonObject): JsonObject {
    return { candidates: [candidate], modelVersion: this.#model, responseId: this.#id }
  }
}

function contentOf(parts: JsonObject[]): JsonObject {
  return { role: 'model', parts }
}
