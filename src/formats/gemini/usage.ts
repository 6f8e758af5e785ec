import { asNumber, asObject, type JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'

/**
 * Reads `usageMetadata` of an answer or a chunk, where it counts from the beginning. Thinking is counted
 * beside the candidates, and prompts of tools that ran at the provider beside the prompt.
 * https://ai.google.dev/api/generate-content#UsageMetadata
 */
export function readUsage(body: JsonObject): TokenUsage | undefined {
  const usage = asObject(body['usageMetadata'])
  const prompt = asNumber(usage?.['promptTokenCount'])
  if (usage === undefined || prompt === undefined) return undefined
  const thoughts = asNumber(usage['thoughtsTokenCount'])
  const cached = asNumber(usage['cachedContentTokenCount'])
  return {
    inputTokens: prompt + (asNumber(usage['toolUsePromptTokenCount']) ?? 0),
    outputTokens: (asNumber(usage['candidatesTokenCount']) ?? 0) + (thoughts ?? 0),
    ...(cached === undefined ? {} : { cacheReadTokens: cached }),
    ...(thoughts === undefined ? {} : { reasoningTokens: thoughts }),
  }
}

/** Writes usage as `usageMetadata`. */
export function writeUsage(usage: TokenUsage): JsonObject {
  const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens } = usage
  return {
    promptTokenCount: inputTokens,
    candidatesTokenCount: Math.max(0, outputTokens - (reasoningTokens ?? 0)),
    totalTokenCount: inputTokens + outputTokens,
    ...(cacheReadTokens === undefined ? {} : { cachedContentTokenCount: cacheReadTokens }),
    ...(reasoningTokens === undefined ? {} : { thoughtsTokenCount: reasoningTokens }),
  }
}
