import { GatewayError } from '../../core/errors.ts'

/** How long one piece of work may run before others get their turn, in milliseconds. */
const turnMs = 2

/** Lets others run in the midst of long work, and ends work that takes too long. */
export class Pace {
  readonly #limitMs: number
  readonly #startedAt = performance.now()
  #turnAt = this.#startedAt

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Tells whether others wait for their turn. Throws `compliance_unavailable` when the time is up. */
  isDue(): boolean {
    const now = performance.now()
    if (now - this.#startedAt > this.#limitMs) {
      throw new GatewayError('compliance_unavailable', undefined, {
        cause: new Error(`inspection took longer than ${this.#limitMs} ms`),
      })
    }
    return now - this.#turnAt > turnMs
  }

  async rest(): Promise<void> {
    await new Promise(setImmediate)
    this.#turnAt = performance.now()
  }
}
