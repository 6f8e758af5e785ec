import { GatewayError } from '../../core/errors.ts'
import { asArray, asNumber, asObject, asString, isObject } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type {
  GatedEvent,
  OpenSessionFilter,
  RealtimeEvent,
  SessionSubject,
  SessionTextGate,
  SessionToolCall,
} from '../../core/session.ts'
import type { TextChannel } from '../../core/text-filter.ts'
import { replaceTexts } from '../texts/replace.ts'
import type { Scope } from '../texts/shape.ts'
import { findTexts } from '../texts/walk.ts'
import type { FoundText } from '../texts/walk.ts'
import { pieceLike } from './edit.ts'
import { eventRule, nameOf, ownerOf } from './shapes.ts'
import { StreamedText } from './streamed-text.ts'
import { ToldTexts } from './told-texts.ts'
import type { ToolNames } from './tool-names.ts'

type ProviderEvent = Parameters<SessionTextGate['push']>[0]

/** A text that comes in pieces. */
interface OpenText {
  readonly responseId: string | undefined
  readonly text: StreamedText
  /** The event that brought the last piece: what is held back goes out in one like it. */
  lastFrame: string
}

/** Most of a text that is looked through in one step, in UTF-16 code units. */
const stepLength = 16_384

/** Most texts that grow at once: more than any session has. */
const maxOpenTexts = 1_024

const scopeOfAnswer: Scope = { role: 'assistant', kind: 'text', channel: '' }

/**
 * Opens the gate of what a provider says. Every event passes at once: of a text that is still to be decided its
 * piece is empty, and what is decided comes with a later piece, at the latest in one of its own before the event
 * that ends the text. Events that tell a text once more tell what was let out of it.
 * @param tools names of tools by call and by item; those of the session
 */
export function openRealtimeGate(open: OpenSessionFilter, tools: ToolNames): SessionTextGate {
  return new Gate(open, tools)
}

class Gate implements SessionTextGate {
  readonly #open: OpenSessionFilter
  readonly #tools: ToolNames
  /** Texts by channel. */
  readonly #growing = new Map<string, OpenText>()
  readonly #told = new ToldTexts()

  constructor(open: OpenSessionFilter, tools: ToolNames) {
    this.#open = open
    this.#tools = tools
  }

  get isHolding(): boolean {
    for (const { text } of this.#growing.values()) if (text.isHolding) return true
    return false
  }

  *push(event: ProviderEvent): Generator<undefined, GatedEvent> {
    const before: string[] = []
    if (!this.#finish(endedBy(event), before)) return { before, frame: undefined, calls: [] }
    const reading = new Reading(event)
    findTexts(event.json, eventRule, scopeOfAnswer, {
      tools: this.#tools.forOneEvent(),
      text: (found) => reading.texts.push(found),
      derived: (place, owner) => reading.derived.push({ place, owner }),
    })
    for (const found of reading.texts) {
      const { place, text, channel } = found
      const isPiece = place === 'delta' && reading.isDelta && channel !== undefined
      const shown = isPiece ? this.#grow(found, channel, event) : yield* this.#whole(found, reading)
      if (shown !== text) reading.changes.set(place, shown)
    }
    return { before, frame: reading.frame(), calls: this.#callsIn(reading) }
  }

  idle(): readonly string[] {
    return this.#letOut((text) => text.idle())
  }

  end(): readonly string[] {
    return this.#letOut((text) => text.finish())
  }

  drop(responseId: string): void {
    for (const [channel, open] of this.#growing) {
      if (open.responseId === responseId) this.#growing.delete(channel)
    }
  }

  remember({ itemId }: SessionSubject, told: Parameters<SessionTextGate['remember']>[1]): void {
    this.#told.add(nameOf(itemId) ?? '', told)
  }

  #letOut(advance: (text: StreamedText) => string): readonly string[] {
    const frames: string[] = []
    for (const { text, lastFrame } of this.#growing.values()) {
      if (!text.isHolding) continue
      const piece = advance(text)
      if (piece !== '') frames.push(pieceLike(lastFrame, piece))
    }
    return frames
  }

  /** Ends texts; tells whether all of them may be said to their ends. */
  #finish(hasEnded: (channel: string, open: OpenText) => boolean, before: string[]): boolean {
    let mayPass = true
    for (const [channel, open] of this.#growing) {
      if (!hasEnded(channel, open)) continue
      this.#growing.delete(channel)
      const rest = open.text.finish()
      if (rest !== '') before.push(pieceLike(open.lastFrame, rest))
      const { source, shown, isBlocked } = open.text
      if (isBlocked) mayPass = false
      else this.#told.add(ownerOf(channel), { source, shown })
    }
    return mayPass
  }

  #grow(
    found: FoundText,
    channel: string,
    { type = '', responseId, frame }: ProviderEvent,
  ): string {
    // Pieces of different kinds are different texts, whatever they are called in the end.
    const id = `${channel} ${type}`
    let open = this.#growing.get(id)
    if (open === undefined) {
      if (this.#growing.size >= maxOpenTexts) throw tooMany()
      const text = this.#openText(found, id, { responseId })
      open = { responseId, text, lastFrame: frame }
      this.#growing.set(id, open)
    }
    open.lastFrame = frame
    return open.text.push(found.text)
  }

  /** A text in one piece: one that was told before, or a new one. */
  *#whole(found: FoundText, reading: Reading): Generator<undefined, string> {
    const { text, channel, place } = found
    const owner = channel === undefined ? undefined : ownerOf(channel)
    const known = owner === undefined ? undefined : this.#told.find(owner, text)
    if (known !== undefined) return known
    const { responseId, type } = reading.event
    const whole = this.#openText(found, channel ?? `${type ?? ''}:${place}`, { responseId, text })
    for (let at = 0; at < text.length && !whole.isBlocked; at += stepLength) {
      if (at > 0) yield
      whole.push(text.slice(at, at + stepLength))
    }
    whole.finish()
    const { shown } = whole
    reading.isBlocked ||= whole.isBlocked
    if (owner !== undefined && !whole.isBlocked) this.#told.add(owner, { source: text, shown })
    return shown
  }

