import type { JsonObject } from '../../core/json.ts'
import { answerCountTokens, answerMessages } from './anthropic.ts'
import type { PromptCache } from './anthropic.ts'
import { answerConverse, answerInvoke } from './bedrock.ts'
import type { Form, SimulatedCall } from './call.ts'
import { ProviderRefusal } from './errors.ts'
import { answerGenerateContent } from './gemini.ts'
import { answerGeminiCount, answerGeminiEmbed, answerGeminiModels } from './gemini-other.ts'
import { answerCohereEmbed, answerCohereRerank } from './cohere-other.ts'
import { answerCohereChat } from './cohere.ts'
import { answerChat, answerCompletion } from './openai-chat.ts'
import {
  answerEmbeddings,
  answerImages,
  answerModels,
  answerModerations,
  answerRerank,
  answerSpeech,
  answerTranscription,
  openaiModel,
} from './openai-other.ts'
import { answerResponse } from './openai-responses.ts'
import { jsonReply } from './reply.ts'
import type { Reply } from './reply.ts'
import type { Route } from './route.ts'
import type { SimulatedStorage } from './storage.ts'
import type { StoredResponses } from './stored-responses.ts'

/** What endpoints keep between calls. */
export interface Endpoints {
  readonly models: readonly string[]
  readonly storage: SimulatedStorage
  readonly responses: StoredResponses
  readonly promptCache: PromptCache
  /** Sends one line of a batch back to this provider. */
  readonly runLine: (path: string, body: JsonObject, headers: Headers) => Promise<Response>
}

/** One call on its way to its endpoint. */
export interface Dispatch {
  readonly route: Route
  readonly call: SimulatedCall
  readonly form: Form | undefined
  readonly endpoints: Endpoints
}

type Handler = (call: SimulatedCall, endpoints: Endpoints) => Reply

const modelEndpoints: Readonly<Record<string, Handler>> = {
  '/v1/chat/completions': answerChat,
  '/v1/completions': answerCompletion,
  '/v1/responses': (call, endpoints) => answerResponse(call, endpoints.responses),
  '/v1/embeddings': answerEmbeddings,
  '/v1/moderations': answerModerations,
  '/v1/audio/speech': answerSpeech,
  '/v1/images/generations': answerImages,
  '/v1/rerank': answerRerank,
  '/v1/messages': (call, endpoints) => answerMessages(call, endpoints.promptCache),
  '/v1/messages/count_tokens': answerCountTokens,
  '/model/converse': (call, { promptCache }) => answerConverse(call, promptCache, false),
  '/model/converse-stream': (call, { promptCache }) => answerConverse(call, promptCache, true),
  '/model/invoke': (call, { promptCache }) => answerInvoke(call, promptCache, false),
  '/model/invoke-with-response-stream': (call, { promptCache }) =>
    answerInvoke(call, promptCache, true),
  '/gemini/generateContent': (call) => answerGenerateContent(call, 'whole'),
  '/gemini/streamGenerateContent/events': (call) => answerGenerateContent(call, 'events'),
  '/gemini/streamGenerateContent/array': (call) => answerGenerateContent(call, 'array'),
  '/gemini/countTokens': answerGeminiCount,
  '/gemini/embedContent': (call) => answerGeminiEmbed(call, false),
  '/gemini/batchEmbedContents': (call) => answerGeminiEmbed(call, true),
  '/v2/chat': answerCohereChat,
  '/v2/embed': answerCohereEmbed,
  '/v2/rerank': answerCohereRerank,
}

// These name no model of their own when the caller leaves it out.
const modelIsOptional = new Set(['/v1/moderations', '/v1/images/generations'])

/** Answers a call at the endpoint its path names; throws `ProviderRefusal` for one that does not exist. */
export async function dispatch(request: Request, to: Dispatch): Promise<Reply> {
  const { route, call, form, endpoints } = to
  const { path } = route
  if (request.method !== 'POST') return readStored(request.method, route, to)
  if (form !== undefined) {
    if (path === '/v1/files') return endpoints.storage.upload(form)
    if (path.startsWith('/v1/audio/tran')) return answerTranscription(form)
    if (path === '/v1/images/edits') return answerImages(call)
  }
  if (path === '/v1/batches') {
    const headers = new Headers(request.headers)
    headers.delete('content-length')
    return endpoints.storage.createBatch(call.body, (url, body) =>
      endpoints.runLine(url, body, headers),
    )
  }
  const cancelled = /^\/v1\/responses\/([^/]+)\/cancel$/.exec(path)?.[1]
  if (cancelled !== undefined) return endpoints.responses.cancel(cancelled)
  // Azure has no responses behind its deployments.
  if (call.onDeployment && path === '/v1/responses') throw unknownPath(request.method, path)
  const handler = Object.hasOwn(modelEndpoints, path) ? modelEndpoints[path] : undefined
  if (handler === undefined) throw unknownPath(request.method, path)
  if (path.startsWith('/v1/messages')) requireVersion(request.headers)
  if (call.model === '' && !modelIsOptional.has(path)) {
    throw new ProviderRefusal(400, 'you must provide a model parameter', { param: 'model' })
  }
  return handler(call, endpoints)
}

function readStored(method: string, route: Route, { endpoints }: Dispatch): Reply {
  if (method === 'GET' && route.path === '/gemini/models') {
    return answerGeminiModels(endpoints.models, route.deployment ?? '')
  }
  const [, , kind = '', id = '', what] = route.path.split('/')
  const { models, storage, responses } = endpoints
  if (method === 'GET' && kind === 'models') {
    return id === ''
      ? answerModels(models, route.dialect === 'anthropic')
      : jsonReply(openaiModel(id))
  }
  if (method === 'GET' && kind === 'files') {
    if (id === '') return storage.listFiles()
    return what === 'content' ? storage.content(id) : storage.file(id)
  }
  if (method === 'GET' && kind === 'batches')
    return id === '' ? storage.listBatches() : storage.batch(id)
  if (method === 'GET' && kind === 'responses') {
    return what === 'input_items' ? responses.inputItems(id) : responses.get(id)
  }
  if (method === 'DELETE' && kind === 'files') return storage.delete(id)
  if (method === 'DELETE' && kind === 'responses') return responses.delete(id)
  throw unknownPath(method, route.path)
}

function requireVersion(headers: Headers): void {
  if (!headers.has('anthropic-version')) {
    throw new ProviderRefusal(400, 'anthropic-version: header is required')
  }
}

function unknownPath(method: string, path: string): ProviderRefusal {
  return new ProviderRefusal(404, `Unknown request URL: ${method} ${path}.`)
}
