import { Database, SQLiteError } from 'bun:sqlite'
import { join } from 'node:path'

/** A directory that no other writer may use until this is disposed of, or its process ended. */
export type DirectoryLock = Disposable

/**
 * Locks a directory for one writer and throws when another holds it, naming its process. The lock
 * is SQLite's on `audit.lock`: the kernel holds it, so it ends with the process, however that ends,
 * and it holds between containers, where process ids mean nothing.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, 'audit.lock')
  const database = new Database(path, { create: true, readwrite: true })
  try {
    database.run('PRAGMA busy_timeout = 0')
    database.run('PRAGMA journal_mode = MEMORY')
    database.run('PRAGMA synchronous = OFF')
    database.run('BEGIN IMMEDIATE')
    // Published by a commit of its own: what a transaction holds back nobody else can read.
    database.run(`PRAGMA user_version = ${process.pid}`)
    database.run('COMMIT')
    database.run('BEGIN IMMEDIATE')
  } catch (error) {
    const holder = holderOf(database)
    database.close()
    if (!(error instanceof SQLiteError) || error.code !== 'SQLITE_BUSY') {
      throw new Error(`the audit lock ${path} cannot be taken`, { cause: error })
    }
    throw new Error(
      `the audit log in ${directory} is being written by process ${holder}; ` +
        'stop that one or give this one a directory of its own (audit.directory)',
      { cause: error },
    )
  }
  return { [Symbol.dispose]: () => database.close() }
}

function holderOf(database: Database): string {
  try {
    const row: unknown = database.query('PRAGMA user_version').get()
    return String(Object.values(row ?? {})[0] ?? 'unknown')
  } catch {
    // Only the message is poorer for it.
    return 'unknown'
  }
}
