import { asArray, asNumber, asObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import {
  createLossList,
  optionalInteger,
  optionalString,
  pruned,
  refuse,
} from '../openai-chat/fields.ts'
import {
  badVectors,
  type EmbeddingInput,
  type EmbeddingPurpose,
  type EmbeddingsClientDialect,
  type EmbeddingsProviderDialect,
  type EmbeddingsRequest,
} from './dialect.ts'
import { encodeVector, readVector } from './vector.ts'

/** Inputs OpenAI takes at once. */
const maxInputs = 2048

/**
 * OpenAI's `/v1/embeddings`, with the `input_type` that several servers add to it.
 * https://platform.openai.com/docs/api-reference/embeddings
 */
export const openAiEmbeddings = {
  name: 'openai-embeddings',
  maxInputs: () => maxInputs,
  readRequest(body) {
    const lost = createLossList()
    const encoding = optionalString(body, 'encoding_format') ?? 'float'
    if (encoding !== 'float' && encoding !== 'base64') {
      return refuse('encoding_format', 'float or base64')
    }
    lost.addUnknown(body, knownFields, '')
    return {
      ...pruned<Pick<EmbeddingsRequest, 'dimensions' | 'purpose' | 'userId'>>({
        dimensions: optionalInteger(body, 'dimensions', 1),
        purpose: readPurpose(body),
        userId: optionalString(body, 'user'),
      }),
      inputs: readInputs(body['input']),
      encoding,
      inexpressible: lost.paths,
    }
  },
  writeAnswer(answer, { model, encoding }) {
    const tokens = answer.usage?.inputTokens ?? 0
    return {
      object: 'list',
      data: answer.vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: encodeVector(vector, encoding),
      })),
      model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    }
  },
  writeRequest(request, model, warn) {
    // OpenAI's models know no purposes; servers of others choose by their own prompts.
    if (request.purpose !== undefined) warn({ type: 'dropped', field: 'input_type' })
    if (request.title !== undefined) warn({ type: 'dropped', field: 'title' })
    if (request.truncate !== undefined) warn({ type: 'dropped', field: 'truncate' })
    return {
      model,
      input: request.inputs.map((input) => (typeof input === 'string' ? input : [...input])),
      dimensions: request.dimensions,
      encoding_format: request.encoding,
      user: request.userId,
    }
  },
  readAnswer(body) {
    const entries = asArray(body['data']).map((entry) => asObject(entry))
    if (entries.length === 0) throw badVectors('there are no vectors')
    const inOrder = entries.toSorted((a, b) => indexOf(a) - indexOf(b))
    const tokens = asNumber(asObject(body['usage'])?.['prompt_tokens'])
    return {
      vectors: inOrder.map((entry) => readVector(entry?.['embedding'])),
      ...(tokens === undefined ? {} : { usage: { inputTokens: tokens, outputTokens: 0 } }),
    }
  },
} as const satisfies EmbeddingsClientDialect & EmbeddingsProviderDialect

const knownFields = new Set([
  'model',
  'input',
  'encoding_format',
  'dimensions',
  'user',
  'input_type',
])

const purposes: ReadonlyMap<string, EmbeddingPurpose> = new Map([
  ['search_document', 'search_document'],
  ['document', 'search_document'],
  ['passage', 'search_document'],
  ['search_query', 'search_query'],
  ['query', 'search_query'],
  ['classification', 'classification'],
  ['clustering', 'clustering'],
])

function readPurpose(body: JsonObject): EmbeddingPurpose | undefined {
  const word = optionalString(body, 'input_type')
  if (word === undefined) return undefined
  return (
    purposes.get(word) ??
    refuse('input_type', 'search_document, search_query, classification or clustering')
  )
}

function readInputs(value: JsonValue | undefined): EmbeddingInput[] {
  const expected = 'a text, a list of texts, or tokens'
  if (typeof value === 'string') return value === '' ? refuse('input', expected) : [value]
  if (!Array.isArray(value) || value.length === 0) return refuse('input', expected)
  if (typeof value[0] === 'number') return [readTokens(value, 'input')]
  return value.map((element, index) => {
    const path = `input[${index}]`
    if (Array.isArray(element)) return readTokens(element, path)
    return typeof element === 'string' && element !== ''
      ? element
      : refuse(path, 'a text or tokens')
  })
}

function readTokens(values: readonly JsonValue[], path: string): number[] {
  if (values.length === 0) refuse(path, 'a list of tokens that is not empty')
  return values.map((value, index) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : refuse(`${path}[${index}]`, 'a token'),
  )
}

function indexOf(entry: JsonObject | undefined): number {
  return asNumber(entry?.['index']) ?? 0
}
