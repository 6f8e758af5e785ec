import type { JsonValue } from '../../core/json.ts'
import {
  createLossList,
  optionalBoolean,
  optionalInteger,
  pruned,
  refuse,
} from '../openai-chat/fields.ts'
import type { EmbeddingsClientDialect, EmbeddingsRequest } from './dialect.ts'
import { asNumbers } from './vector.ts'

/** Ollama's `/api/embed`, as clients speak it. https://docs.ollama.com/api/embed */
export const ollamaEmbed = {
  name: 'ollama-embed',
  readRequest(body) {
    const lost = createLossList()
    lost.addUnknown(body, knownFields, '')
    return {
      ...pruned<Pick<EmbeddingsRequest, 'dimensions' | 'truncate'>>({
        dimensions: optionalInteger(body, 'dimensions', 1),
        // Cutting the end is what Ollama does unless it is told not to.
        truncate: optionalBoolean(body, 'truncate') === false ? 'none' : undefined,
      }),
      inputs: readInputs(body['input']),
      encoding: 'float',
      inexpressible: lost.paths,
    }
  },
  writeAnswer: (answer, { model }) => ({
    model,
    embeddings: answer.vectors.map(asNumbers),
    ...(answer.usage !== undefined && { prompt_eval_count: answer.usage.inputTokens }),
  }),
} as const satisfies EmbeddingsClientDialect

const knownFields = new Set(['model', 'input', 'truncate', 'dimensions', 'keep_alive'])

function readInputs(value: JsonValue | undefined): string[] {
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list) || list.length === 0) return refuse('input', 'a text or a list of texts')
  return list.map((text, index) =>
    typeof text === 'string' && text !== '' ? text : refuse(`input[${index}]`, 'a text'),
  )
}
