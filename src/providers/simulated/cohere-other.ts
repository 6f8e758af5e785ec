import { asArray, asNumber, asObject, asString } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { SimulatedCall } from './call.ts'
import { ProviderRefusal } from './errors.ts'
import { rankDocuments, unitVector } from './openai-other.ts'
import { jsonReply } from './reply.ts'
import type { Reply } from './reply.ts'
import { estimateTokens, textOf } from './text.ts'

const embedFields = new Set([
  'model',
  'texts',
  'images',
  'inputs',
  'input_type',
  'embedding_types',
  'output_dimension',
  'truncate',
  'max_tokens',
  'priority',
])
const inputTypes = ['search_document', 'search_query', 'classification', 'clustering', 'image']
const dimensionsOffered = [256, 512, 1024, 1536]
const maxInputs = 96

/** Answers Cohere's `POST /v2/embed` with the vectors `/v1/embeddings` gives for the same texts. */
export function answerCohereEmbed(call: SimulatedCall): Reply {
  const { body, behaviour } = call
  refuseUnknown(body, embedFields)
  if (!inputTypes.includes(asString(body['input_type']) ?? '')) {
    throw invalid('valid input_type must be provided with the provided model')
  }
  const dimensions = asNumber(body['output_dimension']) ?? 1536
  if (!dimensionsOffered.includes(dimensions)) throw invalid('output_dimension is not valid.')
  const texts = textsOf(body)
  if (texts.length === 0 || texts.length > maxInputs) {
    throw invalid(`total number of texts must be from 1 to ${maxInputs}.`)
  }
  const types = body['embedding_types'] === undefined ? ['float'] : asArray(body['embedding_types'])
  const vectors = texts.map((text) => unitVector(text, dimensions))
  const embeddings = Object.fromEntries(
    types.map((type) => [asString(type) ?? '', vectors.map((vector) => encode(vector, type))]),
  )
  const input_tokens = texts.reduce((sum, text) => sum + estimateTokens(text), 0)
  const billed = behaviour.noUsage === true ? {} : { billed_units: { input_tokens } }
  return jsonReply({
    id: `sim-${call.id}`,
    embeddings,
    texts,
    meta: { api_version: { version: '2' }, ...billed },
    response_type: 'embeddings_by_type',
  })
}

const rerankFields = new Set([
  'model',
  'query',
  'documents',
  'top_n',
  'max_tokens_per_doc',
  'priority',
])

/** Answers Cohere's `POST /v2/rerank`, which takes texts only and never repeats them. */
export function answerCohereRerank(call: SimulatedCall): Reply {
  const { body } = call
  refuseUnknown(body, rerankFields)
  const query = asString(body['query']) ?? ''
  if (query.trim() === '') throw invalid('query must not be empty or be only whitespace')
  const documents = asArray(body['documents'])
  if (documents.length === 0) throw invalid('list of documents must not be empty')
  const texts = documents.map((document) => {
    if (typeof document !== 'string') throw invalid('documents must be texts.')
    return document
  })
  const results = rankDocuments(query, texts, asNumber(body['top_n']))
  return jsonReply({
    id: `sim-${call.id}`,
    results,
    meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
  })
}

function textsOf(body: JsonObject): string[] {
  if (body['inputs'] !== undefined) {
    return asArray(body['inputs']).map((input) => JSON.stringify(asObject(input)?.['content']))
  }
  const { texts, images } = body
  return asArray(texts ?? images).map((text) => {
    const known = textOf(text)
    if (known === '') throw invalid('texts must not be empty.')
    return known
  })
}

function encode(vector: Float32Array, type: JsonValue): JsonValue {
  if (type === 'float') return Array.from(vector)
  if (type === 'base64') return Buffer.from(vector.buffer).toString('base64')
  if (type !== 'int8') throw invalid('embedding_types is not valid.')
  return Array.from(vector, (value) => Math.max(-128, Math.min(127, Math.round(value * 127))))
}

function refuseUnknown(body: JsonObject, known: ReadonlySet<string>): void {
  const unknown = Object.keys(body).find((key) => !known.has(key))
  if (unknown !== undefined) throw invalid(`unknown field: parameter '${unknown}'`)
}

function invalid(what: string): ProviderRefusal {
  return new ProviderRefusal(400, `invalid request: ${what}`)
}
