import { GatewayError } from '../../../core/errors.ts'
import { isObject, parseJson } from '../../../core/json.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import type {
  OpenTextFilter,
  StreamTextGate,
  TextChannel,
  ToolCall,
} from '../../../core/text-filter.ts'
import type { FormatName } from '../../format.ts'
import type { SseFrame, SseSplitter } from '../../sse.ts'
import type { Scope } from '../shape.ts'
import { findTexts } from '../walk.ts'
import type { FoundText } from '../walk.ts'
import { CallBook, readAgain, scopeOfAnswer } from './calls.ts'
import type { GrowingCall } from './calls.ts'
import { openGrowingText } from './growing-text.ts'
import type { GrowingText } from './growing-text.ts'
import {
  changesOf,
  channelOf,
  dataOf,
  isCut,
  isDecided,
  isKeepAlive,
  isOfCall,
} from './held-frame.ts'
import type { HeldFrame, Part } from './held-frame.ts'
import { streamRules } from './streams.ts'
import type { StreamRules } from './streams.ts'

export interface TextGateOptions {
  readonly openFilter: OpenTextFilter
  readonly maxFrameBytes: number
  /**
   * Whether calls of tools wait as `heldCall` until somebody has decided. Text in front of them goes on; the texts
   * of their arguments are looked through when the call is complete.
   */
  readonly holdsCalls?: boolean
  /** Told of each complete call as it came, before its arguments are looked through where they are held. */
  readonly openCall?: (calls: readonly ToolCall[]) => void
}

/**
 * Opens the gate of one stream in a client's format. Frames wait in their order until all of their text is
 * decided, so that nothing is written anew but what changes: a frame whose text stays leaves with its very
 * bytes. What takes the place of a finding stands in the frame in which the finding began; the frames that
 * held the rest of it stay, with less text. Events that tell a text once more tell what was let out of it.
 * What calls are decided about, and in which order, does not depend on how the bytes were split.
 */
export function openTextGate(format: FormatName, options: TextGateOptions): StreamTextGate {
  return new Gate(streamRules[format], options)
}

/** All of the data of a frame that is no JSON. */
const plain: Omit<FoundText, 'text'> = {
  place: '',
  scope: scopeOfAnswer,
  key: undefined,
  channel: undefined,
  isJson: false,
  content: undefined,
}

class Gate implements StreamTextGate {
  readonly #rules: StreamRules
  readonly #openFilter: OpenTextFilter
  readonly #splitter: SseSplitter
  /** Texts by channel. */
  readonly #texts = new Map<string, GrowingText>()
  /** Those of them that have not ended. */
  readonly #growing = new Map<string, GrowingText>()
  /** The texts of a choice that may follow one another without saying so. */
  readonly #siblings = new Map<string, GrowingText[]>()
  readonly #tools = new Map<string, string>()
  readonly #calls: CallBook<HeldFrame>
  readonly #openCall: TextGateOptions['openCall']
  readonly #holdsCalls: boolean
  /** Frames that wait until a call is decided. */
  #incoming: SseFrame[] = []
  #hasEnded = false
  #heldCall: readonly ToolCall[] | undefined
  #fault: GatewayError | undefined
  #queue: HeldFrame[] = []
  #frames = 0
  #isBlocked = false

  constructor(
    rules: StreamRules,
    { openFilter, maxFrameBytes, holdsCalls = false, openCall }: TextGateOptions,
  ) {
    this.#rules = rules
    this.#openFilter = openFilter
    this.#openCall = openCall
    this.#holdsCalls = holdsCalls
    this.#calls = new CallBook(rules, holdsCalls)
    this.#splitter = rules.openSplitter({ maxFrameBytes })
  }

  get isBlocked(): boolean {
    return this.#isBlocked
  }

  get isHolding(): boolean {
    return this.#queue.length > 0
  }

  get fault(): GatewayError | undefined {
    return this.#fault
  }