  #openText(
    { scope, key, isJson, channel }: FoundText,
    id: string,
    origin: Parameters<OpenSessionFilter>[1],
  ): StreamedText {
    // Of a text that is not one of an item the leaves are found one by one.
    const readsLeaves = isJson && channel !== undefined
    return new StreamedText({
      channel: channelOf(id, scope, key),
      isJson: readsLeaves,
      openFilter: (within) => this.#open(within, origin),
    })
  }

  /** The calls that an event tells of, in it or in its items. */
  #callsIn({ event, changes }: Reading): readonly SessionToolCall[] {
    const { json, type = '' } = event
    const isComplete = !type.endsWith('.added')
    const given = asString(json['arguments'])
    const name = this.#tools.get(nameOf(json['item_id']) ?? '')
    if (given !== undefined && name !== undefined && type.endsWith('.done')) {
      return [{ name, arguments: changes.get('arguments') ?? given, isComplete }]
    }
    return itemsOf(json).flatMap(({ item, place }) => {
      const called = asString(item['name'])
      if (called === undefined || asString(item['type'])?.endsWith('_call') !== true) return []
      const text = changes.get(`${place}.arguments`) ?? asString(item['arguments']) ?? ''
      return [{ name: called, arguments: text, isComplete }]
    })
  }
}

/** What is read of one event. */
class Reading {
  readonly event: ProviderEvent
  readonly isDelta: boolean
  readonly changes = new Map<string, string>()
  readonly derived: { readonly place: string; readonly owner: string }[] = []
  readonly texts: FoundText[] = []
  isBlocked = false

  constructor(event: ProviderEvent) {
    this.event = event
    this.isDelta = event.type?.endsWith('.delta') === true
  }

  /** The event as it may go on; `undefined` where something that it tells whole may not. */
  frame(): string | undefined {
    const { changes, event } = this
    if (this.isBlocked) return undefined
    if (changes.size === 0) return event.frame
    const places = [...changes.keys()]
    const cleared = this.derived
      .filter(({ owner }) => places.some((place) => place.startsWith(owner)))
      .map(({ place }) => place)
    return replaceTexts(event.frame, changes, cleared)
  }
}

function tooMany(): GatewayError {
  const cause = new Error(`more than ${maxOpenTexts} texts grow at once`)
  return new GatewayError('compliance_unavailable', undefined, { cause })
}

/** The items that an event tells, with their places in it. */
function itemsOf(
  json: JsonObject,
): readonly { readonly item: JsonObject; readonly place: string }[] {
  const output = asArray(asObject(json['response'])?.['output'])
  const items = output.map((item, index) => ({ item, place: `response.output[${index}]` }))
  return [{ item: json['item'], place: 'item' }, ...items].flatMap(({ item, place }) =>
    isObject(item) ? [{ item, place }] : [],
  )
}

/** Tells which texts are complete once an event has come. */
function endedBy({
  type = '',
  json,
  responseId,
}: Pick<RealtimeEvent, 'type' | 'responseId'> & { readonly json: JsonObject }) {
  // Sound ends before or behind its words.
  if (!type.endsWith('.done') || type.endsWith('audio.done')) return () => false
  if (type === 'response.done') {
    return (_: string, open: OpenText) => open.responseId === responseId
  }
  const owner = nameOf(json['item_id']) ?? nameOf(asObject(json['item'])?.['id'])
  const index = asNumber(json['content_index'])
  const beginning = `${owner ?? nameOf(responseId) ?? ''}/${index === undefined ? '' : `${index}/`}`
  return (channel: string) => channel.startsWith(beginning)
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
