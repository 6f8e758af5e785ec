import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { migrate, openDatabase, readDatabase } from '../../storage/index.ts'
import type { Migration, SqliteDatabase } from '../../storage/index.ts'
import { openContactHistory } from './contact-history.ts'
import { openCrossingLedger } from './crossing-ledger.ts'
import type { ContactHistory, CrossingLedger } from './types.ts'

/** What barriers know beside their configuration: who has seen what, and who may cross for a while. */
export interface BarrierStore extends AsyncDisposable {
  readonly history: ContactHistory
  readonly crossings: CrossingLedger
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `CREATE TABLE contacts (
        tenant TEXT NOT NULL,
        user TEXT NOT NULL,
        label TEXT NOT NULL,
        first_day INTEGER NOT NULL,
        last_day INTEGER NOT NULL,
        PRIMARY KEY (tenant, user, label)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE crossings (
        id TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        user TEXT NOT NULL,
        categories TEXT NOT NULL CHECK (json_type(categories) = 'array'),
        direction TEXT NOT NULL CHECK (direction IN ('send', 'receive', 'both')),
        starts_at INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        approver TEXT NOT NULL,
        reason TEXT NOT NULL,
        granted_at INTEGER NOT NULL,
        revoked_at INTEGER,
        revoked_by TEXT
      ) STRICT;
      CREATE INDEX crossings_end ON crossings (ends_at)`,
  },
]

const fileName = 'barriers.sqlite'

/** Opens the store of a data folder, and makes it when it is missing. Every change is synced to the disk. */
export function openBarrierStore(options: {
  readonly dataDir: string
  readonly clock: { now(): number }
}): BarrierStore {
  const database = openDatabase(join(options.dataDir, fileName))
  migrate(database, migrations)
  return storeOf(database, options.clock.now())
}

/** Opens the store of a data folder for reading; `undefined` where there is none. Changes throw. */
export function readBarrierStore(options: {
  readonly dataDir: string
  readonly clock: { now(): number }
}): BarrierStore | undefined {
  const path = join(options.dataDir, fileName)
  return existsSync(path) ? storeOf(readDatabase(path), options.clock.now()) : undefined
}

function storeOf(database: SqliteDatabase, now: number): BarrierStore {
  return {
    history: openContactHistory(database),
    crossings: openCrossingLedger(database, now),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
