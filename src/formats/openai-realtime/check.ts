import { GatewayError } from '../../core/errors.ts'
import type { Frame } from '../../core/channel.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { hasRepeatedMember, outlineJson } from '../json-scan.ts'

/** Deeper than any event is. */
const maxEventDepth = 64

/**
 * Checks a client's frame before anyone reads it. Throws `invalid_request` for everything that others could
 * read otherwise than this gateway does: what is no JSON object to it (bytes, a byte order mark, `NaN`, a
 * comment), what is nested too deeply, and what names a member twice anywhere.
 */
export function checkEvent(frame: Frame, maxDepth: number): void {
  if (typeof frame !== 'string' || !/^[ \t\r\n]*\{/.test(frame)) throw noEvent()
  const deepest = Math.min(maxDepth, maxEventDepth)
  try {
    outlineJson(frame, deepest)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    throw error.param === undefined
      ? new GatewayError('invalid_request', `The event is nested deeper than ${deepest} levels.`)
      : repeated(error.param)
  }
  const json = parseJson(frame)
  if (!isObject(json)) throw noEvent()
  if (hasRepeatedMember(frame, json)) throw repeated()
}

function noEvent(): GatewayError {
  return new GatewayError('invalid_request', 'An event must be a JSON object, sent as text.')
}

function repeated(param?: string): GatewayError {
  const text = 'A field of the event is given twice.'
  return new GatewayError('invalid_request', text, param === undefined ? {} : { param })
}
