import type { AuditStats, DurationCounts } from './types.ts'

const syncBounds = [
  0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5,
]

/** Durations sorted into buckets, in seconds. */
export class DurationHistogram implements DurationCounts {
  readonly bounds: readonly number[] = syncBounds
  readonly counts: number[] = Array.from({ length: syncBounds.length + 1 }, () => 0)
  sum = 0

  add(seconds: number): void {
    let bucket = 0
    while (bucket < this.bounds.length && seconds > (this.bounds[bucket] ?? Infinity)) bucket++
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
    this.sum += seconds
  }
}

/** The counters of an open log, counted up in place. */
export class LogStats implements AuditStats {
  records = 0
  bytes = 0
  commits = 0
  failures = 0
  rotations = 0
  rejectedAppends = 0
  delayedOutcomes = 0
  lostOutcomes = 0
  readonly syncSeconds = new DurationHistogram()
}
