import { personKey } from './types.ts'
import type { ContactHistory, Person, Seen } from './types.ts'

/**
 * Makes a history that knows what another knows and remembers more for itself alone, in memory: for trying what
 * would be allowed. `base` is never changed.
 */
export function overlayHistory(base: Pick<ContactHistory, 'of'>): ContactHistory {
  const added = new Map<string, ReadonlyMap<string, Seen>>()
  const of = (person: Person): ReadonlyMap<string, Seen> | undefined =>
    added.get(personKey(person)) ?? base.of(person)
  return {
    of,
    keep(person, labels, day) {
      const known = of(person)
      const seen = labels.map((label): [string, Seen] => [
        label,
        { firstDay: known?.get(label)?.firstDay ?? day, lastDay: day },
      ])
      added.set(personKey(person), new Map([...(known ?? []), ...seen]))
    },
  }
}
