import { asObject, asString, type JsonObject } from '../../core/json.ts'
import type { StopReason } from '../neutral.ts'

/** What an answer held, as far as it tells why it ended. */
export interface Held {
  readonly toolCalls: boolean
  readonly refusal: boolean
}

/** Reads why a response ended; one that completed ended as what it holds tells. */
export function readStopReason(response: JsonObject, held: Held): StopReason {
  if (response['status'] === 'incomplete') {
    switch (asString(asObject(response['incomplete_details'])?.['reason']) ?? '') {
      case 'max_output_tokens':
      case 'max_tokens':
        return 'max-tokens'
      case 'content_filter':
        return 'content-filter'
      default:
        return 'other'
    }
  }
  if (held.toolCalls) return 'tool-calls'
  return held.refusal ? 'refusal' : 'end'
}

/** Returns why a response is incomplete; `undefined` for one that is complete. */
export function incompleteReason(stopReason: StopReason, held: Held): string | undefined {
  switch (stopReason) {
    case 'max-tokens':
      return 'max_output_tokens'
    case 'content-filter':
      return 'content_filter'
    case 'refusal':
      // A refusal in words is an answer; one without is a filter to the client.
      return held.refusal ? undefined : 'content_filter'
    case 'end':
    case 'stop-sequence':
    case 'tool-calls':
    case 'pause':
    case 'other':
      return undefined
    default:
      return stopReason satisfies never
  }
}
