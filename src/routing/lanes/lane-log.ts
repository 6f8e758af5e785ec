import type { LaneRecord } from '../../core/record.ts'

/** How the lanes of a model were used, since the gateway started. */
export interface LaneSummary {
  readonly route: string
  /** Calls by the lane whose answer was shown. */
  readonly efficient: number
  readonly capable: number
  /** Calls for which the capable lane was asked after the efficient one, by cause. */
  readonly escalations: Readonly<Record<string, number>>
  /** What calls saved, and what others lost by being answered twice, in nano-dollars. */
  readonly savedNanoUsd: number
  readonly lostNanoUsd: number
  /** Calls that went to the efficient lane first and whose savings are not known. */
  readonly unknownSavings: number
}

/** Sums over the calls of each model with lanes; it outlives configuration versions. */
export interface LaneLog {
  record(lane: LaneRecord): void
  summaries(): readonly LaneSummary[]
}

/** Most routes that are told apart: routes of wildcards have names that callers make up. */
const maxRoutes = 1000
/** Stands for all routes beyond that. */
const otherRoutes = 'others'

interface Sums {
  efficient: number
  capable: number
  readonly escalations: Map<string, number>
  savedNanoUsd: number
  lostNanoUsd: number
  unknownSavings: number
}

/** Makes an empty log. */
export function createLaneLog(): LaneLog {
  const routes = new Map<string, Sums>()

  function sumsOf(route: string): Sums {
    const name = routes.has(route) || routes.size < maxRoutes ? route : otherRoutes
    const sums = routes.get(name) ?? noSums()
    routes.set(name, sums)
    return sums
  }

  return {
    record(record) {
      const { lane, escalation } = record
      const { savedNanoUsd, lostNanoUsd, isUnknown } = balanceOf(record)
      const sums = sumsOf(record.route)
      sums[lane] += 1
      sums.savedNanoUsd += savedNanoUsd
      sums.lostNanoUsd += lostNanoUsd
      if (isUnknown) sums.unknownSavings += 1
      if (escalation === undefined) return
      sums.escalations.set(escalation, (sums.escalations.get(escalation) ?? 0) + 1)
    },
    summaries: () =>
      [...routes].map(([route, sums]) => ({
        ...sums,
        route,
        escalations: Object.fromEntries(sums.escalations),
      })),
  }
}

/** What a call saved or lost: one of the two is 0, since what is counted only grows. */
export function balanceOf({ lane, escalation, savingsNanoUsd }: LaneRecord): {
  readonly savedNanoUsd: number
  readonly lostNanoUsd: number
  readonly isUnknown: boolean
} {
  const wasEfficient = lane === 'efficient' || escalation !== undefined
  return {
    savedNanoUsd: Math.max(savingsNanoUsd ?? 0, 0),
    lostNanoUsd: Math.max(-(savingsNanoUsd ?? 0), 0),
    isUnknown: wasEfficient && savingsNanoUsd === undefined,
  }
}

function noSums(): Sums {
  return {
    efficient: 0,
    capable: 0,
    escalations: new Map(),
    savedNanoUsd: 0,
    lostNanoUsd: 0,
    unknownSavings: 0,
  }
}
