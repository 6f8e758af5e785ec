import { asNumber, asObject, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { Warn } from '../format.ts'
import {
  createLossList,
  optionalArray,
  optionalInteger,
  optionalString,
  pruned,
  refuse,
} from '../openai-chat/fields.ts'
import {
  badVectors,
  textsOf,
  type EmbeddingPurpose,
  type EmbeddingsClientDialect,
  type EmbeddingsProviderDialect,
  type EmbeddingsRequest,
} from './dialect.ts'
import { asBase64, asNumbers, readVectors } from './vector.ts'

/** Texts Cohere takes at once. */
export const maxCohereTexts = 96

/** Cohere's `/v2/embed`. https://docs.cohere.com/reference/embed */
export const cohereEmbeddings = {
  name: 'cohere-embed',
  maxInputs: () => maxCohereTexts,
  readRequest(body) {
    const lost = createLossList()
    lost.addUnknown(body, knownFields, '')
    return {
      ...pruned<Pick<EmbeddingsRequest, 'dimensions' | 'purpose' | 'truncate'>>({
        dimensions: optionalInteger(body, 'output_dimension', 1),
        purpose: readPurpose(body),
        truncate: readTruncate(body),
      }),
      inputs: readTexts(body),
      encoding: readEncoding(body),
      inexpressible: lost.paths,
    }
  },
  writeAnswer(answer, { encoding, inputs, model }) {
    const tokens = answer.usage?.inputTokens
    return {
      id: Bun.randomUUIDv7(),
      embeddings:
        encoding === 'base64'
          ? { base64: answer.vectors.map(asBase64) }
          : { float: answer.vectors.map(asNumbers) },
      texts: textsOf(inputs),
      model,
      meta: {
        api_version: { version: '2' },
        ...(tokens === undefined ? {} : { billed_units: { input_tokens: tokens } }),
      },
      response_type: 'embeddings_by_type',
    }
  },
  writeRequest(request, model, warn) {
    return {
      model,
      ...writeTexts(request, warn),
      embedding_types: [request.encoding],
      output_dimension: request.dimensions,
    }
  },
  readAnswer(body) {
    const usage = readUsage(body)
    return { vectors: readEmbeddings(body), ...(usage === undefined ? {} : { usage }) }
  },
} as const satisfies EmbeddingsClientDialect & EmbeddingsProviderDialect

/** Writes what every home of Cohere's models takes. */
export function writeTexts(request: EmbeddingsRequest, warn: Warn): JsonObject {
  if (request.title !== undefined) warn({ type: 'dropped', field: 'title' })
  if (request.userId !== undefined) warn({ type: 'dropped', field: 'user' })
  return {
    texts: textsOf(request.inputs),
    input_type: writePurpose(request.purpose, warn),
    truncate: request.truncate?.toUpperCase(),
  }
}

/** Reads vectors by their type; older models answer with the bare list. */
export function readEmbeddings(body: JsonObject): readonly (readonly number[] | string)[] {
  const embeddings = body['embeddings']
  if (!isObject(embeddings)) return readVectors(embeddings)
  const vectors = embeddings['float'] ?? embeddings['base64']
  if (vectors === undefined) throw badVectors('there are no vectors of a known type')
  return readVectors(vectors)
}

function readUsage(body: JsonObject): TokenUsage | undefined {
  const billed = asObject(asObject(body['meta'])?.['billed_units'])
  const tokens = asNumber(billed?.['input_tokens'])
  return tokens === undefined ? undefined : { inputTokens: tokens, outputTokens: 0 }
}

const knownFields = new Set([
  'model',
  'texts',
  'input_type',
  'embedding_types',
  'output_dimension',
  'truncate',
  // Only Cohere can turn these into vectors: they are refused, not lost.
  'images',
  'inputs',
])

function readTexts(body: JsonObject): string[] {
  if (optionalArray(body, 'images') !== undefined) {
    refuse('images', 'absent: the provider of this model embeds texts only')
  }
  const texts = optionalArray(body, 'texts') ?? readMixed(body)
  if (texts.length === 0) refuse('texts', 'an array of texts that is not empty')
  return texts.map((text, index) =>
    typeof text === 'string' && text !== '' ? text : refuse(`texts[${index}]`, 'a text'),
  )
}

/** Reads inputs that may mix texts and images, as far as they are texts. */
function readMixed(body: JsonObject): string[] {
  return (optionalArray(body, 'inputs') ?? []).map((input, index) => {
    const path = `inputs[${index}].content`
    const content = asObject(input)?.['content']
    if (!Array.isArray(content)) return refuse(path, 'an array')
    return content.map((part, at) => textOf(part, `${path}[${at}]`)).join('\n')
  })
}

function textOf(part: JsonValue, path: string): string {
  const text = asObject(part)?.['text']
  return typeof text === 'string'
    ? text
    : refuse(path, 'a text: the provider of this model embeds texts only')
}

const purposes: ReadonlySet<EmbeddingPurpose> = new Set([
  'search_document',
  'search_query',
  'classification',
  'clustering',
])

function readPurpose(body: JsonObject): EmbeddingPurpose | undefined {
  const word = optionalString(body, 'input_type')
  if (word === undefined) return undefined
  const purpose = [...purposes].find((known) => known === word)
  return purpose ?? refuse('input_type', [...purposes].join(', '))
}

/** Cohere demands a purpose: most vectors are made to be found. */
function writePurpose(purpose: EmbeddingPurpose | undefined, warn: Warn): string {
  if (purpose === undefined || purposes.has(purpose)) return purpose ?? 'search_document'
  const nearest = nearestPurpose[purpose] ?? 'search_document'
  warn({ type: 'changed', field: 'input_type', detail: `sent as ${nearest}` })
  return nearest
}

const nearestPurpose: Partial<Record<EmbeddingPurpose, EmbeddingPurpose>> = {
  similarity: 'clustering',
  question_answering: 'search_query',
  fact_verification: 'search_query',
  code_query: 'search_query',
}

function readTruncate(body: JsonObject): EmbeddingsRequest['truncate'] {
  const word = optionalString(body, 'truncate')?.toLowerCase()
  if (word === undefined || word === 'none' || word === 'start' || word === 'end') return word
  return refuse('truncate', 'NONE, START or END')
}

function readEncoding(body: JsonObject): 'float' | 'base64' {
  const types = optionalArray(body, 'embedding_types') ?? ['float']
  const [type] = types
  if (types.length === 1 && (type === 'float' || type === 'base64')) return type
  return refuse('embedding_types', '["float"] or ["base64"]: this provider has no other types')
}
