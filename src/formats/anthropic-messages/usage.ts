import { asNumber, asObject, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'

/**
 * Reads Anthropic's `usage`. On the wire `input_tokens` leaves out what the prompt cache held; the
 * neutral count includes it. Later counts are cumulative: they replace `earlier` where they are given.
 */
export function readUsage(
  wire: JsonValue | undefined,
  earlier?: TokenUsage,
): TokenUsage | undefined {
  if (!isObject(wire)) return earlier
  const cacheRead = count(wire['cache_read_input_tokens']) ?? earlier?.cacheReadTokens
  const cacheWrite =
    count(wire['cache_creation_input_tokens']) ??
    sumOfCounts(asObject(wire['cache_creation'])) ??
    earlier?.cacheWriteTokens
  const uncached = count(wire['input_tokens']) ?? uncachedInput(earlier)
  const reasoning =
    count(asObject(wire['output_tokens_details'])?.['thinking_tokens']) ?? earlier?.reasoningTokens
  return {
    inputTokens: uncached + (cacheRead ?? 0) + (cacheWrite ?? 0),
    outputTokens: count(wire['output_tokens']) ?? earlier?.outputTokens ?? 0,
    ...(cacheRead !== undefined && { cacheReadTokens: cacheRead }),
    ...(cacheWrite !== undefined && { cacheWriteTokens: cacheWrite }),
    ...(reasoning !== undefined && { reasoningTokens: reasoning }),
  }
}

/** Writes usage in Anthropic's split; counts nobody reported are 0, the format has no other word. */
export function writeUsage(usage: TokenUsage | undefined): JsonObject {
  return {
    input_tokens: uncachedInput(usage),
    cache_creation_input_tokens: usage?.cacheWriteTokens ?? 0,
    cache_read_input_tokens: usage?.cacheReadTokens ?? 0,
    output_tokens: usage?.outputTokens ?? 0,
    ...(usage?.reasoningTokens !== undefined && {
      output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    }),
  }
}

function uncachedInput(usage: TokenUsage | undefined): number {
  if (usage === undefined) return 0
  const cached = (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0)
  return Math.max(0, usage.inputTokens - cached)
}

function sumOfCounts(split: JsonObject | undefined): number | undefined {
  const counts = Object.values(split ?? {}).flatMap((value) => count(value) ?? [])
  return counts.length === 0 ? undefined : counts.reduce((sum, each) => sum + each, 0)
}

function count(value: JsonValue | undefined): number | undefined {
  const number = asNumber(value)
  return number === undefined || number < 0 ? undefined : Math.floor(number)
}
