import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { Warn } from '../format.ts'

/** What is to be turned into one vector. */
export type EmbeddingInput = string | readonly number[]

/** What a vector is for, in Cohere's words; models that tell purposes apart give other vectors for each. */
export type EmbeddingPurpose =
  | 'search_document'
  | 'search_query'
  | 'classification'
  | 'clustering'
  | 'similarity'
  | 'question_answering'
  | 'fact_verification'
  | 'code_query'

/** A wish for vectors, whatever dialect it came in. */
export interface EmbeddingsRequest {
  /** Texts, or lists of token numbers that only OpenAI's models understand. */
  readonly inputs: readonly EmbeddingInput[]
  readonly dimensions?: number
  readonly purpose?: EmbeddingPurpose
  /** Title of the documents, one for all. */
  readonly title?: string
  /** Where a text that is too long is cut; `none` refuses it. */
  readonly truncate?: 'none' | 'start' | 'end'
  /** How the client wants its vectors: as numbers, or as 32-bit floats, little-endian, in base64. */
  readonly encoding: 'float' | 'base64'
  readonly userId?: string
  /** Paths of fields that no other dialect can hold; each becomes a warning. */
  readonly inexpressible: readonly string[]
}

/** A vector as numbers, or as 32-bit floats, little-endian, in base64. */
export type EmbeddingVector = readonly number[] | string

/** The vectors of one answer in the order of the inputs. */
export interface EmbeddingsAnswer {
  readonly vectors: readonly EmbeddingVector[]
  readonly usage?: TokenUsage
}

/** What a client's answer must know of its question. */
export interface EmbeddingsContext extends Pick<EmbeddingsRequest, 'encoding' | 'inputs'> {
  readonly model: string
}

/** How clients ask for vectors. Readers throw `invalid_request` with `param`. */
export interface EmbeddingsClientDialect {
  readonly name: string
  readRequest(body: JsonObject): EmbeddingsRequest
  writeAnswer(answer: EmbeddingsAnswer, context: EmbeddingsContext): JsonObject
}

/** How providers are asked for vectors. Readers throw `provider_bad_answer`. */
export interface EmbeddingsProviderDialect {
  readonly name: string
  /** How many inputs a model takes at once. */
  maxInputs(model: string): number
  writeRequest(request: EmbeddingsRequest, model: string, warn: Warn): JsonObject
  readAnswer(body: JsonObject): EmbeddingsAnswer
}

/** Returns the inputs as texts; throws `invalid_request` where they are tokens. */
export function textsOf(inputs: readonly EmbeddingInput[]): string[] {
  return inputs.map((input) => {
    if (typeof input === 'string') return input
    throw new GatewayError(
      'invalid_request',
      'input must be text: the provider of this model does not take tokens.',
      { param: 'input' },
    )
  })
}

/** Makes the error for an answer that is not in a dialect; the reason is for operators only. */
export function badVectors(reason: string): GatewayError {
  return new GatewayError('provider_bad_answer', undefined, { cause: new Error(reason) })
}
