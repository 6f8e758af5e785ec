import type { Operation } from '../core/record.ts'
import { openAiChat, openAiCompletions } from '../formats/index.ts'
import type { ProviderConfig } from './config.ts'
import { bearer, openAiPath, trimSlashes } from './openai-paths.ts'
import type { ProviderTraits } from './provider.ts'

const operations: ReadonlySet<Operation> = new Set(['chat', 'text_completion', 'embeddings'])

/** A local Ollama through its OpenAI-compatible API (docs.ollama.com/openai). */
export function ollama(config: ProviderConfig & { readonly type: 'ollama' }): ProviderTraits {
  const root = `${trimSlashes(config.baseUrl)}/v1`
  return {
    formats: [openAiChat, openAiCompletions],
    headers: bearer(config.apiKey),
    forwardedHeaders: [],
    asksStreamUsage: true,
    url(request) {
      const path = openAiPath(request, operations)
      return path === undefined ? undefined : root + path
    },
  }
}
