import type { ErrorSource } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { TokenUsage } from '../core/usage.ts'
import type { NeutralAnswer, NeutralEvent, NeutralRequest, ProviderFault } from './neutral.ts'
import type { SseFrame } from './sse.ts'

/** Wire formats of chat calls. A client format can be read; a provider format can be written. */
export type FormatName = 'openai-chat' | 'openai-completions' | 'anthropic-messages'

/** Something a translation could not carry over; reported to the client and to the audit record. */
export interface Warning {
  readonly type: 'dropped' | 'changed'
  /** Path of the field in the caller's body, such as `logit_bias` or `messages[2].content[0]`. */
  readonly field: string
  /** What happened to it, for `changed`: short, without content. */
  readonly detail?: string
}

/** Collects warnings of one call. */
export type Warn = (warning: Warning) => void

/** An error as a client is to see it. */
export interface ErrorView {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly source: ErrorSource
  readonly requestId: string
  readonly param?: string
}

export interface StreamWriterOptions {
  /** Whether the client asked for usage inside the stream (always so in formats that always send it). */
  readonly includeUsage: boolean
  /** Seconds since the epoch, for formats that stamp each chunk. */
  readonly createdAt: number
}

/** Writes neutral events as the text of server-sent events of one format. Stateful, one per stream. */
export interface StreamWriter {
  /** Returns complete frames (possibly none, `''`) for one event, terminator frames included on `done`. */
  write(event: NeutralEvent): string
}

/** Reads a provider's frames as neutral events. Stateful, one per stream. */
export interface StreamReader {
  /** Returns the events of one frame; a frame that is not valid throws `provider_bad_answer`. */
  read(frame: SseFrame): readonly NeutralEvent[]
}

/**
 * Watches the frames of a same-format stream that is forwarded as it is. Stateful, one per stream.
 * Cheap: it parses only what it must to know usage, errors and the end.
 */
export interface StreamObserver {
  /** Judges one frame; throws `provider_bad_answer` when the frame is not valid in this format. */
  observe(frame: SseFrame): FrameVerdict
  /** Usage seen so far; complete after the terminator, partial after a cut (Anthropic). */
  usage(): TokenUsage | undefined
  /** Length of visible output so far in UTF-16 code units or bytes, for estimates. */
  outputLength(): number
}

export type FrameVerdict =
  | { readonly type: 'forward' }
  /** Only there because the gateway asked for it: not for the client. */
  | { readonly type: 'withhold' }
  /** The terminator: the answer is complete once it was forwarded. */
  | { readonly type: 'end' }
  | { readonly type: 'fault'; readonly fault: ProviderFault }

/** A format a client may speak to the gateway. All methods are pure; readers throw `invalid_request` with `param`. */
export interface ClientFormat {
  readonly name: FormatName
  /** Reads and validates a parsed request body. */
  readRequest(body: JsonObject): NeutralRequest
  writeAnswer(answer: NeutralAnswer, warn: Warn): JsonObject
  openStreamWriter(options: StreamWriterOptions): StreamWriter
  writeError(error: ErrorView): JsonObject
  /** Text of the frames that end a running stream with an error in this dialect. */
  writeStreamError(error: ErrorView): string
}

/** A format a provider speaks. Readers throw `provider_bad_answer`. */
export interface ProviderFormat {
  readonly name: FormatName
  writeRequest(request: NeutralRequest, warn: Warn): JsonObject
  readAnswer(body: JsonObject): NeutralAnswer
  openStreamReader(): StreamReader
  /** @param withholdUsage the gateway itself asked for the usage frame; the client must not see it */
  openStreamObserver(options: { readonly withholdUsage: boolean }): StreamObserver
  /** Usage of a complete answer body, if the provider reported it. */
  readUsage(body: JsonObject): TokenUsage | undefined
  /** Understands an error body; text that is not JSON yields a fault with a neutral message. */
  readError(status: number, body: string): ProviderFault
}
