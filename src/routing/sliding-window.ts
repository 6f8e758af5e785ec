/** What is counted about the attempts at a target. */
export type Outcome = 'succeeded' | 'failed' | 'slow' | 'limited'

const kinds: Readonly<Record<Outcome, number>> = { succeeded: 0, failed: 1, slow: 2, limited: 3 }
const kindCount = 4
const bucketCount = 10

/** Counts of what happened in the last seconds, in ten buckets that are used again. Times are monotonic milliseconds. */
export class SlidingWindow {
  #bucketMs: number
  readonly #counts = new Float64Array(bucketCount * kindCount)
  readonly #totals = new Float64Array(kindCount)
  /** Number of the bucket that is being filled, counted from time zero. */
  #current = 0

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / bucketCount
  }

  /** Changes the length of the window; what was counted is forgotten when it differs. */
  resize(windowMs: number): void {
    if (windowMs / bucketCount === this.#bucketMs) return
    this.#bucketMs = windowMs / bucketCount
    this.#current = 0
    this.clear()
  }

  add(outcome: Outcome, now: number): void {
    this.#change(outcome, 1, now)
  }

  /** Takes one back that turned out to be something else. */
  retract(outcome: Outcome, now: number): void {
    this.#change(outcome, -1, now)
  }

  count(outcome: Outcome, now: number): number {
    this.#advance(now)
    // What is taken back late may have left the window already.
    return Math.max(this.#totals[kinds[outcome]] ?? 0, 0)
  }

  clear(): void {
    this.#counts.fill(0)
    this.#totals.fill(0)
  }

  #change(outcome: Outcome, by: number, now: number): void {
    this.#advance(now)
    const kind = kinds[outcome]
    const at = (this.#current % bucketCount) * kindCount + kind
    this.#counts[at] = (this.#counts[at] ?? 0) + by
    this.#totals[kind] = (this.#totals[kind] ?? 0) + by
  }

  /** Empties the buckets that have become too old. */
  #advance(now: number): void {
    const bucket = Math.floor(now / this.#bucketMs)
    if (bucket <= this.#current) return
    if (bucket - this.#current >= bucketCount) {
      this.clear()
    } else {
      for (let each = this.#current + 1; each <= bucket; each++) this.#empty(each % bucketCount)
    }
    this.#current = bucket
  }

  #empty(slot: number): void {
    for (let kind = 0; kind < kindCount; kind++) {
      const at = slot * kindCount + kind
      this.#totals[kind] = (this.#totals[kind] ?? 0) - (this.#counts[at] ?? 0)
      this.#counts[at] = 0
    }
  }
}
