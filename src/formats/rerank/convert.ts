import type { JsonObject } from '../../core/json.ts'
import type { Conversion } from '../conversion.ts'
import type { Warn } from '../format.ts'
import { badRanking, type RerankClientDialect, type RerankProviderDialect } from './dialect.ts'

/** A wish for an order in one dialect that is to be met in another. */
export interface RerankCall {
  readonly client: RerankClientDialect
  readonly provider: RerankProviderDialect
  readonly body: JsonObject
  /** The provider's own name of the model. */
  readonly model: string
  readonly warn: Warn
}

/** Converts a wish for an order. Throws `invalid_request`. */
export function convertRerank(call: RerankCall): Conversion {
  const { client, provider, model, warn } = call
  const request = client.readRequest(call.body)
  for (const field of request.inexpressible) warn({ type: 'dropped', field })
  return {
    requests: [provider.writeRequest(request, model, warn)],
    answer([body = {}]) {
      const answer = provider.readAnswer(body)
      if (answer.results.some(({ index }) => request.documents[index] === undefined)) {
        throw badRanking('a result of no document')
      }
      return { body: client.writeAnswer(answer, request, model), usage: answer.usage }
    },
  }
}
