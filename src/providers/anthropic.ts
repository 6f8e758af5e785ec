import { anthropicMessages } from '../formats/index.ts'
import type { ProviderConfig } from './config.ts'
import { trimSlashes } from './openai-paths.ts'
import type { ProviderTraits } from './provider.ts'

/** The Anthropic API (docs.anthropic.com/en/api). */
export function anthropic(config: ProviderConfig & { readonly type: 'anthropic' }): ProviderTraits {
  const root = trimSlashes(config.baseUrl)
  return {
    formats: [anthropicMessages],
    headers: {
      ...(config.apiKey === undefined ? {} : { 'x-api-key': config.apiKey.reveal() }),
      'anthropic-version': config.version,
    },
    forwardedHeaders: ['anthropic-version', 'anthropic-beta', 'idempotency-key'],
    asksStreamUsage: false,
    url({ operation }) {
      if (operation === 'chat' || operation === 'text_completion') return `${root}/v1/messages`
      if (operation === 'count_tokens') return `${root}/v1/messages/count_tokens`
      return undefined
    },
  }
}
