import { parseJson } from '../../../core/json.ts'
import type { TextChannel } from '../../../core/text-filter.ts'
import type { SseFrame } from '../../sse.ts'
import { replaceTexts } from '../replace.ts'
import type { Scope } from '../shape.ts'
import type { GrowingCall } from './calls.ts'
import type { GrowingText } from './growing-text.ts'

/** A part of a text that a frame brings. */
export interface Part {
  readonly place: string
  readonly source: string
  readonly text: GrowingText
  /** Offset in the text. */
  readonly start: number
}

/** A frame that waits. */
export interface HeldFrame {
  readonly frame: SseFrame
  /** Its number in the stream. */
  readonly number: number
  readonly data: string | undefined
  readonly parts: Part[]
  readonly derived: { readonly place: string; readonly owner: string }[]
  /** The calls it tells of. */
  readonly calls: GrowingCall<HeldFrame>[]
}

/** New texts of a frame by their places. */
export function changesOf({ parts }: HeldFrame): ReadonlyMap<string, string> {
  const changed = new Map<string, string>()
  for (const { place, source, text, start } of parts) {
    const rewritten = text.rewritten(source, start)
    if (rewritten !== undefined) changed.set(place, rewritten)
  }
  return changed
}

/** The data of a frame with new texts. */
export function dataOf(
  { data, derived }: HeldFrame,
  changed: ReadonlyMap<string, string>,
): string | undefined {
  if (changed.size === 0 || data === undefined) return data
  const plain = changed.get('')
  if (plain !== undefined) return plain
  const places = [...changed.keys()]
  const cleared = derived
    .filter(({ owner }) => places.some((place) => place.startsWith(owner)))
    .map(({ place }) => place)
  return replaceTexts(data, changed, cleared)
}

/** Tells whether a channel is what a tool is called with: clients need it whole, so it may wait. */
export function isOfCall(channel: string): boolean {
  return channel.includes('/tool ')
}

/** Tells whether a part is decided to its end. */
export function isDecided({ source, text, start }: Part): boolean {
  return text.decided >= start + source.length
}

/** Describes a channel to its filter. */
export function channelOf(id: string, { role, kind, source }: Scope, key?: string): TextChannel {
  return {
    id,
    role,
    kind,
    ...(source !== undefined && source !== '' && { source }),
    ...(key !== undefined && { key }),
  }
}

/** Comments and pings keep a connection open: they wait for nothing. */
export function isKeepAlive({ bytes, event, data }: SseFrame): boolean {
  if (data === undefined) return bytes[0] === 0x3a
  return event === 'ping' && bytes.length < 64 && plainPing.test(data)
}

const plainPing = /^[\s{}":,A-Za-z_]*$/

/** Tells whether a frame ends in its midst. */
export function isCut(data: string | undefined): boolean {
  return data !== undefined && data.trim() !== '[DONE]' && parseJson(data) === undefined
}
