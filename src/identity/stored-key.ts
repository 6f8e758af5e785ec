import { asArray, asString, parseJson } from '../core/json.ts'
import type { Principal } from '../core/principal.ts'
import type { Migration } from '../storage/index.ts'
import { keyHash, type KeyHash } from './keys.ts'

/** A virtual key as it is kept: everything but the key itself. */
export interface StoredKey {
  readonly id: string
  readonly name: string
  readonly sha256: KeyHash
  /** Last four digits of the key, to tell keys apart in lists. */
  readonly lastFour: string
  readonly user: string
  readonly kind: Principal['kind']
  readonly tenant: string
  readonly department?: string
  readonly groups: readonly string[]
  readonly models: readonly string[]
  readonly product?: string
  readonly tier?: string
  readonly createdAt: number
  readonly createdBy: string
  readonly expiresAt?: number
  readonly revokedAt?: number
}

/** The schema of the key store. */
export const keyMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE keys (
        id         TEXT PRIMARY KEY,
        name       TEXT NOT NULL,
        sha256     TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
        last_four  TEXT NOT NULL CHECK (length(last_four) = 4),
        user       TEXT NOT NULL,
        kind       TEXT NOT NULL CHECK (kind IN ('user', 'service', 'agent')),
        tenant     TEXT NOT NULL,
        department TEXT,
        groups     TEXT NOT NULL CHECK (json_type(groups) = 'array'),
        models     TEXT NOT NULL CHECK (json_type(models) = 'array'),
        product    TEXT,
        tier       TEXT,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        expires_at INTEGER,
        revoked_at INTEGER
      ) STRICT;
      CREATE UNIQUE INDEX keys_name_in_force ON keys (name) WHERE revoked_at IS NULL;`,
  },
]

/** A row of the table `keys`; groups and models are JSON arrays. */
export interface KeyRow {
  readonly id: string
  readonly name: string
  readonly sha256: string
  readonly last_four: string
  readonly user: string
  readonly kind: Principal['kind']
  readonly tenant: string
  readonly department: string | null
  readonly groups: string
  readonly models: string
  readonly product: string | null
  readonly tier: string | null
  readonly created_at: number
  readonly created_by: string
  readonly expires_at: number | null
  readonly revoked_at: number | null
}

/** Reads a row as a key. */
export function storedKeyOf(row: KeyRow): StoredKey {
  return {
    id: row.id,
    name: row.name,
    sha256: keyHash(row.sha256),
    lastFour: row.last_four,
    user: row.user,
    kind: row.kind,
    tenant: row.tenant,
    ...(row.department !== null && { department: row.department }),
    groups: textsOf(row.groups),
    models: textsOf(row.models),
    ...(row.product !== null && { product: row.product }),
    ...(row.tier !== null && { tier: row.tier }),
    createdAt: row.created_at,
    createdBy: row.created_by,
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
  }
}

function textsOf(json: string): string[] {
  return asArray(parseJson(json)).flatMap((value) => asString(value) ?? [])
}
