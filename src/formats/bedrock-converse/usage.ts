import { asNumber, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'

/**
 * Reads Converse's `usage`. On the wire `inputTokens` leaves out what the prompt cache held, the neutral
 * count includes it. https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
 */
export function readUsage(wire: JsonValue | undefined): TokenUsage | undefined {
  if (!isObject(wire)) return undefined
  const input = count(wire['inputTokens'])
  const output = count(wire['outputTokens'])
  if (input === undefined && output === undefined) return undefined
  const cacheRead = count(wire['cacheReadInputTokens'])
  const cacheWrite = count(wire['cacheWriteInputTokens'])
  return {
    inputTokens: (input ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    outputTokens: output ?? 0,
    ...(cacheRead !== undefined && { cacheReadTokens: cacheRead }),
    ...(cacheWrite !== undefined && { cacheWriteTokens: cacheWrite }),
  }
}

/** Writes usage in Converse's split; counts nobody reported are 0, the format has no other word. */
export function writeUsage(usage: TokenUsage | undefined): JsonObject {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens, cacheWriteTokens } = usage ?? {}
  const cached = (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0)
  return {
    inputTokens: Math.max(0, inputTokens - cached),
    outputTokens,
    totalTokens: Math.max(inputTokens, cached) + outputTokens,
    ...(cacheReadTokens !== undefined && { cacheReadInputTokens: cacheReadTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteInputTokens: cacheWriteTokens }),
  }
}

function count(value: JsonValue | undefined): number | undefined {
  const number = asNumber(value)
  return number === undefined || number < 0 ? undefined : Math.floor(number)
}
