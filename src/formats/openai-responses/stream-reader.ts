import { asArray, asNumber, asObject, asString, type JsonObject } from '../../core/json.ts'
import { unheard, type StreamReader, type Warn } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import type { SseFrame } from '../sse.ts'
import { badAnswer, callOf, readOutputPart, warnOfItem } from './answer-reader.ts'
import { readStopReason } from './ending.ts'
import { readErrorEvent, readFailed } from './errors.ts'
import { reasoningText, summarySeparator } from './input-reader.ts'
import { readSealed } from './sealed.ts'
import { indexOf, parseFrame } from './stream-event.ts'
import { readUsage } from './usage.ts'

/** Opens a reader of response events. Items of tools that ran at the provider are left out. */
export function openStreamReader(warn: Warn = unheard): StreamReader {
  const reader = new EventReader(warn)
  return { read: (frame) => reader.read(frame) }
}

/** A text, a refusal, or the reasoning or call of one item. */
interface Part {
  /** Number of the neutral part once it has begun; a refusal has none. */
  index: number
  /** Whether anything of it was handed on. */
  hasBegun: boolean
  hasEnded: boolean
  /** Which of its two tellings reasoning is read from, and which part of that was last. */
  telling?: string
  piece?: number
}

class EventReader {
  readonly #warn: Warn
  #events: NeutralEvent[] = []
  #hasStarted = false
  #hasCalls = false
  #hasRefusal = false
  #nextIndex = 0
  readonly #parts = new Map<string, Part>()
  /** The text or reasoning that is being read; the next one ends it. */
  #open: { readonly part: Part; readonly type: 'text' | 'reasoning' } | undefined

  constructor(warn: Warn) {
    this.#warn = warn
  }

  read(frame: SseFrame): readonly NeutralEvent[] {
    this.#events = []
    const { type, data } = parseFrame(frame)
    this.#readEvent(type, data)
    return this.#events
  }

