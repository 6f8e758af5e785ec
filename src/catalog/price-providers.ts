/** Providers of the published price list (genai-prices) by our provider type or by preset. */
const publishedAs: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  bedrock: 'aws',
  'azure-openai': 'azure',
  'azure-apim': 'azure',
  groq: 'groq',
  mistral: 'mistral',
  deepseek: 'deepseek',
  xai: 'x-ai',
  openrouter: 'openrouter',
  cohere: 'cohere',
  together: 'together',
}

/** Where a model is served, as far as it decides the price. */
export interface PricedTarget {
  /** Type of the provider, such as `openai-compatible`. */
  readonly providerType: string
  /** Name of the provider in the configuration. */
  readonly providerName: string
  /** The provider's own name of the model. */
  readonly model: string
  /** Preset of an `openai-compatible` provider. */
  readonly preset?: string | undefined
  /** Address of an `openai-compatible` provider without preset: a known host has published prices. */
  readonly baseUrl?: string | undefined
}

/**
 * Tells whose published prices hold for a target: a provider of the price list, the owner of an
 * address, or nobody's (models on one's own machines have no list price).
 */
export function publisherOf(
  target: PricedTarget,
): { readonly id: string } | { readonly url: string } | undefined {
  const { providerType, preset, baseUrl } = target
  const id = publishedAs[preset ?? providerType]
  if (id !== undefined) return { id }
  if (providerType === 'openai-compatible' && preset === undefined && baseUrl !== undefined) {
    return { url: baseUrl }
  }
  return undefined
}
