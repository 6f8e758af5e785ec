import type { SqliteDatabase } from '../../storage/index.ts'
import { personKey } from './types.ts'
import type { ContactHistory, Person, Seen } from './types.ts'

interface ContactRow {
  readonly tenant: string
  readonly user: string
  readonly label: string
  readonly first_day: number
  readonly last_day: number
}

/** Opens the table of contacts and reads it into memory: about 100 bytes for each person and label. */
export function openContactHistory(database: SqliteDatabase): ContactHistory {
  const write = database.prepare(
    `INSERT INTO contacts VALUES (?1, ?2, ?3, ?4, ?4)
     ON CONFLICT DO UPDATE SET last_day = max(last_day, ?4), first_day = min(first_day, ?4)`,
  )
  const people = new Map<string, Map<string, Seen>>()
  {
    using rows = database.prepare<ContactRow>('SELECT * FROM contacts')
    for (const { tenant, user, label, first_day: firstDay, last_day: lastDay } of rows.all()) {
      seenBy(keyOf({ tenant, id: user })).set(label, { firstDay, lastDay })
    }
  }

  function seenBy(key: string): Map<string, Seen> {
    const known = people.get(key) ?? new Map<string, Seen>()
    people.set(key, known)
    return known
  }

  return {
    of: (person) => people.get(keyOf(person)),
    keep(person, labels, day) {
      const key = keyOf(person)
      const known = people.get(key)
      // A contact a day is enough to know when the last one was.
      const fresh = labels.filter((label) => !((known?.get(label)?.lastDay ?? -Infinity) >= day))
      if (fresh.length === 0) return
      database.transaction(() => {
        for (const label of fresh) write.run(person.tenant, foldedId(person), label, day)
      })
      const seen = seenBy(key)
      for (const label of fresh) {
        seen.set(label, { firstDay: Math.min(seen.get(label)?.firstDay ?? day, day), lastDay: day })
      }
    },
  }
}

/** Whether an id is spelt in capitals makes nobody another person, who would have seen nothing. */
function foldedId({ id }: Person): string {
  return id.normalize('NFC').toLowerCase()
}

function keyOf(person: Person): string {
  return personKey({ tenant: person.tenant, id: foldedId(person) })
}
