import type { Question } from '../core/call.ts'
import type { AskOptions } from '../core/target.ts'
import type { Deadlines } from './deadlines.ts'
import type { Exchange } from './exchange.ts'
import { requestHeaders } from './headers.ts'
import type { EndpointRequest, Provider, ProviderResponse } from './provider.ts'

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
export function send(sending: Sending): Promise<ProviderResponse> {
  const { provider, question, contentType } = sending
  const headers = requestHeaders(provider, question, contentType)
  return provider.authorize === undefined
    ? fetchWith(sending, headers)
    : authorized(sending, headers).then((all) => fetchWith(sending, all))
}

function fetchWith(
  sending: Sending,
  headers: Readonly<Record<string, string>>,
): Promise<ProviderResponse> {
  const { deadlines, connectTimeoutMs } = sending
  return sending.provider.fetch(sending.url, {
    method: sending.question.call.method,
    headers,
    body: bodyOf(sending),
    // Read only by transports that cannot do with `onAbort`.
    get signal() {
      return deadlines.signal
    },
    onAbort: (listener) => deadlines.onAbort(listener),
    redirect: 'manual',
    timeout: false,
    connectTimeoutMs,
  })
}

/** Returns the headers of a request with what proves who sends it. */
async function authorized(
  sending: Sending,
  headers: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const { provider, question, url, deadlines } = sending
  const added = await provider.authorize?.({
    method: question.call.method,
    url,
    headers,
    body: bodyOf(sending),
    principal: question.principal,
    signal: deadlines.signal,
  })
  return { ...headers, ...added }
}

function bodyOf({ question, body }: Sending): Uint8Array | string | undefined {
  return question.call.method === 'POST' ? body : undefined
}
