import {
  asNumber,
  asObject,
  asString,
  isObject,
  parseJson,
  type JsonObject,
} from '../../core/json.ts'
import type { NeutralEvent } from '../neutral.ts'
import { badAnswer, inventCallId } from './answer-reader.ts'

/**
 * Knows which content parts of a streamed answer are open: chat completions never say where a part
 * begins or ends, it shows in what comes next.
 */
export interface PartTracker {
  /** Id of the answer, to make ids of tool calls that have none. */
  answerId: string
  text(text: string): void
  /** @param piece number of the thinking part, where the sender numbers them */
  reasoning(text: string, piece?: number): void
  signature(signature: string, piece?: number): void
  redactedReasoning(data: string): void
  refusal(text: string): void
  /** Takes one element of `delta.tool_calls`. Throws `provider_bad_answer` when it fits no call. */
  toolCall(delta: JsonObject): void
  hasToolCalls(): boolean
  hasRefusal(): boolean
  /** Ends every open part. */
  endAll(): void
}

interface OpenCall {
  readonly position: number
  id: string
  name: string
  /** Number of the part once it was announced, which needs the name. */
  index: number | undefined
  /** Arguments that came before the name. */
  waiting: string
  /** Arguments so far. */
  text: string
  ended: boolean
}

type OpenContent =
  | { readonly type: 'text'; readonly index: number }
  | { readonly type: 'reasoning'; readonly index: number; piece?: number; signed: boolean }

/** Makes a tracker that hands its events to `emit`. */
export function createPartTracker(emit: (event: NeutralEvent) => void): PartTracker {
  return new Tracker(emit)
}

class Tracker implements PartTracker {
  answerId = ''
  readonly #emit: (event: NeutralEvent) => void
  #nextIndex = 0
  #refused = false
  #content: OpenContent | undefined
  readonly #calls: OpenCall[] = []
  /** The call that a wire index stands for at present. */
  readonly #callOfIndex = new Map<number, OpenCall>()

  constructor(emit: (event: NeutralEvent) => void) {
    this.#emit = emit
  }

  text(text: string): void {
    if (text === '') return
    if (this.#content?.type !== 'text') {
      this.endAll()
      this.#content = { type: 'text', index: this.#nextIndex++ }
      this.#emit({ type: 'text-start', index: this.#content.index })
    }
    this.#emit({ type: 'text-delta', index: this.#content.index, text })
  }

  reasoning(text: string, piece?: number): void {
    if (text === '') return
    this.#emit({ type: 'reasoning-delta', index: this.#openReasoning(piece, false), text })
  }

  signature(signature: string, piece?: number): void {
    const index = this.#openReasoning(piece, true)
    this.#emit({ type: 'reasoning-signature', index, signature })
  }

  redactedReasoning(data: string): void {
    this.endAll()
    this.#emit({ type: 'redacted-reasoning', index: this.#nextIndex++, data })
  }

  toolCall(delta: JsonObject): void {
    const called = asObject(delta['function']) ?? asObject(delta['custom'])
    const name = asString(called?.['name']) ?? ''
    const text = asString(called?.['arguments']) ?? asString(called?.['input']) ?? ''
    const call = this.#findCall(delta, name)
    call.id ||= asString(delta['id']) ?? ''
    call.name ||= name
    call.waiting += text
    call.text += text
    if (call.ended && call.waiting.trim() !== '')
      throw badAnswer('a tool call goes on after its end')
    if (call.name !== '' && !call.ended) this.#announce(call)
  }

  refusal(text: string): void {
    if (text === '') return
    this.#endContent()
    this.#refused = true
    this.#emit({ type: 'refusal-delta', text })
  }

  hasRefusal(): boolean {
    return this.#refused
  }

  hasToolCalls(): boolean {
    return this.#calls.length > 0
  }

  endAll(): void {
    this.#endContent()
    for (const call of this.#calls) {
      if (call.ended) continue
      if (call.index === undefined) throw badAnswer('a tool call has no name')
      this.#emit({ type: 'tool-call-end', index: call.index })
      call.ended = true
    }
  }

  /**
   * Ends the calls whose arguments are whole: nothing tells that a call is complete but the next one, and
   * formats whose parts never interleave cannot begin that before.
   */
  #endComplete(): void {
    for (const call of this.#calls) {
      if (call.ended || call.index === undefined || !isObject(parseJson(call.text))) continue
      this.#emit({ type: 'tool-call-end', index: call.index })
      call.ended = true
    }
  }

  #endContent(): void {
    if (this.#content === undefined) return
    this.#emit({ type: `${this.#content.type}-end`, index: this.#content.index })
    this.#content = undefined
  }

  /** Returns the index of the open thinking part, or begins a new one where the piece changed. */
  #openReasoning(piece: number | undefined, signs: boolean): number {
    const open = this.#content
    const continues =
      open?.type === 'reasoning' &&
      (piece === undefined || open.piece === undefined || piece === open.piece) &&
      !open.signed
    if (continues) {
      if (piece !== undefined) open.piece = piece
      open.signed = signs
      return open.index
    }
    this.endAll()
    const index = this.#nextIndex++
    this.#content = {
      type: 'reasoning',
      index,
      signed: signs,
      ...(piece === undefined ? {} : { piece }),
    }
    this.#emit({ type: 'reasoning-start', index })
    return index
  }

  /**
   * Finds the call a delta belongs to. Servers of Gemini number every call 0, others leave the number
   * out: a new id that comes with a name is a new call then.
   */
  #findCall(delta: JsonObject, name: string): OpenCall {
    const id = asString(delta['id']) ?? ''
    const wireIndex = asNumber(delta['index'])
    const known =
      wireIndex === undefined
        ? (this.#calls.find((call) => id !== '' && call.id === id) ?? this.#calls.at(-1))
        : this.#callOfIndex.get(wireIndex)
    const isOther = id !== '' && known !== undefined && known.id !== '' && known.id !== id
    if (known !== undefined && !(isOther && name !== '')) return known
    this.#endComplete()
    const position = this.#calls.length
    const call: OpenCall = {
      position,
      id,
      name: '',
      index: undefined,
      waiting: '',
      text: '',
      ended: false,
    }
    this.#calls.push(call)
    this.#callOfIndex.set(wireIndex ?? position, call)
    return call
  }

  #announce(call: OpenCall): void {
    if (call.index === undefined) {
      this.#endContent()
      call.index = this.#nextIndex++
      const id = call.id || inventCallId(this.answerId, call.position)
      this.#emit({ type: 'tool-call-start', index: call.index, id, name: call.name })
    }
    if (call.waiting === '') return
    this.#emit({ type: 'tool-call-delta', index: call.index, arguments: call.waiting })
    call.waiting = ''
  }
}
