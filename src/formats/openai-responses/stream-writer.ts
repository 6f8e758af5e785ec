import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { StreamWriter, StreamWriterOptions } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { incompleteReason } from './ending.ts'
import { writeErrorEvent, writeFaultEvent } from './errors.ts'
import { itemIdOf, responseIdOf } from './ids.ts'
import { writeResponse } from './response-object.ts'
import type { ResponseFacts } from './response-object.ts'
import { streamCall, streamMessage, streamReasoning, writeSealedItem } from './stream-items.ts'
import type { ItemPlace, StreamedCall, StreamedMessage, StreamedReasoning } from './stream-items.ts'

type AnswerEnd = Extract<NeutralEvent, { type: 'answer-end' }>

/** Opens a writer of response events. */
export function openStreamWriter(options: StreamWriterOptions): StreamWriter<string> {
  const writer = new ResponseWriter(options)
  return {
    write: (event) => writer.write(event),
    writeError: (error) => writeErrorEvent(error, writer.nextSequence()),
  }
}

class ResponseWriter {
  readonly #options: StreamWriterOptions
  #sequence = 0
  #head: Pick<ResponseFacts, 'id' | 'model' | 'createdAt'>
  #usage: TokenUsage | undefined
  #end: AnswerEnd | undefined
  #hasRefused = false
  #hasCalled = false
  /** Items by output index; each is set when it has ended. */
  readonly #output: JsonObject[] = []
  #itemCount = 0
  #message: { readonly stream: StreamedMessage; readonly outputIndex: number } | undefined
  /** Reasoning and calls by the index of their part; `undefined` until there is something of it. */
  readonly #reasoning = new Map<number, OpenItem<StreamedReasoning> | undefined>()
  readonly #calls = new Map<number, OpenItem<StreamedCall>>()

  constructor(options: StreamWriterOptions) {
    this.#options = options
    this.#head = { id: responseIdOf(''), model: '', createdAt: options.createdAt }
  }

  nextSequence(): number {
    return this.#sequence++
  }

  write(event: NeutralEvent): string {
    switch (event.type) {
      case 'answer-start':
        return this.#start(event)
      case 'text-start':
        return this.#message?.stream.endPart() ?? ''
      case 'text-delta':
        return this.#say('output_text', event.text)
      case 'refusal-delta':
        this.#hasRefused = true
        return this.#say('refusal', event.text)
      case 'text-end':
        return this.#message?.stream.endPart() ?? ''
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-signature':
      case 'reasoning-end':
      case 'redacted-reasoning':
        return this.#think(event)
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'tool-call-end':
        return this.#call(event)
      case 'answer-end':
        return this.#finish(event)
      case 'error':
        return writeFaultEvent(event.fault, this.nextSequence())
      case 'done':
        return this.#complete()
      default:
        return event satisfies never
    }
  }

  #start(event: Extract<NeutralEvent, { type: 'answer-start' }>): string {
    const { id, model, createdAt = this.#options.createdAt } = event
    this.#usage = event.usage
    this.#head = { id: responseIdOf(id), model, createdAt }
    const response = this.#response({ status: 'in_progress', output: [] })
    return (
      this.#emit('response.created', { response }) +
      this.#emit('response.in_progress', { response })
    )
  }

