import type { JsonObject } from '../../core/json.ts'
import type { StreamWriter } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { formatSse } from '../sse.ts'
import { writeStopReason } from './stop-reason.ts'
import { writeUsage } from './usage.ts'

/**
 * Opens a writer of one Cohere stream. Words before tool calls are content there: whether calls follow is
 * not known yet. Signatures and sealed thinking have no place in it.
 */
export function openStreamWriter(): StreamWriter<string> {
  const writer = new EventWriter()
  return { write: (event) => writer.write(event) }
}

class EventWriter {
  #nextContent = 0
  /** Number of a tool call on the wire by the number of its part. */
  readonly #calls = new Map<number, number>()
  #hasRefusal = false

  write(event: NeutralEvent): string {
    switch (event.type) {
      case 'answer-start':
        return frame('message-start', { id: event.id, ...inMessage(emptyMessage) })
      case 'text-start':
        return this.#startContent({ type: 'text', text: '' })
      case 'reasoning-start':
        return this.#startContent({ type: 'thinking', thinking: '' })
      case 'text-delta':
        return this.#delta({ text: event.text })
      case 'reasoning-delta':
        return this.#delta({ thinking: event.text })
      case 'refusal-delta':
        return this.#refuse(event.text)
      case 'text-end':
      case 'reasoning-end':
        return this.#endContent()
      case 'tool-call-start':
        return this.#startCall(event)
      case 'tool-call-delta':
        return frame('tool-call-delta', {
          ...this.#callIndex(event.index),
          ...inMessage({ tool_calls: { function: { arguments: event.arguments } } }),
        })
      case 'tool-call-end':
        return frame('tool-call-end', this.#callIndex(event.index))
      case 'answer-end':
        return this.#end(event)
      case 'done':
        return formatSse({ data: '[DONE]' })
      case 'reasoning-signature':
      case 'redacted-reasoning':
      case 'error':
        return ''
      default:
        return event satisfies never
    }
  }

  #startContent(content: JsonObject): string {
    return frame('content-start', { index: this.#nextContent, ...inMessage({ content }) })
  }

  #delta(content: JsonObject): string {
    return frame('content-delta', { index: this.#nextContent, ...inMessage({ content }) })
  }

  #endContent(): string {
    return frame('content-end', { index: this.#nextContent++ })
  }

  #refuse(text: string): string {
    const start = this.#hasRefusal ? '' : this.#startContent({ type: 'text', text: '' })
    this.#hasRefusal = true
    return start + this.#delta({ text })
  }

  #startCall(event: NeutralEvent & { readonly type: 'tool-call-start' }): string {
    this.#calls.set(event.index, this.#calls.size)
    const named = { name: event.name, arguments: '' }
    return frame('tool-call-start', {
      ...this.#callIndex(event.index),
      ...inMessage({ tool_calls: { id: event.id, type: 'function', function: named } }),
    })
  }

  #callIndex(part: number): JsonObject {
    return { index: this.#calls.get(part) ?? 0 }
  }

  #end(event: NeutralEvent & { readonly type: 'answer-end' }): string {
    const ended = this.#hasRefusal ? this.#endContent() : ''
    const usage = event.usage === undefined ? {} : { usage: writeUsage(event.usage) }
    const finish_reason = writeStopReason(event.stopReason)
    return ended + frame('message-end', { delta: { finish_reason, ...usage } })
  }
}

const emptyMessage: JsonObject = {
  role: 'assistant',
  content: [],
  tool_plan: '',
  tool_calls: [],
  citations: [],
}

function inMessage(message: JsonObject): JsonObject {
  return { delta: { message } }
}

function frame(type: string, data: JsonObject): string {
  return formatSse({ event: type, data: JSON.stringify({ type, ...data }) })
}
