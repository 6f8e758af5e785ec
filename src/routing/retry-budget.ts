/**
 * Bounds retries to a part of the calls, so that an outage is not multiplied by them: every call puts a
 * fraction into a bucket, every retry takes one out. A few are always there for routes with little traffic.
 */
export class RetryBudget {
  readonly #perCall: number
  readonly #most: number
  #tokens: number

  /** @param ratio retries for each call, such as 0.2 */
  constructor(ratio: number, reserve: number) {
    this.#perCall = ratio
    this.#most = Math.max(reserve, 1)
    this.#tokens = this.#most
  }

  get tokens(): number {
    return this.#tokens
  }

  /** Notes a call. */
  earn(): void {
    this.#tokens = Math.min(this.#tokens + this.#perCall, this.#most)
  }

  /** Takes a retry out; `false` when there is none left. */
  spend(): boolean {
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
