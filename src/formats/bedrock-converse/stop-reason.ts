import type { JsonValue } from '../../core/json.ts'
import type { StopReason } from '../neutral.ts'

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_ResponseSyntax
const neutralOfWire: Readonly<Record<string, StopReason>> = {
  end_turn: 'end',
  tool_use: 'tool-calls',
  max_tokens: 'max-tokens',
  model_context_window_exceeded: 'max-tokens',
  stop_sequence: 'stop-sequence',
  guardrail_intervened: 'content-filter',
  content_filtered: 'content-filter',
  // What Anthropic's own API says, and passes on here for newer models.
  refusal: 'refusal',
  pause_turn: 'pause',
}

const wireOfNeutral = {
  end: 'end_turn',
  'max-tokens': 'max_tokens',
  'stop-sequence': 'stop_sequence',
  'tool-calls': 'tool_use',
  'content-filter': 'content_filtered',
  refusal: 'content_filtered',
  pause: 'end_turn',
  other: 'end_turn',
} as const satisfies Record<StopReason, string>

/** Reads `stopReason`; reasons that are not known yet, and malformed output, are `other`. */
export function readStopReason(wire: JsonValue | undefined): StopReason {
  if (typeof wire !== 'string' || !Object.hasOwn(neutralOfWire, wire)) return 'other'
  return neutralOfWire[wire] ?? 'other'
}

/**
 * Writes `stopReason`. Clients of Converse run tools only on `tool_use`, so an answer that ended plainly
 * is named by what it holds.
 */
export function writeStopReason(
  reason: StopReason,
  holds: { readonly toolCalls: boolean; readonly refusal: boolean },
): string {
  if (reason !== 'end' && reason !== 'other') return wireOfNeutral[reason]
  if (holds.toolCalls) return 'tool_use'
  return holds.refusal ? 'content_filtered' : wireOfNeutral[reason]
}
