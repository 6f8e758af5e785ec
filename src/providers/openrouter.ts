import { asObject } from '../core/json.ts'
import type { ProviderConfig } from './config.ts'
import type { ProviderTraits } from './provider.ts'
import { service } from './services.ts'

/** OpenRouter: models of many providers, among which it chooses. https://openrouter.ai/docs */
export function openRouter(
  config: ProviderConfig & { readonly type: 'openrouter' },
): ProviderTraits {
  const traits = service(config)
  const { routing } = config
  return {
    ...traits,
    headers: {
      ...traits.headers,
      ...(config.appUrl === undefined ? {} : { 'http-referer': config.appUrl }),
      ...(config.appTitle === undefined ? {} : { 'x-title': config.appTitle }),
    },
    ...(routing === undefined
      ? {}
      : // What the operator decided stands before what a client asks for.
        {
          bodyMembers: (request, body, warn) => ({
            ...traits.bodyMembers?.(request, body, warn),
            provider: { ...asObject(body['provider']), ...routing },
          }),
        }),
  }
}
