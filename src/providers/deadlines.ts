import { stoppedBy } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { Alarms, Sleeper } from './alarms.ts'
import { ProtocolError } from './http-client/index.ts'

/** How long a provider may take, in milliseconds. */
export interface Timeouts {
  /** From the request to the first byte of the answer, connecting included. */
  readonly firstByteTimeoutMs: number
  /** From the request to the first word of a streamed answer; as long as the whole call when absent. */
  readonly firstTokenTimeoutMs?: number | undefined
  /** Until a new connection to the provider is open; only the first byte counts when absent. */
  readonly connectTimeoutMs?: number | undefined
  /** Between two pieces of a streamed answer. */
  readonly idleTimeoutMs: number
  /** Of the whole call. */
  readonly totalTimeoutMs: number
}

/**
 * The clock that runs while a provider is asked. One alarm, whatever is being waited for. Disposing stops
 * the clock and leaves the exchange as it is.
 */
export interface Deadlines extends Disposable {
  /** Ends the exchange with the provider: the client left or a deadline passed. Made when asked for. */
  readonly signal: AbortSignal
  /** Calls the listener with the reason when the exchange must end, at once if it must already. */
  onAbort(listener: (reason: unknown) => void): void
  /** The provider has answered with a status: from now on a failure is an answer that broke off. */
  answered(): void
  /** The answer has begun: from now on silence is measured, not the wait for the first byte. Once is enough. */
  begun(): void
  /** The model has said something: the wait for the first word is over. Once is enough. */
  spoken(): void
  /** Starts to wait for the next piece. A slow client is no silence of the provider, so only waiting counts. */
  waiting(): void
  /** Ends the wait. */
  arrived(): void
  /** Stops the clock and ends what is still open behind the signal: nobody wants the rest of the answer. */
  cancel(): void
  /** Translates what a failed request or read threw, knowing who ended it. */
  explain(error: unknown): GatewayError
}

/** Starts the deadlines of one attempt; dispose them when it is over. */
export function startDeadlines(client: AbortSignal, timeouts: Timeouts, alarms: Alarms): Deadlines {
  return new RunningDeadlines(client, timeouts, alarms)
}

const brokenText = 'The connection to the provider broke in the middle of its answer.'

class RunningDeadlines implements Deadlines, Sleeper {
  readonly #client: AbortSignal
  readonly #alarms: Alarms
  readonly #timeouts: Timeouts
  /** Only made for those who need a signal: it costs more than the rest of the clock. */
  #controller: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined
  /** One for each request of the exchange; nearly always there is one. */
  readonly #listeners: ((reason: unknown) => void)[] = []
  readonly #startedAt = performance.now()
  /** Says which deadline passed, once one has. */
  #expired: string | undefined
  #waitingSince = this.#startedAt
  #isWaiting = true
  #hasBegun = false
  #hasSpoken = false
  #hasAnswered = false
  #isCancelled = false
  #isDisposed = false
  dueAt: number

  constructor(client: AbortSignal, timeouts: Timeouts, alarms: Alarms) {
    this.#client = client
    this.#timeouts = timeouts
    this.#alarms = alarms
    const { firstByteTimeoutMs, firstTokenTimeoutMs = Infinity, totalTimeoutMs } = timeouts
    this.dueAt = this.#startedAt + Math.min(firstByteTimeoutMs, firstTokenTimeoutMs, totalTimeoutMs)
    alarms.add(this)
    if (client.aborted) this.#onClientGone()
    else client.addEventListener('abort', this.#onClientGone)
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    }
    return this.#controller.signal
  }

