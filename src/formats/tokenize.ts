import { GatewayError } from '../core/errors.ts'
import { asNumber, asObject, type JsonObject } from '../core/json.ts'
import type { Conversion } from './conversion.ts'
import type { ClientFormat, PathTarget, Warn } from './format.ts'
import { openAiChat } from './openai-chat/index.ts'

/** A wish to have tokens counted, in a client's format. */
export interface CountCall {
  readonly client: ClientFormat
  readonly body: JsonObject
  readonly target?: PathTarget | undefined
  /** The provider's own name of the model. */
  readonly model: string
  readonly warn: Warn
}

/**
 * Converts a wish to have the tokens of a chat counted to the `/tokenize` of vLLM, which applies the
 * model's own template. https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#tokenizer-api
 */
export function convertCount({ client, body, target, model, warn }: CountCall): Conversion {
  const isGemini = client.name === 'gemini'
  // Gemini counts bare contents, or a whole request that stands in a member of its own.
  const asked = isGemini ? (asObject(body['generateContentRequest']) ?? body) : body
  const request = client.readRequest(asked, target)
  const { messages, tools } = openAiChat.writeRequest({ ...request, model, stream: false }, warn)
  return {
    requests: [{ model, messages, tools, add_generation_prompt: true }],
    answer([counted = {}]) {
      const count = asNumber(counted['count'])
      if (count === undefined || count < 0) {
        const cause = new Error('the answer has no count')
        throw new GatewayError('provider_bad_answer', undefined, { cause })
      }
      return {
        body: isGemini ? { totalTokens: count } : { input_tokens: count },
        usage: undefined,
      }
    },
  }
}
