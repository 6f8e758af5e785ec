/**
 * Tokens one call consumed. Names follow OpenTelemetry `gen_ai.usage.*`; `inputTokens` includes the
 * cached ones (Anthropic's wire form excludes them, `formats/` adds them).
 */
export interface TokenUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Part of `inputTokens` that the provider read from its prompt cache. */
  readonly cacheReadTokens?: number
  /** Part of `inputTokens` that the provider wrote to its prompt cache. */
  readonly cacheWriteTokens?: number
  /** Part of `outputTokens` spent on reasoning. */
  readonly reasoningTokens?: number
  /** Part of `inputTokens` that is audio, cached or not. */
  readonly inputAudioTokens?: number
  /** Part of `inputTokens` that is images, cached or not. */
  readonly inputImageTokens?: number
  /** Part of `cacheReadTokens` that is audio. */
  readonly cacheReadAudioTokens?: number
  /** Part of `cacheReadTokens` that is images. */
  readonly cacheReadImageTokens?: number
  /** Part of `outputTokens` that is audio. */
  readonly outputAudioTokens?: number
  /** What the provider itself says it charged, in integer nano-dollars (OpenRouter). */
  readonly chargedNanoUsd?: number
}

/** Usage as it is recorded: counted by the provider, or estimated by us and marked so. */
export interface MeteredUsage extends TokenUsage {
  readonly estimated: boolean
}

/** The price of a call. Money is integer nano-dollars (10⁻⁹ USD). */
export interface Cost {
  readonly nanoUsd: number
  /** Identifies the price list that was applied. */
  readonly priceVersion: string
}

/** Adds up the tokens of two calls. A part that neither of them told stays untold. */
export function addUsage(first: TokenUsage | undefined, second: TokenUsage): TokenUsage {
  if (first === undefined) return second
  const sum: Record<string, number> = { ...first }
  for (const [name, tokens] of Object.entries(second)) sum[name] = (sum[name] ?? 0) + tokens
  return {
    ...sum,
    inputTokens: first.inputTokens + second.inputTokens,
    outputTokens: first.outputTokens + second.outputTokens,
  }
}
