import type { Finding } from '../../core/decision.ts'
import type { Observation } from '../../core/facts.ts'
import { hundredthsOf } from '../policy/rule.ts'
import type { TextPlace } from './finders.ts'

/** Counts what was found in the texts of a call, by label, kind of text and score. */
export class Observer {
  readonly #counts = new Map<
    string,
    { readonly of: Omit<Observation, 'scores'>; scores: Map<number, number> }
  >()

  add(
    { label, category, score }: Pick<Finding, 'label' | 'category' | 'score'>,
    place: TextPlace,
  ): void {
    const { role, kind, source } = place
    const key = `${label}\n${role}\n${kind}\n${source ?? ''}`
    let entry = this.#counts.get(key)
    if (entry === undefined) {
      const of = { label, category, role, kind, ...(source !== undefined && { source }) }
      entry = { of, scores: new Map() }
      this.#counts.set(key, entry)
    }
    const hundredths = hundredthsOf(score)
    entry.scores.set(hundredths, (entry.scores.get(hundredths) ?? 0) + 1)
  }

  /** What was counted, in an order that does not depend on that in which it was found. */
  observations(): readonly Observation[] {
    if (this.#counts.size === 0) return []
    return [...this.#counts.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { of, scores }]) => ({ ...of, scores: [...scores].toSorted(([a], [b]) => b - a) }))
  }
}