  #say(kind: 'output_text' | 'refusal', text: string): string {
    if (text === '') return ''
    let start = ''
    if (this.#message === undefined) {
      const place = this.#place('msg')
      this.#message = { stream: streamMessage(place), outputIndex: place.outputIndex }
      start = this.#message.stream.begin()
    }
    return start + this.#message.stream.add(kind, text)
  }

  #think(event: Extract<NeutralEvent, { type: `${string}reasoning${string}` }>): string {
    const { index } = event
    if (event.type === 'redacted-reasoning') {
      const closed = this.#closeMessage('completed')
      const place = this.#place('rs')
      const { events, item } = writeSealedItem(place, event.data)
      this.#output[place.outputIndex] = item
      return closed + events
    }
    if (event.type === 'reasoning-start') {
      this.#reasoning.set(index, undefined)
      return ''
    }
    if (event.type === 'reasoning-end') return this.#closeReasoning(index)
    let start = ''
    let open = this.#reasoning.get(index)
    if (open === undefined) {
      start = this.#closeMessage('completed')
      const place = this.#place('rs')
      open = { stream: streamReasoning(place), outputIndex: place.outputIndex }
      this.#reasoning.set(index, open)
      start += open.stream.begin()
    }
    if (event.type === 'reasoning-delta') return start + open.stream.add(event.text)
    open.stream.sign(event.signature)
    return start
  }

  #call(event: Extract<NeutralEvent, { type: `tool-call-${string}` }>): string {
    const { index } = event
    if (event.type === 'tool-call-start') {
      this.#hasCalled = true
      const closed = this.#closeMessage('completed')
      const place = this.#place('fc')
      const stream = streamCall(place, { id: event.id, name: event.name })
      this.#calls.set(index, { stream, outputIndex: place.outputIndex })
      return closed + stream.begin()
    }
    if (event.type === 'tool-call-delta') {
      return this.#calls.get(index)?.stream.add(event.arguments) ?? ''
    }
    return this.#closeCall(index)
  }

  #finish(event: AnswerEnd): string {
    this.#end = event
    const reasoning = [...this.#reasoning.keys()].map((index) => this.#closeReasoning(index))
    const calls = [...this.#calls.keys()].map((index) => this.#closeCall(index))
    const message = this.#closeMessage(this.#status())
    return reasoning.join('') + calls.join('') + message
  }

  /** The last event waits for the terminator: a stream that is cut before it is not complete. */
  #complete(): string {
    const status = this.#status()
    const usage = this.#end?.usage ?? this.#usage
    const response = this.#response({
      status,
      incompleteReason: this.#incompleteReason(),
      output: this.#output,
      usage,
    })
    return this.#emit(`response.${status}`, { response })
  }

  #closeMessage(status: 'completed' | 'incomplete'): string {
    const open = this.#message
    if (open === undefined) return ''
    this.#message = undefined
    return this.#close(open, status)
  }

  #closeReasoning(index: number): string {
    const open = this.#reasoning.get(index)
    this.#reasoning.delete(index)
    return open === undefined ? '' : this.#close(open, 'completed')
  }

  #closeCall(index: number): string {
    const open = this.#calls.get(index)
    this.#calls.delete(index)
    return open === undefined ? '' : this.#close(open, 'completed')
  }

  #close(
    open: OpenItem<StreamedMessage | StreamedReasoning | StreamedCall>,
    status: 'completed' | 'incomplete',
  ): string {
    const events = open.stream.end(status)
    this.#output[open.outputIndex] = open.stream.whole()
    return events
  }

  #incompleteReason(): string | undefined {
    const held = { toolCalls: this.#hasCalled, refusal: this.#hasRefused }
    return incompleteReason(this.#end?.stopReason ?? 'end', held)
  }

  #status(): 'completed' | 'incomplete' {
    return this.#incompleteReason() === undefined ? 'completed' : 'incomplete'
  }

  #place(type: 'msg' | 'rs' | 'fc'): ItemPlace {
    const outputIndex = this.#itemCount++
    return {
      id: itemIdOf(type, this.#head.id, outputIndex),
      outputIndex,
      emit: (name, fields) => this.#emit(name, fields),
    }
  }

  #response(facts: Omit<ResponseFacts, 'id' | 'model' | 'createdAt' | 'asked'>): JsonObject {
    return writeResponse({ ...this.#head, ...facts, asked: this.#options.asked })
  }

  #emit(type: string, fields: JsonObject): string {
    const data = JSON.stringify({ type, sequence_number: this.nextSequence(), ...fields })
    return `event: ${type}\ndata: ${data}\n\n`
  }
}

interface OpenItem<Stream> {
  readonly stream: Stream
  readonly outputIndex: number
}
