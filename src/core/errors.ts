import { failureClassOf } from './failure.ts'
import type { FailureClass } from './failure.ts'

/** Who is at fault: the caller, this gateway, or the provider behind it. */
export type ErrorSource = 'client' | 'gateway' | 'provider'

interface ErrorKind {
  readonly status: number
  readonly retryable: boolean
  readonly source: ErrorSource
  /** Shown to the client when the error carries no public text of its own. */
  readonly publicText: string
}

/** The one table of everything that can go wrong with a call. Codes are stable: clients match on them. */
export const errorKinds = {
  invalid_request: kind(400, 'client', 'The request is not valid.'),
  previous_response_not_found: kind(400, 'client', 'There is no such previous response.'),
  missing_key: kind(401, 'client', 'No API key was given.'),
  invalid_key: kind(401, 'client', 'The API key is not valid.'),
  model_not_permitted: kind(403, 'client', 'This key may not use this model.'),
  blocked_by_policy: kind(403, 'gateway', 'The request was blocked by policy.'),
  held_for_approval: kind(403, 'gateway', 'The request waits for the approval of people.'),
  no_admissible_target: kind(
    403,
    'gateway',
    'No target of this model may receive this request: it has to stay within a region or perimeter.',
  ),
  endpoint_refused: kind(403, 'gateway', 'This endpoint would lead around the gateway.'),
  model_not_found: kind(404, 'client', 'There is no such model.'),
  not_found: kind(404, 'client', 'There is no such endpoint.'),
  method_not_allowed: kind(405, 'client', 'This endpoint does not accept this method.'),
  request_timeout: kind(408, 'client', 'The request body did not arrive in time.', true),
  client_too_slow: kind(408, 'client', 'The client did not take what it was sent in time.'),
  request_too_large: kind(413, 'client', 'The request is larger than this gateway accepts.'),
  unsupported_media_type: kind(415, 'client', 'The request body has an unsupported type.'),
  upgrade_required: kind(426, 'client', 'This endpoint is a WebSocket: ask for an upgrade.'),
  headers_too_large: kind(431, 'client', 'The request headers are larger than accepted.'),
  rate_limited: kind(429, 'gateway', 'The limit of this key is reached.', true),
  session_limit_reached: kind(429, 'gateway', 'The session has reached a limit of this gateway.'),
  client_closed: kind(499, 'client', 'The client closed the connection.'),
  internal_error: kind(500, 'gateway', 'The gateway failed to handle the call.', true),
  not_supported: kind(501, 'gateway', 'No provider of this model offers this endpoint.'),
  provider_error: kind(502, 'provider', 'The provider answered with an error.', true),
  provider_refused_credentials: kind(
    502,
    'provider',
    'The provider refused the credentials of this gateway; its operator has to renew them.',
  ),
  provider_unreachable: kind(502, 'provider', 'The provider could not be reached.', true),
  provider_bad_answer: kind(
    502,
    'provider',
    'The provider sent an answer that is not valid.',
    true,
  ),
  provider_answer_too_large: kind(502, 'provider', 'The answer of the provider is too large.'),
  provider_stream_cut: kind(502, 'provider', 'The provider ended the stream too early.', true),
  emergency_stop: kind(503, 'gateway', 'An emergency stop is in force.'),
  audit_unavailable: kind(503, 'gateway', 'The audit log cannot be written.', true),
  compliance_unavailable: kind(503, 'gateway', 'The content could not be inspected.', true),
  limits_unavailable: kind(503, 'gateway', 'The limits could not be checked.', true),
  overloaded: kind(503, 'gateway', 'The gateway has reached its limit of concurrent calls.', true),
  no_available_target: kind(503, 'gateway', 'No target of this model is available now.', true),
  shutting_down: kind(503, 'gateway', 'The gateway is shutting down.', true),
  provider_timeout: kind(504, 'provider', 'The provider did not answer in time.', true),
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorKinds

export interface GatewayErrorOptions {
  readonly cause?: unknown
  /** Path of the faulty field in the caller's body, such as `messages[2].content`. */
  readonly param?: string
  /** Seconds after which a retry makes sense; sent as `retry-after`. */
  readonly retryAfterSeconds?: number
  /** Overrides the table's status: only for what providers answered with. */
  readonly status?: number
  /** What is known about the failure beyond code and status. */
  readonly failureClass?: FailureClass
}

/**
 * The one error type of the gateway. `message` is public: it is sent to the client, so it never
 * holds prompt text, keys or internals; what operators need to know goes into `cause`.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  readonly status: number
  readonly retryable: boolean
  readonly source: ErrorSource
  readonly param: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly failureClass: FailureClass
  /** Whether the audit log tells of it: set by the trail of the call that it ended. */
  isRecorded = false

  constructor(code: ErrorCode, message?: string, options: GatewayErrorOptions = {}) {
    const entry: ErrorKind = errorKinds[code]
    super(message ?? entry.publicText, { cause: options.cause })
    this.code = code
    this.status = options.status ?? entry.status
    this.retryable = entry.retryable
    this.source = entry.source
    this.param = options.param
    this.retryAfterSeconds = options.retryAfterSeconds
    this.failureClass = options.failureClass ?? failureClassOf(code, this.status)
  }
}

/** Turns anything thrown into a `GatewayError`; unknown errors become `internal_error` with the cause kept. */
export function toGatewayError(error: unknown): GatewayError {
  return error instanceof GatewayError
    ? error
    : new GatewayError('internal_error', undefined, { cause: error })
}

function kind(
  status: number,
  source: ErrorSource,
  publicText: string,
  retryable = false,
): ErrorKind {
  return { status, source, publicText, retryable }
}
