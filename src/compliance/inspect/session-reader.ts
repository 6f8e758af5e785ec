import type { JsonObject } from '../../core/json.ts'
import type { OpenSessionFilter, SessionTextGate } from '../../core/session.ts'
import type { RequestTexts } from './texts.ts'

/** An event that could be read. */
export interface ReadableEvent {
  readonly frame: string
  readonly json: JsonObject
}

/** The texts of an event as its client said them. */
export interface EventTexts extends Omit<RequestTexts, 'replace'> {
  /** Returns the event with other texts in these places; everything else stays as it is. */
  replace(texts: ReadonlyMap<string, string>): string
}

/** Reads and rewrites the events of one session: what compliance has to be told about their wire format. */
export interface SessionReader {
  /** The texts of an event that the client sent, or that tells what it said aloud. */
  request(event: ReadableEvent): EventTexts
  /** Opens the gate of what the provider says. */
  openGate(open: OpenSessionFilter): SessionTextGate
  /** Tells whether an event brings a piece of sound, of either side. */
  bringsSound(type: string | undefined): boolean
  /** Tells whether an event tells what the client said aloud: a `piece` of it, a longer `part`, or the `whole` of it. */
  spokenBy(type: string | undefined): 'piece' | 'part' | 'whole' | undefined
  /** The event with another piece of its text. */
  replacePiece(frame: string, piece: string): string
  /** Another event like the one that brought a piece of a text. */
  pieceLike(frame: string, piece: string): string
}
