/** Hits, misses and false alarms of one kind. */
export interface Tally {
  found: number
  missed: number
  wrong: number
}

/** Tallies by name, one for each name that is asked. */
export class Tallies {
  readonly byName = new Map<string, Tally>()

  /** The tally of a name. */
  of(name: string): Tally {
    const known = this.byName.get(name)
    if (known !== undefined) return known
    const tally = { found: 0, missed: 0, wrong: 0 }
    this.byName.set(name, tally)
    return tally
  }

  /** All tallies in one. */
  total(): Tally {
    const all = { found: 0, missed: 0, wrong: 0 }
    for (const { found, missed, wrong } of this.byName.values()) {
      all.found += found
      all.missed += missed
      all.wrong += wrong
    }
    return all
  }
}

/** Share of what is there that was found; 1 when nothing is there. */
export function recallOf({ found, missed }: Tally): number {
  return found + missed === 0 ? 1 : found / (found + missed)
}

/** Share of what was found that is there; 1 when nothing was found. */
export function precisionOf({ found, wrong }: Tally): number {
  return found + wrong === 0 ? 1 : found / (found + wrong)
}
