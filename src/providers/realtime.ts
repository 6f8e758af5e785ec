import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import type { Question } from '../core/call.ts'
import type { Channel } from '../core/channel.ts'
import { GatewayError } from '../core/errors.ts'
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

/** Opens a session with a model at a provider, or throws a `GatewayError` when there is none. */
export type Connect = (model: string, question: Question) => Promise<Channel>

/** Opens a WebSocket; the in-process simulation fits as well. */
export type OpenSocket = (
  url: string,
  options: Pick<SocketOptions, 'headers' | 'signal' | 'maxBufferedBytes'>,
) => Promise<Channel>

/**
 * Makes what opens realtime sessions with a provider. The provider sees its own credentials and no header
 * of the client but those it forwards; the client never sees the credentials, even if the provider
 * repeats them.
 */
export function createConnect(
  config: ProviderConfig,
  provider: Provider,
  options: RealtimeSettings & { readonly openSocket?: OpenSocket | undefined },
): Connect {
  const open = options.openSocket ?? openOverNetwork(config, provider, options)
  return async (model, question) => {
    const path = `/realtime?model=${encodeURIComponent(model)}`
    const url = provider.url({ operation: 'realtime', model, path })
    if (url === undefined) throw new GatewayError('not_supported')
    const { signal } = question.call
    const { maxBufferedBytes } = options
    const headers = await headersFor(provider, question, url)
    return open(url.replace(/^http/, 'ws'), { headers, signal, maxBufferedBytes })
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
  { secrets }: Provider,
  { connectTimeoutMs, pingIntervalMs }: RealtimeSettings,
): OpenSocket {
  const certificateAuthorities =
    config.caFile === undefined ? rootCertificates : readFileSync(config.caFile, 'utf8')
  const strike = (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
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
