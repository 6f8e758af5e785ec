import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { Conversion } from '../conversion.ts'
import type { Warn } from '../format.ts'
import {
  badVectors,
  type EmbeddingsAnswer,
  type EmbeddingsClientDialect,
  type EmbeddingsProviderDialect,
} from './dialect.ts'

/** A wish for vectors in one dialect that is to be met in another. */
export interface EmbeddingsCall {
  readonly client: EmbeddingsClientDialect
  readonly provider: EmbeddingsProviderDialect
  readonly body: JsonObject
  /** The provider's own name of the model. */
  readonly model: string
  readonly warn: Warn
}

/** Converts a wish for vectors, in as many requests as the provider needs. Throws `invalid_request`. */
export function convertEmbeddings(call: EmbeddingsCall): Conversion {
  const { client, provider, model } = call
  const request = client.readRequest(call.body)
  for (const field of request.inexpressible) call.warn({ type: 'dropped', field })
  const size = Math.max(1, provider.maxInputs(model))
  requireFew(request.inputs.length, size)
  const batches = Array.from({ length: Math.ceil(request.inputs.length / size) }, (_, index) =>
    request.inputs.slice(index * size, (index + 1) * size),
  )
  return {
    requests: batches.map((inputs, index) =>
      // What is lost in the first is lost in all.
      provider.writeRequest({ ...request, inputs }, model, index === 0 ? call.warn : silence),
    ),
    answer(bodies) {
      const parts = bodies.map((body, index) => {
        const part = provider.readAnswer(body)
        if (part.vectors.length !== batches[index]?.length) {
          throw badVectors('there are not as many vectors as inputs')
        }
        return part
      })
      const usage = sumOfUsage(parts)
      const answer = {
        vectors: parts.flatMap(({ vectors }) => vectors),
        ...(usage === undefined ? {} : { usage }),
      }
      const { encoding, inputs } = request
      return { body: client.writeAnswer(answer, { model, encoding, inputs }), usage }
    },
  }
}

/** Most requests that one call becomes: as many as OpenAI takes inputs at once. */
const maxRequests = 2048

function requireFew(inputs: number, size: number): void {
  if (inputs <= maxRequests * size) return
  throw new GatewayError(
    'invalid_request',
    `There may be at most ${maxRequests * size} inputs for the provider of this model.`,
    { param: 'input' },
  )
}

function silence(): void {
  // Said once already.
}

function sumOfUsage(parts: readonly EmbeddingsAnswer[]): TokenUsage | undefined {
  if (parts.some(({ usage }) => usage === undefined)) return undefined
  const inputTokens = parts.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0)
  return { inputTokens, outputTokens: 0 }
}
