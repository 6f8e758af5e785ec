import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import { migrate, openDatabase, type SqliteDatabase } from '../storage/index.ts'
import { hashKey, newKey } from './keys.ts'
import { checkNewKey, keyIdPrefix, type NewKey } from './new-key.ts'
import { keyMigrations, storedKeyOf, type KeyRow, type StoredKey } from './stored-key.ts'

/** The virtual keys made at run time, in a SQLite file that several processes may use at once. */
export interface KeyStore extends AsyncDisposable {
  /**
   * Makes a key. `key` is its only copy: show it once and forget it. Throws `invalid_request` with
   * `param` when a field is not acceptable or the name is taken by a key in force.
   */
  create(fields: NewKey): { readonly key: string; readonly stored: StoredKey }
  /** Returns all keys, oldest first, revoked and expired ones included. */
  list(): StoredKey[]
  /**
   * Revokes a key by id or name and returns it; `undefined` when there is none. Revoking again
   * changes nothing: the first time stays. Of several keys of one name the one in force is meant.
   */
  revoke(idOrName: string): StoredKey | undefined
  /** Counts changes of the file by any process; differs from an earlier reading after each change. */
  changes(): number
}

/** Path of the key store within the data folder. */
export function keyStorePath(dataDir: string): string {
  return join(dataDir, 'keys.sqlite')
}

/** Opens the key store of a data folder, and makes it when it is missing. */
export function openKeyStore(options: {
  readonly dataDir: string
  readonly clock: Clock
}): KeyStore {
  const database = openDatabase(keyStorePath(options.dataDir))
  try {
    migrate(database, keyMigrations)
    return createKeyStore(database, options.clock)
  } catch (error) {
    // Closing is synchronous underneath, so nothing is lost by not waiting for its promise.
    void database[Symbol.asyncDispose]()
    throw error
  }
}

function createKeyStore(database: SqliteDatabase, clock: Clock): KeyStore {
  const insertKey = database.prepare<KeyRow>(
    `INSERT INTO keys VALUES ($id, $name, $sha256, $lastFour, $user, $kind, $tenant, $department,
       $groups, $models, $product, $tier, $createdAt, $createdBy, $expiresAt, NULL) RETURNING *`,
  )
  const keyInForce = database.prepare<KeyRow>(
    'SELECT * FROM keys WHERE name = ?1 AND revoked_at IS NULL',
  )
  const allKeys = database.prepare<KeyRow>('SELECT * FROM keys ORDER BY created_at, rowid')
  // No name looks like an id (`checkNewKey`), so at most one key in force fits.
  const namedKey = database.prepare<KeyRow>(
    `SELECT * FROM keys WHERE id = ?1 OR name = ?1
     ORDER BY revoked_at IS NOT NULL, revoked_at DESC LIMIT 1`,
  )
  const setRevoked = database.prepare<KeyRow>(
    'UPDATE keys SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1 RETURNING *',
  )
  const countChanges = createChangeCounter(database)

  return {
    create: (fields) =>
      database.transaction(() => {
        const nowMs = clock.now()
        checkNewKey(fields, nowMs)
        const id = keyIdPrefix + randomBytes(8).toString('hex')
        const name = fields.name ?? id
        if (keyInForce.get(name) !== null) throw nameTaken(name)
        const key = newKey()
        const row = insertKey.get({
          id,
          name,
          sha256: hashKey(key),
          lastFour: key.slice(-4),
          user: fields.user,
          kind: fields.kind ?? 'user',
          tenant: fields.tenant ?? 'default',
          department: fields.department ?? null,
          groups: JSON.stringify(fields.groups ?? []),
          models: JSON.stringify(fields.models ?? ['*']),
          product: fields.product ?? null,
          tier: fields.tier ?? null,
          createdAt: nowMs,
          createdBy: fields.createdBy,
          expiresAt: fields.expiresAt ?? null,
        })
        return { key, stored: storedKeyOf(rowOf(row)) }
      }),
    list: () => allKeys.all().map(storedKeyOf),
    revoke: (idOrName) =>
      database.transaction(() => {
        const found = namedKey.get(idOrName)
        if (found === null) return undefined
        return storedKeyOf(rowOf(setRevoked.get(found.id, clock.now())))
      }),
    changes: countChanges,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

// https://sqlite.org/pragma.html#pragma_data_version: differs after a commit of another connection,
// not of this one; those are what `total_changes()` counts. Neither reads a table.
function createChangeCounter(database: SqliteDatabase): () => number {
  const ownChanges = database.prepare<{ total: number }>('SELECT total_changes() AS total')
  const dataVersion = database.prepare<{ data_version: number }>('PRAGMA data_version')
  let seen = ''
  let count = 0
  return () => {
    const current = `${dataVersion.get()?.data_version}/${ownChanges.get()?.total}`
    if (current !== seen) count++
    seen = current
    return count
  }
}

function rowOf(row: KeyRow | null): KeyRow {
  if (row === null) throw new Error('The key database did not return the row it wrote.')
  return row
}

function nameTaken(name: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `The name "${name}" is taken by a key in force; choose another one or revoke that key first.`,
    { param: 'name' },
  )
}
