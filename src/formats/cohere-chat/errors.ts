import { asObject, asString, isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { ErrorView } from '../format.ts'
import type { ProviderFault } from '../neutral.ts'
import { formatSse } from '../sse.ts'
import { messageFor } from '../too-long.ts'

/** Writes an error body as Cohere does, with the gateway's own code and who is at fault beside it. */
export function writeError(error: ErrorView): JsonObject {
  return {
    id: error.requestId,
    message: messageFor(error, 'too many tokens'),
    code: error.code,
    source: error.source,
    ...(error.param === undefined ? {} : { param: error.param }),
  }
}

/** Writes the frames that end a running stream with an error, as Cohere tells of a failed generation. */
export function writeStreamError(error: ErrorView): string {
  const delta = { finish_reason: 'ERROR', error: error.message }
  const data = { type: 'message-end', id: error.requestId, delta }
  return formatSse({ event: 'message-end', data: JSON.stringify(data) })
}

const maxMessageLength = 2000

/** Understands an error body, `{message, id}`; text that is no such body yields what the status tells. */
export function readError(status: number, body: string): ProviderFault {
  const parsed = parseJson(body)
  return readFault(isObject(parsed) ? parsed : {}, status)
}

/** Reads an error object; `data.error.message` is the form of a few of Cohere's front ends. */
export function readFault(body: JsonObject, status: number): ProviderFault {
  const message =
    asString(body['message']) ??
    asString(asObject(body['error'])?.['message']) ??
    asString(body['error']) ??
    asString(asObject(asObject(body['data'])?.['error'])?.['message']) ??
    ''
  return {
    status,
    message:
      message === ''
        ? `The provider answered with status ${status}.`
        : message.slice(0, maxMessageLength),
  }
}
