import type { Finding } from '../../core/decision.ts'
import type { Observation } from '../../core/facts.ts'
import { hundredthsOf } from '../policy/rule.ts'
import type { TextPlace } from './finders.ts'

const nothing: readonly Observation[] = []

interface Counted {
  readonly of: Omit<Observation, 'scores'>
  readonly scores: Map<number, number>
}

/** Counts what was found in the texts of a call, by label, kind of text and score. */
export class Observer {
  // Made when something is found: in most texts nothing is.
  #counts: Map<string, Counted> | undefined

  add(
    { label, category, score }: Pick<Finding, 'label' | 'category' | 'score'>,
    place: TextPlace,
  ): void {
    const { role, kind, source } = place
    const key = `${label}\n${role}\n${kind}\n${source ?? ''}`
    const counts = (this.#counts ??= new Map())
    let entry = counts.get(key)
    if (entry === undefined) {
      const of = { label, category, role, kind, ...(source !== undefined && { source }) }
      entry = { of, scores: new Map() }
      counts.set(key, entry)
    }
    const hundredths = hundredthsOf(score)
    entry.scores.set(hundredths, (entry.scores.get(hundredths) ?? 0) + 1)
  }

  /** What was counted, in an order that does not depend on that in which it was found. */
  observations(): readonly Observation[] {
    if (this.#counts === undefined) return nothing
    return [...this.#counts.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { of, scores }]) => ({ ...of, scores: [...scores].toSorted(([a], [b]) => b - a) }))
  }
}
