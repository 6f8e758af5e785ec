import { timingSafeEqual } from 'node:crypto'
import type { Principal } from '../core/principal.ts'
import type { KeyConfig } from './config.ts'
import type { StoredKey } from './stored-key.ts'
import { digestKey, isWellFormedKey } from './keys.ts'

/** Name of the key authenticator, and of the way its principals were authenticated. */
export const keyAuthenticatorName = 'key'

/** All keys in force, compiled for look-up; immutable, replaced as a whole when a key changes. */
export interface KeyDirectory {
  /** How many keys it knows, expired and revoked ones included. */
  readonly size: number
  /** Returns who holds a key, or why it is refused. Never waits, never reads a database. */
  find(presentedKey: string, nowMs: number): Principal | 'unknown' | 'expired' | 'revoked'
  /** Returns the id of a key, be it in force or not; for records of keys that were refused. */
  idOf(presentedKey: string): string | undefined
}

export interface KeySources {
  /** Keys of the configuration file. */
  readonly configured: readonly KeyConfig[]
  /** Keys of the key store, revoked ones included. */
  readonly stored: readonly StoredKey[]
}

interface Entry {
  readonly digest: Uint8Array
  readonly principal: Principal
  readonly expiresAt: number
  readonly isRevoked: boolean
}

/**
 * Compiles a directory from both sources. Where both hold the same key, the configuration names its
 * owner, unless the key was revoked: a revocation always wins.
 */
export function createKeyDirectory({ configured, stored }: KeySources): KeyDirectory {
  const entries = new Map<string, Entry>()
  for (const key of stored) entries.set(key.sha256, entryOf(key, key.id))
  for (const key of configured) {
    if (!entries.get(key.sha256)?.isRevoked) entries.set(key.sha256, entryOf(key, key.name))
  }

  return {
    size: entries.size,
    /**
     * INVARIANT: time does not depend on how much of a presented key is right. Keys are never compared
     * with each other: the presented one is hashed first (fixed length, so fixed time), and what the
     * map and the final comparison see are SHA-256 digests. A caller cannot steer a digest towards a
     * stored one without breaking SHA-256, so even a measurable difference in the map's look-up says
     * nothing about any key. The last comparison is constant in time as well and covers the full digest.
     *
     * There is no cache from presented key to entry: it would save the hash, 0.2 µs, and hold plain
     * keys in memory for as long as it lives.
     */
    find(presentedKey, nowMs) {
      if (!isWellFormedKey(presentedKey)) return 'unknown'
      const digest = digestKey(presentedKey)
      const entry = entries.get(digest.toHex())
      if (entry === undefined || !timingSafeEqual(entry.digest, digest)) return 'unknown'
      if (entry.isRevoked) return 'revoked'
      return nowMs < entry.expiresAt ? entry.principal : 'expired'
    },
    idOf: (presentedKey) => entries.get(digestKey(presentedKey).toHex())?.principal.keyId,
  }
}

function entryOf(key: KeyConfig | StoredKey, keyId: string): Entry {
  return {
    digest: Uint8Array.fromHex(key.sha256),
    principal: principalOf(key, keyId),
    expiresAt: key.expiresAt ?? Infinity,
    isRevoked: 'revokedAt' in key && key.revokedAt !== undefined,
  }
}

function principalOf(key: KeyConfig | StoredKey, keyId: string): Principal {
  return Object.freeze({
    id: key.user,
    kind: key.kind,
    tenant: key.tenant,
    ...(key.department !== undefined && { department: key.department }),
    groups: Object.freeze([...key.groups]),
    ...('roles' in key && key.roles !== undefined && { roles: Object.freeze([...key.roles]) }),
    ...(key.tier !== undefined && { tier: key.tier }),
    authenticatedBy: keyAuthenticatorName,
    ...(key.product !== undefined && { product: key.product }),
    keyId,
    models: Object.freeze([...key.models]),
  })
}
