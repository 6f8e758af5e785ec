import type { ErrorSource } from '../core/errors.ts'
import type { FailureClass } from '../core/failure.ts'
import type { JsonObject } from '../core/json.ts'
import type { TokenUsage } from '../core/usage.ts'
import type { NeutralAnswer, NeutralEvent, NeutralRequest, ProviderFault } from './neutral.ts'
import type { SseFrame, SseSplitter } from './sse.ts'
import type { Trace } from './trace.ts'
import type { StreamEnding } from './stream-ending.ts'

/** Wire formats of chat calls. A client format can be read; a provider format can be written. */
export type FormatName =
  | 'openai-chat'
  | 'openai-completions'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'gemini'
  | 'gemini-array'
  | 'bedrock-converse'
  | 'bedrock-invoke'
  | 'cohere-chat'
  | 'ollama-chat'

/** Bytes on the wire: text where the format is made of text. */
export type Wire = string | Uint8Array

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

/** Takes warnings nobody wants. */
export const unheard: Warn = () => {}

/** Returns the name of a kind as it may stand in a warning: providers name kinds as they like. */
export function kindName(kind: unknown): { readonly detail?: string } {
  return typeof kind === 'string' && /^[\w.-]{1,64}$/.test(kind) ? { detail: kind } : {}
}

/** An error as a client is to see it. */
export interface ErrorView {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly source: ErrorSource
  readonly requestId: string
  readonly param?: string
  /** What kind of failure it is, for dialects whose clients act on words of their own for some. */
  readonly failureClass?: FailureClass
}

export interface StreamWriterOptions {
  /** Whether the client asked for usage inside the stream (always so in formats that always send it). */
  readonly includeUsage: boolean
  /** Seconds since the epoch, for formats that stamp each chunk. */
  readonly createdAt: number
  /** The client's request, for formats whose answers repeat it. */
  readonly asked?: JsonObject | undefined
  /** Told what of the answer has no place in the format; the same may be told more than once. */
  readonly warn?: Warn | undefined
}

/** Writes neutral events as the frames of one format. Stateful, one per stream. */
export interface StreamWriter<Written extends Wire = Wire> {
  /** Returns complete frames (possibly none, `''`) for one event, terminator frames included on `done`. */
  write(event: NeutralEvent): Written
  /**
   * Returns the frames that end the stream with an error, for formats whose ending depends on what was
   * written before (an array to be closed, a sequence number); the others have `writeStreamError`.
   */
  writeError?(error: ErrorView): Wire
}

/** Reads a provider's frames as neutral events. Stateful, one per stream. */
export interface StreamReader {
  /** Returns the events of one frame; a frame that is not valid throws `provider_bad_answer`. */
  read(frame: SseFrame): readonly NeutralEvent[]
  /**
   * Returns the events that are left when the bytes have ended, for formats without a terminator; without
   * `done` among them the stream was cut.
   */
  end?(): readonly NeutralEvent[]
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
  /** As `StreamWriter.writeError`, for a stream that was forwarded as it is. */
  writeError?(error: ErrorView): Wire
  /** Tells whether a stream whose bytes have ended is complete, for formats without a terminator. */
  end?(): boolean
}

export type FrameVerdict =
  | { readonly type: 'forward' }
  /** Only there because the gateway asked for it: not for the client. */
  | { readonly type: 'withhold' }
  /** A part of it is only there for the same reason: these bytes are the frame without it. */
  | { readonly type: 'replace'; readonly bytes: Uint8Array }
  /** The terminator: the answer is complete once it was forwarded. */
  | { readonly type: 'end' }
  | { readonly type: 'fault'; readonly fault: ProviderFault }

/** A format a client may speak to the gateway. All methods are pure; readers throw `invalid_request` with `param`. */
export interface ClientFormat {
  readonly name: FormatName
  /** Content type of its streams; server-sent events where it is absent. */
  readonly streamType?: string
  /**
   * Where its answers and the events of its streams name the model: members such as `model` or
   * `message.model`. Absent where they never do.
   */
  readonly modelPaths?: readonly string[]
  /** Cuts its streams into frames; as server-sent events where it is absent. */
  openSplitter?(options: { readonly maxFrameBytes: number }): SseSplitter
  /**
   * What it calls fields that writers of providers name in the words of chat completions: `stop` of the body,
   * `.cache_control` of a part. Absent fields are called the same.
   */
  readonly fieldNames?: Readonly<Record<string, string>>
  /**
   * Reads and validates a parsed request body.
   * @param target what the path names, in formats whose bodies do not
   * @param trace told where messages, parts and tools stood
   */
  readRequest(body: JsonObject, target?: PathTarget, trace?: Trace): NeutralRequest
  /** @param asked the client's request, for formats whose answers repeat it */
  writeAnswer(answer: NeutralAnswer, warn: Warn, asked?: JsonObject): JsonObject
  openStreamWriter(options: StreamWriterOptions): StreamWriter
  writeError(error: ErrorView): JsonObject
  /** Headers of a response with an error, for dialects that name its type there. */
  errorHeaders?(error: { readonly status: number }): Readonly<Record<string, string>>
  /** The frames that end a running stream with an error in this dialect. */
  writeStreamError(error: ErrorView): Wire
  /** For formats whose ending depends on what was sent before; see `openStreamEnding`. */
  openStreamEnding?(): StreamEnding
}

/** What the path of a request says in formats whose bodies do not (Gemini, Bedrock). */
export interface PathTarget {
  readonly model: string
  readonly stream: boolean
}

/** What is needed to take out of a body what another provider made. */
export interface ForeignOptions {
  /** Name of the model at the provider. */
  readonly model: string
  readonly warn: Warn
}

/** A format a provider speaks. Readers throw `provider_bad_answer`. */
export interface ProviderFormat {
  readonly name: FormatName
  /** Whether model and streaming are said by the URL: its bodies are sent without them. */
  readonly namesModelInPath?: boolean
  /** Start of the content type of its streams; server-sent events where it is absent. */
  readonly streamType?: string
  /** Whether its streams tell usage only to those who ask for it in `stream_options`. */
  readonly tellsUsageWhenAsked?: boolean
  writeRequest(request: NeutralRequest, warn: Warn): JsonObject
  /**
   * Returns the members of a body in this very format that have to change because its conversation has been
   * at other providers, whose proofs of reasoning would be refused; `undefined` for most.
   */
  withoutForeign?(body: JsonObject, options: ForeignOptions): JsonObject | undefined
  /** @param warn told what of the answer has no neutral form, by its path in the answer */
  readAnswer(body: JsonObject, warn?: Warn): NeutralAnswer
  /** Cuts its streams into frames; as server-sent events where it is absent. */
  openSplitter?(options: { readonly maxFrameBytes: number }): SseSplitter
  /** @param warn as for `readAnswer`; the same may be told more than once */
  openStreamReader(warn?: Warn): StreamReader
  /** @param withholdUsage the gateway itself asked for the usage frame; the client must not see it */
  openStreamObserver(options: { readonly withholdUsage: boolean }): StreamObserver
  /** Usage of a complete answer body, if the provider reported it. */
  readUsage(body: JsonObject): TokenUsage | undefined
  /** Understands an error body; text that is not JSON yields a fault with a neutral message. */
  readError(status: number, body: string): ProviderFault
}
