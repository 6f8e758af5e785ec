import type { JsonObject } from '../../core/json.ts'
import { callItem, messageItem, messagePart, reasoningItem, summaryPart } from './output-item.ts'
import type { ItemStatus } from './output-item.ts'
import type { ThinkingPart } from './sealed.ts'

/** Writes one event with the next sequence number. */
export type Emit = (type: string, fields: JsonObject) => string

/** Where an item stands in the response. */
export interface ItemPlace {
  readonly id: string
  readonly outputIndex: number
  readonly emit: Emit
}

/** An output item that is being streamed. */
export interface StreamedItem {
  /** Writes the events that end it. */
  end(status: ItemStatus): string
  /** The item as a whole; complete once it has ended. */
  whole(): JsonObject
}

type TextKind = 'output_text' | 'refusal'

export interface StreamedMessage extends StreamedItem {
  begin(): string
  add(kind: TextKind, text: string): string
  endPart(): string
}

/** Streams a message, whose parts follow one another. */
export function streamMessage({ id, outputIndex, emit }: ItemPlace): StreamedMessage {
  const parts: JsonObject[] = []
  let open: { readonly kind: TextKind; text: string } | undefined
  let whole: JsonObject = messageItem(id, 'in_progress', [])
  const place = () => ({
    item_id: id,
    output_index: outputIndex,
    content_index: parts.length,
  })

  function endPart(): string {
    if (open === undefined) return ''
    const { kind, text } = open
    const said = kind === 'refusal' ? { refusal: text } : { text, logprobs: [] }
    const part = messagePart(kind, text)
    const events =
      emit(`response.${kind}.done`, { ...place(), ...said }) +
      emit('response.content_part.done', { ...place(), part })
    parts.push(part)
    open = undefined
    return events
  }

  return {
    begin: () => emit('response.output_item.added', { output_index: outputIndex, item: whole }),
    add(kind, text) {
      let start = open?.kind === kind ? '' : endPart()
      if (open === undefined) {
        open = { kind, text: '' }
        const part = messagePart(kind, '')
        start += emit('response.content_part.added', { ...place(), part })
      }
      open.text += text
      const logprobs = kind === 'refusal' ? {} : { logprobs: [] }
      return start + emit(`response.${kind}.delta`, { ...place(), delta: text, ...logprobs })
    },
    endPart,
    end(status) {
      const events = endPart()
      whole = messageItem(id, status, parts)
      return events + emit('response.output_item.done', { output_index: outputIndex, item: whole })
    },
    whole: () => whole,
  }
}

export interface StreamedReasoning extends StreamedItem {
  begin(): string
  add(text: string): string
  sign(signature: string): void
}

/** Streams reasoning as a summary of one part. */
export function streamReasoning({ id, outputIndex, emit }: ItemPlace): StreamedReasoning {
  const place = { item_id: id, output_index: outputIndex, summary_index: 0 }
  let text = ''
  let signature: string | undefined
  const partOf = (): ThinkingPart => ({
    type: 'reasoning',
    text,
    ...(signature === undefined ? {} : { signature }),
  })

  return {
    begin: () =>
      emit('response.output_item.added', {
        output_index: outputIndex,
        item: reasoningItem(id, { type: 'reasoning', text: '' }),
      }),
    add(delta) {
      const start =
        text === ''
          ? emit('response.reasoning_summary_part.added', { ...place, part: summaryPart('') })
          : ''
      text += delta
      return start + emit('response.reasoning_summary_text.delta', { ...place, delta })
    },
    sign(more) {
      signature = (signature ?? '') + more
    },
    end() {
      const summary =
        text === ''
          ? ''
          : emit('response.reasoning_summary_text.done', { ...place, text }) +
            emit('response.reasoning_summary_part.done', { ...place, part: summaryPart(text) })
      const item = reasoningItem(id, partOf())
      return summary + emit('response.output_item.done', { output_index: outputIndex, item })
    },
    whole: () => reasoningItem(id, partOf()),
  }
}

export interface StreamedCall extends StreamedItem {
  begin(): string
  add(text: string): string
}

/** Streams a function call. */
export function streamCall(
  { id, outputIndex, emit }: ItemPlace,
  call: { readonly id: string; readonly name: string },
): StreamedCall {
  const place = { item_id: id, output_index: outputIndex }
  let text = ''
  let status: ItemStatus = 'in_progress'
  const whole = () => callItem(id, status, { ...call, arguments: text })

  return {
    begin: () => emit('response.output_item.added', { output_index: outputIndex, item: whole() }),
    add(delta) {
      if (delta === '') return ''
      text += delta
      return emit('response.function_call_arguments.delta', { ...place, delta })
    },
    end(ended) {
      status = ended
      return (
        emit('response.function_call_arguments.done', { ...place, arguments: text }) +
        emit('response.output_item.done', { output_index: outputIndex, item: whole() })
      )
    },
    whole,
  }
}

/** Writes reasoning whose words are sealed: there is nothing to stream of it. */
export function writeSealedItem(
  { id, outputIndex, emit }: ItemPlace,
  data: string,
): { readonly events: string; readonly item: JsonObject } {
  const item = reasoningItem(id, { type: 'redacted-reasoning', data })
  const fields = { output_index: outputIndex, item }
  const events =
    emit('response.output_item.added', fields) + emit('response.output_item.done', fields)
  return { events, item }
}
