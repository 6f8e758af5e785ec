import type { Frame } from './channel.ts'
import type { Decision } from './decision.ts'
import type { JsonObject } from './json.ts'
import type { TextChannel, TextFilter, ToolCall } from './text-filter.ts'
import type { TokenUsage } from './usage.ts'

/** One event of a realtime session, as far as the gateway reads it. */
export interface RealtimeEvent {
  /** Such as `response.output_text.delta`; `undefined` for what is no event (binary, not JSON). */
  readonly type: string | undefined
  readonly eventId: string | undefined
  readonly responseId: string | undefined
  readonly itemId: string | undefined
  /** Models the event names, for the session and for a response. */
  readonly models: readonly string[]
  /** What a finished response consumed. */
  readonly usage: TokenUsage | undefined
  /** Id of the client's event an error is about. */
  readonly errorAbout: string | undefined
  /** The event itself; `undefined` for what is none. Read-only by agreement. */
  readonly json: JsonObject | undefined
}

/** One event as inspection sees it. With the ids, pieces of one text can be put together. */
export interface SessionEvent extends Pick<
  RealtimeEvent,
  'type' | 'responseId' | 'itemId' | 'json'
> {
  readonly from: 'client' | 'provider'
  readonly frame: Frame
}

/** What a verdict is about, where that is not the event it answers. */
export type SessionSubject = Pick<RealtimeEvent, 'responseId' | 'itemId'>

/** What inspection decides about one event. A decision is recorded durably before anything goes on. */
export type SessionVerdict =
  | { readonly verdict: 'pass'; readonly decision?: Decision }
  /** These frames take the place of the event; of a text that is held back a piece may come before it. */
  | {
      readonly verdict: 'replace'
      readonly frames: readonly Frame[]
      readonly decision?: Decision
    }
  /** The event goes no further, and neither does the rest of the answer it belongs to. */
  | {
      readonly verdict: 'block'
      readonly decision: Decision
      /** What may still be said before. */
      readonly frames?: readonly Frame[]
      readonly subject?: SessionSubject
    }

/** Looks at the events of one session, in their order. Throws `compliance_unavailable` when it cannot. */
export interface SessionInspector {
  inspect(event: SessionEvent): SessionVerdict | Promise<SessionVerdict>
  /** Whether something of the provider's waits that a later event, or a pause, may let go. */
  readonly isHolding: boolean
  /** Lets go what is certain, because the provider has said nothing for a while. */
  idle(): SessionVerdict
  /** Lets go what is left, because the provider says no more. */
  end(): SessionVerdict
}

/** Where a text of a provider's event comes from. */
export interface SessionTextOrigin {
  readonly responseId: string | undefined
  /** The text, where it comes in one piece. */
  readonly text?: string
}

/** Opens the filter of one text of a session. */
export type OpenSessionFilter = (channel: TextChannel, origin: SessionTextOrigin) => TextFilter

/** A call of a tool that an event tells of. */
export interface SessionToolCall extends ToolCall {
  /** Whether all of its arguments are told. */
  readonly isComplete: boolean
}

/** What of a provider's event goes on. */
export interface GatedEvent {
  /** Pieces of texts that end with the event. */
  readonly before: readonly string[]
  /** The event; `undefined` where something in it must go no further. */
  readonly frame: string | undefined
  /** With the arguments that the client is to get. */
  readonly calls: readonly SessionToolCall[]
}

/** Lets the texts of a provider's events through filters; everything else passes as it is and in order. */
export interface SessionTextGate {
  /** Takes an event, in steps of bounded length: others may have their turn between two of them. */
  push(event: Pick<RealtimeEvent, 'type' | 'responseId'> & Named): Iterator<undefined, GatedEvent>
  /** Returns what may go because nothing has come for a while. */
  idle(): readonly string[]
  /** Returns what is left. */
  end(): readonly string[]
  /** Lets go of the texts of a response that goes no further. */
  drop(responseId: string): void
  /** Keeps what was let out of a text, for events that tell it once more. */
  remember(owner: SessionSubject, told: { readonly source: string; readonly shown: string }): void
  readonly isHolding: boolean
}

interface Named {
  readonly frame: string
  readonly json: JsonObject
}
