import type { Dialect } from './errors.ts'
import { ProviderRefusal } from './errors.ts'

/** Where a request goes, whatever prefix its provider uses. */
export interface Route {
  readonly dialect: Dialect
  /** The path as OpenAI and Anthropic spell it, such as `/v1/chat/completions`. */
  readonly path: string
  /** The deployment named in an Azure path, the model in one of Bedrock or Gemini; it stands for the model. */
  readonly deployment: string | undefined
}

/**
 * Reads the dialect and the plain path out of a URL: Azure's `/openai/v1/…` and
 * `/openai/deployments/{name}/…?api-version=…` become `/v1/…`; `/v1/messages` speaks Anthropic, as
 * does any request with an `anthropic-version`; `/v2/…` speaks Cohere; `/model/{id}/…` Bedrock;
 * `…/models/{id}:{method}` Gemini, at its own API and at Vertex.
 */
export function routeOf(url: URL, headers: Headers): Route {
  const path = url.pathname.replace(/\/+$/, '')
  const deployment = /^\/openai\/deployments\/([^/]+)(\/.+)$/.exec(path)
  if (deployment !== null) {
    const [, name = '', rest = ''] = deployment
    if (!url.searchParams.has('api-version')) {
      throw new ProviderRefusal(404, 'Resource not found')
    }
    return { dialect: 'azure', path: `/v1${rest}`, deployment: decodeURIComponent(name) }
  }
  const model = /^\/model\/(.+)\/([a-z-]+)$/.exec(path)
  if (model !== null) {
    const [, id = '', action = ''] = model
    return { dialect: 'bedrock', path: `/model/${action}`, deployment: decodeURIComponent(id) }
  }
  const google = routeOfGoogle(url, path, headers)
  if (google !== undefined) return google
  if (path.startsWith('/openai/v1/')) {
    return { dialect: 'azure', path: path.slice('/openai'.length), deployment: undefined }
  }
  return { dialect: dialectOf(path, headers), path, deployment: undefined }
}

const googleMethod =
  /^\/v1(?:beta|alpha|beta1)?\/(?:projects\/[^/]+\/locations\/[^/]+\/publishers\/google\/)?models\/(.+):([A-Za-z]+)$/
const googleModels = /^\/v1(?:beta|alpha)?\/models(?:\/([^:]+))?$/

/** At the path both share, only the header of the key tells Google's clients from others. */
function isGoogleModels(path: string, headers: Headers): boolean {
  const isShared = path.startsWith('/v1/')
  return googleModels.test(path) && (!isShared || headers.has('x-goog-api-key'))
}

/** Gemini's methods become `/gemini/{method}`; a stream also says how it is framed. */
function routeOfGoogle({ searchParams }: URL, path: string, headers: Headers): Route | undefined {
  const list = isGoogleModels(path, headers) ? googleModels.exec(path) : null
  if (list !== null) {
    const name = decodeURIComponent(list[1] ?? '')
    return { dialect: 'gemini', path: '/gemini/models', deployment: name }
  }
  const match = googleMethod.exec(path)
  if (match === null) return undefined
  const [, model = '', method = ''] = match
  const framing = searchParams.get('alt') === 'sse' ? 'events' : 'array'
  const suffix = method === 'streamGenerateContent' ? `/${framing}` : ''
  return {
    dialect: 'gemini',
    path: `/gemini/${method}${suffix}`,
    deployment: decodeURIComponent(model),
  }
}

/** The dialect in which even a request that cannot be routed gets its error. */
export function dialectOf(path: string, headers: Headers): Dialect {
  if (path.startsWith('/v2/')) return 'cohere'
  if (path.startsWith('/model/')) return 'bedrock'
  if (googleMethod.test(path) || isGoogleModels(path, headers)) return 'gemini'
  if (path.startsWith('/v1/messages') || headers.has('anthropic-version')) return 'anthropic'
  return path.startsWith('/openai/') ? 'azure' : 'openai'
}

// Google calls a wrong key an invalid argument, and names the reason among the details.
const keyStatuses: Partial<Record<Dialect, number>> = { bedrock: 403, gemini: 400 }

/** Throws the dialect's 401 unless the expected key is in a header this dialect reads. */
export function checkKey(expected: string | undefined, dialect: Dialect, headers: Headers): void {
  if (expected === undefined) return
  const bearer = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  const given = {
    openai: [bearer],
    azure: [headers.get('api-key'), headers.get('ocp-apim-subscription-key'), bearer],
    anthropic: [headers.get('x-api-key'), bearer],
    cohere: [bearer],
    bedrock: [bearer],
    gemini: [headers.get('x-goog-api-key'), bearer],
  }[dialect].find((key) => key !== undefined && key !== null)
  if (given === expected) return
  const message = {
    openai: given === undefined ? "You didn't provide an API key." : 'Incorrect API key provided.',
    azure: 'Access denied due to invalid subscription key or wrong API endpoint.',
    anthropic: given === undefined ? 'x-api-key header is required' : 'invalid x-api-key',
    cohere: given === undefined ? 'no api key supplied' : 'invalid api token',
    bedrock: 'Authentication failed: Please make sure your API Key is valid.',
    gemini: 'API key not valid. Please pass a valid API key.',
  }[dialect]
  throw new ProviderRefusal(keyStatuses[dialect] ?? 401, message, {
    ...(dialect === 'gemini' && { code: 'API_KEY_INVALID' }),
  })
}
