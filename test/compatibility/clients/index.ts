import { anthropicMessages } from './anthropic-messages.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import type { Client } from './client.ts'
import { gemini } from './gemini.ts'
import { openAiChat } from './openai-chat.ts'
import { openAiCompletions } from './openai-completions.ts'
import { openAiResponses } from './openai-responses.ts'

export type { Client } from './client.ts'

/** The formats clients speak. */
export const clients: readonly Client[] = [
  openAiChat,
  openAiCompletions,
  openAiResponses,
  anthropicMessages,
  gemini,
  bedrockConverse,
]
