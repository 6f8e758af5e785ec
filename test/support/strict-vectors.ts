import { asArray, asObject, asString, parseJson } from '../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'

/** Gemini, Vertex and Bedrock as far as they make vectors and rankings, each strict about its own words. */
export interface StrictVectors extends AsyncDisposable {
  readonly url: string
  readonly key: string
  /** Path and body of every request, oldest first. */
  readonly calls: { readonly path: string; readonly body: JsonObject }[]
}

/** Returns the vector that every one of them makes of a text. */
export function vectorOf(text: string): number[] {
  return [text.length, (text.codePointAt(0) ?? 0) / 8, 0.5, -0.25]
}

/** Starts them on one port. */
export function startStrictVectors(key = 'key-of-the-gateway'): StrictVectors {
  const calls: StrictVectors['calls'] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request) {
      const { headers } = request
      const given = headers.get('x-goog-api-key') ?? headers.get('authorization')?.slice(7)
      if (given !== key) return Response.json({ message: 'Forbidden' }, { status: 403 })
      const body = asObject(parseJson(await request.text())) ?? {}
      const path = decodeURIComponent(new URL(request.url).pathname)
      calls.push({ path, body })
      const answer = answers.find(([pattern]) => pattern.test(path))?.[1]
      if (answer === undefined) return Response.json({ message: path }, { status: 404 })
      try {
        return answer(body)
      } catch (error) {
        const message = error instanceof Error ? error.message : 'unknown'
        return Response.json({ message, error: { code: 400, message } }, { status: 400 })
      }
    },
  })
  return {
    url: server.url.href.replace(/\/$/, ''),
    key,
    calls,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

const answers: readonly (readonly [RegExp, (body: JsonObject) => Response])[] = [
  [/models\/gemini-embedding-001:batchEmbedContents$/, answerGemini],
  [/publishers\/google\/models\/text-embedding-005:predict$/, answerVertex],
  [/^\/model\/amazon\.titan-embed-text-v2:0\/invoke$/, answerTitan],
  [/^\/model\/cohere\.embed-english-v3\/invoke$/, answerCohere],
  [/^\/model\/cohere\.rerank-v3-5:0\/invoke$/, answerRerank],
]

function answerGemini(body: JsonObject): Response {
  requireFields(body, ['requests'])
  const embeddings = asArray(body['requests']).map((each) => {
    const request = requireFields(each, ['model', 'content', 'taskType', 'outputDimensionality'])
    if (request['model'] !== 'models/gemini-embedding-001') throw new Error('model')
    const part = asArray(requireFields(request['content'], ['parts', 'role'])['parts'])[0]
    return { values: vectorOf(asString(asObject(part)?.['text']) ?? '') }
  })
  return Response.json({ embeddings })
}

function answerVertex(body: JsonObject): Response {
  requireFields(body, ['instances', 'parameters'])
  const predictions = asArray(body['instances']).map((each) => {
    const text = asString(requireFields(each, ['content', 'task_type', 'title'])['content']) ?? ''
    const statistics = { token_count: 2, truncated: false }
    return { embeddings: { values: vectorOf(text), statistics } }
  })
  return Response.json({ predictions })
}

function answerTitan(body: JsonObject): Response {
  requireFields(body, ['inputText', 'dimensions', 'normalize', 'embeddingTypes'])
  const text = body['inputText']
  if (typeof text !== 'string' || text === '') throw new Error('inputText')
  return Response.json({ embedding: vectorOf(text), inputTextTokenCount: 3 })
}

function answerCohere(body: JsonObject): Response {
  requireFields(body, ['texts', 'input_type', 'truncate', 'embedding_types', 'output_dimension'])
  if (asString(body['input_type']) === undefined) throw new Error('input_type')
  const texts = asArray(body['texts']).map((text) => asString(text) ?? '')
  if (texts.length > 96) throw new Error('texts')
  // Bedrock tells what Cohere's models have read in a header only.
  return Response.json(
    { id: 'x', embeddings: { float: texts.map(vectorOf) }, texts },
    { headers: { 'x-amzn-bedrock-input-token-count': String(4 * texts.length) } },
  )
}

function answerRerank(body: JsonObject): Response {
  requireFields(body, ['query', 'documents', 'top_n', 'api_version', 'max_tokens_per_doc'])
  if (body['api_version'] !== 2) throw new Error('api_version')
  const documents = asArray(body['documents']).map((text) => asString(text) ?? '')
  const scores = documents.map((text, index) => ({
    index,
    relevance_score: text === body['query'] ? 1 : 0.1,
  }))
  const results = scores.toSorted((a, b) => b.relevance_score - a.relevance_score)
  return Response.json({ results: results.slice(0, Number(body['top_n'] ?? documents.length)) })
}

/** Returns an object; throws when it has a member that is not known. */
function requireFields(value: JsonValue | undefined, known: readonly string[]): JsonObject {
  const object = asObject(value)
  if (object === undefined) throw new Error('not an object')
  const unknown = Object.keys(object).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new Error(`unknown name ${unknown}`)
  return object
}
