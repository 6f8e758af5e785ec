import { brokenCode, frameBytes } from '../core/channel.ts'
import type { Channel, ChannelEnd, Frame } from '../core/channel.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Gate, Passed, ProviderGate } from './realtime-gates.ts'
import { withPauses } from './realtime-pauses.ts'
import type { SessionLimits } from './realtime-stages.ts'

/** How a session ended: by whom, and with which error if it is one. */
export interface SessionEnd {
  readonly by: 'client' | 'provider' | 'gateway'
  /** How the side that ended it closed; `undefined` when the gateway did. */
  readonly closed: ChannelEnd | undefined
  readonly error: GatewayError | undefined
}

/** Two channels and what stands between them. */
export interface RelayParts {
  readonly client: Channel
  readonly provider: Channel
  readonly fromClient: Gate
  readonly fromProvider: ProviderGate
  readonly limits: SessionLimits
  /** Called with the function that ends the session from outside. */
  readonly onStop: (end: (error: GatewayError) => void) => void
  /** Called before each frame that is sent to the client. */
  readonly onAnswer: () => void
}

/**
 * Carries frames between two channels, in order, each direction at the pace of its receiver. Resolves when
 * either side has ended, a limit is reached or the gateway stops; closing both is left to the caller.
 */
export async function relay(parts: RelayParts): Promise<SessionEnd> {
  const { client, provider, limits } = parts
  const { promise, resolve } = Promise.withResolvers<SessionEnd>()
  let isOver = false
  const end = (ended: SessionEnd): void => {
    isOver = true
    resolve(ended)
  }
  const fail = (error: unknown): void => {
    end({ by: 'gateway', closed: undefined, error: toGatewayError(error) })
  }
  using meter = startMeter(limits, fail)
  parts.onStop(fail)

  async function sendTo(to: 'client' | 'provider', frames: readonly Frame[]): Promise<void> {
    const [target, from] =
      to === 'client' ? [client, 'provider' as const] : [provider, 'client' as const]
    for (const frame of frames) {
      if (isOver) return
      if (to === 'client') parts.onAnswer()
      const pending = target.send(frame)
      if (pending !== undefined) await withinTime(pending, limits, from)
    }
  }

  async function pumpClient(): Promise<void> {
    for await (const frame of client) {
      if (isOver) return
      meter.count(frame, 'client')
      const judged = parts.fromClient(frame)
      const passed = judged instanceof Promise ? await judged : judged
      if (passed.length > 0) await sendTo('provider', passed)
    }
    const closed = await client.closed
    end({ by: 'client', closed, error: errorOf('client', closed) })
  }

  async function pumpProvider(): Promise<void> {
    const gate = parts.fromProvider
    const pass = async (judged: Passed | Promise<Passed>): Promise<void> => {
      const passed = judged instanceof Promise ? await judged : judged
      if (passed.length > 0) await sendTo('client', passed)
    }
    for await (const frame of withPauses(provider, () => gate.isHolding)) {
      if (isOver) return
      if (frame === undefined) {
        await pass(gate.idle())
        continue
      }
      meter.count(frame, 'provider')
      await pass(gate.pass(frame))
    }
    if (isOver) return
    await pass(gate.end())
    const closed = await provider.closed
    end({ by: 'provider', closed, error: errorOf('provider', closed) })
  }

  pumpClient().catch(fail)
  pumpProvider().catch(fail)
  // Awaited here: the meter runs for as long as the session does.
  return await promise
}

/** Closes both sides of a session that ended; the client is told why where that is not its own doing. */
export function closeBoth(
  { client, provider }: Pick<RelayParts, 'client' | 'provider'>,
  { by, closed, error }: SessionEnd,
  writeError: (error: GatewayError) => string,
): void {
  provider.close(by === 'client' ? codeForProvider(closed) : 1000, '')
  if (by === 'client') return client.close(1000, '')
  if (error !== undefined && isOurs(by, closed)) void client.send(writeError(error))
  if (by === 'provider' && closed !== undefined && closed.code !== brokenCode) {
    return client.close(sendable(closed.code), closed.reason)
  }
  client.close(closeCodeOf(error), error?.code ?? '')
}

/** A provider that closes with a code has said what there is to say. */
function isOurs(by: SessionEnd['by'], closed: ChannelEnd | undefined): boolean {
  return by === 'gateway' || closed?.code === brokenCode
}

