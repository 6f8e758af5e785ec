import type { Decision } from './decision.ts'
import type { TokenUsage } from './usage.ts'

/** A text within an event of a session. */
export interface SessionText {
  /** Where it stands, such as `item.content[0].text`. */
  readonly path: string
  readonly text: string
}

/** One event of a realtime session, as far as the gateway reads it. */
export interface RealtimeEvent {
  /** Such as `response.output_text.delta`; `undefined` for what is no event (binary, not JSON). */
  readonly type: string | undefined
  readonly eventId: string | undefined
  readonly responseId: string | undefined
  readonly itemId: string | undefined
  /** Models the event names, for the session and for a response. */
  readonly models: readonly string[]
  /** What people and models say, write and are told in it. Pieces of streamed text as they come. */
  readonly texts: readonly SessionText[]
  /** What a finished response consumed. */
  readonly usage: TokenUsage | undefined
  /** Id of the client's event an error is about. */
  readonly errorAbout: string | undefined
}

/** One event as inspection sees it. With the ids, pieces of one text can be put together. */
export interface SessionEvent extends Pick<
  RealtimeEvent,
  'type' | 'texts' | 'responseId' | 'itemId'
> {
  readonly from: 'client' | 'provider'
}

/** What inspection decides about one event. */
export type SessionVerdict =
  | { readonly verdict: 'pass' }
  /** `texts` take the place of those of the event, one for one; the empty text holds a piece back. */
  | {
      readonly verdict: 'replace'
      readonly texts: readonly string[]
      /** Recorded durably before the event goes on. */
      readonly decision?: Decision
    }
  /** The event goes no further, and neither does the rest of the answer it belongs to. */
  | { readonly verdict: 'block'; readonly decision: Decision }

/** Looks at the events of one session, in their order. Throws `compliance_unavailable` when it cannot. */
export interface SessionInspector {
  inspect(event: SessionEvent): SessionVerdict | Promise<SessionVerdict>
}
