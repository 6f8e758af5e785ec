import { parseJson } from '../../core/json.ts'
import type { SqliteDatabase } from '../../storage/index.ts'
import { personKey } from './types.ts'
import type { Crossing, CrossingLedger } from './types.ts'

/** Most crossings that are listed at once. */
const maxListed = 1000

interface CrossingRow {
  readonly id: string
  readonly tenant: string
  readonly user: string
  readonly categories: string
  readonly direction: Crossing['direction']
  readonly starts_at: number
  readonly ends_at: number
  readonly approver: string
  readonly reason: string
  readonly granted_at: number
  readonly revoked_at: number | null
  readonly revoked_by: string | null
}

/** Opens the table of crossings and reads those into memory that are not over at `now`. */
export function openCrossingLedger(database: SqliteDatabase, now: number): CrossingLedger {
  const newest = 'ORDER BY granted_at DESC, id DESC LIMIT ?1'
  const readNewest = database.prepare<CrossingRow>(`SELECT * FROM crossings ${newest}`)
  const readOf = database.prepare<CrossingRow>(
    `SELECT * FROM crossings WHERE tenant = ?2 AND user = ?3 ${newest}`,
  )
  const readOne = database.prepare<CrossingRow>('SELECT * FROM crossings WHERE id = ?1')
  const write = database.prepare(
    'INSERT INTO crossings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL, NULL)',
  )
  const end = database.prepare(
    'UPDATE crossings SET revoked_at = ?2, revoked_by = ?3 WHERE id = ?1 AND revoked_at IS NULL',
  )
  /** Those that may be in force now or later, by person. */
  const people = new Map<string, readonly Crossing[]>()
  {
    using rows = database.prepare<CrossingRow>(
      'SELECT * FROM crossings WHERE ends_at > ?1 AND revoked_at IS NULL',
    )
    for (const row of rows.all(now)) add(crossingOf(row))
  }

  function add(crossing: Crossing): void {
    const key = personKey({ id: crossing.user, tenant: crossing.tenant })
    const others = people.get(key)?.filter(({ until }) => until > crossing.grantedAt) ?? []
    people.set(key, [...others, crossing])
  }

  return {
    of: (person) => people.get(personKey(person)) ?? none,
    list(person) {
      const rows =
        person === undefined
          ? readNewest.all(maxListed)
          : readOf.all(maxListed, person.tenant, person.id)
      return rows.map(crossingOf)
    },
    find(id) {
      const row = readOne.get(id)
      return row === null ? undefined : crossingOf(row)
    },
    grant(crossing) {
      const { id, tenant, user, categories, direction, from, until } = crossing
      const { approver, reason, grantedAt } = crossing
      const list = JSON.stringify(categories)
      write.run(id, tenant, user, list, direction, from, until, approver, reason, grantedAt)
      add(crossing)
    },
    revoke(id, { revokedAt, revokedBy }) {
      if (end.run(id, revokedAt, revokedBy).changes === 0) {
        throw new Error(`There is no crossing ${id} that could be revoked.`)
      }
      for (const [key, crossings] of people) {
        const left = crossings.filter((crossing) => crossing.id !== id)
        if (left.length === 0) people.delete(key)
        else if (left.length < crossings.length) people.set(key, left)
      }
      const row = readOne.get(id)
      if (row === null) throw new Error(`The crossing ${id} is gone.`)
      return crossingOf(row)
    },
  }
}

const none: readonly Crossing[] = []

function crossingOf(row: CrossingRow): Crossing {
  const categories = parseJson(row.categories)
  return {
    id: row.id,
    tenant: row.tenant,
    user: row.user,
    categories: Array.isArray(categories)
      ? categories.filter((entry) => typeof entry === 'string')
      : [],
    direction: row.direction,
    from: row.starts_at,
    until: row.ends_at,
    approver: row.approver,
    reason: row.reason,
    grantedAt: row.granted_at,
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
    ...(row.revoked_by !== null && { revokedBy: row.revoked_by }),
  }
}
