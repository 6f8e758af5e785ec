import type { JsonObject } from '../../core/json.ts'
import type { ErrorView } from '../format.ts'
import { lineOf } from './lines.ts'

/** Writes an error body as Ollama does, with the gateway's own code and who is at fault beside it. */
export function writeError(error: ErrorView): JsonObject {
  return {
    error: error.message,
    code: error.code,
    source: error.source,
    request_id: error.requestId,
    ...(error.param === undefined ? {} : { param: error.param }),
  }
}

/** Writes the line that ends a running stream with an error. */
export function writeStreamError(error: ErrorView): string {
  return lineOf(writeError(error))
}
