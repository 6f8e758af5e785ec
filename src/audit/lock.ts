import { join } from 'node:path'
import { openDatabase } from '../storage/index.ts'
import type { SqliteDatabase } from '../storage/index.ts'

/** A directory that no other writer may use until this is disposed of, or its process ended. */
export type DirectoryLock = AsyncDisposable

/**
 * Locks a directory for one writer and throws when another holds it, naming its process. The lock
 * is SQLite's write lock on `audit.lock`: the kernel holds it, so it ends with the process, however
 * that ends, and it holds between containers, where process ids mean nothing.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const database = openDatabase(join(directory, 'audit.lock'))
  try {
    // The file tells nothing that has to survive, and a second writer is refused without waiting.
    database.execute('PRAGMA synchronous = OFF; PRAGMA busy_timeout = 0')
    database.execute('BEGIN IMMEDIATE')
    // Published by a commit of its own: what a transaction holds back nobody else can read.
    database.execute(`PRAGMA user_version = ${process.pid}; COMMIT; BEGIN IMMEDIATE`)
    return database
  } catch (error) {
    const holder = holderOf(database)
    await database[Symbol.asyncDispose]()
    if (!isBusy(error)) {
      throw new Error(`the audit lock ${database.path} cannot be taken`, { cause: error })
    }
    throw new Error(
      `the audit log in ${directory} is being written by process ${holder}; ` +
        'stop that one or give this one a directory of its own (audit.directory)',
      { cause: error },
    )
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'
}

function holderOf(database: SqliteDatabase): string {
  try {
    using statement = database.prepare<{ user_version: number }>('PRAGMA user_version')
    return String(statement.get()?.user_version ?? 'unknown')
  } catch {
    // Only the message is poorer for it.
    return 'unknown'
  }
}
