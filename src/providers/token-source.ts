import type { Clock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'

/** A token as an issuer hands it out. */
export interface IssuedToken {
  readonly value: string
  /** For how long it is valid, counted from the moment it was asked for. */
  readonly lifetimeMs: number
}

/** Gets a new token from its issuer. What it throws becomes `provider_refused_credentials`, unless it is a `GatewayError`. */
export type IssueToken = (signal: AbortSignal) => Promise<IssuedToken>

export interface TokenSourceOptions {
  readonly clock: Clock
  /** How long the issuer may take; it is asked on behalf of all callers, so no caller's departure ends it. */
  readonly timeoutMs?: number
  /** How long before its end a token is renewed; at most half its lifetime. */
  readonly renewAheadMs?: number
  /** After a failure the issuer is left alone for so long. */
  readonly pauseMs?: number
}

/** Hands out one token that is valid now, and renews it before it ends. Holds no timer. */
export interface TokenSource {
  /**
   * Returns the token at once while one is valid, otherwise when the issuer has answered. Throws
   * `provider_refused_credentials` or `provider_unreachable`, and the signal's reason when it fires first.
   */
  token(signal: AbortSignal): string | Promise<string>
}

/** What is known of the token in use. */
interface Held {
  readonly value: string
  readonly lifetimeMs: number
  readonly askedAt: Moment
}

/** Both clocks: the monotonic one may stand still while a machine sleeps, the other may be set back. */
interface Moment {
  readonly wallMs: number
  readonly monotonicMs: number
}

/**
 * Makes a source of tokens that expire. A token that is due is renewed in the background by the first who
 * asks, and stays in use while it is valid should that fail; the issuer is asked by one request at a time.
 */
export function createTokenSource(issue: IssueToken, options: TokenSourceOptions): TokenSource {
  const { clock, timeoutMs = 15_000, renewAheadMs = 300_000, pauseMs = 1000 } = options
  let held: Held | undefined
  let running: Promise<Held> | undefined
  let failure: { readonly error: GatewayError; readonly at: Moment } | undefined

  const now = (): Moment => ({ wallMs: clock.now(), monotonicMs: clock.monotonic() })
  const since = (moment: Moment): number =>
    Math.max(clock.now() - moment.wallMs, clock.monotonic() - moment.monotonicMs)
  const isPausing = (): boolean => failure !== undefined && since(failure.at) < pauseMs

  async function renew(): Promise<Held> {
    const askedAt = now()
    try {
      const issued = await issue(AbortSignal.timeout(timeoutMs))
      failure = undefined
      held = { ...issued, askedAt }
      return held
    } catch (thrown) {
      const error = tokenError(thrown)
      failure = { error, at: now() }
      throw error
    } finally {
      running = undefined
    }
  }

  return {
    token(signal) {
      const age = held === undefined ? 0 : since(held.askedAt)
      if (held !== undefined && age < held.lifetimeMs) {
        const dueAfterMs = held.lifetimeMs - Math.min(renewAheadMs, held.lifetimeMs / 2)
        if (age >= dueAfterMs && running === undefined && !isPausing()) {
          running = renew()
          running.catch(() => {
            // Remembered as the last failure; the token in use is still valid.
          })
        }
        return held.value
      }
      if (running === undefined && failure !== undefined && isPausing()) {
        return Promise.reject(failure.error)
      }
      running ??= renew()
      return until(signal, running).then(({ value }) => value)
    },
  }
}

/** Waits for what others wait for too, without ending it when this one leaves. */
function until<T>(signal: AbortSignal, shared: Promise<T>): Promise<T> {
  if (signal.aborted) {
    shared.catch(() => {
      // Told to those who still wait; the next caller meets it as the last failure.
    })
    return Promise.reject(signal.reason)
  }
  let leave = (): void => undefined
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
  })
  return Promise.race([shared, left]).finally(() => signal.removeEventListener('abort', leave))
}

function tokenError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError') {
    return new GatewayError('provider_unreachable', issuerText, { cause: thrown })
  }
  return new GatewayError('provider_refused_credentials', undefined, { cause: thrown })
}

const issuerText = 'The service that issues the tokens for the provider could not be reached.'
