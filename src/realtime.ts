import { openAiRealtime } from './formats/index.ts'
import type { GatewayConfig } from './gateway.ts'
import type { RealtimePlane } from './http/index.ts'
import type { RealtimeStages, Stages } from './pipeline/index.ts'
import { createSessions } from './providers/index.ts'
import type { OpenSession, OpenSocket, Provider, ProviderConfig } from './providers/index.ts'
import { channelTo, createSimulatedProvider } from './providers/simulated/index.ts'
import { GatewayError } from './core/errors.ts'

/** Joins the stages of calls with what realtime sessions need beside. */
export function realtimePlane(
  stages: Stages,
  { server }: Pick<GatewayConfig, 'server'>,
  { sessions, inspection }: Pick<RealtimeStages, 'sessions' | 'inspection'>,
): RealtimePlane {
  const { maxBufferedBytes } = server.realtime
  return {
    maxBufferedBytes,
    stages: {
      ...stages,
      inspection,
      sessions,
      sessionLimits: { ...server.realtime, maxJsonDepth: server.limits.maxJsonDepth },
      events: openAiRealtime,
    },
  }
}

/** Returns what opens sessions with each provider. */
export function sessionOpeners(
  { server, providers: configs }: Pick<GatewayConfig, 'server' | 'providers'>,
  providers: ReadonlyMap<string, Provider>,
): Map<string, OpenSession> {
  const openers = new Map<string, OpenSession>()
  for (const config of configs) {
    const provider = providers.get(config.name)
    if (provider === undefined) continue
    const options = { ...server.realtime, openSocket: simulatedSocket(config) }
    openers.set(config.name, createSessions(config, provider, options))
  }
  return openers
}

/** Returns the in-process sessions of a simulated provider; others use the network. */
function simulatedSocket(config: ProviderConfig): OpenSocket | undefined {
  if (config.type !== 'simulated') return undefined
  const { behaviour } = config
  const simulated = createSimulatedProvider(behaviour === undefined ? {} : { behaviour })
  return async (url, { headers, signal, maxBufferedBytes }) => {
    const request = new Request(url.replace(/^ws/, 'http'), { headers, signal })
    const handshake = await simulated.accept(request)
    if (handshake.type === 'session') return channelTo(handshake.open, maxBufferedBytes)
    const { status } = handshake.reply
    const text = `The provider refused the session with status ${status}.`
    throw new GatewayError('provider_error', text, { status })
  }
}
