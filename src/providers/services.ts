import type { Operation } from '../core/record.ts'
import { openAiChat, openAiCompletions, openAiResponses } from '../formats/index.ts'
import type { ProviderFormat } from '../formats/index.ts'
import type { ProviderConfig } from './config.ts'
import { mistralMembers } from './mistral-body.ts'
import { bearer, openAiForwardedHeaders, openAiPath, trimSlashes } from './openai-paths.ts'
import type { Provider, ProviderTraits } from './provider.ts'
import { plainChat, plainLimit, withoutOtherModels } from './service-bodies.ts'

/** What a service with an OpenAI-style API does otherwise than OpenAI. */
export interface Service {
  /** Whether it offers legacy completions; elsewhere they are sent as chat. */
  readonly hasCompletions: boolean
  /** Beside chat. What it lacks in these, it says itself. */
  readonly operations: readonly Operation[]
  /** Whether usage has to be asked for in streams. */
  readonly asksStreamUsage: boolean
  readonly bodyMembers?: NonNullable<Provider['bodyMembers']>
  /** Whether it counts tokens at `/tokenize`, beside the API. */
  readonly tokenizes?: boolean
}

export type ServiceName = keyof typeof services

/** Services with an OpenAI-style API, by their provider type. */
export const services = {
  mistral: {
    hasCompletions: false,
    operations: ['embeddings', 'moderations', 'audio', 'files'],
    asksStreamUsage: false,
    bodyMembers: mistralMembers,
  },
  groq: {
    hasCompletions: false,
    operations: ['audio', 'files', 'batches'],
    // Every stream ends with `x_groq.usage`.
    asksStreamUsage: false,
  },
  deepseek: {
    hasCompletions: false,
    operations: [],
    asksStreamUsage: true,
    bodyMembers: plainChat,
  },
  xai: {
    hasCompletions: true,
    operations: ['embeddings', 'images'],
    asksStreamUsage: true,
  },
  openrouter: {
    hasCompletions: true,
    operations: ['embeddings'],
    asksStreamUsage: true,
    bodyMembers: withoutOtherModels,
  },
  together: {
    hasCompletions: true,
    operations: ['embeddings', 'rerank', 'images', 'audio', 'files', 'batches'],
    asksStreamUsage: true,
    bodyMembers: plainLimit,
  },
  vllm: {
    hasCompletions: true,
    operations: ['embeddings', 'rerank', 'audio'],
    asksStreamUsage: true,
    tokenizes: true,
  },
  lmstudio: {
    hasCompletions: true,
    operations: ['embeddings'],
    asksStreamUsage: true,
    bodyMembers: plainLimit,
  },
  llamacpp: {
    hasCompletions: true,
    operations: ['embeddings', 'rerank'],
    asksStreamUsage: true,
    bodyMembers: plainLimit,
  },
} as const satisfies Record<string, Service>

type ServiceConfig = ProviderConfig & { readonly type: ServiceName }

/** A service with an OpenAI-style API and habits of its own. */
export function service(config: ServiceConfig): ProviderTraits {
  const habits: Service = services[config.type]
  const { hasCompletions, asksStreamUsage, bodyMembers, tokenizes } = habits
  const root = trimSlashes(config.baseUrl)
  const offered: ReadonlySet<Operation> = new Set([
    'chat',
    'text_completion',
    ...habits.operations,
    ...(speaksResponses(config) ? (['responses'] as const) : []),
  ])
  const formats: readonly ProviderFormat[] = [
    openAiChat,
    ...(hasCompletions ? [openAiCompletions] : []),
    ...(speaksResponses(config) ? [openAiResponses] : []),
  ]
  return {
    formats,
    headers: bearer(config.apiKey),
    forwardedHeaders: openAiForwardedHeaders,
    asksStreamUsage,
    tokenizes,
    url(request) {
      if (request.operation === 'count_tokens') {
        return tokenizes === true ? `${root.replace(/\/v1$/, '')}/tokenize` : undefined
      }
      const path = openAiPath(request, offered)
      return path === undefined ? undefined : root + path
    },
    ...(bodyMembers === undefined ? {} : { bodyMembers }),
  }
}

function speaksResponses(config: ServiceConfig): boolean {
  return 'responses' in config && config.responses
}
