import { openAiChat, openAiCompletions } from '../formats/index.ts'
import { authorizeWithTokens } from './azure-auth.ts'
import { azureUrl } from './azure-openai.ts'
import type { ProviderConfig } from './config.ts'
import { openAiForwardedHeaders, trimSlashes } from './openai-paths.ts'
import type { ProviderTraits } from './provider.ts'
import type { TokenSource } from './token-source.ts'

/**
 * Models behind Azure API Management. The subscription key goes into every configured header, since
 * imported Azure OpenAI APIs expect `api-key` where others expect `Ocp-Apim-Subscription-Key`.
 * @param tokens tokens of Entra, where it is asked with them as well
 */
export function azureApim(
  config: ProviderConfig & { readonly type: 'azure-apim' },
  tokens?: TokenSource,
): ProviderTraits {
  const key = config.apiKey?.reveal()
  return {
    formats: [openAiChat, openAiCompletions],
    headers:
      key === undefined
        ? {}
        : Object.fromEntries(
            config.subscriptionKeyHeaders.map((name) => [name.toLowerCase(), key]),
          ),
    forwardedHeaders: openAiForwardedHeaders,
    asksStreamUsage: true,
    url: (request) =>
      azureUrl(request, {
        root: trimSlashes(config.baseUrl),
        style: config.apiStyle,
        apiVersion: config.apiVersion,
      }),
    ...(tokens === undefined ? {} : { authorize: authorizeWithTokens(tokens) }),
  }
}
