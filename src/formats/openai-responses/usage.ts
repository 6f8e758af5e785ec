import { asNumber, asObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'

/** Reads the usage of a response object; `undefined` while the provider has not counted. */
export function readUsage(response: JsonObject): TokenUsage | undefined {
  const usage = asObject(response['usage'])
  if (usage === undefined) return undefined
  const input = count(usage['input_tokens'])
  const output = count(usage['output_tokens'])
  if (input === undefined && output === undefined) return undefined
  const details = asObject(usage['input_tokens_details'])
  const cacheRead = count(details?.['cached_tokens'])
  const cacheWrite = count(details?.['cache_write_tokens'])
  const reasoning = count(asObject(usage['output_tokens_details'])?.['reasoning_tokens'])
  return {
    inputTokens: input ?? 0,
    outputTokens: output ?? 0,
    ...(cacheRead === undefined ? {} : { cacheReadTokens: cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWriteTokens: cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  }
}

/** Writes usage; the details are always there, since clients require them. */
export function writeUsage(usage: TokenUsage): JsonObject {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage
  return {
    input_tokens: inputTokens,
    input_tokens_details: {
      cached_tokens: cacheReadTokens ?? 0,
      cache_write_tokens: cacheWriteTokens ?? 0,
    },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens ?? 0 },
    total_tokens: inputTokens + outputTokens,
  }
}

function count(value: JsonValue | undefined): number | undefined {
  const number = asNumber(value)
  return number !== undefined && number >= 0 ? Math.round(number) : undefined
}