/** Ends of a conversation that are no mishap: done, going away, no reason given. */
const ordinaryCodes: ReadonlySet<number> = new Set([1000, 1001, 1005])

/** Tells whether a side closed as conversations are closed. */
export function isOrdinary({ code }: ChannelEnd): boolean {
  return ordinaryCodes.has(code)
}

function errorOf(by: 'client' | 'provider', closed: ChannelEnd): GatewayError | undefined {
  if (isOrdinary(closed)) return undefined
  if (by === 'client') {
    // The listener refuses such a frame before it is here.
    return closed.code === 1009 ? frameTooLarge('client') : undefined
  }
  return closed.code === brokenCode
    ? new GatewayError('provider_stream_cut', 'The provider ended the session without a farewell.')
    : new GatewayError('provider_error', `The provider closed the session, code ${closed.code}.`)
}

/** Codes that may be sent (RFC 6455 §7.4). */
function sendable(code: number): number {
  const isDefined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014)
  return isDefined || (code >= 3000 && code <= 4999) ? code : 1000
}

/** The client's own codes are passed on; its reasons are not, since nobody inspected them. */
function codeForProvider(closed: ChannelEnd | undefined): number {
  const code = closed?.code ?? 1000
  return code >= 3000 && code <= 4999 ? code : 1000
}

/** Codes for errors of the gateway; others are 1011, something unexpected. */
const closeCodes: Partial<Record<ErrorCode, number>> = {
  shutting_down: 1001,
  request_too_large: 1009,
  provider_answer_too_large: 1009,
  session_limit_reached: 1008,
  client_too_slow: 1008,
  emergency_stop: 1008,
}

function closeCodeOf(error: GatewayError | undefined): number {
  return error === undefined ? 1000 : (closeCodes[error.code] ?? 1011)
}

function frameTooLarge(from: 'client' | 'provider'): GatewayError {
  return from === 'client'
    ? new GatewayError('request_too_large', 'An event is larger than this gateway accepts.')
    : new GatewayError('provider_answer_too_large', 'An event of the provider is too large.')
}

async function withinTime(
  sending: Promise<void>,
  { slowPeerTimeoutMs }: SessionLimits,
  from: 'client' | 'provider',
): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(
      from === 'provider'
        ? new GatewayError(
            'client_too_slow',
            `The client did not take what it was sent within ${slowPeerTimeoutMs} ms.`,
          )
        : new GatewayError(
            'provider_timeout',
            `The provider did not take what it was sent within ${slowPeerTimeoutMs} ms.`,
          ),
    )
  }, slowPeerTimeoutMs)
  try {
    await Promise.race([sending, late])
  } finally {
    clearTimeout(timer)
  }
}

interface Meter extends Disposable {
  /** Counts a frame; throws when it is one too many or too large. */
  count(frame: Frame, from: 'client' | 'provider'): void
}

/** Watches what a session takes: time, silence, frames and bytes. */
function startMeter(limits: SessionLimits, onExpired: (error: GatewayError) => void): Meter {
  const { maxSessionMs, idleTimeoutMs, maxFrameBytes, maxSessionBytes, maxSessionFrames } = limits
  let frames = 0
  let bytes = 0
  let lastFrameAt = performance.now()
  const total = setTimeout(
    () => onExpired(limitReached(`${maxSessionMs} ms of duration`)),
    maxSessionMs,
  )
  let idle = setTimeout(checkIdle, idleTimeoutMs)

  // The timer is not set anew for each frame: it looks when it fires.
  function checkIdle(): void {
    const left = lastFrameAt + idleTimeoutMs - performance.now()
    if (left <= 0) onExpired(limitReached(`${idleTimeoutMs} ms of silence`))
    else idle = setTimeout(checkIdle, left + 1)
  }

  return {
    count(frame, from) {
      lastFrameAt = performance.now()
      const size = frameBytes(frame)
      frames += 1
      bytes += size
      if (size > maxFrameBytes) throw frameTooLarge(from)
      if (frames > maxSessionFrames) throw limitReached(`${maxSessionFrames} events`)
      if (bytes > maxSessionBytes) throw limitReached(`${maxSessionBytes} bytes`)
    },
    [Symbol.dispose]() {
      clearTimeout(total)
      clearTimeout(idle)
    },
  }
}

function limitReached(limit: string): GatewayError {
  return new GatewayError(
    'session_limit_reached',
    `The session has reached the limit of ${limit}. Open a new one to go on.`,
  )
}
