import type { Answer, Question } from '../core/call.ts'
import type { Channel, Frame } from '../core/channel.ts'
import type { GatewayError } from '../core/errors.ts'
import type { RealtimeEvent, SessionInspector } from '../core/session.ts'
import type { SessionRegistry } from './session-registry.ts'
import type { Stages } from './stages.ts'

/** The stages of a realtime session: those of a call, and what sessions need beside. */
export interface RealtimeStages extends Pick<
  Stages,
  'identity' | 'audit' | 'controls' | 'catalog' | 'limits' | 'compliance' | 'routing'
> {
  readonly inspection: InspectionStage
  readonly sessions: SessionRegistry
  readonly sessionLimits: SessionLimits
  readonly events: RealtimeEvents
}

export interface InspectionStage {
  /** Opens the inspection of one session, whose beginning was decided about; `answer` is who talks in it. */
  open(question: Question, answer: Answer): SessionInspector
}

/** A provider that was reached for a session. */
export interface Connection {
  readonly channel: Channel
  readonly provider: string
  /** Model name at the provider. */
  readonly model: string
}

/** What one session may take. */
export interface SessionLimits {
  /** Sessions of the whole gateway at once. */
  readonly maxSessions: number
  /** Sessions of one key at once. */
  readonly maxSessionsPerKey: number
  readonly maxSessionMs: number
  /** Longest time without a frame in either direction. */
  readonly idleTimeoutMs: number
  readonly maxFrameBytes: number
  /** Of both directions together. */
  readonly maxSessionBytes: number
  readonly maxSessionFrames: number
  /** How long a peer may leave its backlog above the mark. */
  readonly slowPeerTimeoutMs: number
  /** Deepest nesting of a client's event. */
  readonly maxJsonDepth: number
}

/** Reads and writes the events of the realtime interface; `formats/` does it. */
export interface RealtimeEvents {
  /** Throws `invalid_request` for a client's frame that two readers could understand differently. */
  check(frame: Frame, maxDepth: number): void
  read(frame: Frame): RealtimeEvent
  replaceModel(frame: string, model: string): string
  withoutOutput(frame: string): string
  newEventId(): string
  writeError(
    error: GatewayError,
    options: { readonly requestId: string; readonly about?: string | undefined },
  ): string
  writeCancel(eventId: string, responseId: string | undefined): string
  writeDeleteItem(eventId: string, itemId: string): string
}
