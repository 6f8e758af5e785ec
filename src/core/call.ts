import type { Channel } from './channel.ts'
import type { Decision } from './decision.ts'
import { GatewayError } from './errors.ts'
import type { TargetFacts } from './facts.ts'
import type { JsonObject } from './json.ts'
import type { Principal } from './principal.ts'
import type { AttemptRecord, LaneRecord, Operation } from './record.ts'
import type { MeteredUsage } from './usage.ts'

/** A call as it arrived, before anything is known about it but its endpoint. */
export interface Call {
  readonly requestId: string
  readonly traceparent: string | undefined
  readonly operation: Operation
  /** Wire format the client speaks on this endpoint. */
  readonly clientFormat: string
  /** What the path names, for endpoints whose bodies do not (Gemini, Bedrock). */
  readonly target?: { readonly model: string; readonly stream: boolean } | undefined
  /** The model that the path names, whatever the body says: Azure's deployments. */
  readonly deployment?: string | undefined
  readonly method: string
  /** Path behind the API root, such as `/chat/completions`; with query for pass-through endpoints. */
  readonly path: string
  readonly headers: Headers
  readonly sourceAddress: string | undefined
  /** Monotonic milliseconds at arrival. */
  readonly startedAt: number
  /** Fires when the client has left, or when the gateway itself ends the call: see `stoppedBy`. */
  readonly signal: AbortSignal
  /** Reads the body within the configured size and time. */
  readonly readBody: () => Promise<Uint8Array>
  /** Called once, when nothing more will be sent to the client. */
  readonly onEnd: () => void
}

/** The body of a call: original bytes, and what was read from them. */
export interface CallBody {
  readonly bytes: Uint8Array
  readonly contentType: string
  /** The same bytes as text, for JSON bodies. */
  readonly text: string | undefined
  /** The parsed body, for JSON bodies. Read-only by agreement: edits go to the text. */
  readonly json: JsonObject | undefined
}

/** A call that was read and may be answered. */
export interface Question {
  readonly call: Call
  readonly principal: Principal
  readonly body: CallBody
  /** Model the client asked for; `''` for endpoints without one. */
  readonly model: string
  readonly stream: boolean
  /** The body as the caller sent it, where the gateway has put a conversation into `body` since. */
  readonly asked?: JsonObject | undefined
  /** The provider that keeps what this question goes on from: nobody else can answer it. */
  readonly keeper?: string | undefined
  /** The caller asked for the model's context of a million tokens, by a suffix of its name. */
  readonly longContext?: boolean
  /** Labels that compliance put on the content; absent when it put none. */
  readonly labels?: readonly string[]
  /** Tells whether policy lets it go to a target; it may go to all when absent. Holds on every hop. */
  readonly admits?: ((target: TargetFacts) => boolean) | undefined
  /** The model that policy lets answer in the place of the asked one. */
  readonly routeTo?: string | undefined
}

/** Response headers by lower-case name. */
export type AnswerHeaders = Record<string, string>

/** What a provider's reply turned out to be; for streams complete only once the body has ended. */
export interface AnswerReport {
  /** What compliance decided about the request. */
  verdict: 'allow' | 'redact' | undefined
  /** What compliance decided about the answer, as far as it was read; absent where nothing was looked for. */
  decision?: Decision | undefined
  /** Every target that was asked, in order. */
  attempts: readonly AttemptRecord[]
  usage: MeteredUsage | undefined
  /** The error that ended the answer, if one did. */
  error: GatewayError | undefined
  /** Monotonic milliseconds of the first byte that was given to the client. */
  firstByteAt: number | undefined
  /** The piece of a stream that is handed over next, or was last, completes the answer. */
  isComplete: boolean
  /** A stage keeps pieces back for now: what the provider completed is not complete for the client. */
  holdsBack?: boolean
  /** Something the model said has appeared: the frames before it said nothing of consequence. */
  hasContent: boolean
  /** The model has begun to refuse, in a format that tells this apart; a translation may not. */
  hasRefusal?: boolean
  /** Called when a streamed answer is over, however it ended; usage and error are known then. */
  onEnd: (() => void) | undefined
  /** Tells which lane the call took, for models with lanes; asked when the answer is over. */
  lane?: (() => LaneRecord) | undefined
}

/** An answer in the client's own format, whole or streamed. */
export interface Answer {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array>
  /** Who answered; absent for answers of the gateway itself. */
  readonly provider?: string
  /** Model name at the provider. */
  readonly model?: string
  readonly cache: 'hit' | 'miss' | 'bypass'
  /** Field paths lost or changed in translation. */
  readonly warnings: readonly string[]
  readonly report: AnswerReport
  /** The conversation that was opened, for realtime sessions; its frames do not pass through the body. */
  readonly channel?: Channel
}

/** How an answer ended; known once nothing more will be sent. */
export type AnswerEnd = 'complete' | 'client' | 'error'

/** Returns the error with which the gateway itself ended a call; `undefined` where its client left or nobody did. */
export function stoppedBy({ reason }: AbortSignal): GatewayError | undefined {
  return reason instanceof GatewayError ? reason : undefined
}

/** Makes an empty report. */
export function newReport(): AnswerReport {
  return {
    verdict: undefined,
    attempts: [],
    usage: undefined,
    error: undefined,
    firstByteAt: undefined,
    isComplete: false,
    hasContent: false,
    onEnd: undefined,
  }
}

/** Tells whether an answer's body is a stream. */
export function isStreamed(body: Answer['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && Symbol.asyncIterator in body
}
