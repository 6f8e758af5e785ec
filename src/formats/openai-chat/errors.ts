import {
  asArray,
  asNumber,
  asObject,
  asString,
  isObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import type { ErrorView } from '../format.ts'
import type { ProviderFault } from '../neutral.ts'
import { formatSse } from '../sse.ts'

/** Writes an error body as OpenAI does, with who is at fault and the request id beside it. */
export function writeError(error: ErrorView): JsonObject {
  return {
    error: {
      message: error.message,
      type: errorTypeOf(error.status),
      param: error.param ?? null,
      code: codeOf(error),
      source: error.source,
      request_id: error.requestId,
    },
  }
}

/** Writes the frame that ends a running stream with an error; no `[DONE]` follows it. */
export function writeStreamError(error: ErrorView): string {
  return formatSse({ data: JSON.stringify(writeError(error)) })
}

/** Writes a provider's fault as the frame that ends a running stream. */
export function writeStreamFault(fault: ProviderFault): string {
  const { message, param = null, code = null } = fault
  const error = { message, type: errorTypeOf(fault.status), param, code, source: 'provider' }
  return formatSse({ data: JSON.stringify({ error }) })
}

/**
 * Understands the error bodies of servers that speak chat completions: OpenAI, Azure and its API
 * Management, vLLM, Mistral, Ollama, FastAPI. Another body yields what the status tells.
 */
export function readError(status: number, body: string): ProviderFault {
  const parsed = parseJson(body)
  // Gemini's OpenAI endpoint wraps the error object into an array.
  const content = Array.isArray(parsed) ? parsed[0] : parsed
  return isObject(content) ? readFault(content, status) : { status, message: textOf(status) }
}

/** Reads an error object; without a status its own code or type gives one, as inside a stream. */
export function readFault(body: JsonObject, status?: number): ProviderFault {
  const error = asObject(body['error']) ?? asObject(body['x_groq']) ?? body
  const type = asString(error['type'])
  const code = readCode(error['code'])
  const param = asString(error['param'])
  const known = status ?? statusOf(error['code'], type, code)
  return {
    status: known,
    message: (readMessage(error) ?? readMessage(body) ?? textOf(known)).slice(0, maxMessageLength),
    ...(type && { type }),
    ...(code && { code }),
    ...(param && { param }),
  }
}

const maxMessageLength = 2000

const typeOfStatus: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [408, 'timeout_error'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
])

function errorTypeOf(status: number): string {
  return typeOfStatus.get(status) ?? (status < 500 ? 'invalid_request_error' : 'server_error')
}

/** Clients match on OpenAI's codes where it has one. */
function codeOf({ code, status, failureClass }: ErrorView): string {
  if (failureClass === 'context-window') return 'context_length_exceeded'
  if (failureClass === 'content-policy') return 'content_filter'
  if (status === 429) return 'rate_limit_exceeded'
  return code === 'invalid_key' ? 'invalid_api_key' : code
}

function readCode(value: JsonValue | undefined): string | undefined {
  return typeof value === 'number' ? String(value) : asString(value)
}

/** The places a message stands in, the most telling first. */
function readMessage(object: JsonObject): string | undefined {
  for (const key of ['message', 'detail', 'error', 'msg', 'errors']) {
    const text = messageText(object[key])
    if (text !== undefined) return text
  }
  return undefined
}

/** A message is a string, or FastAPI's list of faults: `[{loc: ['body', 'model'], msg}]`. */
function messageText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  const faults = Array.isArray(value) ? value : asArray(asObject(value)?.['detail'])
  const texts = faults.flatMap((fault) => {
    if (typeof fault === 'string') return [fault]
    const place = asArray(asObject(fault)?.['loc']).map(readCode).join('.')
    const text = asString(asObject(fault)?.['msg']) ?? asString(asObject(fault)?.['message'])
    return text === undefined ? [] : [place === '' ? text : `${place}: ${text}`]
  })
  return texts.length === 0 ? undefined : texts.join('; ')
}

function textOf(status: number): string {
  return `The provider answered with status ${status}.`
}

function statusOf(
  given: JsonValue | undefined,
  type: string | undefined,
  code: string | undefined,
): number {
  const number = asNumber(given) ?? Number(code)
  if (Number.isInteger(number) && number >= 400 && number < 600) return number
  return statusOfWord.get(code ?? '') ?? statusOfWord.get(type ?? '') ?? 500
}

const statusOfWord: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['invalid_request', 400],
  ['BadRequestError', 400],
  ['context_length_exceeded', 400],
  ['content_filter', 400],
  ['authentication_error', 401],
  ['invalid_api_key', 401],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['NotFoundError', 404],
  ['model_not_found', 404],
  ['timeout_error', 504],
  ['rate_limit_error', 429],
  ['rate_limit_exceeded', 429],
  ['insufficient_quota', 429],
  ['tokens', 429],
  ['requests', 429],
  ['overloaded_error', 503],
  ['service_unavailable', 503],
])