  get heldCall(): readonly ToolCall[] | undefined {
    return this.#heldCall
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.#isBlocked) return []
    for (const frame of this.#splitter.push(chunk)) this.#incoming.push(this.#clean(frame))
    return this.#work([])
  }

  idle(): readonly Uint8Array[] {
    if (this.#isBlocked || this.#heldCall !== undefined || this.#queue.length === 0) return []
    for (const text of this.#growing.values()) {
      if (text.decided < text.length) text.idle()
      this.#isBlocked ||= text.isBlocked
    }
    return this.#work(this.#drain([]))
  }

  end(): readonly Uint8Array[] {
    if (this.#isBlocked) return []
    const last = this.#splitter.flush()
    // A frame that was cut says nothing that anybody could read.
    if (last !== undefined && !isCut(this.#rules.wire.read(last)))
      this.#incoming.push(this.#clean(last))
    this.#hasEnded = true
    return this.#work([])
  }

  decideCall(isAllowed: boolean): readonly Uint8Array[] {
    if (this.#heldCall === undefined || this.#isBlocked) return []
    this.#heldCall = undefined
    if (!isAllowed) {
      this.#isBlocked = true
      return this.#drain([])
    }
    this.#calls.allowFirst()
    return this.#work(this.#drain([]))
  }

  /** Takes up what has come, until a call is to be judged. */
  #work(sent: Uint8Array[]): readonly Uint8Array[] {
    let count = 0
    this.#holdCall(sent)
    for (const frame of this.#incoming) {
      if (this.#isBlocked || this.#heldCall !== undefined) break
      count += 1
      if (isKeepAlive(frame)) sent.push(frame.bytes)
      else this.#take(frame)
      this.#drain(sent)
      this.#holdCall(sent)
    }
    this.#incoming = this.#isBlocked ? [] : this.#incoming.slice(count)
    if (this.#hasEnded && this.#incoming.length === 0 && this.#heldCall === undefined) {
      this.#finish('')
      this.#endCalls('')
      this.#drain(sent)
      this.#holdCall(sent)
    }
    return sent
  }

  #clean(frame: SseFrame): SseFrame {
    return this.#rules.wire.clean?.(frame) ?? frame
  }

  #take(frame: SseFrame): void {
    try {
      this.#calls.begin(frame.bytes.byteLength)
      this.#read(frame)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      this.#fault = error
      this.#isBlocked = true
    }
  }

  #read(frame: SseFrame): void {
    this.#frames += 1
    const data = this.#rules.wire.read(frame)
    const json = data === undefined ? undefined : parseJson(data)
    if (data === undefined || typeof json !== 'object' || json === null) {
      this.#takePlain(frame, data)
    } else this.#takeJson(frame, data, json)
  }

  /** A terminator, or text that nobody knows how to read. */
  #takePlain(frame: SseFrame, data: string | undefined): void {
    const isEnd = data?.trim() === '[DONE]'
    const number = this.#frames
    if (isEnd) this.#finish('')
    const parts =
      data === undefined || isEnd || data === ''
        ? []
        : [this.#wholePart({ ...plain, text: data }, number)]
    this.#queue.push({ frame, number, data, parts, derived: [], calls: [] })
    if (isEnd) this.#endCalls('')
  }

  #takeJson(frame: SseFrame, data: string, json: JsonObject | JsonValue[]): void {
    const { frame: rule, ended, saysEnds, calls } = this.#rules
    const ends = isObject(json) ? ended(json, frame.event) : []
    if (saysEnds) for (const channels of ends) this.#finish(channels)
    const number = this.#frames
    const held: HeldFrame = { frame, number, data, parts: [], derived: [], calls: [] }
    findTexts(json, rule, scopeOfAnswer, {
      tools: this.#tools,
      tool: (tool, scope) => {
        if (tool.use !== 'called') return
        if (this.#calls.tell(tool, scope, held)) this.#endBefore(scope)
      },
      text: (found) => {
        if (!this.#calls.take(found, held)) held.parts.push(this.#partOf(found, held.number))
      },
      derived: (place, owner) => held.derived.push({ place, owner }),
    })
    if (!saysEnds) for (const channels of ends) this.#finish(channels)
    this.#queue.push(held)
    const endedCalls = isObject(json) ? (calls.ended?.(json, frame.event) ?? ends) : []
    for (const keys of endedCalls) this.#endCalls(keys)
  }

  /** Where words may go on behind a call, those in front of it are decided before it. */
  #endBefore({ call = '' }: Scope): void {
    if (!this.#holdsCalls || this.#rules.calls.endTexts !== true) return
    const choice = call.slice(0, call.indexOf('/') + 1)
    for (const [channel, text] of this.#growing) if (channel.startsWith(choice)) this.#end(text)
  }

  #endCalls(keys: string): void {
    for (const call of this.#calls.end(keys)) {
      if (!this.#holdsCalls) this.#openCall?.(call.told(this.#rules))
    }
  }

  /** Brings the first call to be judged, if it is complete and all in front of it has left. */
  #holdCall(sent: Uint8Array[]): void {
    const call = this.#holdsCalls && this.#heldCall === undefined ? this.#calls.first : undefined
    if (call?.isComplete !== true || this.#isBlocked) return
    if (this.#queue[0]?.calls.includes(call) !== true) return
    this.#openCall?.(call.told(this.#rules))
    const texts = new Set<GrowingText>()
    for (const { frame, found } of call.deferred) {
      const part = this.#partOf(found, frame.number)
      frame.parts.push(part)
      texts.add(part.text)
    }
    call.deferred = []
    for (const [channel, text] of this.#growing) if (texts.has(text)) this.#growing.delete(channel)
    for (const text of texts) this.#end(text)
    if (this.#isBlocked) this.#drain(sent)
    else this.#heldCall = this.#asItLeaves(call)
  }

  /** The call with the arguments that the client would get. */
  #asItLeaves(call: GrowingCall<HeldFrame>): readonly ToolCall[] {
    const isChanged = call.frames.some(({ frame }) => changesOf(frame).size > 0)
    if (!isChanged) return call.told(this.#rules)
    return readAgain(call, this.#rules, (frame) => {
      const json = parseJson(dataOf(frame, changesOf(frame)) ?? '')
      return typeof json === 'object' && json !== null ? json : undefined
    })
  }

  /** @param number that of the frame which brings it */
  #partOf(found: FoundText, number: number): Part {
    const { place, text, scope, channel, isJson } = found
    if (channel === undefined) return this.#wholePart(found, number)
    const known = this.#texts.get(channel)
    if (scope.repeats === true) {
      return known?.isText(text) === true
        ? { place, source: text, text: known, start: 0 }
        : this.#wholePart(found, number)
    }
    const growing = known ?? this.#open(channelOf(channel, scope), isJson)
    this.#texts.set(channel, growing)
    this.#growing.set(channel, growing)
    const start = growing.length
    if (this.#rules.saysEnds || isOfCall(channel)) growing.push(text)
    else this.#pushAmong(this.#siblingsOf(channel, growing), growing, text)
    this.#isBlocked ||= growing.isBlocked
    return { place, source: text, text: growing, start }
  }

  /** A text that comes in one piece. */
  #wholePart({ place, text, scope, key, isJson }: FoundText, number: number): Part {
    const whole = this.#open(channelOf(`${number}:${place}`, scope, key), isJson)
    whole.push(text)
    whole.finish()
    this.#isBlocked ||= whole.isBlocked
    return { place, source: text, text: whole, start: 0 }
  }

  #open(channel: TextChannel, isJson: boolean): GrowingText {
    const keepsText = this.#rules.repeats(channel.id)
    return openGrowingText({ channel, openFilter: this.#openFilter, isJson, keepsText })
  }

  /** The texts of the same choice, this one included. */
  #siblingsOf(channel: string, growing: GrowingText): readonly GrowingText[] {
    const choice = channel.slice(0, channel.indexOf('/'))
    const known = this.#siblings.get(choice) ?? []
    if (known.length === 0) this.#siblings.set(choice, known)
    if (!known.includes(growing)) known.push(growing)
    return known
  }

  /**
   * Adds to a text of a format that does not say when a text ends: thinking is over once words of the answer
   * could leave. Should it go on all the same, its filter knows what stood before.
   */
  #pushAmong(siblings: readonly GrowingText[], growing: GrowingText, text: string): void {
    const { lastFrame } = growing
    if (lastFrame < 0 || siblings.some((other) => other.lastFrame > lastFrame)) {
      growing.runStart = growing.length
      growing.runFrame = this.#frames
    }
    growing.lastFrame = this.#frames
    growing.push(text)
    if (growing.decided <= growing.runStart) return
    for (const other of siblings) {
      if (other.lastFrame < growing.runFrame && other.decided < other.length) this.#end(other)
    }
  }

  #finish(channels: string): void {
    for (const [channel, text] of this.#growing) {
      if (!channel.startsWith(channels)) continue
      this.#growing.delete(channel)
      this.#end(text)
    }
  }

  #end(text: GrowingText): void {
    text.finish()
    this.#isBlocked ||= text.isBlocked
  }

  /** Sends the frames in front whose texts are all decided. */
  #drain(sent: Uint8Array[]): Uint8Array[] {
    let count = 0
    for (const held of this.#queue) {
      if (!held.parts.every(isDecided) || !held.calls.every((call) => this.#mayGo(call))) break
      sent.push(this.#bytesOf(held))
      count += 1
    }
    if (this.#isBlocked) this.#queue = []
    // Where a call is held the queue is long.
    else if (count > 0) this.#queue = this.#queue.slice(count)
    return sent
  }

  #mayGo({ isAllowed }: GrowingCall<HeldFrame>): boolean {
    return isAllowed || !this.#holdsCalls
  }

  #bytesOf(held: HeldFrame): Uint8Array {
    const data = dataOf(held, changesOf(held))
    return data === undefined || data === held.data
      ? held.frame.bytes
      : this.#rules.wire.write(held.frame, data)
  }
}
