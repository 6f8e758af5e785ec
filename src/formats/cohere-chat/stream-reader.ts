import { asObject, asString, type JsonValue } from '../../core/json.ts'
import type { StreamReader } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { badAnswer, readCallHead } from './answer.ts'
import { readFault } from './errors.ts'
import { faultOf, readStopReason } from './stop-reason.ts'
import { parseFrame, type StreamEvent } from './stream-event.ts'
import { readUsage } from './usage.ts'

/** Opens a reader of one Cohere stream. Citations and events of kinds not known here are passed over. */
export function openStreamReader(): StreamReader {
  const reader = new EventReader()
  return { read: (frame) => reader.read(parseFrame(frame)) }
}

interface OpenPart {
  readonly type: 'text' | 'reasoning' | 'tool-call'
  readonly index: number
  hasArguments: boolean
}

class EventReader {
  #events: NeutralEvent[] = []
  #hasStarted = false
  #hasToolCalls = false
  #nextIndex = 0
  /** The open content part; content never interleaves. */
  #content: OpenPart | undefined
  /** Open tool calls by their number on the wire. */
  readonly #calls = new Map<number, OpenPart>()

  read(event: StreamEvent): readonly NeutralEvent[] {
    this.#events = []
    this.#readEvent(event)
    return this.#events
  }

  #readEvent({ type, data, delta, message }: StreamEvent): void {
    switch (type) {
      case 'message-start':
        this.#start(asString(data['id']) ?? '')
        break
      case 'content-start':
        this.#startContent(message['content'])
        break
      case 'content-delta':
        this.#readContent(message['content'])
        break
      case 'content-end':
        this.#endContent()
        break
      case 'tool-plan-delta':
        this.#add('text', asString(message['tool_plan']) ?? '')
        break
      case 'tool-call-start':
        this.#startCall(wireIndexOf(data['index']), message['tool_calls'])
        break
      case 'tool-call-delta':
        this.#addArguments(wireIndexOf(data['index']), message['tool_calls'])
        break
      case 'tool-call-end':
        this.#endCall(wireIndexOf(data['index']))
        break
      case 'message-end':
        this.#end(delta)
        break
      case 'error':
        this.#events.push({ type: 'error', fault: readFault(data, 502) })
        break
      default:
    }
  }

  #start(id: string): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    // Cohere's streams do not say which model writes them.
    this.#events.push({ type: 'answer-start', id, model: '' })
  }

  #startContent(value: JsonValue | undefined): void {
    this.#endContent()
    this.#open(asObject(value)?.['type'] === 'thinking' ? 'reasoning' : 'text')
    this.#readContent(value)
  }

  #readContent(value: JsonValue | undefined): void {
    const content = asObject(value)
    this.#add('reasoning', asString(content?.['thinking']) ?? '')
    this.#add('text', asString(content?.['text']) ?? '')
  }

  /** Adds to the open part; where another kind is open, that one ends and a new one begins. */
  #add(type: 'text' | 'reasoning', text: string): void {
    if (text === '') return
    const part = this.#content?.type === type ? this.#content : this.#open(type)
    this.#events.push({ type: `${type}-delta`, index: part.index, text })
  }

  #open(type: 'text' | 'reasoning'): OpenPart {
    this.#start('')
    this.#endAll()
    const part: OpenPart = { type, index: this.#nextIndex++, hasArguments: false }
    this.#content = part
    this.#events.push({ type: `${type}-start`, index: part.index })
    return part
  }

  #endAll(): void {
    this.#endContent()
    for (const wireIndex of this.#calls.keys()) this.#endCall(wireIndex)
  }

  #endContent(): void {
    const part = this.#content
    this.#content = undefined
    if (part?.type === 'text') this.#events.push({ type: 'text-end', index: part.index })
    if (part?.type === 'reasoning') this.#events.push({ type: 'reasoning-end', index: part.index })
  }

  #startCall(wireIndex: number, value: JsonValue | undefined): void {
    this.#start('')
    this.#endContent()
    this.#endCall(wireIndex)
    const call = asObject(value)
    const index = this.#nextIndex++
    this.#hasToolCalls = true
    this.#events.push({ type: 'tool-call-start', index, ...readCallHead(call) })
    this.#calls.set(wireIndex, { type: 'tool-call', index, hasArguments: false })
    this.#addArguments(wireIndex, value)
  }

  #addArguments(wireIndex: number, value: JsonValue | undefined): void {
    const call = this.#calls.get(wireIndex)
    if (call === undefined) throw badAnswer('arguments without their tool call')
    const text = asString(asObject(asObject(value)?.['function'])?.['arguments']) ?? ''
    if (text === '') return
    call.hasArguments = true
    this.#events.push({ type: 'tool-call-delta', index: call.index, arguments: text })
  }

  #endCall(wireIndex: number): void {
    const call = this.#calls.get(wireIndex)
    if (call === undefined) return
    this.#calls.delete(wireIndex)
    const { index } = call
    if (!call.hasArguments) this.#events.push({ type: 'tool-call-delta', index, arguments: '{}' })
    this.#events.push({ type: 'tool-call-end', index })
  }

  #end(delta: StreamEvent['delta']): void {
    const fault = faultOf(delta['finish_reason'], asString(delta['error']))
    if (fault !== undefined) {
      this.#events.push({ type: 'error', fault })
      return
    }
    this.#start('')
    this.#endAll()
    const usage = readUsage(delta['usage'])
    this.#events.push(
      {
        type: 'answer-end',
        stopReason: readStopReason(delta['finish_reason'], this.#hasToolCalls),
        ...(usage === undefined ? {} : { usage }),
      },
      { type: 'done' },
    )
  }
}

/** Calls that are not numbered are one after the other. */
function wireIndexOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0
}
