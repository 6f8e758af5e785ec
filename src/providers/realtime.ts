import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { newReport } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import type { Channel } from '../core/channel.ts'
import { GatewayError } from '../core/errors.ts'
import type { AskOptions, Target } from '../core/target.ts'
import type { ProviderConfig } from './config.ts'
import { requestHeaders } from './headers.ts'
import type { Provider } from './provider.ts'
import { openWebSocket } from './realtime-socket.ts'
import type { SocketOptions } from './realtime-socket.ts'

/** How sessions with providers are opened and kept. */
export type RealtimeSettings = Pick<
  SocketOptions,
  'connectTimeoutMs' | 'maxBufferedBytes' | 'pingIntervalMs'
>

/** Opens a WebSocket; the in-process simulation fits as well. */
export type OpenSocket = (
  url: string,
  options: Pick<SocketOptions, 'headers' | 'signal' | 'maxBufferedBytes'>,
) => Promise<Channel>

/** Opens a session with a model, or throws a `GatewayError` when there is none. */
export type OpenSession = (
  model: string,
  question: Question,
  options?: AskOptions,
) => Promise<Answer>

/**
 * Makes what opens realtime sessions with a provider. The provider sees its own credentials and no header
 * of the client but those it forwards; the client never sees the credentials, even if the provider
 * repeats them.
 */
export function createSessions(
  config: ProviderConfig,
  provider: Provider,
  options: RealtimeSettings & { readonly openSocket?: OpenSocket | undefined },
): OpenSession {
  const open = options.openSocket ?? openOverNetwork(config, provider, options)
  return async (model, question, { signal = question.call.signal } = {}) => {
    const path = `/realtime?model=${encodeURIComponent(model)}`
    const url = provider.url({ operation: 'realtime', model, path })
    if (url === undefined) throw new GatewayError('not_supported')
    const headers = await headersFor(provider, question, url)
    const { maxBufferedBytes } = options
    const channel = await open(url.replace(/^http/, 'ws'), { headers, signal, maxBufferedBytes })
    return answerOf(channel, provider.name, model)
  }
}

/** Lets a target open sessions beside answering calls. */
export function withSessions(target: Target, open: OpenSession | undefined): Target {
  if (open === undefined) return target
  return {
    ...target,
    ask: (question, options) =>
      question.call.operation === 'realtime'
        ? open(target.model, question, options)
        : target.ask(question, options),
  }
}

/** A session as an answer: its body gives nothing and ends with the session; closing it closes the session. */
function answerOf(channel: Channel, provider: string, model: string): Answer {
  const done: IteratorResult<Uint8Array> = { done: true, value: undefined }
  const iterator: AsyncIterableIterator<Uint8Array> = {
    async next() {
      await channel.closed
      return done
    },
    return() {
      channel.close(1000, '')
      return Promise.resolve(done)
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return {
    status: 101,
    headers: {},
    body: iterator,
    provider,
    model,
    cache: 'bypass',
    warnings: [],
    // That it was opened is all there is to wait for.
    report: { ...newReport(), hasContent: true },
    channel,
  }
}

async function headersFor(
  provider: Provider,
  question: Question,
  url: string,
): Promise<Record<string, string>> {
  const { 'accept-encoding': _, ...headers } = requestHeaders(provider, question, '')
  const added = await provider.authorize?.({
    method: 'GET',
    url,
    headers,
    body: undefined,
    principal: question.principal,
    signal: question.call.signal,
  })
  return { ...headers, ...added }
}

function openOverNetwork(
  config: ProviderConfig,
  { strike }: Provider,
  { connectTimeoutMs, pingIntervalMs }: RealtimeSettings,
): OpenSocket {
  const certificateAuthorities =
    config.caFile === undefined ? rootCertificates : readFileSync(config.caFile, 'utf8')
  return (url, options) =>
    openWebSocket(url, {
      ...options,
      certificateAuthorities,
      proxy: config.proxy,
      connectTimeoutMs,
      pingIntervalMs,
      strike,
    })
}
