import { asNumber, asObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'

/**
 * Reads usage. `billed_units` are what is paid for; `tokens` count the preamble that Cohere adds as well,
 * so they stand in only where nothing was billed.
 */
export function readUsage(value: JsonValue | undefined): TokenUsage | undefined {
  const usage = asObject(value)
  const billed = asObject(usage?.['billed_units'])
  const counted = isCount(billed) ? billed : asObject(usage?.['tokens'])
  if (!isCount(counted)) return undefined
  const inputTokens = count(counted?.['input_tokens']) ?? 0
  const outputTokens = count(counted?.['output_tokens']) ?? 0
  const cached = count(usage?.['cached_tokens'])
  return {
    inputTokens,
    outputTokens,
    ...(cached === undefined ? {} : { cacheReadTokens: Math.min(cached, inputTokens) }),
  }
}

/** Writes usage: what other providers count is what they bill. */
export function writeUsage(usage: TokenUsage): JsonObject {
  const counted = { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens }
  return {
    billed_units: counted,
    tokens: { ...counted },
    ...(usage.cacheReadTokens === undefined ? {} : { cached_tokens: usage.cacheReadTokens }),
  }
}

function isCount(units: JsonObject | undefined): boolean {
  return (
    count(units?.['input_tokens']) !== undefined || count(units?.['output_tokens']) !== undefined
  )
}

function count(value: JsonValue | undefined): number | undefined {
  const number = asNumber(value)
  return number === undefined || number < 0 ? undefined : Math.floor(number)
}
