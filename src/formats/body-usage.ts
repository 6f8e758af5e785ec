import { asNumber, asObject, type JsonObject } from '../core/json.ts'
import type { TokenUsage } from '../core/usage.ts'

/**
 * Reads the usage of embeddings, images, transcriptions and rerankings that are forwarded as they are: in
 * the words of OpenAI, of Cohere (what was billed) or of Gemini.
 */
export function readBodyUsage(body: JsonObject): TokenUsage | undefined {
  const usage = asObject(body['usage'])
  const billed = asObject(asObject(body['meta'])?.['billed_units'])
  const counted = asObject(body['usageMetadata'])
  const input =
    asNumber(usage?.['prompt_tokens']) ??
    asNumber(usage?.['input_tokens']) ??
    asNumber(billed?.['input_tokens']) ??
    asNumber(counted?.['promptTokenCount'])
  // Rerankers read only: vLLM and Jina report their total and nothing else.
  const total = body['results'] === undefined ? undefined : asNumber(usage?.['total_tokens'])
  const inputTokens = input ?? total
  if (inputTokens === undefined) return undefined
  const output = asNumber(usage?.['completion_tokens']) ?? asNumber(usage?.['output_tokens'])
  return { inputTokens, outputTokens: output ?? 0 }
}
