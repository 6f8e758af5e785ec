/** How fast an estimate forgets, in milliseconds: after this time a third of it is left. */
const decayMs = 10_000
const recentCount = 64

/**
 * Latency of a target as a decaying peak: a slow answer counts at once, fast ones make up for it little by
 * little, and silence makes it fade, so that a target that was slow is tried again (peak EWMA).
 */
export class Latency {
  #peakMs = 0
  #at = 0
  #count = 0
  /** The last answers, kept once somebody has asked for a percentile of them. */
  #recent: Float64Array | undefined
  #recentStart = 0

  /** Notes an answer that took so long. */
  observe(durationMs: number, now: number): void {
    const faded = this.estimate(now)
    const weight = Math.exp((this.#at - now) / decayMs)
    this.#peakMs =
      this.#count === 0 || durationMs > faded
        ? durationMs
        : this.#peakMs * weight + durationMs * (1 - weight)
    this.#at = now
    if (this.#recent !== undefined) {
      this.#recent[(this.#count - this.#recentStart) % recentCount] = durationMs
    }
    this.#count += 1
  }

  /** Returns what is to be expected, in milliseconds; 0 for a target nothing is known of. */
  estimate(now: number): number {
    return this.#count === 0 ? 0 : this.#peakMs * Math.exp((this.#at - now) / decayMs)
  }

  /**
   * Returns a percentile (0 to 1) of the last 64 answers since this was asked first; `undefined` while
   * there are fewer than 8.
   */
  percentile(part: number): number | undefined {
    if (this.#recent === undefined) {
      this.#recent = new Float64Array(recentCount)
      this.#recentStart = this.#count
    }
    const count = Math.min(this.#count - this.#recentStart, recentCount)
    if (count < 8) return undefined
    const sorted = this.#recent.slice(0, count).sort()
    return sorted[Math.min(count - 1, Math.floor(part * count))]
  }
}
