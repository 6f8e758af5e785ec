import {
  anthropicMessages,
  openAiChat,
  openAiCompletions,
  openAiResponses,
} from '../formats/index.ts'
import type { ProviderTraits } from './provider.ts'

/** The address the in-process simulation answers on; no socket is ever opened to it. */
export const simulatedRoot = 'http://simulated.invalid'

/** The built-in simulated provider: speaks every format natively, so nothing is translated unless asked. */
export function simulated(): ProviderTraits {
  return {
    formats: [openAiChat, openAiCompletions, anthropicMessages, openAiResponses],
    keepsResponses: true,
    headers: { 'anthropic-version': '2023-06-01' },
    forwardedHeaders: ['anthropic-version', 'anthropic-beta', 'x-simulate'],
    asksStreamUsage: true,
    url({ operation, format, path }) {
      if (format === 'anthropic-messages') return `${simulatedRoot}/v1/messages`
      if (format === 'openai-responses') return `${simulatedRoot}/v1/responses`
      if (format === 'openai-completions') return `${simulatedRoot}/v1/completions`
      if (format === 'openai-chat') return `${simulatedRoot}/v1/chat/completions`
      if (operation === 'count_tokens') return `${simulatedRoot}/v1/messages/count_tokens`
      return `${simulatedRoot}/v1${path}`
    },
  }
}
