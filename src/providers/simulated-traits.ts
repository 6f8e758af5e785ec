import {
  anthropicMessages,
  bedrockConverse,
  bedrockInvoke,
  cohereChat,
  gemini,
  geminiArray,
  openAiChat,
  openAiCompletions,
  openAiResponses,
} from '../formats/index.ts'
import { geminiMethod } from './gemini.ts'
import type { EndpointRequest, ProviderTraits } from './provider.ts'

/** The address the in-process simulation answers on; no socket is ever opened to it. */
export const simulatedRoot = 'http://simulated.invalid'

/** The built-in simulated provider: speaks every format natively, so nothing is translated unless asked. */
export function simulated(): ProviderTraits {
  return {
    formats: [
      openAiChat,
      openAiCompletions,
      anthropicMessages,
      openAiResponses,
      bedrockConverse,
      bedrockInvoke,
      gemini,
      geminiArray,
      cohereChat,
    ],
    keepsResponses: true,
    headers: { 'anthropic-version': '2023-06-01' },
    forwardedHeaders: ['anthropic-version', 'anthropic-beta', 'x-simulate'],
    asksStreamUsage: true,
    url(request) {
      const { operation, format, path, model, stream } = request
      const atGemini = geminiUrl(request)
      if (atGemini !== undefined) return atGemini
      const atBedrock = `${simulatedRoot}/model/${encodeURIComponent(model)}`
      if (format === 'bedrock-converse')
        return `${atBedrock}/converse${stream === true ? '-stream' : ''}`
      if (format === 'bedrock-invoke') {
        return `${atBedrock}/invoke${stream === true ? '-with-response-stream' : ''}`
      }
      if (format === 'anthropic-messages') return `${simulatedRoot}/v1/messages`
      if (format === 'cohere-chat') return `${simulatedRoot}/v2/chat`
      if (format === 'openai-responses') return `${simulatedRoot}/v1/responses`
      if (format === 'openai-completions') return `${simulatedRoot}/v1/completions`
      if (format === 'openai-chat') return `${simulatedRoot}/v1/chat/completions`
      if (operation === 'count_tokens') return `${simulatedRoot}/v1/messages/count_tokens`
      return `${simulatedRoot}/v1${path}`
    },
  }
}

function geminiUrl(request: EndpointRequest): string | undefined {
  const isCount = request.operation === 'count_tokens' && request.path.endsWith(':countTokens')
  if (!isCount && request.format?.startsWith('gemini') !== true) return undefined
  const model = encodeURIComponent(request.model)
  return `${simulatedRoot}/v1beta/models/${model}:${geminiMethod(request) ?? ''}`
}