  #readEvent(type: string, data: JsonObject): void {
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
        return this.#start(asObject(data['response']) ?? {})
      case 'response.output_item.added':
        return this.#itemAdded(data)
      case 'response.output_text.delta':
        return this.#text(this.#contentPart('text', data), asString(data['delta']) ?? '')
      case 'response.refusal.delta':
        return this.#refuse(this.#contentPart('refusal', data), asString(data['delta']) ?? '')
      case 'response.content_part.done':
        return this.#partDone(data, asObject(data['part']) ?? {})
      case 'response.reasoning_text.delta':
        return this.#reason(data, 'content', indexOf(data, 'content_index'))
      case 'response.reasoning_summary_text.delta':
        return this.#reason(data, 'summary', indexOf(data, 'summary_index'))
      case 'response.function_call_arguments.delta':
        return this.#callText(this.#itemPart(data), asString(data['delta']) ?? '')
      case 'response.output_item.done':
        return this.#itemDone(data, asObject(data['item']) ?? {})
      case 'response.completed':
      case 'response.incomplete':
        return this.#finish(asObject(data['response']) ?? {})
      case 'response.failed':
        this.#emit({ type: 'error', fault: readFailed(asObject(data['response'])) })
        return
      case 'error':
        this.#emit({ type: 'error', fault: readErrorEvent(data) })
        return
      default:
        // The events that remain repeat what others said, or concern tools of the provider.
        return
    }
  }

  #emit(event: NeutralEvent): void {
    this.#events.push(event)
  }

  #start(response: JsonObject): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    const createdAt = asNumber(response['created_at'])
    this.#emit({
      type: 'answer-start',
      id: asString(response['id']) ?? '',
      model: asString(response['model']) ?? '',
      ...(createdAt === undefined ? {} : { createdAt }),
    })
  }

  #itemAdded(data: JsonObject): void {
    const item = asObject(data['item'])
    if (item?.['type'] !== 'function_call') return
    this.#beginCall(this.#itemPart(data), item)
    this.#callText(this.#itemPart(data), asString(item['arguments']) ?? '')
  }

  #beginCall(part: Part, item: JsonObject): void {
    this.#closeOpen()
    this.#hasCalls = true
    part.hasBegun = true
    part.index = this.#nextIndex++
    this.#emit({ type: 'tool-call-start', index: part.index, ...callOf(item) })
  }

  #callText(part: Part, text: string): void {
    if (text === '') return
    if (!part.hasBegun) throw badAnswer('arguments of a function call come before it')
    part.piece = (part.piece ?? 0) + text.length
    this.#emit({ type: 'tool-call-delta', index: part.index, arguments: text })
  }

  #text(part: Part, text: string): void {
    if (text === '') return
    if (!isRunning(part)) {
      this.#begin(part, 'text')
      this.#emit({ type: 'text-start', index: part.index })
    }
    this.#emit({ type: 'text-delta', index: part.index, text })
  }

  #refuse(part: Part, text: string): void {
    if (text === '') return
    if (!part.hasBegun) this.#closeOpen()
    part.hasBegun = true
    this.#hasRefusal = true
    this.#emit({ type: 'refusal-delta', text })
  }

  /** Servers that tell reasoning twice tell it in full and as a summary: the first telling counts. */
  #reason(data: JsonObject, telling: string, piece: number): void {
    const part = this.#itemPart(data)
    const text = asString(data['delta']) ?? ''
    if (text === '' || (part.telling !== undefined && part.telling !== telling)) return
    this.#beginReasoning(part)
    const isNext = part.piece !== undefined && part.piece !== piece && telling === 'summary'
    part.telling = telling
    part.piece = piece
    const said = isNext ? summarySeparator + text : text
    this.#emit({ type: 'reasoning-delta', index: part.index, text: said })
  }

  #beginReasoning(part: Part): void {
    if (isRunning(part)) return
    this.#begin(part, 'reasoning')
    this.#emit({ type: 'reasoning-start', index: part.index })
  }

  /** What a server did not stream it says at the latest when the part or the item is done. */
  #partDone(data: JsonObject, written: JsonObject): void {
    for (const whole of readOutputPart(written)) {
      if (whole.type !== 'text' && whole.type !== 'refusal') continue
      const part = this.#contentPart(whole.type, data)
      if (part.hasBegun) continue
      if (whole.type === 'text') this.#text(part, whole.text)
      else this.#refuse(part, whole.text)
    }
    const text = this.#parts.get(contentKey('text', data))
    if (text !== undefined && this.#open?.part === text) this.#closeOpen()
  }

  #itemDone(data: JsonObject, item: JsonObject): void {
    warnOfItem(item, indexOf(data, 'output_index'), this.#warn)
    switch (asString(item['type']) ?? '') {
      case 'message':
        asArray(item['content']).forEach((part, content_index) =>
          this.#partDone({ ...data, content_index }, asObject(part) ?? {}),
        )
        return
      case 'reasoning':
        return this.#reasoningDone(this.#itemPart(data), item)
      case 'function_call':
        return this.#callDone(this.#itemPart(data), item)
      default:
        return
    }
  }

  #reasoningDone(part: Part, item: JsonObject): void {
    const text = reasoningText(item['content'], item['summary'])
    const whole = readSealed(text, asString(item['encrypted_content']))
    if (whole === undefined || part.hasEnded) return
    if (whole.type === 'redacted-reasoning' && !part.hasBegun) {
      this.#closeOpen()
      part.hasEnded = true
      this.#emit({ type: 'redacted-reasoning', index: this.#nextIndex++, data: whole.data })
      return
    }
    if (whole.type === 'redacted-reasoning') return
    const wasTold = part.telling !== undefined
    this.#beginReasoning(part)
    if (!wasTold && text !== '') this.#emit({ type: 'reasoning-delta', index: part.index, text })
    const { signature } = whole
    if (signature) this.#emit({ type: 'reasoning-signature', index: part.index, signature })
    if (this.#open?.part === part) this.#closeOpen()
  }

  #callDone(part: Part, item: JsonObject): void {
    if (part.hasEnded) return
    if (!part.hasBegun) this.#beginCall(part, item)
    if (part.piece === undefined) this.#callText(part, asString(item['arguments']) ?? '')
    part.hasEnded = true
    this.#emit({ type: 'tool-call-end', index: part.index })
  }

  #finish(response: JsonObject): void {
    this.#start(response)
    this.#closeOpen()
    for (const [key, part] of this.#parts) {
      const isOpenCall = key.startsWith('item') && part.hasBegun && !part.hasEnded
      if (isOpenCall) this.#emit({ type: 'tool-call-end', index: part.index })
    }
    const usage = readUsage(response)
    const held = { toolCalls: this.#hasCalls, refusal: this.#hasRefusal }
    this.#emit({
      type: 'answer-end',
      stopReason: readStopReason(response, held),
      ...(usage === undefined ? {} : { usage }),
    })
    this.#emit({ type: 'done' })
  }

  #begin(part: Part, type: 'text' | 'reasoning'): void {
    this.#closeOpen()
    part.hasBegun = true
    part.hasEnded = false
    part.index = this.#nextIndex++
    this.#open = { part, type }
  }

  #closeOpen(): void {
    if (this.#open === undefined) return
    const { part, type } = this.#open
    part.hasEnded = true
    this.#open = undefined
    this.#emit({ type: `${type}-end`, index: part.index })
  }

  #contentPart(type: 'text' | 'refusal', data: JsonObject): Part {
    return this.#partOf(contentKey(type, data))
  }

  #itemPart(data: JsonObject): Part {
    return this.#partOf(`item ${indexOf(data, 'output_index')}`)
  }

  #partOf(key: string): Part {
    const known = this.#parts.get(key)
    if (known !== undefined) return known
    const part = { index: -1, hasBegun: false, hasEnded: false }
    this.#parts.set(key, part)
    return part
  }
}

/** One that ended and goes on all the same is told as another part. */
function isRunning(part: Part): boolean {
  return part.hasBegun && !part.hasEnded
}

function contentKey(type: 'text' | 'refusal', data: JsonObject): string {
  return `${type} ${indexOf(data, 'output_index')} ${indexOf(data, 'content_index')}`
}
