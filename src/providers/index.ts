import type { ProviderConfig } from './config.ts'
import { anthropic } from './anthropic.ts'
import { azureApim } from './azure-apim.ts'
import { tokensOf } from './azure-auth.ts'
import { azureOpenAi } from './azure-openai.ts'
import { bedrock } from './bedrock.ts'
import { byIdentity } from './by-identity.ts'
import { cohere } from './cohere.ts'
import { gemini } from './gemini.ts'
import { ollama } from './ollama.ts'
import { openAi } from './openai.ts'
import { openAiCompatible } from './openai-compatible.ts'
import { openRouter } from './openrouter.ts'
import type { ProviderRuntime, ProviderTraits } from './provider.ts'
import { service } from './services.ts'
import { simulated } from './simulated-traits.ts'
import { vertex } from './vertex.ts'

export { Alarms } from './alarms.ts'
export { providersConfigSchema } from './config.ts'
export type { ProviderConfig } from './config.ts'
export type { Timeouts } from './deadlines.ts'
export type { ExchangeDependencies } from './exchange.ts'
export type { Fetch, Provider, ProviderRuntime, ProviderTraits } from './provider.ts'
export { echoModel } from './echo-model.ts'
export { createSessions, withSessions } from './realtime.ts'
export type { OpenSession, OpenSocket, RealtimeSettings } from './realtime.ts'
export { isProviderHealthy } from './health-check.ts'
export { createTarget } from './target.ts'
export { openProvider } from './transport.ts'

/** Returns what a configured provider says for itself. A new provider type is one file and one line here. */
export function traitsOf(config: ProviderConfig, runtime: ProviderRuntime): ProviderTraits {
  switch (config.type) {
    case 'openai':
      return byIdentity(config, openAi)
    case 'openai-compatible':
      return byIdentity(config, openAiCompatible)
    case 'anthropic':
      return byIdentity(config, anthropic)
    case 'azure-openai': {
      const tokens = tokensOf(config.auth, runtime)
      return byIdentity(config, (keyed) => azureOpenAi(keyed, tokens))
    }
    case 'azure-apim': {
      const tokens = tokensOf(config.auth, runtime)
      return byIdentity(config, (keyed) => azureApim(keyed, tokens))
    }
    case 'cohere':
      return byIdentity(config, cohere)
    case 'gemini':
      return byIdentity(config, gemini)
    case 'vertex':
      return vertex(config, runtime)
    case 'bedrock':
      return bedrock(config, runtime)
    case 'ollama':
      return byIdentity(config, ollama)
    case 'openrouter':
      return byIdentity(config, openRouter)
    case 'mistral':
    case 'groq':
    case 'deepseek':
    case 'xai':
    case 'together':
    case 'vllm':
    case 'lmstudio':
    case 'llamacpp':
      return byIdentity(config, service)
    case 'simulated':
      return simulated()
  }
}
