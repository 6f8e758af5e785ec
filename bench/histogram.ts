/** A histogram as it is stored: value in microseconds and how often, in rising order. */
export type Counts = readonly (readonly [number, number])[]

/**
 * Counts durations in log-linear buckets with a relative error below 0.1 %, like HdrHistogram;
 * the memory is bounded by the range, not by the number of values.
 */
export class Histogram {
  readonly #counts = new Map<number, number>()
  #total = 0

  /** Adds one duration in milliseconds. */
  record(ms: number): void {
    this.#add(toBucket(Math.max(ms * 1_000, 0)), 1)
  }

  merge(counts: Counts): this {
    for (const [value, count] of counts) this.#add(value, count)
    return this
  }

  get total(): number {
    return this.#total
  }

  /** The duration in milliseconds that this share of all values does not exceed; NaN when empty. */
  quantile(share: number): number {
    let left = Math.max(Math.ceil(share * this.#total), 1)
    for (const [value, count] of this.counts()) {
      left -= count
      if (left <= 0) return value / 1_000
    }
    return NaN
  }

  counts(): Counts {
    return [...this.#counts].sort((a, b) => a[0] - b[0])
  }

  #add(bucket: number, count: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count)
    this.#total += count
  }
}

/** The value in the middle; the mean of the two middle ones for an even number. */
export function median(values: readonly number[]): number {
  return quantileOf(values, 0.5)
}

/** Distance between the first and the third quartile. */
export function interquartileRange(values: readonly number[]): number {
  return quantileOf(values, 0.75) - quantileOf(values, 0.25)
}

function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? NaN
  const high = sorted[Math.ceil(at)] ?? NaN
  return low + (high - low) * (at - Math.floor(at))
}

// Ten bits of a value are kept, the rest is rounded down to zero.
function toBucket(microseconds: number): number {
  const value = Math.round(microseconds)
  if (value < 1_024) return value
  const step = 2 ** (Math.floor(Math.log2(value)) - 9)
  return Math.floor(value / step) * step
}
