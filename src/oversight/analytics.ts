import type { Hold } from './hold.ts'

/** How one person decides about what waits for approval. */
export interface ReviewerStats {
  readonly reviewer: string
  readonly decisions: number
  /** Share of their verdicts that deny, from 0 to 1. */
  readonly denialRate: number
  /** Median time from the opening of a hold to their verdict, in milliseconds. */
  readonly medianDecisionMs: number
}

/**
 * `rubber_stamping`: hardly anything is denied. `automation_bias`: decided faster than anyone can read.
 * `outlier_reviewer`: denies far more or less than the others.
 */
export interface OversightAlert {
  readonly kind: 'rubber_stamping' | 'automation_bias' | 'outlier_reviewer'
  readonly reviewer: string
  /** What was measured, and the bound it crossed. */
  readonly value: number
  readonly bound: number
}

/** Whether people really decide. */
export interface OversightReport {
  readonly reviewers: readonly ReviewerStats[]
  readonly alerts: readonly OversightAlert[]
  readonly expired: number
}

/** Fewest verdicts of a person that say anything. */
const minDecisions = 10
const minDenialRate = 0.05
const minMedianMs = 3_000
const maxDeviations = 2
/** Fewest others to be compared with. */
const minOthers = 2

/** Looks at how people decided about holds. Pure. */
export function analyseOversight(holds: readonly Hold[]): OversightReport {
  const verdicts = holds.flatMap(({ createdAt, verdicts: given }) =>
    given.map(({ by, at, verdict }) => ({
      by,
      tookMs: at - createdAt,
      isDenial: verdict === 'deny',
    })),
  )
  const byReviewer = Map.groupBy(verdicts, ({ by }) => by)
  const reviewers = Array.from(byReviewer, ([reviewer, own]) => ({
    reviewer,
    decisions: own.length,
    denialRate: own.filter(({ isDenial }) => isDenial).length / own.length,
    medianDecisionMs: median(own.map(({ tookMs }) => tookMs)),
  })).toSorted((one, other) => other.decisions - one.decisions)
  const judged = reviewers.filter(({ decisions }) => decisions >= minDecisions)
  return {
    reviewers,
    alerts: judged.flatMap((each) => alertsOf(each, judged)),
    expired: holds.filter(({ state }) => state === 'expired').length,
  }
}

function alertsOf(one: ReviewerStats, all: readonly ReviewerStats[]): readonly OversightAlert[] {
  const { reviewer, denialRate, medianDecisionMs } = one
  const alerts: OversightAlert[] = []
  if (denialRate < minDenialRate) {
    alerts.push({ kind: 'rubber_stamping', reviewer, value: denialRate, bound: minDenialRate })
  }
  if (medianDecisionMs < minMedianMs) {
    alerts.push({ kind: 'automation_bias', reviewer, value: medianDecisionMs, bound: minMedianMs })
  }
  // Compared with the others: whoever is far off would widen the range they are measured by.
  const others = all.filter((each) => each !== one).map((each) => each.denialRate)
  if (others.length < minOthers) return alerts
  const mean = others.reduce((sum, rate) => sum + rate, 0) / others.length
  const variance = others.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / others.length
  // Of a few verdicts even equal people differ by some.
  const spread = Math.max(Math.sqrt(variance), Math.sqrt((mean * (1 - mean)) / one.decisions), 0.01)
  const deviations = Math.abs(denialRate - mean) / spread
  if (deviations > maxDeviations) {
    alerts.push({ kind: 'outlier_reviewer', reviewer, value: deviations, bound: maxDeviations })
  }
  return alerts
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
