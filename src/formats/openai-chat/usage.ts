import { asNumber, asObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'

/** Usage of an answer or a stream chunk: `usage`, or Groq's `x_groq.usage`. */
export function readUsage(body: JsonObject): TokenUsage | undefined {
  return readUsageObject(body['usage']) ?? readUsageObject(asObject(body['x_groq'])?.['usage'])
}

/** Writes usage as OpenAI reports it; details that are not known are left out. */
export function writeUsage(usage: TokenUsage): JsonObject {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage
  const knowsCache = cacheReadTokens !== undefined || cacheWriteTokens !== undefined
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: knowsCache
      ? // `cache_write_tokens` is OpenRouter's name; OpenAI reports no writes.
        { cached_tokens: cacheReadTokens, cache_write_tokens: cacheWriteTokens }
      : undefined,
    completion_tokens_details:
      reasoningTokens === undefined ? undefined : { reasoning_tokens: reasoningTokens },
  }
}

function readUsageObject(value: JsonValue | undefined): TokenUsage | undefined {
  const usage = asObject(value)
  if (usage === undefined) return undefined
  const input = count(usage['prompt_tokens'])
  const output = count(usage['completion_tokens'])
  if (input === undefined && output === undefined) return undefined
  const inputDetails = asObject(usage['prompt_tokens_details'])
  const reasoning = count(asObject(usage['completion_tokens_details'])?.['reasoning_tokens'])
  // DeepSeek and Moonshot report cached tokens outside of the details.
  const cacheRead =
    count(inputDetails?.['cached_tokens']) ??
    count(usage['prompt_cache_hit_tokens']) ??
    count(usage['cached_tokens'])
  const cacheWrite =
    count(inputDetails?.['cache_write_tokens']) ?? count(inputDetails?.['cache_creation_tokens'])
  const charged = asNumber(usage['cost'])
  return {
    inputTokens: input ?? 0,
    outputTokens: (output ?? 0) + reasoningBeside(usage, reasoning ?? 0),
    ...(cacheRead === undefined ? {} : { cacheReadTokens: cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWriteTokens: cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
    // OpenRouter's credits are dollars.
    ...(charged === undefined || charged < 0 ? {} : { chargedNanoUsd: Math.round(charged * 1e9) }),
  }
}

/** xAI counts reasoning beside `completion_tokens`, not within them; its total shows it. */
function reasoningBeside(usage: JsonObject, reasoning: number): number {
  const sum = (count(usage['prompt_tokens']) ?? 0) + (count(usage['completion_tokens']) ?? 0)
  return reasoning > 0 && count(usage['total_tokens']) === sum + reasoning ? reasoning : 0
}

function count(value: JsonValue | undefined): number | undefined {
  const number = asNumber(value)
  return number !== undefined && number >= 0 ? Math.round(number) : undefined
}
