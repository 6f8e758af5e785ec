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

const classOfCode: Readonly<Partial<Record<ErrorCode, FailureClass>>> = {
  provider_timeout: 'timeout',
  provider_unreachable: 'unreachable',
  provider_stream_cut: 'unreachable',
  provider_bad_answer: 'bad-answer',
  provider_refused_credentials: 'credentials',
  not_supported: 'unsupported',
  client_closed: 'cancelled',
  invalid_request: 'request',
  previous_response_not_found: 'request',
}

/** Returns the class of an error that nobody classified more closely, from its code and status. */
export function failureClassOf(code: ErrorCode, status: number): FailureClass {
  if (code === 'provider_error') return failureClassOfStatus(status)
  return classOfCode[code] ?? 'gateway'
}

/** Returns what the status alone says about an error of a provider. */
export function failureClassOfStatus(status: number): FailureClass {
  if (status === 429) return 'rate-limit'
  if (status === 504) return 'timeout'
  return status >= 500 ? 'server-error' : 'request'
}
