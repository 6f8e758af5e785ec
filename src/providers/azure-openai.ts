import type { Operation } from '../core/record.ts'
import { openAiChat, openAiCompletions, openAiResponses } from '../formats/index.ts'
import { authorizeWithTokens } from './azure-auth.ts'
import type { ProviderConfig } from './config.ts'
import {
  openAiForwardedHeaders,
  openAiOperations,
  openAiPath,
  trimSlashes,
} from './openai-paths.ts'
import type { EndpointRequest, ProviderTraits } from './provider.ts'
import { withoutThoughts } from './service-bodies.ts'
import type { TokenSource } from './token-source.ts'

/**
 * Azure OpenAI (learn.microsoft.com/azure/ai-services/openai/reference): v1 and deployment URLs.
 * @param tokens tokens of Entra, where it is asked with them
 */
export function azureOpenAi(
  config: ProviderConfig & { readonly type: 'azure-openai' },
  tokens?: TokenSource,
): ProviderTraits {
  // Responses have no place behind deployments: there they are translated.
  const hasResponses = config.apiStyle === 'v1'
  return {
    formats: [openAiChat, openAiCompletions, ...(hasResponses ? [openAiResponses] : [])],
    keepsResponses: hasResponses,
    headers: config.apiKey === undefined ? {} : { 'api-key': config.apiKey.reveal() },
    forwardedHeaders: openAiForwardedHeaders,
    asksStreamUsage: true,
    bodyMembers: withoutThoughts,
    url: (request) =>
      azureUrl(request, {
        root: `${trimSlashes(config.baseUrl)}/openai`,
        style: config.apiStyle,
        apiVersion: config.apiVersion,
      }),
    ...(tokens === undefined ? {} : { authorize: authorizeWithTokens(tokens) }),
  }
}

export interface AzureAddress {
  /** Base URL up to the part the style adds. */
  readonly root: string
  readonly style: 'v1' | 'deployments' | 'plain'
  readonly apiVersion: string | undefined
}

/** Builds the URL of an Azure-style API; files, batches and sessions stand outside the deployments. */
export function azureUrl(request: EndpointRequest, address: AzureAddress): string | undefined {
  const path = azurePath(request, address.style)
  if (path === undefined) return undefined
  const url = address.root + stylePrefix(request, address.style) + path
  if (address.apiVersion === undefined) return url
  const separator = url.includes('?') ? '&' : '?'
  return `${url}${separator}api-version=${encodeURIComponent(address.apiVersion)}`
}

/** Sessions name their deployment in the query: `/openai/realtime?deployment=` before the v1 API. */
function azurePath(request: EndpointRequest, style: AzureAddress['style']): string | undefined {
  if (request.operation === 'realtime' && style === 'deployments') {
    return `/realtime?deployment=${encodeURIComponent(request.model)}`
  }
  return openAiPath(request, openAiOperations)
}

const outsideDeployments: ReadonlySet<Operation> = new Set(['files', 'batches', 'realtime'])

function stylePrefix(request: EndpointRequest, style: AzureAddress['style']): string {
  switch (style) {
    case 'v1':
      return '/v1'
    case 'plain':
      return ''
    case 'deployments':
      return outsideDeployments.has(request.operation)
        ? ''
        : `/deployments/${encodeURIComponent(request.model)}`
  }
}
