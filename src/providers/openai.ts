import { openAiChat, openAiCompletions, openAiResponses } from '../formats/index.ts'
import type { ProviderConfig } from './config.ts'
import {
  bearer,
  openAiForwardedHeaders,
  openAiOperations,
  openAiPath,
  trimSlashes,
} from './openai-paths.ts'
import type { ProviderTraits } from './provider.ts'
import { withoutThoughts } from './service-bodies.ts'

/** The OpenAI API (platform.openai.com/docs/api-reference). */
export function openAi(config: ProviderConfig & { readonly type: 'openai' }): ProviderTraits {
  const root = trimSlashes(config.baseUrl)
  return {
    formats: [openAiChat, openAiCompletions, openAiResponses],
    keepsResponses: true,
    headers: {
      ...bearer(config.apiKey),
      ...(config.organization === undefined ? {} : { 'openai-organization': config.organization }),
      ...(config.project === undefined ? {} : { 'openai-project': config.project }),
    },
    forwardedHeaders: openAiForwardedHeaders,
    asksStreamUsage: true,
    bodyMembers: withoutThoughts,
    url(request) {
      const path = openAiPath(request, openAiOperations)
      return path === undefined ? undefined : root + path
    },
  }
}
