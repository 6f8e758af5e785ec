import type { JsonObject } from '../../core/json.ts'
import type { Behaviour } from './behaviour.ts'
import { errorFrame, errorReply, ProviderRefusal } from './errors.ts'
import type { Dialect } from './errors.ts'
import type { Frame, Reply } from './reply.ts'

/** A parsed multipart body. */
export type Form = Awaited<ReturnType<Request['formData']>>

/** One request as every endpoint sees it: read, authorised, its script taken off the model name. */
export interface SimulatedCall {
  readonly dialect: Dialect
  readonly body: JsonObject
  /** Model name without the behaviour script. */
  readonly model: string
  readonly behaviour: Behaviour
  /** Sixteen hexadecimal digits; the same request always has the same ones. */
  readonly id: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  /** True on Azure's deployment paths, whose streams begin with filter results. */
  readonly onDeployment: boolean
}

/** A stream of frames in the call's dialect. */
export function streamReply(call: SimulatedCall, frames: Iterable<Frame>): Reply {
  return {
    type: 'stream',
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    frames,
    errorFrame: errorFrame(call.dialect, midway(call), call.id),
  }
}

/** An error object under status 200: what `errorEvent` asks of an answer that is not a stream. */
export function errorUnderOk(call: SimulatedCall): Reply {
  return { ...errorReply(call.dialect, midway(call), { requestId: call.id }), status: 200 }
}

function midway(call: SimulatedCall): ProviderRefusal {
  const { status, type } = call.behaviour.error ?? {}
  const usual = call.dialect === 'anthropic' ? 529 : 500
  const message = 'The server had an error while processing your request (simulated).'
  return new ProviderRefusal(status ?? usual, message, type === undefined ? {} : { type })
}
