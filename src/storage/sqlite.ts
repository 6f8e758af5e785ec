import { Database } from 'bun:sqlite'
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/** A value SQLite can hold. */
export type SqlValue = string | number | bigint | null | Uint8Array

/** What is bound to a statement: values for `?1`, `?2` … in order, or one object for `$name` …. */
export type SqlParameters = SqlValue[] | [Record<string, SqlValue>]

/** A prepared statement. Disposing it frees it early; a missing named parameter throws. */
export interface SqliteStatement<Row> extends Disposable {
  /** Returns the first row, or `null` when there is none. */
  get(...parameters: SqlParameters): Row | null
  all(...parameters: SqlParameters): Row[]
  /** Runs the statement and tells how many rows it changed. */
  run(...parameters: SqlParameters): { readonly changes: number }
}

/** One connection to a SQLite file. Disposing it closes the connection and its statements. */
export interface SqliteDatabase extends AsyncDisposable {
  readonly path: string
  /** Compiles a statement once; keep it and run it many times. */
  prepare<Row>(sql: string): SqliteStatement<Row>
  /** Runs one or more statements without parameters. */
  execute(sql: string): void
  /**
   * Runs `work` in a transaction that takes the write lock at once; commits when it returns, rolls
   * back when it throws. `work` is synchronous: what it awaited would run outside the transaction.
   */
  transaction<Result>(work: () => Result): Result
}

/** One step of a schema: the statements that lead from the version before to this one. */
export interface Migration {
  readonly version: number
  readonly sql: string
}

/** How long a statement waits for another process that holds the write lock. */
const busyTimeoutMs = 5_000

/**
 * Opens a SQLite file, makes it with mode 0600 (and its folder with 0700) when it is missing.
 * A commit is on the disk when it returns (WAL with `synchronous = FULL`), so that a revoked key stays
 * revoked after a power cut. Throws when the file cannot be opened or is no database.
 */
export function openDatabase(path: string): SqliteDatabase {
  try {
    createPrivateFile(path)
    return wrap(path, connect(path))
  } catch (error) {
    throw new Error(`The database ${path} cannot be opened: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * Opens a SQLite file that is there for reading, also while another process writes to it; what would change
 * it throws. Throws when the file cannot be opened or is no database.
 */
export function readDatabase(path: string): SqliteDatabase {
  try {
    const database = new Database(path, { readonly: true, strict: true })
    database.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
    return wrap(path, database)
  } catch (error) {
    throw new Error(`The database ${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * Brings a database to the newest version of its schema, all pending steps in one transaction, so
 * that it is at the old version or at the new one whatever happens. Safe when several processes
 * start at once. Throws when the file was written by a newer program.
 */
export function migrate(database: SqliteDatabase, migrations: readonly Migration[]): void {
  migrations.forEach(({ version }, index) => {
    if (version !== index + 1) throw new Error('Migrations must be numbered 1, 2, 3 … in order.')
  })
  const newest = migrations.length
  if (versionOf(database, newest) === newest) return
  database.transaction(() => {
    // Read again under the write lock: another process may have migrated in between.
    const current = versionOf(database, newest)
    for (const { sql } of migrations.slice(current)) database.execute(sql)
    database.execute(`PRAGMA user_version = ${newest}`)
  })
}

function versionOf(database: SqliteDatabase, newest: number): number {
  using statement = database.prepare<{ user_version: number }>('PRAGMA user_version')
  const version = statement.get()?.user_version ?? 0
  if (version > newest) {
    throw new Error(
      `The database ${database.path} has schema version ${version}, this program knows up to ${newest}: ` +
        'start the newer program that wrote it, or restore a backup made before the upgrade.',
    )
  }
  return version
}

function createPrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // SQLite gives its -wal and -shm files the mode of the database file, so this covers them too.
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

function connect(path: string): Database {
  const database = new Database(path, { readwrite: true, create: false, strict: true })
  try {
    // First of all, so that the pragmas below already wait for other processes.
    database.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
    enableWriteAheadLog(database)
    database.run('PRAGMA synchronous = FULL')
    database.run('PRAGMA foreign_keys = ON')
    database.run('PRAGMA trusted_schema = OFF')
    return database
  } catch (error) {
    database.close(true)
    throw error
  }
}

function enableWriteAheadLog(database: Database): void {
  using statement = database.prepare<{ journal_mode: string }, []>('PRAGMA journal_mode = WAL')
  const mode = statement.get()?.journal_mode
  if (mode !== 'wal') {
    throw new Error(
      `its file system does not support write-ahead logging (journal mode is ${mode}); use a local disk`,
    )
  }
}

function wrap(path: string, database: Database): SqliteDatabase {
  return {
    path,
    prepare<Row>(sql: string) {
      return database.prepare<Row, SqlParameters>(sql)
    },
    execute(sql) {
      database.run(sql)
    },
    transaction(work) {
      return database.transaction(work).immediate()
    },
    async [Symbol.asyncDispose]() {
      database.close(true)
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
