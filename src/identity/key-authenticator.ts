import type { Clock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import { unknownKey, type Authenticator } from './authenticator.ts'
import { readCredential } from './credentials.ts'
import { keyAuthenticatorName, type KeyDirectory } from './key-directory.ts'
import { looksLikeKey } from './keys.ts'

/** Why a known key was refused: the cause of its `invalid_key`, for records and never for callers. */
export class RefusedKey extends Error {
  override readonly name = 'RefusedKey'
  readonly state: 'expired' | 'revoked'
  readonly keyId: string | undefined

  constructor(state: 'expired' | 'revoked', keyId: string | undefined) {
    super(`the key ${keyId ?? ''} is ${state}`)
    this.state = state
    this.keyId = keyId
  }
}

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
      const directory = options.directory()
      const found = directory.find(presented, options.clock.now())
      if (typeof found === 'object') return found
      if (found === 'unknown') throw unknownKey()
      const cause = new RefusedKey(found, directory.idOf(presented))
      throw new GatewayError('invalid_key', refusals[found], { cause })
    },
  }
}

// Only who holds the whole key learns that it expired or was revoked.
const refusals = {
  expired: 'This API key has expired. Ask for a new one.',
  revoked: 'This API key was revoked. Ask for a new one.',
}
