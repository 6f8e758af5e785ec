import type { Dialect } from './errors.ts'
import { ProviderRefusal } from './errors.ts'

/** Where a request goes, whatever prefix its provider uses. */
export interface Route {
  readonly dialect: Dialect
  /** The path as OpenAI and Anthropic spell it, such as `/v1/chat/completions`. */
  readonly path: string
  /** The deployment named in an Azure path, the model in one of Bedrock; it stands for the model. */
  readonly deployment: string | undefined
}

/**
 * Reads the dialect and the plain path out of a URL: Azure's `/openai/v1/…` and
 * `/openai/deployments/{name}/…?api-version=…` become `/v1/…`; `/v1/messages` speaks Anthropic, as
 * does any request with an `anthropic-version`; `/v2/…` speaks Cohere; `/model/{id}/…` Bedrock.
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
  if (path.startsWith('/openai/v1/')) {
    return { dialect: 'azure', path: path.slice('/openai'.length), deployment: undefined }
  }
  return { dialect: dialectOf(path, headers), path, deployment: undefined }
}

/** The dialect in which even a request that cannot be routed gets its error. */
export function dialectOf(path: string, headers: Headers): Dialect {
  if (path.startsWith('/v2/')) return 'cohere'
  if (path.startsWith('/model/')) return 'bedrock'
  if (path.startsWith('/v1/messages') || headers.has('anthropic-version')) return 'anthropic'
  return path.startsWith('/openai/') ? 'azure' : 'openai'
}

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
  }[dialect].find((key) => key !== undefined && key !== null)
  if (given === expected) return
  const message = {
    openai: given === undefined ? "You didn't provide an API key." : 'Incorrect API key provided.',
    azure: 'Access denied due to invalid subscription key or wrong API endpoint.',
    anthropic: given === undefined ? 'x-api-key header is required' : 'invalid x-api-key',
    cohere: given === undefined ? 'no api key supplied' : 'invalid api token',
    bedrock: 'Authentication failed: Please make sure your API Key is valid.',
  }[dialect]
  throw new ProviderRefusal(dialect === 'bedrock' ? 403 : 401, message)
}
