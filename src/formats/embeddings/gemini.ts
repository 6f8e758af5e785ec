import { asArray, asNumber, asObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { Warn } from '../format.ts'
import {
  createLossList,
  objectElement,
  optionalArray,
  optionalInteger,
  optionalString,
  pruned,
  refuse,
  type LossList,
} from '../openai-chat/fields.ts'
import {
  badVectors,
  textsOf,
  type EmbeddingPurpose,
  type EmbeddingsClientDialect,
  type EmbeddingsProviderDialect,
  type EmbeddingsRequest,
} from './dialect.ts'
import { asNumbers, readVector } from './vector.ts'

/** Requests one batch of Gemini holds. */
const maxRequests = 100

/** Gemini's `embedContent`: one text, one vector. https://ai.google.dev/api/embeddings */
export const geminiEmbedContent = {
  name: 'gemini-embed',
  readRequest(body) {
    const lost = createLossList()
    return { ...readOne(body, '', lost), inexpressible: lost.paths }
  },
  writeAnswer(answer) {
    const [vector] = answer.vectors
    if (vector === undefined) throw badVectors('there is no vector')
    return { embedding: { values: asNumbers(vector) }, ...writeUsage(answer.usage) }
  },
} as const satisfies EmbeddingsClientDialect

/** Gemini's `batchEmbedContents`: a list of requests, each as if it were sent alone. */
export const geminiBatchEmbedContents = {
  name: 'gemini-embed',
  maxInputs: () => maxRequests,
  readRequest(body) {
    const lost = createLossList()
    const requests = optionalArray(body, 'requests') ?? []
    const [first, ...others] = requests.map((request, index) =>
      readOne(objectElement(request, `requests[${index}]`), `requests[${index}]`, lost),
    )
    if (first === undefined) return refuse('requests', 'an array that is not empty')
    for (const [index, other] of others.entries()) requireAlike(first, other, index + 1)
    return {
      ...first,
      inputs: [first, ...others].flatMap(({ inputs }) => inputs),
      inexpressible: lost.paths,
    }
  },
  writeAnswer(answer) {
    return {
      embeddings: answer.vectors.map((vector) => ({ values: asNumbers(vector) })),
      ...writeUsage(answer.usage),
    }
  },
  writeRequest(request, model, warn) {
    if (request.userId !== undefined) warn({ type: 'dropped', field: 'user' })
    if (request.truncate !== undefined) warn({ type: 'dropped', field: 'truncate' })
    return {
      requests: textsOf(request.inputs).map((text) => ({
        model: `models/${model}`,
        content: { parts: [{ text }] },
        taskType: writeTaskType(request.purpose),
        title: request.title,
        outputDimensionality: request.dimensions,
      })),
    }
  },
  readAnswer(body) {
    const usage = readUsage(body)
    return {
      vectors: asArray(body['embeddings']).map((each) => readVector(asObject(each)?.['values'])),
      ...(usage === undefined ? {} : { usage }),
    }
  },
} as const satisfies EmbeddingsClientDialect & EmbeddingsProviderDialect

/** Vertex's `predict` for text embeddings. https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api */
export const vertexPredict = {
  name: 'vertex-predict',
  // Models named after Gemini take one text, the older ones many.
  maxInputs: (model) => (model.startsWith('gemini') ? 1 : 250),
  writeRequest(request, _, warn) {
    if (request.userId !== undefined) warn({ type: 'dropped', field: 'user' })
    return {
      instances: textsOf(request.inputs).map((content) => ({
        content,
        task_type: writeTaskType(request.purpose),
        title: request.title,
      })),
      parameters: {
        ...(request.dimensions !== undefined && { outputDimensionality: request.dimensions }),
        ...writeAutoTruncate(request, warn),
      },
    }
  },
  readAnswer(body) {
    const embeddings = asArray(body['predictions']).map((each) =>
      asObject(asObject(each)?.['embeddings']),
    )
    const counts = embeddings.flatMap(
      (each) => asNumber(asObject(each?.['statistics'])?.['token_count']) ?? [],
    )
    return {
      vectors: embeddings.map((each) => readVector(each?.['values'])),
      ...(counts.length === 0 ? {} : { usage: usageOf(counts.reduce((sum, n) => sum + n, 0)) }),
    }
  },
} as const satisfies EmbeddingsProviderDialect

const knownFields = new Set(['model', 'content', 'taskType', 'title', 'outputDimensionality'])

const purposeOfTask: ReadonlyMap<string, EmbeddingPurpose> = new Map([
  ['RETRIEVAL_DOCUMENT', 'search_document'],
  ['RETRIEVAL_QUERY', 'search_query'],
  ['CLASSIFICATION', 'classification'],
  ['CLUSTERING', 'clustering'],
  ['SEMANTIC_SIMILARITY', 'similarity'],
  ['QUESTION_ANSWERING', 'question_answering'],
  ['FACT_VERIFICATION', 'fact_verification'],
  ['CODE_RETRIEVAL_QUERY', 'code_query'],
])
const taskOfPurpose: ReadonlyMap<EmbeddingPurpose, string> = new Map(
  [...purposeOfTask].map(([task, purpose]) => [purpose, task]),
)

function writeTaskType(purpose: EmbeddingPurpose | undefined): string | undefined {
  return purpose === undefined ? undefined : taskOfPurpose.get(purpose)
}

type OneRequest = Omit<EmbeddingsRequest, 'inexpressible'>

function readOne(body: JsonObject, path: string, lost: LossList): OneRequest {
  lost.addUnknown(body, knownFields, path)
  const task = optionalString(body, 'taskType', path)
  const purpose = task === undefined ? undefined : purposeOfTask.get(task)
  const isUnspecified = task === 'TASK_TYPE_UNSPECIFIED'
  if (task !== undefined && purpose === undefined && !isUnspecified) {
    refuse(path === '' ? 'taskType' : `${path}.taskType`, [...purposeOfTask.keys()].join(', '))
  }
  return {
    ...pruned<Pick<OneRequest, 'dimensions' | 'purpose' | 'title'>>({
      dimensions: optionalInteger(body, 'outputDimensionality', 1),
      purpose,
      title: optionalString(body, 'title', path),
    }),
    inputs: [readContent(body['content'], path === '' ? 'content' : `${path}.content`)],
    encoding: 'float',
  }
}

function readContent(value: JsonValue | undefined, path: string): string {
  const parts = asObject(value)?.['parts']
  if (!Array.isArray(parts) || parts.length === 0) return refuse(path, 'an object with parts')
  return parts
    .map((part, index) => {
      const text = asObject(part)?.['text']
      return typeof text === 'string'
        ? text
        : refuse(
            `${path}.parts[${index}].text`,
            'a text: the provider of this model embeds no other',
          )
    })
    .join('\n')
}

/** Other dialects say once for all inputs what Gemini says for each. */
function requireAlike(first: OneRequest, other: OneRequest, index: number): void {
  for (const field of ['purpose', 'dimensions', 'title'] as const) {
    if (first[field] === other[field]) continue
    const name = { purpose: 'taskType', dimensions: 'outputDimensionality', title: 'title' }[field]
    refuse(`requests[${index}].${name}`, `as in requests[0] for the provider of this model`)
  }
}

function writeAutoTruncate({ truncate }: EmbeddingsRequest, warn: Warn): JsonObject {
  if (truncate === undefined) return {}
  if (truncate === 'start') {
    warn({ type: 'changed', field: 'truncate', detail: 'the end is cut' })
  }
  return { autoTruncate: truncate !== 'none' }
}

function readUsage(body: JsonObject): TokenUsage | undefined {
  const tokens = asNumber(asObject(body['usageMetadata'])?.['promptTokenCount'])
  return tokens === undefined ? undefined : usageOf(tokens)
}

function writeUsage(usage: TokenUsage | undefined): JsonObject {
  if (usage === undefined) return {}
  const { inputTokens } = usage
  return { usageMetadata: { promptTokenCount: inputTokens, totalTokenCount: inputTokens } }
}

function usageOf(inputTokens: number): TokenUsage {
  return { inputTokens, outputTokens: 0 }
}
