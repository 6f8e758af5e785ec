import type { Operation } from '../core/record.ts'
import { cohereChat, cohereEmbeddings, cohereRerank } from '../formats/index.ts'
import type { ProviderConfig } from './config.ts'
import { bearer, trimSlashes } from './openai-paths.ts'
import type { ProviderTraits } from './provider.ts'

/** The Cohere API, second version (docs.cohere.com/reference). */
export function cohere(config: ProviderConfig & { readonly type: 'cohere' }): ProviderTraits {
  const root = `${trimSlashes(config.baseUrl)}/v2`
  return {
    formats: [cohereChat],
    headers: bearer(config.apiKey),
    forwardedHeaders: [],
    asksStreamUsage: false,
    embeddings: () => cohereEmbeddings,
    rerank: () => cohereRerank,
    url({ operation }) {
      const path = paths[operation]
      return path === undefined ? undefined : root + path
    },
  }
}

const paths: Partial<Record<Operation, string>> = {
  chat: '/chat',
  text_completion: '/chat',
  embeddings: '/embed',
  rerank: '/rerank',
}
