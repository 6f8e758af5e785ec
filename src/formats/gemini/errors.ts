import {
  asArray,
  asNumber,
  asObject,
  asString,
  isObject,
  parseJson,
  type JsonObject,
} from '../../core/json.ts'
import type { ErrorView } from '../format.ts'
import type { ProviderFault } from '../neutral.ts'
import { messageFor } from '../too-long.ts'

// https://cloud.google.com/apis/design/errors#handling_errors
const wordOfStatus: ReadonlyMap<number, string> = new Map([
  [400, 'INVALID_ARGUMENT'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [408, 'DEADLINE_EXCEEDED'],
  [409, 'ABORTED'],
  [429, 'RESOURCE_EXHAUSTED'],
  [499, 'CANCELLED'],
  [500, 'INTERNAL'],
  [501, 'UNIMPLEMENTED'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
])

const statusOfWord: ReadonlyMap<string, number> = new Map([
  ...[...wordOfStatus].map(([status, word]) => [word, status] as const),
  ['UNAVAILABLE', 503],
  ['FAILED_PRECONDITION', 400],
  ['OUT_OF_RANGE', 400],
  ['ALREADY_EXISTS', 409],
  ['UNKNOWN', 500],
  ['DATA_LOSS', 500],
])

/** Writes an error body as Google does, with the gateway's code and who is at fault among the details. */
export function writeError(error: ErrorView): JsonObject {
  const { status, code, source, requestId, param } = error
  const message = messageFor(
    error,
    'The input token count exceeds the maximum number of tokens allowed',
  )
  const info = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: code.toUpperCase(),
    domain: 'smartflow',
    metadata: { source, requestId },
  }
  const fault = {
    '@type': 'type.googleapis.com/google.rpc.BadRequest',
    fieldViolations: [{ field: param, description: message }],
  }
  const details = param === undefined ? [info] : [info, fault]
  return { error: { code: status, message, status: wordOf(status), details } }
}

/** Writes a provider's fault as the body of an error. */
export function writeFault({ status, message }: ProviderFault): JsonObject {
  return { error: { code: status, message, status: wordOf(status) } }
}

/**
 * Understands an error body, also wrapped into an array as where a stream was asked for. A key that is not
 * known is 401, whatever the status: Google calls it an invalid argument.
 */
export function readError(status: number, body: string): ProviderFault {
  const parsed = parseJson(body)
  const content = Array.isArray(parsed) ? parsed[0] : parsed
  return isObject(content) ? readFault(content, status) : faultOfStatus(status)
}

/** Reads an error object; without a status its own code or word gives one, as inside a stream. */
export function readFault(body: JsonObject, status?: number): ProviderFault {
  const error = asObject(body['error'])
  const word = asString(error?.['status'])
  const known = status ?? statusIn(error) ?? statusOfWord.get(word ?? '') ?? 500
  const message =
    asString(error?.['message']) ?? asString(body['error']) ?? asString(body['message'])
  const details = asArray(error?.['details']).map(asObject)
  const reason = details.map((each) => asString(each?.['reason'])).find((each) => each)
  const violation = details.flatMap((each) => asArray(each?.['fieldViolations']))[0]
  const param = asString(asObject(violation)?.['field'])
  return {
    ...faultOfStatus(reason === 'API_KEY_INVALID' ? 401 : known),
    ...(message ? { message: message.slice(0, maxMessageLength) } : {}),
    ...(word === undefined ? {} : { type: word }),
    ...(reason === undefined ? {} : { code: reason }),
    ...(param ? { param } : {}),
  }
}

const maxMessageLength = 2000

function statusIn(error: JsonObject | undefined): number | undefined {
  const code = asNumber(error?.['code'])
  return code !== undefined && Number.isInteger(code) && code >= 400 && code < 600
    ? code
    : undefined
}

function wordOf(status: number): string {
  return wordOfStatus.get(status) ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')
}

function faultOfStatus(status: number): ProviderFault {
  return { status, message: `The provider answered with status ${status}.` }
}
