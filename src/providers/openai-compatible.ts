import type { Operation } from '../core/record.ts'
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
import { services } from './services.ts'
import type { Service } from './services.ts'

type CompatibleConfig = ProviderConfig & { readonly type: 'openai-compatible' }

const presetRoots: Readonly<Record<NonNullable<CompatibleConfig['preset']>, string>> = {
  vllm: 'http://127.0.0.1:8000/v1',
  lmstudio: 'http://127.0.0.1:1234/v1',
  groq: 'https://api.groq.com/openai/v1',
  mistral: 'https://api.mistral.ai/v1',
  deepseek: 'https://api.deepseek.com/v1',
  xai: 'https://api.x.ai/v1',
  openrouter: 'https://openrouter.ai/api/v1',
  together: 'https://api.together.xyz/v1',
  llamacpp: 'http://127.0.0.1:8080/v1',
}

const operations: ReadonlySet<Operation> = new Set([...openAiOperations, 'rerank'])

/** Any service that speaks the OpenAI API, known ones by preset. What it lacks, it says itself with a 404. */
export function openAiCompatible(config: CompatibleConfig): ProviderTraits {
  const root = trimSlashes(
    config.baseUrl ?? (config.preset === undefined ? '' : presetRoots[config.preset]),
  )
  const habits: Partial<Service> = config.preset === undefined ? {} : services[config.preset]
  const { asksStreamUsage = true, bodyMembers } = habits
  return {
    formats: [openAiChat, openAiCompletions, ...(config.responses ? [openAiResponses] : [])],
    keepsResponses: config.responses && config.keepsResponses,
    headers: bearer(config.apiKey),
    forwardedHeaders: openAiForwardedHeaders,
    asksStreamUsage,
    url(request) {
      const path = openAiPath(request, operations)
      return path === undefined ? undefined : root + path
    },
    ...(bodyMembers === undefined ? {} : { bodyMembers }),
  }
}
