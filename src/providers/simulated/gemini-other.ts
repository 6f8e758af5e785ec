import { asArray, asNumber, asObject } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SimulatedCall } from './call.ts'
import { ProviderRefusal } from './errors.ts'
import { readWish } from './gemini-wish.ts'
import { jsonReply } from './reply.ts'
import type { Reply } from './reply.ts'
import { estimateTokens, hashText, textOf } from './text.ts'

/** Answers `countTokens`. */
export function answerGeminiCount(call: SimulatedCall): Reply {
  const { body, model } = call
  const nested = asObject(body['generateContentRequest'])
  if (nested !== undefined && nested['model'] !== `models/${model}`) {
    throw new ProviderRefusal(400, 'The model of the request is not that of the path.')
  }
  const { model: _, ...request } = nested ?? body
  const totalTokens = estimateTokens(readWish(request, model).prompt)
  return jsonReply({
    totalTokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }],
  })
}

/** Answers `embedContent` and `batchEmbedContents`: one vector for each text, the same for the same. */
export function answerGeminiEmbed(call: SimulatedCall, isBatch: boolean): Reply {
  const { body, model } = call
  if (!isBatch) return jsonReply({ embedding: { values: vectorOf(body, model) } })
  const requests = asArray(body['requests']).map((each) => asObject(each) ?? {})
  if (requests.length === 0) throw new ProviderRefusal(400, '* requests: requests is not specified')
  for (const request of requests) {
    if (request['model'] === `models/${model}`) continue
    throw new ProviderRefusal(400, '* BatchEmbedContentsRequest.model: must be that of the path')
  }
  return jsonReply({ embeddings: requests.map((each) => ({ values: vectorOf(each, model) })) })
}

/** Answers `GET …/models` and `GET …/models/{name}`. */
export function answerGeminiModels(models: readonly string[], name: string): Reply {
  const describe = (model: string): JsonObject => ({
    name: `models/${model}`,
    displayName: model,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  })
  return jsonReply(name === '' ? { models: models.map(describe) } : describe(name))
}

function vectorOf(request: JsonObject, model: string): number[] {
  const text = textOf(asObject(request['content'])?.['parts'])
  if (text === '') throw new ProviderRefusal(400, '* EmbedContentRequest.content: content is empty')
  const length = asNumber(request['outputDimensionality']) ?? 8
  return Array.from({ length }, (_, index) => {
    const hash = hashText(`${model} ${text} ${index}`)
    return Number.parseInt(hash.slice(0, 8), 16) / 2 ** 32 - 0.5
  })
}
