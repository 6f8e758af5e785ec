import type { Comparison } from './compare.ts'

/** How the second answers of a route compare with those that callers got, since the gateway started. */
export interface ShadowSummary {
  readonly route: string
  /** Copies by what came of them. */
  readonly results: Readonly<Record<string, number>>
  /** Copies that were compared; the rates and means below are over them, 0 without any. */
  readonly compared: number
  readonly sameStopRate: number
  readonly sameToolsRate: number
  readonly sameArgumentsRate: number
  readonly sameJsonnessRate: number
  readonly avgLengthRatio: number
  readonly avgSimilarity: number
  readonly costNanoUsd: number
}

/** Sums of what came of the copies of each route; it outlives configuration versions. */
export interface ShadowLog {
  record(outcome: {
    readonly route: string
    readonly result: string
    readonly comparison?: Comparison | undefined
    readonly costNanoUsd?: number | undefined
  }): void
  summaries(): readonly ShadowSummary[]
}

/** Most routes that are told apart: routes of wildcards have names that callers make up. */
const maxRoutes = 1000
/** Stands for all routes beyond that. */
const otherRoutes = 'others'

interface Sums {
  readonly results: Map<string, number>
  compared: number
  sameStop: number
  sameTools: number
  sameArguments: number
  sameJsonness: number
  lengthRatio: number
  similarity: number
  costNanoUsd: number
}

/** Makes an empty log. */
export function createShadowLog(): ShadowLog {
  const routes = new Map<string, Sums>()

  function sumsOf(route: string): Sums {
    const name = routes.has(route) || routes.size < maxRoutes ? route : otherRoutes
    const sums = routes.get(name) ?? newSums()
    routes.set(name, sums)
    return sums
  }

  return {
    record({ route, result, comparison, costNanoUsd = 0 }) {
      const sums = sumsOf(route)
      sums.results.set(result, (sums.results.get(result) ?? 0) + 1)
      sums.costNanoUsd += costNanoUsd
      if (comparison === undefined) return
      sums.compared += 1
      sums.sameStop += Number(comparison.isSameStop)
      sums.sameTools += Number(comparison.areSameTools)
      sums.sameArguments += Number(comparison.areSameArguments)
      sums.sameJsonness += Number(comparison.isSameJsonness)
      sums.lengthRatio += comparison.lengthRatio
      sums.similarity += comparison.similarity
    },
    summaries: () => [...routes].map(([route, sums]) => summaryOf(route, sums)),
  }
}

function summaryOf(route: string, sums: Sums): ShadowSummary {
  const { compared } = sums
  const mean = (sum: number): number => (compared === 0 ? 0 : sum / compared)
  return {
    route,
    results: Object.fromEntries(sums.results),
    compared,
    sameStopRate: mean(sums.sameStop),
    sameToolsRate: mean(sums.sameTools),
    sameArgumentsRate: mean(sums.sameArguments),
    sameJsonnessRate: mean(sums.sameJsonness),
    avgLengthRatio: mean(sums.lengthRatio),
    avgSimilarity: mean(sums.similarity),
    costNanoUsd: sums.costNanoUsd,
  }
}

function newSums(): Sums {
  return {
    results: new Map(),
    compared: 0,
    sameStop: 0,
    sameTools: 0,
    sameArguments: 0,
    sameJsonness: 0,
    lengthRatio: 0,
    similarity: 0,
    costNanoUsd: 0,
  }
}
