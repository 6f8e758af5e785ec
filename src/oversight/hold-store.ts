import { asArray, isObject, parseJson } from '../core/json.ts'
import type { Migration, SqliteDatabase } from '../storage/index.ts'
import { holdStates } from './hold.ts'
import type { Hold, HoldFacts, HoldState, Verdict } from './hold.ts'

/** Which holds are asked for. */
export interface HoldFilter {
  readonly state?: HoldState | undefined
  readonly tenant?: string | undefined
  readonly requester?: string | undefined
  /** Newest first. */
  readonly limit: number
}

/** Keeps holds without their content. Every method throws when the disk does not do it. */
export interface HoldStore {
  /** Those that wait, and those whose decision may still be in force. */
  live(now: number): readonly Hold[]
  put(hold: Hold): void
  get(id: string): Hold | undefined
  list(filter: HoldFilter): readonly Hold[]
  /** Forgets holds that ended before a time, and the oldest beyond a count. */
  prune(before: number, maxHolds: number): void
}

/** The table of holds. */
export const holdMigration: Migration = {
  version: 2,
  sql: `CREATE TABLE holds (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    tenant TEXT NOT NULL,
    requester TEXT NOT NULL,
    facts TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    wait_until INTEGER NOT NULL,
    approvers INTEGER NOT NULL,
    verdicts TEXT NOT NULL,
    valid_until INTEGER NOT NULL,
    uses_left INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX holds_age ON holds (created_at)`,
}

interface HoldRow {
  readonly id: string
  readonly digest: string
  readonly state: string
  readonly facts: string
  readonly created_at: number
  readonly wait_until: number
  readonly approvers: number
  readonly verdicts: string
  readonly valid_until: number
  readonly uses_left: number
}

/** Opens the table of holds in a database that has it. */
export function openHoldStore(database: SqliteDatabase): HoldStore {
  const live = database.prepare<HoldRow>(
    `SELECT * FROM holds WHERE state = 'waiting' OR (state IN ('approved', 'denied') AND valid_until > ?1)
     ORDER BY created_at`,
  )
  const write = database.prepare(
    `INSERT OR REPLACE INTO holds VALUES ($id, $digest, $state, $tenant, $requester, $facts, $createdAt,
     $waitUntil, $approvers, $verdicts, $validUntil, $usesLeft)`,
  )
  const find = database.prepare<HoldRow>('SELECT * FROM holds WHERE id = ?1')
  const list = database.prepare<HoldRow>(
    `SELECT * FROM holds WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR tenant = ?2)
     AND (?3 IS NULL OR requester = ?3) ORDER BY created_at DESC, id DESC LIMIT ?4`,
  )
  const removeOld = database.prepare(
    `DELETE FROM holds WHERE state <> 'waiting' AND created_at < ?1 AND valid_until < ?1`,
  )
  const removeMany = database.prepare(
    `DELETE FROM holds WHERE state <> 'waiting' AND id IN
     (SELECT id FROM holds ORDER BY created_at DESC LIMIT -1 OFFSET ?1)`,
  )
  return {
    live: (now) => live.all(now).map(holdOf),
    put(hold) {
      const { facts } = hold
      write.run({
        id: hold.id,
        digest: hold.digest,
        state: hold.state,
        tenant: facts.tenant,
        requester: facts.requester,
        facts: JSON.stringify(facts),
        createdAt: hold.createdAt,
        waitUntil: hold.waitUntil,
        approvers: hold.approvers,
        verdicts: JSON.stringify(hold.verdicts),
        validUntil: hold.validUntil,
        usesLeft: hold.usesLeft,
      })
    },
    get(id) {
      const row = find.get(id)
      return row === null ? undefined : holdOf(row)
    },
    list: ({ state = null, tenant = null, requester = null, limit }) =>
      list.all(state, tenant, requester, limit).map(holdOf),
    prune(before, maxHolds) {
      removeOld.run(before)
      removeMany.run(maxHolds)
    },
  }
}

function holdOf(row: HoldRow): Hold {
  return {
    id: row.id,
    digest: row.digest,
    // What cannot be understood was not approved.
    state: holdStates.find((state) => state === row.state) ?? 'denied',
    facts: factsOf(row.facts),
    createdAt: row.created_at,
    waitUntil: row.wait_until,
    approvers: row.approvers,
    verdicts: asArray(parseJson(row.verdicts)).flatMap(verdictOf),
    validUntil: row.valid_until,
    usesLeft: row.uses_left,
  }
}

/** Throws when the file was changed by another program and holds no facts there. */
function factsOf(text: string): HoldFacts {
  const facts = parseJson(text)
  if (!isObject(facts) || typeof facts['requester'] !== 'string') {
    throw new Error('The table of holds was changed by another program.')
  }
  // Written by this file from the type itself, and whose it is was looked at.
  return facts as unknown as HoldFacts
}

function verdictOf(value: unknown): Verdict[] {
  if (!isObject(value)) return []
  const { by, at, verdict, reason } = value
  const isWhole = typeof by === 'string' && typeof at === 'number' && typeof reason === 'string'
  if (!isWhole || (verdict !== 'approve' && verdict !== 'deny')) return []
  return [{ by, at, verdict, reason }]
}
