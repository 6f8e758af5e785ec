import type { JsonObject } from '../core/json.ts'
import type { TokenUsage } from '../core/usage.ts'

/** A call between two dialects of one operation that is not chat: whole bodies there and back. */
export interface Conversion {
  /** The bodies to send, more than one where the provider takes less at once than the client asked for. */
  readonly requests: readonly JsonObject[]
  /**
   * Makes the client's answer of the provider's, which stand in the order of the requests. Throws
   * `provider_bad_answer` when they are none.
   */
  answer(bodies: readonly JsonObject[]): ConvertedAnswer
}

export interface ConvertedAnswer {
  readonly body: JsonObject
  /** What the provider counted, if it did. */
  readonly usage: TokenUsage | undefined
}
