import { matchesAny } from '../../core/patterns.ts'
import type { Demand } from './conditions.ts'

/** A label of findings and the category it is in. */
export interface KnownLabel {
  readonly label: string
  readonly category: string
}

/** Labels whose demands are remembered. */
const maxRemembered = 10_000

/** Builds a function that tells the numbers of the demands that ask for a label of findings. */
export function createDemandIndex(
  demands: readonly Demand[],
  known: Iterable<KnownLabel>,
): (label: string) => readonly number[] {
  const categories = new Map(Array.from(known, ({ label, category }) => [label, category]))
  const remembered = new Map<string, readonly number[]>()
  return (label) => {
    const found = remembered.get(label)
    if (found !== undefined) return found
    const category = categories.get(label)
    const numbers = Array.from(demands.keys()).filter((at) => {
      const demand = demands[at]
      return demand !== undefined && asksFor(demand, label, category)
    })
    if (remembered.size < maxRemembered) remembered.set(label, numbers)
    return numbers
  }
}

/** Tells whether findings with a label, in a category where that is known, are asked for. */
export function asksFor(
  demand: Pick<Demand, 'detectors' | 'categories'>,
  label: string,
  category: string | undefined,
): boolean {
  return (
    matchesAny(demand.detectors, label) ||
    (category !== undefined && matchesAny(demand.categories, category))
  )
}

/** Counts for each demand the findings that are sure enough for it. */
export function countFindings(
  findings: readonly { readonly label: string; readonly score: number }[],
  demands: readonly Demand[],
  demandsOf: (label: string) => readonly number[],
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { label, score } of findings) {
    for (const demand of demandsOf(label)) {
      if (score < (demands[demand]?.minScore ?? 1)) continue
      counts.set(demand, (counts.get(demand) ?? 0) + 1)
    }
  }
  return counts
}
