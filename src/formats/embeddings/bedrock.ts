import { asNumber, asObject, type JsonObject } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import { maxCohereTexts, readEmbeddings, writeTexts } from './cohere.ts'
import { textsOf, type EmbeddingsProviderDialect, type EmbeddingsRequest } from './dialect.ts'
import { readVector } from './vector.ts'

/**
 * Amazon's Titan behind InvokeModel: one text, one vector.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
 */
export const titanEmbeddings = {
  name: 'bedrock-titan',
  maxInputs: () => 1,
  writeRequest(request, model, warn) {
    const [inputText = ''] = textsOf(request.inputs)
    warnOfAlienFields(request, warn)
    return { inputText, ...writeDimensions(request, model, warn) }
  },
  readAnswer(body) {
    const byType = asObject(body['embeddingsByType'])
    const tokens = asNumber(body['inputTextTokenCount'])
    return {
      vectors: [readVector(body['embedding'] ?? byType?.['float'])],
      ...(tokens === undefined ? {} : { usage: { inputTokens: tokens, outputTokens: 0 } }),
    }
  },
} as const satisfies EmbeddingsProviderDialect

/** Cohere's models behind InvokeModel: as at Cohere, but without the model's name and without usage. */
export const bedrockCohereEmbeddings = {
  name: 'bedrock-cohere',
  maxInputs: () => maxCohereTexts,
  writeRequest(request, _, warn) {
    return {
      ...writeTexts(request, warn),
      embedding_types: ['float'],
      output_dimension: request.dimensions,
    }
  },
  readAnswer: (body) => ({ vectors: readEmbeddings(body) }),
} as const satisfies EmbeddingsProviderDialect

function warnOfAlienFields(request: EmbeddingsRequest, warn: Warn): void {
  if (request.purpose !== undefined) warn({ type: 'dropped', field: 'input_type' })
  if (request.title !== undefined) warn({ type: 'dropped', field: 'title' })
  if (request.truncate !== undefined) warn({ type: 'dropped', field: 'truncate' })
  if (request.userId !== undefined) warn({ type: 'dropped', field: 'user' })
}

/** The first generation has one length; the one that also sees images names it elsewhere. */
function writeDimensions({ dimensions }: EmbeddingsRequest, model: string, warn: Warn): JsonObject {
  if (dimensions === undefined) return {}
  if (model.includes('titan-embed-image')) {
    return { embeddingConfig: { outputEmbeddingLength: dimensions } }
  }
  if (!model.includes('titan-embed-text-v1')) return { dimensions }
  warn({ type: 'dropped', field: 'dimensions' })
  return {}
}
