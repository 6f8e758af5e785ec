import { asObject, asString, isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { ErrorView } from '../format.ts'
import type { ProviderFault } from '../neutral.ts'
import { formatSse } from '../sse.ts'
import { messageFor } from '../too-long.ts'

// https://platform.claude.com/docs/en/api/errors
const typeOfStatus: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

// The later status wins: a timeout reported inside a stream is a 504, an overload a 529.
const statusOfType: ReadonlyMap<string, number> = new Map(
  Object.entries(typeOfStatus).map(([status, type]) => [type, Number(status)]),
)

/** Writes an error body as Anthropic does, with the gateway's own code and who is at fault beside it. */
export function writeError(error: ErrorView): JsonObject {
  return {
    type: 'error',
    error: {
      type: errorTypeOf(error.status),
      message: messageFor(error, 'prompt is too long'),
      code: error.code,
      source: error.source,
      ...(error.param !== undefined && { param: error.param }),
    },
    request_id: error.requestId,
  }
}

/** Writes the frame that ends a running stream with an error. */
export function writeStreamError(error: ErrorView): string {
  return formatSse({ event: 'error', data: JSON.stringify(writeError(error)) })
}

/** Writes a provider's fault as the frame that ends a running stream. */
export function writeStreamFault(fault: ProviderFault): string {
  const error = { type: errorTypeOf(fault.status), message: fault.message }
  return formatSse({ event: 'error', data: JSON.stringify({ type: 'error', error }) })
}

/** Understands an error body; a body in another shape yields what can be known from the status. */
export function readError(status: number, body: string): ProviderFault {
  const parsed = parseJson(body)
  return isObject(parsed) ? readFault(parsed, status) : faultOfStatus(status)
}

/** Reads an error object `{type:'error', error:{type, message}}`; without a status its type gives one. */
export function readFault(body: JsonObject, status?: number): ProviderFault {
  const error = asObject(body['error'])
  const type = asString(error?.['type'])
  const known = status ?? statusOfType.get(type ?? '') ?? 500
  const message =
    asString(error?.['message']) ?? asString(body['error']) ?? asString(body['message'])
  const code = asString(asObject(error?.['details'])?.['error_code'])
  return {
    ...faultOfStatus(known),
    ...(message !== undefined && message !== '' && { message }),
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
  }
}

function errorTypeOf(status: number): string {
  return typeOfStatus[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')
}

function faultOfStatus(status: number): ProviderFault {
  return { status, message: `The provider answered with status ${status}.` }
}
