import { asObject, asString, type JsonObject } from '../../core/json.ts'
import type { ErrorView } from '../format.ts'
import type { ProviderFault } from '../neutral.ts'
import { readError as readChatError, readFault, writeError } from '../openai-chat/errors.ts'
import { formatSse } from '../sse.ts'

/** Understands an error body; a response that failed as a whole says so in the same place. */
export const readError: (status: number, body: string) => ProviderFault = readChatError

/** Writes the event that ends a stream of which nothing was sent yet. */
export function writeStreamError(error: ErrorView): string {
  return writeErrorEvent(error, 0)
}

/** Writes the event that ends a running stream with an error of the gateway. */
export function writeErrorEvent(error: ErrorView, sequenceNumber: number): string {
  const { code, message, param, source, request_id } = asObject(writeError(error)['error']) ?? {}
  return errorEvent({ code, message, param, source, request_id }, sequenceNumber)
}

/** Writes the event that ends a running stream with a fault of the provider. */
export function writeFaultEvent(fault: ProviderFault, sequenceNumber: number): string {
  const { message, code = null, param = null } = fault
  return errorEvent({ code, message, param, source: 'provider' }, sequenceNumber)
}

/** Reads the fault of an `error` event, whose fields stand in it or in an object of their own. */
export function readErrorEvent(event: JsonObject): ProviderFault {
  // `type` of the event itself says nothing about the error.
  const { type: _, ...fields } = event
  return classified(readFault(asObject(event['error']) ?? fields))
}

/** Reads the fault of a response that failed. */
export function readFailed(response: JsonObject | undefined): ProviderFault {
  const error = asObject(response?.['error'])
  return error === undefined
    ? { status: 500, message: 'The provider failed to answer.' }
    : classified(readFault(error))
}

/** Codes that blame the request; those that blame no one have a status already. */
const requestCodes =
  /^(invalid_prompt|invalid_image|invalid_base64_image|image_|empty_image_file|failed_to_download_image|unsupported_image|bio_policy|context_length)/

function classified(fault: ProviderFault): ProviderFault {
  const code = asString(fault.code) ?? ''
  return fault.status === 500 && requestCodes.test(code) ? { ...fault, status: 400 } : fault
}

function errorEvent(fields: JsonObject, sequenceNumber: number): string {
  const data = { type: 'error', sequence_number: sequenceNumber, ...fields }
  return formatSse({ event: 'error', data: JSON.stringify(data) })
}
