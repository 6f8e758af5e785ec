import type { Clock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import { unknownKey, type Authenticator } from './authenticator.ts'
import { readCredential } from './credentials.ts'
import { keyAuthenticatorName, type KeyDirectory } from './key-directory.ts'
import { looksLikeKey } from './keys.ts'

export interface KeyAuthenticatorOptions {
  /** Returns the directory in force; asked on every call, so a swapped directory takes effect at once. */
  readonly directory: () => KeyDirectory
  readonly clock: Clock
}

/**
 * Authenticates callers by virtual key. A credential that is not an `sk-sf-` key is left to other
 * authenticators; one that is, and is not known, expired or revoked, throws `invalid_key`.
 */
export function createKeyAuthenticator(options: KeyAuthenticatorOptions): Authenticator {
  return {
    name: keyAuthenticatorName,
    authenticate(credentials): Principal | undefined {
      const presented = readCredential(credentials)
      if (!looksLikeKey(presented)) return undefined
      const found = options.directory().find(presented, options.clock.now())
      if (typeof found === 'object') return found
      throw found === 'unknown' ? unknownKey() : new GatewayError('invalid_key', refusals[found])
    },
  }
}

// Only who holds the whole key learns that it expired or was revoked.
const refusals = {
  expired: 'This API key has expired. Ask for a new one.',
  revoked: 'This API key was revoked. Ask for a new one.',
}
