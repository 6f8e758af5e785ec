import type { JsonValue } from '../core/json.ts'
import type { TokenUsage } from '../core/usage.ts'

/**
 * The neutral form: what a call between two different formats passes through. N formats need N readers
 * and N writers, never N × N translators. A call between equal formats never touches it.
 */

/** A prompt-cache mark that the provider's own cache honours. */
export interface CacheMark {
  readonly ttl?: '5m' | '1h'
}

export type BinarySource =
  | { readonly type: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'file'; readonly fileId: string }

export interface TextPart {
  readonly type: 'text'
  readonly text: string
  readonly cacheMark?: CacheMark
}
export interface ImagePart {
  readonly type: 'image'
  readonly source: BinarySource
  /** OpenAI's `detail`. */
  readonly detail?: string
  readonly cacheMark?: CacheMark
}
export interface DocumentPart {
  readonly type: 'document'
  readonly source: BinarySource | { readonly type: 'text'; readonly text: string }
  readonly title?: string
  readonly cacheMark?: CacheMark
}
export interface AudioPart {
  readonly type: 'audio'
  readonly data: string
  /** `wav`, `mp3` … */
  readonly format: string
}
export interface ToolCallPart {
  readonly type: 'tool-call'
  readonly id: string
  readonly name: string
  /** JSON text, exactly as the model wrote it. */
  readonly arguments: string
  readonly cacheMark?: CacheMark
}
export interface ToolResultPart {
  readonly type: 'tool-result'
  readonly callId: string
  readonly content: readonly NeutralPart[]
  readonly isError?: boolean
  readonly cacheMark?: CacheMark
}
export interface ReasoningPart {
  readonly type: 'reasoning'
  readonly text: string
  /** Opaque proof of origin; must return to the provider unchanged. */
  readonly signature?: string
}
export interface RedactedReasoningPart {
  readonly type: 'redacted-reasoning'
  readonly data: string
}
export interface RefusalPart {
  readonly type: 'refusal'
  readonly text: string
}

export type NeutralPart =
  | TextPart
  | ImagePart
  | DocumentPart
  | AudioPart
  | ToolCallPart
  | ToolResultPart
  | ReasoningPart
  | RedactedReasoningPart
  | RefusalPart

/** One turn. System messages stay where they stood; a `tool` message holds only tool results. */
export interface NeutralMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: readonly NeutralPart[]
  readonly name?: string
}

export interface NeutralTool {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments. */
  readonly parameters?: JsonValue
  readonly strict?: boolean
  readonly cacheMark?: CacheMark
}

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'none' }
  | { readonly type: 'required' }
  | { readonly type: 'tool'; readonly name: string }

export type ResponseShape =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'json-schema'
      readonly schema: JsonValue
      readonly name?: string
      readonly description?: string
      readonly strict?: boolean
    }

export interface ReasoningRequest {
  /** `none`, `minimal`, `low`, `medium`, `high`, `xhigh`: the caller's word. */
  readonly effort?: string
  /** Upper bound of reasoning tokens. */
  readonly budgetTokens?: number
  /** The model decides how much to think (Anthropic's `adaptive`). */
  readonly adaptive?: boolean
}

export interface NeutralRequest {
  readonly model: string
  readonly messages: readonly NeutralMessage[]
  readonly stream: boolean
  /** The client wants usage inside the stream even where its format makes that optional. */
  readonly streamUsage?: boolean
  readonly tools?: readonly NeutralTool[]
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly responseShape?: ResponseShape
  readonly maxOutputTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly stopSequences?: readonly string[]
  readonly seed?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly reasoning?: ReasoningRequest
  readonly userId?: string
  /** Paths of fields the neutral form cannot hold (`logit_bias`, `messages[3].audio`); each becomes a warning. */
  readonly inexpressible: readonly string[]
}

export type StopReason =
  | 'end'
  | 'max-tokens'
  | 'stop-sequence'
  | 'tool-calls'
  | 'content-filter'
  | 'refusal'
  | 'pause'
  | 'other'

/** A complete answer of one assistant turn. */
export interface NeutralAnswer {
  readonly id: string
  readonly model: string
  /** Seconds since the epoch; absent where the provider's format has no such field. */
  readonly createdAt?: number
  readonly content: readonly NeutralPart[]
  readonly stopReason: StopReason
  readonly stopSequence?: string
  readonly usage?: TokenUsage
}

/**
 * One event of a streamed answer. `index` numbers content parts from 0 in the order they start; parts
 * never interleave except parallel tool calls, whose deltas name their index.
 */
export type NeutralEvent =
  | {
      readonly type: 'answer-start'
      readonly id: string
      readonly model: string
      readonly createdAt?: number
      readonly usage?: TokenUsage
    }
  | { readonly type: 'text-start'; readonly index: number }
  | { readonly type: 'text-delta'; readonly index: number; readonly text: string }
  | { readonly type: 'text-end'; readonly index: number }
  | { readonly type: 'refusal-delta'; readonly text: string }
  | { readonly type: 'reasoning-start'; readonly index: number }
  | { readonly type: 'reasoning-delta'; readonly index: number; readonly text: string }
  | { readonly type: 'reasoning-signature'; readonly index: number; readonly signature: string }
  | { readonly type: 'reasoning-end'; readonly index: number }
  | { readonly type: 'redacted-reasoning'; readonly index: number; readonly data: string }
  | {
      readonly type: 'tool-call-start'
      readonly index: number
      readonly id: string
      readonly name: string
    }
  | { readonly type: 'tool-call-delta'; readonly index: number; readonly arguments: string }
  | { readonly type: 'tool-call-end'; readonly index: number }
  | {
      readonly type: 'answer-end'
      readonly stopReason: StopReason
      readonly stopSequence?: string
      readonly usage?: TokenUsage
    }
  | { readonly type: 'error'; readonly fault: ProviderFault }
  /** The provider's terminator was seen (`[DONE]`, `message_stop`): the stream is complete. */
  | { readonly type: 'done' }

/** An error a provider reported, in its body or inside a stream. */
export interface ProviderFault {
  /** HTTP status, or the status that fits an error event inside a 200. */
  readonly status: number
  /** The provider's own error type, such as `overloaded_error`. */
  readonly type?: string
  readonly code?: string
  readonly param?: string
  readonly message: string
}
