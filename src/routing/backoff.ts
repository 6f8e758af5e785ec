import type { AnswerHeaders } from '../core/call.ts'

/** How often and how soon a call is tried again at targets that have failed it. */
export interface RetryOptions {
  /** Rounds through the targets of a route after the first; 0 for none. */
  readonly maxRetries: number
  readonly baseDelayMs: number
  /** Longest pause, also when a provider asks for a longer one: then there is no retry. */
  readonly maxDelayMs: number
  /** Retries for each call, over time. */
  readonly budgetRatio: number
}

/**
 * Returns how long to wait before a retry, or `undefined` when the provider asks for more than may be
 * waited. Full jitter, so that those who failed together do not come back together; on top of the time
 * that the provider asks for.
 */
export function backoffMs(
  retry: number,
  retryAfterMs: number | undefined,
  options: RetryOptions & { readonly random: () => number },
): number | undefined {
  const { baseDelayMs, maxDelayMs, random } = options
  const longest = Math.min(baseDelayMs * 2 ** retry, maxDelayMs)
  if (retryAfterMs === undefined) return random() * longest
  if (retryAfterMs > maxDelayMs) return undefined
  return retryAfterMs + random() * Math.min(baseDelayMs, longest)
}

/**
 * Reads the time after which a provider wants to be asked again: `retry-after-ms`, or `retry-after` in
 * seconds or as a date (RFC 9110 §10.2.3). In milliseconds; `undefined` when it says nothing usable.
 */
export function readRetryAfter(headers: AnswerHeaders, wallNow: number): number | undefined {
  const exact = Number(headers['retry-after-ms'] ?? Number.NaN)
  if (exact >= 0) return exact
  const value = headers['retry-after']?.trim()
  if (value === undefined || value === '') return undefined
  const seconds = Number(value)
  if (seconds >= 0) return seconds * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(date - wallNow, 0)
}
