import { GatewayError } from '../core/errors.ts'
import type { Operation } from '../core/record.ts'
import type { FormatName } from '../formats/index.ts'
import type { Endpoint } from './endpoints.ts'
import { splitUrl } from './request.ts'

/**
 * Finds the endpoints whose paths Google made: those of the Gemini API, and those of Vertex. They name the
 * model, and behind a colon the method. https://google.aip.dev/136
 */
export function findGoogleEndpoint(path: string, query: string): Endpoint | undefined {
  const list = modelsPattern.exec(path)
  if (list === null) return findVertexEndpoint(path, query)
  const [, prefix, tail] = list
  // Where clients of OpenAI ask for models, too, only a method tells who asks.
  const isShared = prefix === '/v1'
  if (tail === undefined) return isShared ? undefined : { type: 'models', id: undefined }
  const colon = tail.lastIndexOf(':')
  const method = colon < 0 ? '' : tail.slice(colon + 1)
  if (Object.hasOwn(geminiMethods, method)) {
    return geminiEndpoint(decodeName(tail.slice(0, colon)), method, query)
  }
  return isShared ? undefined : { type: 'models', id: decodeName(tail) }
}

function findVertexEndpoint(path: string, query: string): Endpoint | undefined {
  const match = vertexPattern.exec(path)
  if (match === null) return undefined
  const [, publisher, model = '', method = ''] = match
  return publisher === 'google'
    ? geminiEndpoint(decodeName(model), method, query)
    : claudeEndpoint(decodeName(model), method)
}

/**
 * Refuses a key in the query, as Google and Azure allow it: addresses end up in logs, and a key that is there
 * is no secret any more; nor may it go on to a provider. Throws `missing_key`.
 */
export function refuseKeyInQuery({ url, headers }: Request): void {
  const { path, query } = splitUrl(url)
  if (query === '') return
  const names = [...new URLSearchParams(query).keys()].map((name) => name.toLowerCase())
  const hasHeader = headers.has('x-goog-api-key') || headers.has('authorization')
  // Google's own SDK sends it beside the header; nothing of such a query goes on.
  const isGoogles = isGooglePath(path) && names.includes('key') && !hasHeader
  if (!isGoogles && !names.some((name) => credentialNames.has(name))) return
  throw new GatewayError(
    'missing_key',
    isGooglePath(path)
      ? 'Send the API key in the header x-goog-api-key: this gateway takes none from an address.'
      : 'Send the API key in a header such as authorization: this gateway takes none from an address.',
  )
}

/** Names under which services take credentials from an address. */
const credentialNames: ReadonlySet<string> = new Set([
  'api-key',
  'api_key',
  'apikey',
  'access_token',
  'authorization',
  'subscription-key',
  'ocp-apim-subscription-key',
  'x-api-key',
  'x-goog-api-key',
])

/** Tells whether a request is one of Google's clients, whose dialect its answer then has. */
export function isFromGoogle(path: string, headers: Headers): boolean {
  return isGooglePath(path) || (path.startsWith('/v1/models') && headers.has('x-goog-api-key'))
}

function isGooglePath(path: string): boolean {
  return path.startsWith('/gemini/') || path.startsWith('/v1beta/') || path.startsWith('/vertex/')
}

const modelsPattern = /^(\/gemini\/v1(?:beta|alpha)?|\/v1(?:beta|alpha)?)\/models(?:\/(.+))?$/
const vertexPattern =
  /^\/vertex\/v1(?:beta1)?\/(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/(google|anthropic)\/models\/(.+):([A-Za-z]+)$/

interface Method {
  readonly operation: Operation
  readonly stream: boolean
}

const geminiMethods: Readonly<Record<string, Method>> = {
  generateContent: { operation: 'chat', stream: false },
  streamGenerateContent: { operation: 'chat', stream: true },
  countTokens: { operation: 'count_tokens', stream: false },
  embedContent: { operation: 'embeddings', stream: false },
  batchEmbedContents: { operation: 'embeddings', stream: false },
}

function geminiEndpoint(model: string, name: string, query: string): Endpoint | undefined {
  const method = Object.hasOwn(geminiMethods, name) ? geminiMethods[name] : undefined
  if (method === undefined || model === '') return undefined
  const { operation, stream } = method
  const isArray = stream && new URLSearchParams(query).get('alt') !== 'sse'
  const path = `/models/${encodeURIComponent(model)}:${name}`
  return endpointOf(operation, isArray ? 'gemini-array' : 'gemini', { path, model, stream })
}

/** Claude at Vertex: the body is Anthropic's own, less the model. */
function claudeEndpoint(model: string, method: string): Endpoint | undefined {
  const isKnown = method === 'rawPredict' || method === 'streamRawPredict'
  if (!isKnown || model === '') return undefined
  const stream = method === 'streamRawPredict'
  if (model === 'count-tokens') {
    const path = '/messages/count_tokens'
    return { ...claude, operation: 'count_tokens', path }
  }
  return { ...claude, operation: 'chat', path: '/messages', target: { model, stream } }
}

const claude = { type: 'call', format: 'anthropic-messages', methods: ['POST'] } as const

function endpointOf(
  operation: Operation,
  format: FormatName,
  { path, ...target }: { readonly path: string; readonly model: string; readonly stream: boolean },
): Endpoint {
  return { type: 'call', operation, format, methods: ['POST'], path, target }
}

/** Names may hold slashes and dots, encoded or not; some clients put the collection before them once more. */
function decodeName(text: string): string {
  try {
    return decodeURIComponent(text).replace(/^models\//, '')
  } catch {
    // A malformed escape names no model: the caller gets a 404 for the text as it stands.
    return text
  }
}
