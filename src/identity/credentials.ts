import { GatewayError } from '../core/errors.ts'

/** The request headers in which a caller may present a key; `undefined` where one is absent. */
export interface Credentials {
  readonly authorization: string | undefined
  readonly xApiKey: string | undefined
  readonly apiKey: string | undefined
  readonly xGoogApiKey: string | undefined
}

interface Presented {
  readonly header: string
  readonly value: string
}

// RFC 9110 §11.4: the scheme is case-insensitive, one or more spaces before the token.
const bearer = /^bearer(?: +|$)/i

/**
 * Returns the one credential of a request, whatever header it came in. Throws `missing_key` when
 * there is none, `invalid_request` when there are several that differ, `invalid_key` for a scheme
 * other than Bearer. No message ever holds a part of a credential.
 */
export function readCredential(credentials: Credentials): string {
  const presented: Presented[] = []
  present(presented, 'authorization', bearerToken(credentials.authorization))
  present(presented, 'x-api-key', credentials.xApiKey)
  present(presented, 'api-key', credentials.apiKey)
  present(presented, 'x-goog-api-key', credentials.xGoogApiKey)
  const [first, ...others] = presented
  if (first === undefined) throw missingKey()
  for (const other of others) {
    // Which of two keys to believe would be a guess, and a proxy in front may have guessed otherwise.
    if (other.value !== first.value) throw conflictingKeys(first.header, other.header)
  }
  return first.value
}

function present(presented: Presented[], header: string, value: string | undefined): void {
  const trimmed = value?.trim()
  if (!trimmed) return
  // Repeated headers arrive joined by commas (RFC 9110 §5.3); no credential contains one.
  if (trimmed.includes(',')) {
    throw new GatewayError('invalid_request', `The header ${header} was sent more than once.`)
  }
  presented.push({ header, value: trimmed })
}

function bearerToken(authorization: string | undefined): string | undefined {
  const value = authorization?.trim()
  if (!value) return undefined
  const scheme = bearer.exec(value)
  if (scheme === null && value.startsWith('AWS4-')) {
    throw new GatewayError(
      'invalid_key',
      'This gateway cannot check AWS signatures, since it stores no secrets of its callers. Send its ' +
        'key as "Authorization: Bearer KEY": AWS SDKs do so with AWS_BEARER_TOKEN_BEDROCK=KEY.',
    )
  }
  if (scheme === null) {
    throw new GatewayError(
      'invalid_key',
      'The Authorization header is not of the form "Authorization: Bearer KEY".',
    )
  }
  return value.slice(scheme[0].length)
}

function missingKey(): GatewayError {
  return new GatewayError(
    'missing_key',
    'No API key was given. Send it as "Authorization: Bearer KEY" or in the header x-api-key, ' +
      'api-key or x-goog-api-key.',
  )
}

function conflictingKeys(first: string, second: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `The headers ${first} and ${second} hold different keys; send only one of them.`,
  )
}
