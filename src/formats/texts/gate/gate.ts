import { isObject, parseJson } from '../../../core/json.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import type { OpenTextFilter, StreamTextGate, TextChannel } from '../../../core/text-filter.ts'
import type { FormatName } from '../../format.ts'
import type { SseFrame, SseSplitter } from '../../sse.ts'
import { replaceTexts } from '../replace.ts'
import type { Scope } from '../shape.ts'
import { findTexts } from '../walk.ts'
import type { FoundText } from '../walk.ts'
import { openGrowingText } from './growing-text.ts'
import type { GrowingText } from './growing-text.ts'
import { streamRules } from './streams.ts'
import type { StreamRules } from './streams.ts'

export interface TextGateOptions {
  readonly openFilter: OpenTextFilter
  readonly maxFrameBytes: number
}

/**
 * Opens the gate of one stream in a client's format. Frames wait in their order until all of their text is
 * decided, so that nothing is written anew but what changes: a frame whose text stays leaves with its very
 * bytes. What takes the place of a finding stands in the frame in which the finding began; the frames that
 * held the rest of it stay, with less text. Events that tell a text once more tell what was let out of it.
 */
export function openTextGate(format: FormatName, options: TextGateOptions): StreamTextGate {
  return new Gate(streamRules[format], options)
}

/** A part of a text that a frame brings. */
interface Part {
  readonly place: string
  readonly source: string
  readonly text: GrowingText
  /** Offset in the text. */
  readonly start: number
}

/** A frame that waits. */
interface HeldFrame {
  readonly frame: SseFrame
  readonly data: string | undefined
  readonly parts: readonly Part[]
  readonly derived: readonly { readonly place: string; readonly owner: string }[]
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
  #queue: HeldFrame[] = []
  #frames = 0
  #isBlocked = false

  constructor(rules: StreamRules, { openFilter, maxFrameBytes }: TextGateOptions) {
    this.#rules = rules
    this.#openFilter = openFilter
    this.#splitter = rules.openSplitter({ maxFrameBytes })
  }

  get isBlocked(): boolean {
    return this.#isBlocked
  }

  get isHolding(): boolean {
    return this.#queue.length > 0
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.#isBlocked) return []
    const sent: Uint8Array[] = []
    for (const frame of this.#splitter.push(chunk)) {
      if (this.#isBlocked) break
      if (isKeepAlive(frame)) sent.push(frame.bytes)
      else this.#take(frame)
      this.#drain(sent)
    }
    return sent
  }

  idle(): readonly Uint8Array[] {
    if (this.#isBlocked || this.#queue.length === 0) return []
    for (const text of this.#growing.values()) {
      if (text.decided < text.length) text.idle()
      this.#isBlocked ||= text.isBlocked
    }
    return this.#drain([])
  }

  end(): readonly Uint8Array[] {
    if (this.#isBlocked) return []
    const last = this.#splitter.flush()
    // A frame that was cut says nothing that anybody could read.
    if (last !== undefined && !isCut(this.#rules.wire.read(last))) this.#take(last)
    this.#finish('')
    return this.#drain([])
  }

  #take(frame: SseFrame): void {
    if (this.#isBlocked) return
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
    if (isEnd) this.#finish('')
    const parts = data === undefined || isEnd || data === '' ? [] : [this.#wholePart('', data)]
    this.#queue.push({ frame, data, parts, derived: [] })
  }

  #takeJson(frame: SseFrame, data: string, json: JsonObject | JsonValue[]): void {
    const { frame: rule, ended, saysEnds } = this.#rules
    const ends = isObject(json) ? ended(json, frame.event) : []
    if (saysEnds) for (const channels of ends) this.#finish(channels)
    const parts: Part[] = []
    const derived: { place: string; owner: string }[] = []
    findTexts(json, rule, scopeOfAnswer, {
      tools: this.#tools,
      text: (found) => parts.push(this.#partOf(found)),
      derived: (place, owner) => derived.push({ place, owner }),
    })
    if (!saysEnds) for (const channels of ends) this.#finish(channels)
    this.#queue.push({ frame, data, parts, derived })
  }

  #partOf({ place, text, scope, key, channel, isJson }: FoundText): Part {
    if (channel === undefined) return this.#wholePart(place, text, { scope, key, isJson })
    const known = this.#texts.get(channel)
    if (scope.repeats === true) {
      return known?.isText(text) === true
        ? { place, source: text, text: known, start: 0 }
        : this.#wholePart(place, text, { scope, key, isJson })
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
  #wholePart(
    place: string,
    text: string,
    found?: Pick<FoundText, 'scope' | 'key' | 'isJson'>,
  ): Part {
    const channel = channelOf(`${this.#frames}:${place}`, found?.scope ?? scopeOfAnswer, found?.key)
    const whole = this.#open(channel, found?.isJson ?? false)
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
      if (!held.parts.every(isDecided)) break
      sent.push(this.#bytesOf(held))
      count += 1
    }
    this.#queue = this.#isBlocked ? [] : this.#queue.slice(count)
    return sent
  }

  #bytesOf({ frame, data, parts, derived }: HeldFrame): Uint8Array {
    const changed = new Map<string, string>()
    for (const { place, source, text, start } of parts) {
      const rewritten = text.rewritten(source, start)
      if (rewritten !== undefined) changed.set(place, rewritten)
    }
    if (changed.size === 0 || data === undefined) return frame.bytes
    const plain = changed.get('')
    if (plain !== undefined) return this.#rules.wire.write(frame, plain)
    const places = [...changed.keys()]
    const cleared = derived
      .filter(({ owner }) => places.some((place) => place.startsWith(owner)))
      .map(({ place }) => place)
    return this.#rules.wire.write(frame, replaceTexts(data, changed, cleared))
  }
}

const scopeOfAnswer: Scope = { role: 'assistant', kind: 'text', channel: '' }

/** Tells whether a channel is what a tool is called with: clients need it whole, so it may wait. */
function isOfCall(channel: string): boolean {
  return channel.includes('/tool ')
}

function isDecided({ source, text, start }: Part): boolean {
  return text.decided >= start + source.length
}

function channelOf(id: string, { role, kind, source }: Scope, key?: string): TextChannel {
  return {
    id,
    role,
    kind,
    ...(source !== undefined && source !== '' && { source }),
    ...(key !== undefined && { key }),
  }
}

/** Comments and pings keep a connection open: they wait for nothing. */
function isKeepAlive(frame: SseFrame): boolean {
  return frame.bytes[0] === 0x3a || (frame.event === 'ping' && frame.bytes.length < 64)
}

function isCut(data: string | undefined): boolean {
  return data !== undefined && data.trim() !== '[DONE]' && parseJson(data) === undefined
}
