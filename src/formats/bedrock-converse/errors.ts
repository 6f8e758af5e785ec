import { asObject, asString, parseJson, type JsonObject } from '../../core/json.ts'
import type { ErrorView } from '../format.ts'
import type { ProviderFault } from '../neutral.ts'
import { encodeException, exceptionPrefix } from '../event-stream.ts'
import { messageFor } from '../too-long.ts'

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
const typeOfStatus: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
  504: 'ModelTimeoutException',
}

/** Status of an exception inside a stream that began well. */
const statusOfException: Readonly<Record<string, number>> = {
  validationException: 400,
  accessDeniedException: 403,
  resourceNotFoundException: 404,
  modelTimeoutException: 504,
  modelErrorException: 502,
  modelStreamErrorException: 502,
  throttlingException: 429,
  modelNotReadyException: 429,
  serviceQuotaExceededException: 429,
  internalServerException: 500,
  serviceUnavailableException: 503,
}

/** Writes an error body as AWS does, with the gateway's own code and who is at fault beside it. */
export function writeError(error: ErrorView): JsonObject {
  return {
    message: messageFor(error, 'Input is too long for requested model'),
    code: error.code,
    source: error.source,
    requestId: error.requestId,
    ...(error.param !== undefined && { param: error.param }),
  }
}

/** The header in which AWS names the type of an error; its SDKs make their exceptions of it. */
export function errorHeaders({ status }: { readonly status: number }): Record<string, string> {
  return { 'x-amzn-errortype': errorTypeOf(status) }
}

/** Writes the message that ends a running stream with an error. */
export function writeStreamError(error: ErrorView): Uint8Array {
  return encodeException(exceptionOf(error.status), writeError(error))
}

/** Writes a provider's fault as the message that ends a running stream. */
export function writeStreamFault(fault: ProviderFault): Uint8Array {
  return encodeException(exceptionOf(fault.status), { message: fault.message })
}

/** Understands an error body; a body in another shape yields what can be known from the status. */
export function readError(status: number, body: string): ProviderFault {
  const parsed = asObject(parseJson(body))
  return {
    status,
    // The body rarely names the type; services behind other front ends do so with their namespace.
    type: asString(parsed?.['__type'])?.replace(/^.*#/, '') ?? errorTypeOf(status),
    message: messageIn(parsed) ?? `The provider answered with status ${status}.`,
  }
}

/** Reads a message of the stream that is an exception; `undefined` for any other. */
export function readException(event: string, data: string | undefined): ProviderFault | undefined {
  if (!event.startsWith(exceptionPrefix)) return undefined
  const type = event.slice(exceptionPrefix.length)
  const parsed = asObject(parseJson(data ?? ''))
  return {
    status: Object.hasOwn(statusOfException, type) ? (statusOfException[type] ?? 500) : 500,
    type,
    message: messageIn(parsed) ?? `The provider ended the stream with ${type}.`,
  }
}

function messageIn(body: JsonObject | undefined): string | undefined {
  const message = asString(body?.['message']) ?? asString(body?.['Message'])
  return message === '' ? undefined : message
}

function errorTypeOf(status: number): string {
  return typeOfStatus[status] ?? (status < 500 ? 'ValidationException' : 'InternalServerException')
}

/** The exceptions a stream may end with are fewer than the errors of a plain answer. */
function exceptionOf(status: number): string {
  if (status === 429) return 'throttlingException'
  if (status === 503 || status === 529) return 'serviceUnavailableException'
  if (status === 502) return 'modelStreamErrorException'
  return status < 500 ? 'validationException' : 'internalServerException'
}
