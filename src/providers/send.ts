import type { Question } from '../core/call.ts'
import type { AskOptions } from '../core/target.ts'
import type { Deadlines } from './deadlines.ts'
import type { Exchange } from './exchange.ts'
import { requestHeaders } from './headers.ts'
import type { EndpointRequest, Provider, ProviderResponse, UnsignedRequest } from './provider.ts'

/** What is known of an attempt before its first request. */
export interface Opening extends Pick<
  Exchange,
  'provider' | 'model' | 'question' | 'translation' | 'dependencies'
> {
  readonly endpoint: EndpointRequest
  readonly options: AskOptions | undefined
}

/** One request to a provider on behalf of a question. */
export interface Sending {
  readonly provider: Provider
  readonly question: Question
  readonly url: string
  readonly body: Uint8Array | string
  readonly contentType: string
  readonly deadlines: Deadlines
  readonly connectTimeoutMs: number | undefined
}

/** Sends a request with what proves who sends it. */
export async function send(sending: Sending): Promise<ProviderResponse> {
  const { provider, question, url } = sending
  const { method } = question.call
  const request = {
    method,
    headers: requestHeaders(provider, question, sending.contentType),
    body: method === 'POST' ? sending.body : undefined,
    signal: sending.deadlines.signal,
  }
  return provider.fetch(url, {
    ...request,
    headers: await authorized(sending, { ...request, url }),
    redirect: 'manual',
    timeout: false,
    connectTimeoutMs: sending.connectTimeoutMs,
  })
}

/** Returns the headers of a request with what proves who sends it. */
function authorized(
  { provider, question }: Sending,
  request: Omit<UnsignedRequest, 'principal'>,
): Record<string, string> | Promise<Record<string, string>> {
  const added = provider.authorize?.({ ...request, principal: question.principal })
  if (added === undefined) return request.headers
  if (!(added instanceof Promise)) return { ...request.headers, ...added }
  return added.then((headers) => ({ ...request.headers, ...headers }))
}
