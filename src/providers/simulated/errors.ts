import type { JsonObject } from '../../core/json.ts'
import { encodeException } from '../../formats/index.ts'
import { jsonReply } from './reply.ts'
import type { WholeReply } from './reply.ts'

/** Whose error bodies a path speaks. */
export type Dialect = 'openai' | 'azure' | 'anthropic' | 'cohere' | 'bedrock' | 'gemini'

/** A request the provider refuses, as its dialect would. */
export class ProviderRefusal extends Error {
  override readonly name = 'ProviderRefusal'
  readonly status: number
  readonly type: string | undefined
  readonly param: string | undefined
  readonly code: string | undefined

  constructor(
    status: number,
    message: string,
    options: { type?: string; param?: string; code?: string } = {},
  ) {
    super(message)
    this.status = status
    this.type = options.type
    this.param = options.param
    this.code = options.code
  }
}

// https://docs.anthropic.com/en/api/errors
const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

// https://platform.openai.com/docs/guides/error-codes
const openaiTypes: Readonly<Record<number, { type: string; code: string | null }>> = {
  401: { type: 'invalid_request_error', code: 'invalid_api_key' },
  404: { type: 'invalid_request_error', code: 'not_found' },
  429: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  500: { type: 'server_error', code: null },
  503: { type: 'server_error', code: 'service_unavailable' },
}

/** The body of an error in a dialect. */
export function errorBody(
  dialect: Dialect,
  refusal: ProviderRefusal,
  requestId: string,
): JsonObject {
  const { status, message, param } = refusal
  if (dialect === 'anthropic') {
    const type = refusal.type ?? anthropicTypes[status] ?? 'api_error'
    return { type: 'error', error: { type, message }, request_id: requestId }
  }
  if (dialect === 'cohere') return { id: requestId, message }
  if (dialect === 'bedrock') return { message }
  if (dialect === 'gemini') return geminiError(refusal)
  if (dialect === 'azure' && status === 401) {
    // Azure's gateway answers this one itself, with a string code and no type.
    return { error: { code: '401', message } }
  }
  if (dialect === 'azure' && status === 404) return { error: { code: '404', message } }
  const known = openaiTypes[status]
  const fallback = status >= 500 ? 'server_error' : 'invalid_request_error'
  return {
    error: {
      message,
      type: refusal.type ?? known?.type ?? fallback,
      param: param ?? null,
      code: refusal.code ?? known?.code ?? null,
    },
  }
}

// https://cloud.google.com/apis/design/errors
const googleWords: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

function geminiError({ status, message, type, code }: ProviderRefusal): JsonObject {
  const reason = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code }
  const word = type ?? googleWords[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')
  const details = code === undefined ? {} : { details: [reason] }
  return { error: { code: status, message, status: word, ...details } }
}

/** A whole reply carrying an error. */
export function errorReply(
  dialect: Dialect,
  refusal: ProviderRefusal,
  options: { requestId: string; retryAfter?: number | undefined },
): WholeReply {
  const headers = {
    ...(options.retryAfter === undefined ? {} : { 'retry-after': String(options.retryAfter) }),
    ...(dialect === 'bedrock' && { 'x-amzn-errortype': awsType(refusal) }),
  }
  const body = errorBody(dialect, refusal, options.requestId)
  return jsonReply(body, { status: refusal.status, headers })
}

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
const awsTypes: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  503: 'ServiceUnavailableException',
}

function awsType({ status, type }: ProviderRefusal): string {
  return type ?? awsTypes[status] ?? 'InternalServerException'
}

/** The event with which a dialect reports an error inside a stream that began well. */
export function errorFrame(
  dialect: Dialect,
  refusal: ProviderRefusal,
  requestId: string,
): string | Uint8Array {
  if (dialect === 'bedrock') {
    const name = awsType(refusal)
    return encodeException(name.charAt(0).toLowerCase() + name.slice(1), {
      message: refusal.message,
    })
  }
  if (dialect === 'cohere') {
    // A generation that failed ends its stream like any other.
    const end = { finish_reason: 'ERROR', error: refusal.message }
    return `event: message-end\ndata: ${JSON.stringify({ type: 'message-end', delta: end })}\n\n`
  }
  const data = JSON.stringify(errorBody(dialect, refusal, requestId))
  return dialect === 'anthropic' ? `event: error\ndata: ${data}\n\n` : `data: ${data}\n\n`
}
