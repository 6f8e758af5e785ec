import type { JsonObject } from '../../core/json.ts'
import type { StreamWriter, StreamWriterOptions } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { lineOf } from './lines.ts'
import { timeOf, writeCall, writeEnd } from './write-answer.ts'

/** Opens a writer of one stream of lines. A tool call is one line, written when it is complete. */
export function openStreamWriter(options: StreamWriterOptions): StreamWriter<string> {
  const writer = new LineWriter(options.createdAt)
  return { write: (event) => writer.write(event) }
}

interface OpenCall {
  readonly id: string
  readonly name: string
  arguments: string
}

class LineWriter {
  readonly #createdAt: string
  #model = ''
  readonly #calls = new Map<number, OpenCall>()

  constructor(createdAt: number) {
    this.#createdAt = timeOf(createdAt)
  }

  write(event: NeutralEvent): string {
    switch (event.type) {
      case 'answer-start':
        this.#model = event.model
        return ''
      case 'text-delta':
      case 'refusal-delta':
        return this.#line({ content: event.text })
      case 'reasoning-delta':
        return this.#line({ content: '', thinking: event.text })
      case 'tool-call-start':
        this.#calls.set(event.index, { id: event.id, name: event.name, arguments: '' })
        return ''
      case 'tool-call-delta':
        this.#addArguments(event.index, event.arguments)
        return ''
      case 'tool-call-end':
        return this.#endCall(event.index)
      case 'answer-end':
        return this.#line({ content: '' }, writeEnd(event.stopReason, event.usage))
      case 'text-start':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-end':
      case 'reasoning-signature':
      case 'redacted-reasoning':
      case 'error':
      case 'done':
        return ''
      default:
        return event satisfies never
    }
  }

  #addArguments(index: number, text: string): void {
    const call = this.#calls.get(index)
    if (call !== undefined) call.arguments += text
  }

  #endCall(index: number): string {
    const call = this.#calls.get(index)
    this.#calls.delete(index)
    return call === undefined ? '' : this.#line({ content: '', tool_calls: [writeCall(call)] })
  }

  #line(message: JsonObject, end: JsonObject = { done: false }): string {
    return lineOf({
      model: this.#model,
      created_at: this.#createdAt,
      message: { role: 'assistant', ...message },
      ...end,
    })
  }
}
