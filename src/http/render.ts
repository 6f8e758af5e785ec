import { isStreamed } from '../core/call.ts'
import type { Answer } from '../core/call.ts'
import type { GatewayError } from '../core/errors.ts'
import type { ClientFormat } from '../formats/index.ts'
import { toReadableStream } from './stream-body.ts'
import type { Patience } from './stream-body.ts'

/** For whom an answer is rendered. */
export interface Receiver extends Patience {
  readonly requestId: string
  readonly format: ClientFormat
}

/** Turns an answer into a response, with the headers that tell what the gateway did. */
export function renderAnswer(answer: Answer, receiver: Receiver): Response {
  const { requestId, format } = receiver
  const headers: Record<string, string> = {
    ...answer.headers,
    ...identifyingHeaders(requestId, format),
    'x-smartflow-cache': answer.cache.toUpperCase(),
  }
  if (answer.provider !== undefined) headers['x-smartflow-provider'] = answer.provider
  if (answer.model !== undefined) headers['x-smartflow-model'] = headerSafe(answer.model)
  if (answer.report.verdict !== undefined) {
    headers['x-smartflow-decision'] = answer.report.verdict
  }
  if (answer.warnings.length > 0) headers['x-smartflow-warnings'] = warningHeader(answer.warnings)
  if (answer.status >= 400) {
    headers['x-smartflow-error-source'] = 'provider'
    Object.assign(headers, format.errorHeaders?.(answer))
  }
  if (isStreamed(answer.body)) {
    headers['cache-control'] ??= 'no-cache'
    // Tells nginx and other proxies in front not to hold events back.
    headers['x-accel-buffering'] = 'no'
    return new Response(toReadableStream(answer.body, receiver), { status: answer.status, headers })
  }
  return new Response(answer.body, { status: answer.status, headers })
}

/** What an error response says about the request beside its error. */
export interface Refusal {
  /** Methods the endpoint accepts, for a request that used another. */
  readonly allow?: readonly string[] | undefined
  /** Nothing more is read from this connection. */
  readonly isLast?: boolean
}

/** Turns an error into a response in the client's dialect. */
export function renderError(
  error: GatewayError,
  requestId: string,
  format: ClientFormat,
  { allow, isLast = false }: Refusal = {},
): Response {
  const body = format.writeError({
    status: error.status,
    code: error.code,
    message: error.message,
    source: error.source,
    requestId,
    ...(error.param === undefined ? {} : { param: error.param }),
  })
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-smartflow-error-source': error.source,
    ...identifyingHeaders(requestId, format),
    ...format.errorHeaders?.(error),
  }
  if (error.retryAfterSeconds !== undefined)
    headers['retry-after'] = String(error.retryAfterSeconds)
  // Official SDKs repeat every 5xx unless they are told not to.
  if (error.status >= 500) headers['x-should-retry'] = String(error.retryable)
  if (allow !== undefined) headers['allow'] = allow.join(', ')
  // Without reading the rest of a refused body the connection cannot be used again.
  if (isLast || error.status === 408 || error.status === 413) headers['connection'] = 'close'
  return new Response(JSON.stringify(body), { status: error.status, headers })
}

/** Returns the request id, also under the name Anthropic's and AWS's clients look for. */
export function identifyingHeaders(
  requestId: string,
  format: ClientFormat,
): Record<string, string> {
  const ids = { 'x-request-id': requestId }
  if (format.name === 'anthropic-messages') return { ...ids, 'request-id': requestId }
  return format.name.startsWith('bedrock-') ? { ...ids, 'x-amzn-requestid': requestId } : ids
}

const maxWarningHeaderLength = 2048

function warningHeader(warnings: readonly string[]): string {
  const text = headerSafe(warnings.join(', '))
  return text.length <= maxWarningHeaderLength
    ? text
    : `${text.slice(0, maxWarningHeaderLength)}… (${warnings.length} in all)`.replace('…', '...')
}

function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
