import type { ErrorCode } from './errors.ts'

/**
 * Kinds of failure as far as they differ in what helps against them. Routing chooses by them where a call
 * goes next; formats and providers find out which one a provider's error is.
 */
export const failureClasses = [
  'rate-limit',
  'context-window',
  'content-policy',
  'timeout',
  'server-error',
  'unreachable',
  'bad-answer',
  'credentials',
  'unsupported',
  /** The request itself is at fault: another target would say the same. */
  'request',
  /** Nobody wanted the answer any more. */
  'cancelled',
  /** The gateway refused by itself. */
  'gateway',
] as const

export type FailureClass = (typeof failureClasses)[number]

/** Returns the class of an error that nobody classified more closely, from its code and status. */
export function failureClassOf(code: ErrorCode, status: number): FailureClass {
  switch (code) {
    case 'provider_error':
      return failureClassOfStatus(status)
    case 'provider_timeout':
      return 'timeout'
    case 'provider_unreachable':
    case 'provider_stream_cut':
      return 'unreachable'
    case 'provider_bad_answer':
      return 'bad-answer'
    case 'provider_refused_credentials':
      return 'credentials'
    case 'not_supported':
      return 'unsupported'
    case 'client_closed':
      return 'cancelled'
    case 'invalid_request':
      return 'request'
    default:
      return 'gateway'
  }
}

/** Returns what the status alone says about an error of a provider. */
export function failureClassOfStatus(status: number): FailureClass {
  if (status === 429) return 'rate-limit'
  if (status === 504) return 'timeout'
  return status >= 500 ? 'server-error' : 'request'
}
