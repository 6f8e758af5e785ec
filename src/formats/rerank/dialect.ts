import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { Warn } from '../format.ts'

/** A wish to have documents put in order, whatever dialect it came in. */
export interface RerankRequest {
  readonly query: string
  readonly documents: readonly string[]
  /** How many of the best to return; all when absent. */
  readonly topCount?: number
  /** Whether the answer is to repeat the documents. */
  readonly returnsDocuments: boolean
  readonly maxTokensPerDocument?: number
  /** Paths of fields that no other dialect can hold; each becomes a warning. */
  readonly inexpressible: readonly string[]
}

/** The best documents, the best one first. */
export interface RerankAnswer {
  readonly results: readonly RankedDocument[]
  readonly usage?: TokenUsage
  /** What Cohere and AWS bill: a query with up to 100 documents. */
  readonly searchUnits?: number
}

export interface RankedDocument {
  /** Place of the document in the question. */
  readonly index: number
  readonly score: number
}

/** How clients ask for an order. Readers throw `invalid_request` with `param`. */
export interface RerankClientDialect {
  readonly name: string
  readRequest(body: JsonObject): RerankRequest
  writeAnswer(answer: RerankAnswer, request: RerankRequest, model: string): JsonObject
}

/** How providers are asked for one. Readers throw `provider_bad_answer`. */
export interface RerankProviderDialect {
  readonly name: string
  writeRequest(request: RerankRequest, model: string, warn: Warn): JsonObject
  readAnswer(body: JsonObject): RerankAnswer
}

/** Makes the error for an answer that is not in a dialect; the reason is for operators only. */
export function badRanking(reason: string): GatewayError {
  return new GatewayError('provider_bad_answer', undefined, { cause: new Error(reason) })
}
