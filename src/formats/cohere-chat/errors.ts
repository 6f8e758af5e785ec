import { asObject, asString, isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { ProviderFault } from '../neutral.ts'

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
