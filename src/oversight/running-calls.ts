import type { Question } from '../core/call.ts'
import type { GatewayError } from '../core/errors.ts'
import type { StopSubject } from './stop-scope.ts'

/** The calls that run, whatever they wait for. */
export interface RunningCalls {
  readonly count: number
  /** Takes a call in; it stays until it is over. O(1). */
  watch(question: Question, admit: (call: WatchedCall) => void): WatchedCall
  /** Returns the call a signal belongs to, while it runs. */
  of(signal: AbortSignal): WatchedCall | undefined
  /** Ends those for which an error is returned; tells how many those were. */
  stop(errorFor: (call: WatchedCall) => GatewayError | undefined): number
}

/** One call that runs. */
export class WatchedCall {
  readonly question: Question
  readonly #asked: Question
  readonly #stopping = new AbortController()
  readonly #calls: Map<AbortSignal, WatchedCall>
  readonly #admit: (call: WatchedCall) => void
  /** Names of the model that is asked: as the caller said it, and those it turned out to stand for. */
  #models: readonly string[]

  constructor(
    asked: Question,
    calls: Map<AbortSignal, WatchedCall>,
    admit: (call: WatchedCall) => void,
  ) {
    const { signal } = this.#stopping
    this.#asked = asked
    this.#calls = calls
    this.#admit = admit
    this.#models = [asked.model]
    this.question = { ...asked, call: { ...asked.call, signal } }
    calls.set(signal, this)
    const client = asked.call.signal
    if (client.aborted) this.#onClientGone()
    else client.addEventListener('abort', this.#onClientGone)
  }

  /** Whom stops are looked up for. */
  get subject(): StopSubject {
    const { tenant, keyId } = this.question.principal
    return { tenant, keyId, models: this.#models }
  }

  /** Notes further names of the model that is asked. */
  isAlso(model: string): void {
    if (!this.#models.includes(model)) this.#models = [...this.#models, model]
  }

  /** Throws for a call that must not begin. */
  readonly admit = (): void => this.#admit(this)

  /** Ends the call with an error that the client is told. */
  stop(error: GatewayError): void {
    this.#stopping.abort(error)
  }

  /** The call is over. A second time does nothing. */
  readonly end = (): void => {
    this.#calls.delete(this.#stopping.signal)
    this.#asked.call.signal.removeEventListener('abort', this.#onClientGone)
  }

  readonly #onClientGone = (): void => {
    this.#stopping.abort(this.#asked.call.signal.reason)
  }
}

/** Makes a registry without calls. */
export function createRunningCalls(): RunningCalls {
  const calls = new Map<AbortSignal, WatchedCall>()
  return {
    get count() {
      return calls.size
    },
    watch: (question, admit) => new WatchedCall(question, calls, admit),
    of: (signal) => calls.get(signal),
    stop(errorFor) {
      let stopped = 0
      // A copy: calls leave while they are being ended.
      for (const call of Array.from(calls.values())) {
        const error = errorFor(call)
        if (error === undefined || call.question.call.signal.aborted) continue
        stopped += 1
        call.stop(error)
      }
      return stopped
    },
  }
}
