import { timingSafeEqual } from 'node:crypto'
import { Refusal } from './refusal.ts'

/** A key of the section `server.admin.keys`: who holds it, and its hash. */
export interface AdminKey {
  readonly name: string
  /** SHA-256 of the key in lower-case hex. */
  readonly sha256: string
}

/**
 * Returns the name of the administrator who makes a request. Throws a `Refusal`: 403 where no key is
 * configured, 401 for a request without a valid one. All keys are compared, each in constant time.
 */
export function authenticateAdministrator(headers: Headers, keys: readonly AdminKey[]): string {
  if (keys.length === 0) {
    throw new Refusal(
      { status: 403, code: 'no_admin_keys' },
      'Nothing can be changed here until an administrator has a key: add one to server.admin.keys as ' +
        '{ name: NAME, sha256: HASH } (printf %s "$KEY" | sha256sum), and send it as Authorization: Bearer.',
    )
  }
  const credential = credentialOf(headers)
  if (credential === undefined) {
    throw new Refusal(
      { status: 401, code: 'missing_key' },
      'This request needs the key of an administrator as Authorization: Bearer.',
    )
  }
  const name = holderOf(credential, keys)
  if (name !== undefined) return name
  throw new Refusal(
    { status: 401, code: 'invalid_key' },
    'This is not the key of an administrator.',
  )
}

/** Returns the name of the administrator whose key came with a request; `undefined` without a valid one. */
export function administratorOf(headers: Headers, keys: readonly AdminKey[]): string | undefined {
  return headers.has('authorization') && keys.length > 0
    ? holderOf(credentialOf(headers), keys)
    : undefined
}

function credentialOf(headers: Headers): string | undefined {
  const [scheme, credential] = headers.get('authorization')?.trim().split(/\s+/, 2) ?? []
  return scheme?.toLowerCase() === 'bearer' ? credential : undefined
}

function holderOf(credential: string | undefined, keys: readonly AdminKey[]): string | undefined {
  if (credential === undefined) return undefined
  const digest = new Bun.CryptoHasher('sha256').update(credential).digest()
  let name: string | undefined
  for (const key of keys) {
    if (timingSafeEqual(Uint8Array.fromHex(key.sha256), digest)) name = key.name
  }
  return name
}
