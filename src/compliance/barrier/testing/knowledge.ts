import type { PrincipalFacts } from '../../../core/facts.ts'
import { createBarriers } from '../barriers.ts'
import type { BarrierKnowledge, Barriers } from '../barriers.ts'
import { barriersConfigSchema } from '../config.ts'
import { personKey } from '../types.ts'
import type { ContactHistory, Crossing, Crossings, Seen } from '../types.ts'

/** A day in milliseconds. */
export const dayMs = 86_400_000

/** History and crossings in memory alone, for tests of what is decided by them. */
export function memoryKnowledge(): {
  readonly history: ContactHistory
  readonly crossings: Crossings & { readonly all: Crossing[] }
  readonly clock: { now(): number }
} {
  const people = new Map<string, Map<string, Seen>>()
  const all: Crossing[] = []
  return {
    history: {
      of: (person) => people.get(personKey(person)),
      keep(person, labels, day) {
        const seen = people.get(personKey(person)) ?? new Map<string, Seen>()
        people.set(personKey(person), seen)
        for (const label of labels) {
          const { firstDay = day, lastDay = day } = seen.get(label) ?? {}
          seen.set(label, { firstDay, lastDay: Math.max(lastDay, day) })
        }
      },
    },
    crossings: {
      all,
      of: ({ id, tenant }) => all.filter((each) => each.user === id && each.tenant === tenant),
    },
    clock: { now: () => 0 },
  }
}

/** Makes barriers of a section as it stands in a file. */
export function barriersOf(
  section: unknown,
  knowledge: BarrierKnowledge = memoryKnowledge(),
): Barriers {
  return createBarriers(barriersConfigSchema.parse(section), knowledge)
}

/** Someone of the tenant `default`. */
export function person(id: string, facts: Partial<PrincipalFacts> = {}): PrincipalFacts {
  return { id, kind: 'user', tenant: 'default', groups: [], ...facts }
}
