import { openAiChat, openAiCompletions } from '../formats/index.ts'
import type { ProviderConfig } from './config.ts'
import {
  openAiForwardedHeaders,
  openAiOperations,
  openAiPath,
  trimSlashes,
} from './openai-paths.ts'
import type { EndpointRequest, ProviderTraits } from './provider.ts'

/** Azure OpenAI (learn.microsoft.com/azure/ai-services/openai/reference): v1 and deployment URLs. */
export function azureOpenAi(
  config: ProviderConfig & { readonly type: 'azure-openai' },
): ProviderTraits {
  return {
    formats: [openAiChat, openAiCompletions],
    headers: { 'api-key': config.apiKey.reveal() },
    forwardedHeaders: openAiForwardedHeaders,
    asksStreamUsage: true,
    url: (request) =>
      azureUrl(request, {
        root: `${trimSlashes(config.baseUrl)}/openai`,
        style: config.apiStyle,
        apiVersion: config.apiVersion,
      }),
  }
}

export interface AzureAddress {
  /** Base URL up to the part the style adds. */
  readonly root: string
  readonly style: 'v1' | 'deployments' | 'plain'
  readonly apiVersion: string | undefined
}

/** Builds the URL of an Azure-style API; files and batches stand outside the deployments. */
export function azureUrl(request: EndpointRequest, address: AzureAddress): string | undefined {
  const path = openAiPath(request, openAiOperations)
  if (path === undefined) return undefined
  const url = address.root + stylePrefix(request, address.style) + path
  if (address.apiVersion === undefined) return url
  const separator = url.includes('?') ? '&' : '?'
  return `${url}${separator}api-version=${encodeURIComponent(address.apiVersion)}`
}

function stylePrefix(request: EndpointRequest, style: AzureAddress['style']): string {
  switch (style) {
    case 'v1':
      return '/v1'
    case 'plain':
      return ''
    case 'deployments':
      return request.operation === 'files' || request.operation === 'batches'
        ? ''
        : `/deployments/${encodeURIComponent(request.model)}`
  }
}
