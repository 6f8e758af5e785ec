import { GatewayError } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import type { Credentials } from './credentials.ts'

/** One way to find out who calls. */
export interface Authenticator {
  /** Stands in `Principal.authenticatedBy`. */
  readonly name: string
  /**
   * Returns the caller, or `undefined` when the credential is not of this authenticator's kind.
   * Throws a `GatewayError` when it is of its kind and not acceptable.
   */
  authenticate(credentials: Credentials): Principal | undefined | Promise<Principal | undefined>
}

/** Names the caller or throws; synchronous as long as the authenticators asked are. */
export type Authenticate = (credentials: Credentials) => Principal | Promise<Principal>

/** Asks authenticators in order until one vouches for the caller; throws `invalid_key` when none does. */
export function createAuthenticate(authenticators: readonly Authenticator[]): Authenticate {
  return (credentials) => askFrom(0, credentials)

  function askFrom(start: number, credentials: Credentials): Principal | Promise<Principal> {
    for (const [index, authenticator] of authenticators.slice(start).entries()) {
      const answer = authenticator.authenticate(credentials)
      if (answer instanceof Promise) {
        return answer.then((principal) => principal ?? askFrom(start + index + 1, credentials))
      }
      if (answer !== undefined) return answer
    }
    throw unknownKey()
  }
}

/** The error for a credential nobody knows; the same for every reason, so that it teaches nothing. */
export function unknownKey(): GatewayError {
  return new GatewayError(
    'invalid_key',
    'The API key is not valid: this gateway does not know it. Its keys start with "sk-sf-".',
  )
}
