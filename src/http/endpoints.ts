import type { Operation } from '../core/record.ts'
import type { FormatName } from '../formats/index.ts'
import { findBedrockEndpoint, isBedrockPath } from './bedrock-endpoints.ts'
import { findGoogleEndpoint, isFromGoogle } from './google-endpoints.ts'
import { findRealtimeEndpoint } from './realtime-endpoints.ts'
import type { RealtimeEndpoint } from './realtime-endpoints.ts'

/** What an endpoint of the data plane is. */
export type Endpoint =
  | {
      readonly type: 'call'
      readonly operation: Operation
      /** Decides the dialect of errors as well. */
      readonly format: FormatName
      readonly methods: readonly string[]
      /** Path behind the API root, for providers that offer the endpoint as it is. */
      readonly path: string
      /** What the path names, where bodies do not. */
      readonly target?: { readonly model: string; readonly stream: boolean }
      /** The model that the path names, whatever the body says. */
      readonly deployment?: string
    }
  | { readonly type: 'models'; readonly id: string | undefined }
  | { readonly type: 'health' }
  | { readonly type: 'ready' }
  | RealtimeEndpoint

const exactEndpoints: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/v1/chat/completions', call('chat', 'openai-chat', '/chat/completions')],
  ['/v1/completions', call('text_completion', 'openai-completions', '/completions')],
  ['/v1/responses', call('chat', 'openai-responses', '/responses')],
  // Where the Azure class of OpenAI's SDK asks, which puts no deployment before them.
  ['/openai/responses', call('chat', 'openai-responses', '/responses')],
  ['/v1/embeddings', call('embeddings', 'openai-chat', '/embeddings')],
  ['/v1/moderations', call('moderations', 'openai-chat', '/moderations')],
  ['/v1/audio/speech', call('audio', 'openai-chat', '/audio/speech')],
  ['/v1/audio/transcriptions', call('audio', 'openai-chat', '/audio/transcriptions')],
  ['/v1/audio/translations', call('audio', 'openai-chat', '/audio/translations')],
  ['/v1/images/generations', call('images', 'openai-chat', '/images/generations')],
  ['/v1/images/edits', call('images', 'openai-chat', '/images/edits')],
  ['/v1/images/variations', call('images', 'openai-chat', '/images/variations')],
  ['/v1/rerank', call('rerank', 'openai-chat', '/rerank')],
  ['/api/chat', call('chat', 'ollama-chat', '/chat')],
  ['/api/embed', call('embeddings', 'ollama-chat', '/embed')],
  ['/v2/chat', call('chat', 'cohere-chat', '/chat')],
  ['/v2/embed', call('embeddings', 'cohere-chat', '/embed')],
  ['/v2/rerank', call('rerank', 'cohere-chat', '/rerank')],
  ['/v1/messages', call('chat', 'anthropic-messages', '/messages')],
  ['/anthropic/v1/messages', call('chat', 'anthropic-messages', '/messages')],
  ['/v1/messages/count_tokens', countTokens()],
  ['/anthropic/v1/messages/count_tokens', countTokens()],
  ['/v1/models', { type: 'models', id: undefined }],
  ['/anthropic/v1/models', { type: 'models', id: undefined }],
  ['/health', { type: 'health' }],
  ['/ready', { type: 'ready' }],
])

/** Endpoints whose path goes on: the rest names a stored thing. */
const storePattern = /^\/v1\/(files|batches)(\/[A-Za-z0-9_-]{1,128}(\/(content|cancel))?)?$/

const responsePattern =
  /^(?:\/v1|\/openai)(\/responses\/[A-Za-z0-9_-]{1,128}(?:\/(cancel|input_items))?)$/

/** Finds the endpoint for a path; `undefined` when there is none. */
export function findEndpoint(path: string, query: string): Endpoint | undefined {
  const exact = exactEndpoints.get(path)
  if (exact !== undefined) return exact
  const azure = azurePattern.exec(path)
  if (azure !== null) return findAzureEndpoint(azure, query)
  const stored = storePattern.exec(path)
  if (stored !== null) {
    return {
      type: 'call',
      operation: stored[1] === 'files' ? 'files' : 'batches',
      format: 'openai-chat',
      methods: ['GET', 'POST', 'DELETE'],
      path: path.slice('/v1'.length) + forwardedQuery(query),
    }
  }
  const response = responsePattern.exec(path)
  if (response !== null) return storedResponse(response, query)
  const google = findGoogleEndpoint(path, query)
  if (google !== undefined) return google
  const prefix = modelPrefixes.find((each) => path.startsWith(each))
  if (prefix === undefined) {
    return findRealtimeEndpoint(path, query) ?? findBedrockEndpoint(path)
  }
  return { type: 'models', id: decodePath(path.slice(prefix.length)) }
}

/** Azure's v1 API, and its older one that names a deployment, which is the name of a model here. */
const azurePattern = /^\/openai\/(?:v1|deployments\/([^/]{1,768}))(\/.+)$/
const deploymentPattern =
  /^\/(?:chat\/completions|completions|embeddings|audio\/[a-z]+|images\/(?:generations|edits))$/

function findAzureEndpoint(
  [, deployment, rest = '']: RegExpExecArray,
  query: string,
): Endpoint | undefined {
  if (deployment === undefined) return findEndpoint(`/v1${rest}`, query)
  const endpoint = deploymentPattern.test(rest) ? exactEndpoints.get(`/v1${rest}`) : undefined
  if (endpoint?.type !== 'call') return undefined
  return { ...endpoint, deployment: decodePath(deployment) }
}

const modelPrefixes = ['/v1/models/', '/anthropic/v1/models/'] as const

/**
 * Returns the dialect of a caller. Both SDKs ask for models at the same path, and any may ask for a path
 * that is not there: then the header that Anthropic's clients always send tells them apart.
 */
export function dialectOf(
  endpoint: Endpoint | undefined,
  path: string,
  headers: Headers,
): FormatName {
  if (endpoint?.type === 'call') return endpoint.format
  if (isFromGoogle(path, headers)) return 'gemini'
  if (path.startsWith('/v2/')) return 'cohere-chat'
  if (path.startsWith('/api/')) return 'ollama-chat'
  if (isBedrockPath(path)) return 'bedrock-converse'
  const isAnthropic =
    path.startsWith('/anthropic/') ||
    path.startsWith('/v1/messages') ||
    headers.has('anthropic-version')
  return isAnthropic ? 'anthropic-messages' : 'openai-chat'
}

function call(operation: Operation, format: FormatName, path: string): Endpoint {
  return { type: 'call', operation, format, methods: ['POST'], path }
}

/** Calls about a response that was made before. */
function storedResponse([, path = '', part]: RegExpExecArray, query: string): Endpoint {
  const methods = { cancel: ['POST'], input_items: ['GET'] }[part ?? ''] ?? ['GET', 'DELETE']
  return {
    type: 'call',
    operation: 'responses',
    format: 'openai-responses',
    methods,
    path: path + forwardedQuery(query),
  }
}

/** Returns the query that a provider gets, with its question mark. */
function forwardedQuery(query: string): string {
  const parameters = new URLSearchParams(query)
  // Each provider is asked with a version of its own.
  parameters.delete('api-version')
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}

function countTokens(): Endpoint {
  return call('count_tokens', 'anthropic-messages', '/messages/count_tokens')
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A malformed escape names no model: the caller gets a 404 for the text as it stands.
    return text
  }
}
