import type { Call } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { openRealtime } from '../pipeline/index.ts'
import type { RealtimeStages } from '../pipeline/index.ts'
import { ClientChannel } from './realtime-channel.ts'
import type { SocketEvents } from './realtime-channel.ts'
import { readProtocols } from './realtime-protocols.ts'

/** What a configuration version says about sessions. */
export interface RealtimePlane {
  readonly stages: RealtimeStages
  /** Bytes a direction may hold for a slow receiver. */
  readonly maxBufferedBytes: number
}

/** What turns a request into a session. */
export interface RealtimeRequest extends RealtimePlane {
  readonly request: Request
  readonly call: Call
  /** Turns the connection of the request into a WebSocket; false when it cannot. */
  readonly upgrade: (
    request: Request,
    events: SocketEvents,
    headers: Record<string, string>,
  ) => boolean
  /** Told about the error that ended a session, for the operational log. */
  readonly onError: (error: GatewayError) => void
}

/**
 * Answers a request for a realtime session: a refusal is thrown before anything is upgraded, so that it
 * becomes an ordinary response; otherwise the connection is a WebSocket when this resolves, and what it
 * returns is not sent.
 */
export async function answerRealtime(asked: RealtimeRequest): Promise<Response> {
  const { request, stages } = asked
  requireWebSocket(request.headers)
  const protocols = readProtocols(request.headers)
  const call: Call = { ...asked.call, headers: protocols.headers }
  const session = await openRealtime(stages, call)
  const client = new ClientChannel({
    maxBufferedBytes: asked.maxBufferedBytes,
    onOpen: () => void run(),
  })
  const headers = {
    'x-request-id': call.requestId,
    'x-smartflow-provider': session.provider,
    'x-smartflow-model': session.model.replace(/[^\x20-\x7e]/g, '?'),
    'x-smartflow-decision': session.verdict,
    // Said even when there is none: the runtime would choose the first one offered, which may be a key.
    'sec-websocket-protocol': protocols.answer,
  }
  if (!asked.upgrade(request, client.events, headers)) {
    const error = new GatewayError('client_closed', 'The connection could not be upgraded.')
    session.abandon(error)
    throw error
  }
  return new Response(null)

  async function run(): Promise<void> {
    const error = await session.run(client)
    if (error !== undefined) asked.onError(error)
  }
}

/** Throws `upgrade_required` for a request that asks for no WebSocket (RFC 6455 §4.2.1). */
function requireWebSocket(headers: Headers): void {
  const upgrade = headers.get('upgrade')?.toLowerCase() ?? ''
  const isWebSocket =
    upgrade.split(',').some((word) => word.trim() === 'websocket') &&
    headers.get('sec-websocket-version') === '13' &&
    headers.has('sec-websocket-key')
  if (!isWebSocket) throw new GatewayError('upgrade_required')
}
