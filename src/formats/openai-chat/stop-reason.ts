import { asString, type JsonObject } from '../../core/json.ts'
import type { StopReason } from '../neutral.ts'

/** How an answer ended, as far as one choice tells. */
export interface Ending {
  readonly stopReason: StopReason
  readonly stopSequence?: string
}

/**
 * Reads why a choice ended. Several servers say `stop` after tool calls, OpenAI says it after a
 * refusal: what the choice held decides then.
 */
export function readEnding(
  choice: JsonObject,
  held: { readonly toolCalls: boolean; readonly refusal: boolean },
): Ending {
  const stopReason = readFinishReason(asString(choice['finish_reason']) ?? '')
  if (stopReason !== 'end') return { stopReason }
  if (held.toolCalls) return { stopReason: 'tool-calls' }
  if (held.refusal) return { stopReason: 'refusal' }
  // vLLM tells the stop sequence here; a number is the id of an end token.
  const stopSequence = asString(choice['stop_reason'])
  return stopSequence ? { stopReason: 'stop-sequence', stopSequence } : { stopReason }
}

/** Writes the fields of a choice that say why it ended. */
export function writeEnding(ending: Ending, refused: boolean): JsonObject {
  return {
    finish_reason: writeFinishReason(ending.stopReason, refused),
    stop_reason: ending.stopSequence,
  }
}

function readFinishReason(reason: string): StopReason {
  switch (reason) {
    case 'stop':
    case 'end_turn':
    case 'eos':
      return 'end'
    case 'length':
    case 'model_length':
    case 'max_tokens':
      return 'max-tokens'
    case 'tool_calls':
    case 'function_call':
      return 'tool-calls'
    case 'content_filter':
      return 'content-filter'
    default:
      return 'other'
  }
}

function writeFinishReason(reason: StopReason, refused: boolean): string {
  // OpenAI ends a spoken refusal with `stop`; one without words is a filter to the client.
  return reason === 'refusal' && refused ? 'stop' : finishReasons[reason]
}

const finishReasons: Readonly<Record<StopReason, string>> = {
  end: 'stop',
  'max-tokens': 'length',
  'stop-sequence': 'stop',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  other: 'stop',
}
