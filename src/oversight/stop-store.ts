import type { Migration, SqliteDatabase } from '../storage/index.ts'
import { stopModes } from './stop-scope.ts'
import type { EmergencyStop, StopMode, StopScope } from './stop-scope.ts'

/** Keeps stops, so that they outlive the process. Every method throws when the disk does not take it. */
export interface StopStore {
  load(): readonly EmergencyStop[]
  put(stop: EmergencyStop): void
  remove(scope: StopScope): void
}

/** The table of stops; empty texts stand for scopes without the name. */
export const stopMigration: Migration = {
  version: 1,
  sql: `CREATE TABLE emergency_stops (
    tenant TEXT NOT NULL,
    model TEXT NOT NULL,
    key TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('read-only', 'halt')),
    reason TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    release_to TEXT CHECK (release_to IN ('normal', 'read-only')),
    release_by TEXT,
    release_at INTEGER,
    release_reason TEXT,
    PRIMARY KEY (tenant, model, key)
  ) STRICT`,
}

interface StopRow {
  readonly tenant: string
  readonly model: string
  readonly key: string
  readonly mode: string
  readonly reason: string
  readonly set_by: string
  readonly set_at: number
  readonly release_to: string | null
  readonly release_by: string | null
  readonly release_at: number | null
  readonly release_reason: string | null
}

/** Opens the table of stops in a database that has it. */
export function openStopStore(database: SqliteDatabase): StopStore {
  const read = database.prepare<StopRow>('SELECT * FROM emergency_stops ORDER BY set_at')
  const write = database.prepare(
    'INSERT OR REPLACE INTO emergency_stops VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)',
  )
  const remove = database.prepare(
    'DELETE FROM emergency_stops WHERE tenant = ?1 AND model = ?2 AND key = ?3',
  )
  return {
    load: () => read.all().map(stopOf),
    put({ mode, scope, reason, setBy, setAt, release }) {
      const { to = null, by = null, at = null, reason: why = null } = release ?? {}
      write.run(...namesOf(scope), mode, reason, setBy, setAt, to, by, at, why)
    },
    remove: (scope) => void remove.run(...namesOf(scope)),
  }
}

function namesOf({ tenant = '', model = '', key = '' }: StopScope): [string, string, string] {
  return [tenant, model, key]
}

function stopOf(row: StopRow): EmergencyStop {
  const { tenant, model, key, reason, release_by: by, release_at: at } = row
  return {
    // What cannot be understood stops everything it is about.
    mode: row.mode === 'read-only' ? 'read-only' : 'halt',
    scope: {
      ...(tenant === '' ? {} : { tenant }),
      ...(model === '' ? {} : { model }),
      ...(key === '' ? {} : { key }),
    },
    reason,
    setBy: row.set_by,
    setAt: row.set_at,
    ...(by === null || at === null
      ? {}
      : { release: { to: modeOf(row.release_to), by, at, reason: row.release_reason ?? '' } }),
  }
}

function modeOf(text: string | null): StopMode {
  return stopModes.find((mode) => mode === text) ?? 'normal'
}
