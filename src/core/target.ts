import type { Answer, Question } from './call.ts'
import type { GatewayError } from './errors.ts'

/** A model at a provider: something a call can be sent to. */
export interface Target {
  readonly provider: string
  readonly model: string
  readonly weight: number
  /** Where the provider processes what it is sent, such as `eu-central`; absent when nobody said so. */
  readonly region?: string | undefined
  /** Within whose walls, such as `on-premises`, `eu` or `public`; absent when nobody said so. */
  readonly perimeter?: string | undefined
  /**
   * Asks once and returns the answer in the client's format; an error the provider answered with is an
   * answer with its status and `report.error`. Throws a `GatewayError` when there was no usable answer.
   */
  ask(question: Question, options?: AskOptions): Promise<Answer>
}

/** How one attempt differs from the usual. */
export interface AskOptions {
  /** Time that is left for the whole attempt, in milliseconds, where it is less than usual. */
  readonly totalTimeoutMs?: number
  /** Ends this attempt; that of the call when absent. */
  readonly signal?: AbortSignal
  /** Takes up a stream that broke off: the answer is only what follows, in the frames of that stream. */
  readonly resume?: BrokenStream
  /**
   * Called when a stream of text breaks off behind its first words, where it can be gone on with. Resolves
   * to a streamed answer with what follows, or to `undefined`: then the stream ends with its error.
   */
  readonly onBreak?: (broken: BrokenStream) => Promise<Answer | undefined>
}

/** A stream that broke off amid its answer. Only targets know what is in it. */
export interface BrokenStream {
  readonly error: GatewayError
  /** Length of what was said, in UTF-16 code units. */
  readonly saidLength: number
}
