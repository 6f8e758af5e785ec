import type { JsonValue } from '../../core/json.ts'
import type { StopReason } from '../neutral.ts'

const neutralOfWire: Readonly<Record<string, StopReason>> = {
  end_turn: 'end',
  max_tokens: 'max-tokens',
  model_context_window_exceeded: 'max-tokens',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  refusal: 'refusal',
}

const wireOfNeutral = {
  end: 'end_turn',
  'max-tokens': 'max_tokens',
  'stop-sequence': 'stop_sequence',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  other: 'end_turn',
} as const satisfies Record<StopReason, string>

/** Reads `stop_reason`; null and reasons that are not known yet are `other`. */
export function readStopReason(wire: JsonValue | undefined): StopReason {
  if (typeof wire !== 'string' || !Object.hasOwn(neutralOfWire, wire)) return 'other'
  return neutralOfWire[wire] ?? 'other'
}

/**
 * Writes `stop_reason`. Anthropic clients run tools only on `tool_use` and see a refusal only in
 * `refusal`, so content that ended plainly is named by what it holds.
 */
export function writeStopReason(
  reason: StopReason,
  holds: { readonly toolCalls: boolean; readonly refusal: boolean },
): string {
  if (reason !== 'end' && reason !== 'other') return wireOfNeutral[reason]
  if (holds.toolCalls) return 'tool_use'
  return holds.refusal ? 'refusal' : wireOfNeutral[reason]
}
