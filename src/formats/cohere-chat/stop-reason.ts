import type { JsonValue } from '../../core/json.ts'
import type { ProviderFault, StopReason } from '../neutral.ts'

const neutralOfWire: ReadonlyMap<string, StopReason> = new Map([
  ['COMPLETE', 'end'],
  ['STOP_SEQUENCE', 'stop-sequence'],
  ['MAX_TOKENS', 'max-tokens'],
  ['TOOL_CALL', 'tool-calls'],
  ['ERROR_LIMIT', 'max-tokens'],
  ['ERROR_TOXIC', 'content-filter'],
])

/** Reads `finish_reason`; reasons that are not known yet are `other`. */
export function readStopReason(wire: JsonValue | undefined, hasToolCalls: boolean): StopReason {
  const reason = typeof wire === 'string' ? (neutralOfWire.get(wire) ?? 'other') : 'other'
  return reason === 'end' && hasToolCalls ? 'tool-calls' : reason
}

const wireOfNeutral: Readonly<Record<StopReason, string>> = {
  end: 'COMPLETE',
  'stop-sequence': 'STOP_SEQUENCE',
  'max-tokens': 'MAX_TOKENS',
  'tool-calls': 'TOOL_CALL',
  // The SDK knows no other word for an answer that was cut off.
  'content-filter': 'ERROR',
  refusal: 'COMPLETE',
  pause: 'COMPLETE',
  other: 'COMPLETE',
}

/** Writes `finish_reason`. */
export function writeStopReason(reason: StopReason): string {
  return wireOfNeutral[reason]
}

/** Returns the fault that a `finish_reason` tells of inside an answer with status 200, if it does. */
export function faultOf(wire: JsonValue | undefined, message?: string): ProviderFault | undefined {
  if (wire === 'ERROR') {
    return { status: 502, type: wire, message: message || 'The generation failed.' }
  }
  if (wire === 'TIMEOUT') {
    return { status: 504, type: wire, message: message || 'The generation took too long.' }
  }
  return message ? { status: 502, message } : undefined
}
