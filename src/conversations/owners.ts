import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import type { Principal } from '../core/principal.ts'
import { migrate, openDatabase } from '../storage/index.ts'
import type { Migration } from '../storage/index.ts'

/**
 * Who owns the responses that providers keep, and the items in them. All users of a gateway share its
 * account at the provider, so without this everyone could go on with, and read, what others have said.
 */
export interface Owners extends AsyncDisposable {
  /** Returns the provider that keeps this for this principal; `undefined` when it is not theirs. */
  providerOf(id: string, principal: Principal): string | undefined
  /** Tells whether this is known to be somebody else's. */
  isOthers(id: string, principal: Principal): boolean
  /** Notes an owner. An id that has one keeps it. Written within a quarter of a second. */
  own(ids: readonly string[], provider: string, principal: Principal): void
  forget(id: string, principal: Principal): void
}

export interface OwnerLimits {
  readonly ownerTtlMs: number
  readonly maxOwners: number
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `CREATE TABLE kept_responses (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      provider TEXT NOT NULL,
      tenant TEXT NOT NULL,
      user TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (id, provider)
    ) STRICT;
    CREATE INDEX kept_responses_age ON kept_responses (created_at)`,
  },
]

/** How long new owners wait to be written together. */
const writeDelayMs = 250
/** How many are written before the oldest are looked for again. */
const writesPerPruning = 10_000
/** Most that wait while nothing can be written. */
const maxWaiting = 100_000

interface Ownership {
  readonly id: string
  readonly provider: string
  readonly tenant: string
  readonly user: string
}

/** Opens the registry of a data folder, and makes it when it is missing. */
export function openOwners(options: {
  readonly dataDir: string
  readonly clock: Pick<Clock, 'now'>
  readonly limits: () => OwnerLimits
  /** Told when owners could not be written; they are then known until the gateway stops. */
  readonly onError: (error: unknown) => void
}): Owners {
  const { clock, limits, onError } = options
  const table = openTable(options.dataDir)
  /** Not written yet, by id. */
  const waiting = new Map<string, Ownership>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let untilPruning = 0

  function write(): void {
    timer = undefined
    try {
      table.insert(waiting.values(), clock.now())
      untilPruning -= waiting.size
      waiting.clear()
      if (untilPruning > 0) return
      untilPruning = writesPerPruning
      const { ownerTtlMs, maxOwners } = limits()
      table.prune(clock.now() - ownerTtlMs, maxOwners)
    } catch (error) {
      onError(error)
    }
  }

  return {
    providerOf(id, principal) {
      const early = waiting.get(id)
      if (early !== undefined && isOf(early, principal)) return early.provider
      return table.find(id, principal)
    },
    isOthers(id, principal) {
      const early = waiting.get(id)
      if (early !== undefined) return !isOf(early, principal)
      return table.isOthers(id, principal)
    },
    own(ids, provider, { tenant, id: user }) {
      for (const id of ids) {
        if (id === '' || waiting.has(id)) continue
        const [oldest] = waiting.keys()
        if (oldest !== undefined && waiting.size >= maxWaiting) waiting.delete(oldest)
        waiting.set(id, { id, provider, tenant, user })
      }
      // Only the process's own end may wait for it.
      timer ??= setTimeout(write, writeDelayMs).unref()
    },
    forget(id, principal) {
      const early = waiting.get(id)
      if (early !== undefined && isOf(early, principal)) waiting.delete(id)
      table.remove(id, principal)
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      write()
      await table[Symbol.asyncDispose]()
    },
  }
}

function isOf({ tenant, user }: Ownership, principal: Principal): boolean {
  return tenant === principal.tenant && user === principal.id
}

function openTable(dataDir: string) {
  const database = openDatabase(join(dataDir, 'kept-responses.sqlite'))
  // After a power cut the newest owners may be forgotten, which costs a conversation and no secret.
  database.execute('PRAGMA synchronous = NORMAL')
  migrate(database, migrations)
  const find = database.prepare<{ provider: string }>(
    'SELECT provider FROM kept_responses WHERE id = ?1 AND tenant = ?2 AND user = ?3 LIMIT 1',
  )
  const findOwner = database.prepare<{ isOwn: number }>(
    `SELECT max(tenant = ?2 AND user = ?3) AS isOwn FROM kept_responses WHERE id = ?1`,
  )
  const insert = database.prepare(
    `INSERT INTO kept_responses (id, provider, tenant, user, created_at)
     VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING`,
  )
  const remove = database.prepare(
    'DELETE FROM kept_responses WHERE id = ?1 AND tenant = ?2 AND user = ?3',
  )
  const removeOld = database.prepare('DELETE FROM kept_responses WHERE created_at < ?1')
  const removeMany = database.prepare(
    'DELETE FROM kept_responses WHERE number <= (SELECT max(number) FROM kept_responses) - ?1',
  )

  return {
    find: (id: string, { tenant, id: user }: Principal): string | undefined =>
      find.get(id, tenant, user)?.provider,
    isOthers: (id: string, { tenant, id: user }: Principal): boolean =>
      findOwner.get(id, tenant, user)?.isOwn === 0,
    insert(owned: Iterable<Ownership>, at: number): void {
      database.transaction(() => {
        for (const { id, provider, tenant, user } of owned) {
          insert.run(id, provider, tenant, user, at)
        }
      })
    },
    remove: (id: string, { tenant, id: user }: Principal): void =>
      void remove.run(id, tenant, user),
    prune(before: number, maxRows: number): void {
      removeOld.run(before)
      removeMany.run(maxRows)
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
