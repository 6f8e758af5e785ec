import type { JsonValue } from '../../core/json.ts'
import type { StopReason } from '../neutral.ts'

const neutralOfWire: Readonly<Record<string, StopReason>> = {
  STOP: 'end',
  MAX_TOKENS: 'max-tokens',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
}

const wireOfNeutral = {
  end: 'STOP',
  'max-tokens': 'MAX_TOKENS',
  'stop-sequence': 'STOP',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  pause: 'OTHER',
  other: 'OTHER',
} as const satisfies Record<StopReason, string>

/**
 * Reads `finishReason`; malformed calls, unsupported languages and reasons not known yet are `other`.
 * Gemini has no reason of its own for function calls: an answer that holds any ends for them.
 */
export function readFinishReason(wire: JsonValue | undefined, hasToolCalls: boolean): StopReason {
  const known = typeof wire === 'string' && Object.hasOwn(neutralOfWire, wire)
  const reason = (known ? neutralOfWire[wire] : undefined) ?? 'other'
  return reason === 'end' && hasToolCalls ? 'tool-calls' : reason
}

/** Writes `finishReason`. */
export function writeFinishReason(reason: StopReason): string {
  return wireOfNeutral[reason]
}

/** Tells whether a value ends an answer: absent and unspecified reasons do not. */
export function isFinishReason(wire: JsonValue | undefined): wire is string {
  return typeof wire === 'string' && wire !== '' && !wire.endsWith('_UNSPECIFIED')
}
