import { GatewayError } from '../../core/errors.ts'
import { outlineJson } from '../json-scan.ts'

/**
 * Checks a client's event before anyone reads it. Throws `invalid_request` when it is nested too deeply or
 * names a member twice: two readers could then understand two different events. What is no JSON object
 * passes; it is no event.
 */
export function checkEvent(frame: string, maxDepth: number): void {
  if (!/^\s*\{/.test(frame)) return
  try {
    outlineJson(frame, maxDepth)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const text =
      error.param === undefined
        ? `The event is nested deeper than ${maxDepth} levels.`
        : 'A field of the event is given twice.'
    throw new GatewayError('invalid_request', text, {
      ...(error.param === undefined ? {} : { param: error.param }),
      cause: error,
    })
  }
}