  onAbort(listener: (reason: unknown) => void): void {
    this.#listeners.push(listener)
    if (this.#aborted !== undefined) listener(this.#aborted.reason)
  }

  answered(): void {
    this.#hasAnswered = true
  }

  begun(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#isWaiting = false
    const { idleTimeoutMs, firstByteTimeoutMs } = this.#timeouts
    // A later alarm corrects itself when it rings; an earlier one is needed only here.
    if (idleTimeoutMs < firstByteTimeoutMs && !this.#isDisposed) {
      this.dueAt = Math.min(this.dueAt, performance.now() + idleTimeoutMs)
      this.#alarms.add(this)
    }
  }

  spoken(): void {
    this.#hasSpoken = true
  }

  waiting(): void {
    this.#isWaiting = true
    // The wait for the first byte counts from the start, whatever it is waited in.
    if (this.#hasBegun) this.#waitingSince = performance.now()
  }

  arrived(): void {
    this.#isWaiting = false
  }

  explain(error: unknown): GatewayError {
    if (error instanceof GatewayError) return error
    const cause = { cause: error }
    if (this.#expired !== undefined) {
      return new GatewayError('provider_timeout', this.#expired, cause)
    }
    const stopped = stoppedBy(this.#client)
    if (stopped !== undefined) return stopped
    if (this.#isCancelled || this.#client.aborted) {
      return new GatewayError('client_closed', undefined, cause)
    }
    if (isProtocolError(error)) return new GatewayError('provider_bad_answer', undefined, cause)
    return this.#hasAnswered
      ? new GatewayError('provider_stream_cut', brokenText, cause)
      : new GatewayError('provider_unreachable', undefined, cause)
  }

  cancel(): void {
    this.#isCancelled = true
    this[Symbol.dispose]()
    this.#abort(new DOMException('The exchange was given up.', 'AbortError'))
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#alarms.remove(this)
    this.#client.removeEventListener('abort', this.#onClientGone)
  }

  readonly #onClientGone = (): void => {
    this[Symbol.dispose]()
    this.#abort(this.#client.reason)
  }

  #abort(reason: unknown): void {
    if (this.#aborted !== undefined) return
    this.#aborted = { reason }
    for (const listener of this.#listeners) listener(reason)
    this.#controller?.abort(reason)
  }

  wake(): void {
    const { idleTimeoutMs, firstByteTimeoutMs, totalTimeoutMs } = this.#timeouts
    const now = performance.now()
    const allowance = this.#hasBegun ? idleTimeoutMs : firstByteTimeoutMs
    const totalLeft = this.#startedAt + totalTimeoutMs - now
    const waitLeft = this.#isWaiting ? this.#waitingSince + allowance - now : allowance
    const tokenLeft = this.#tokenLeft(now)
    if (totalLeft > 0 && waitLeft > 0 && tokenLeft > 0) {
      this.dueAt = now + Math.min(waitLeft, totalLeft, tokenLeft)
      return
    }
    this.#alarms.remove(this)
    if (totalLeft <= 0) this.#expire(`The provider did not finish within ${totalTimeoutMs} ms.`)
    else if (tokenLeft <= 0) {
      this.#expire(
        `The provider did not say a word within ${this.#timeouts.firstTokenTimeoutMs} ms.`,
      )
    } else if (this.#hasBegun) {
      this.#expire(`The provider sent nothing for ${idleTimeoutMs} ms in the middle of its answer.`)
    } else {
      this.#expire(`The provider did not begin to answer within ${firstByteTimeoutMs} ms.`)
    }
  }

  /** How long the first word may still take; what a slow client has not taken yet may hold it. */
  #tokenLeft(now: number): number {
    const { firstTokenTimeoutMs } = this.#timeouts
    if (firstTokenTimeoutMs === undefined || this.#hasSpoken) return Infinity
    return this.#isWaiting ? this.#startedAt + firstTokenTimeoutMs - now : firstTokenTimeoutMs
  }

  #expire(text: string): void {
    this.#expired = text
    this.#abort(new DOMException(text, 'TimeoutError'))
  }
}

/** What the provider sent was not HTTP, as opposed to sending nothing. */
function isProtocolError(error: unknown): boolean {
  return error instanceof Error && (error instanceof ProtocolError || isProtocolError(error.cause))
}
