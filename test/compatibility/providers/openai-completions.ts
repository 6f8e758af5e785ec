import { asArray, asNumber, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { fault } from '../vocabulary.ts'
import type { Say, Stop } from '../vocabulary.ts'
import { writeEvent } from '../wire.ts'
import { closed, pieces, words } from './dialect.ts'
import type { Arrived, Dialect } from './dialect.ts'
import { openAiChat, openAiFault } from './openai-chat.ts'

const fields = words(
  'model prompt max_tokens temperature top_p stop stream stream_options user seed n',
)

/** The legacy endpoint of OpenAI. */
export const openAiCompletions: Dialect = {
  ...openAiChat,
  format: 'openai-completions',
  read({ body }): Arrived {
    closed(body, fields, 'body')
    const stops = asArray(body['stop']).map(String)
    const limit = asNumber(body['max_tokens'])
    const stream = body['stream'] === true
    const wantsUsage = asObject(body['stream_options'])?.['include_usage'] === true
    if (stream && !wantsUsage) fault('usage was not asked for')
    const text = asString(body['prompt']) ?? fault('prompt is missing')
    return {
      ask: {
        turns: [{ role: 'user', parts: [{ type: 'text', text }] }],
        ...(limit === undefined ? {} : { limit }),
        ...(typeof body['temperature'] === 'number' ? { temperature: body['temperature'] } : {}),
        ...(typeof body['top_p'] === 'number' ? { topP: body['top_p'] } : {}),
        ...(stops.length === 0 ? {} : { stops }),
      },
      model: asString(body['model']) ?? '',
      stream,
    }
  },
  cites: false,
  counts: ['read'],
  writeAnswer: (say, model) => ({
    ...head(model),
    choices: [{ text: say.text ?? '', index: 0, logprobs: null, finish_reason: finishOf(say) }],
    usage: usageOf(say),
  }),
  writeStream(say, model) {
    const chunk = (text: string, finish: string | null): string =>
      writeEvent({
        ...head(model),
        choices: [{ text, index: 0, logprobs: null, finish_reason: finish }],
      })
    return [
      ...pieces(say.text ?? '').map((text) => ({ wire: chunk(text, null), words: text })),
      { wire: chunk('', finishOf(say)), words: '' },
      { wire: writeEvent({ ...head(model), choices: [], usage: usageOf(say) }), words: '' },
      { wire: 'data: [DONE]\n\n', words: '' },
    ]
  },
  writeFault: openAiFault,
}

function head(model: string): JsonObject {
  return { id: 'cmpl-1', object: 'text_completion', created: 1_780_000_000, model }
}

const finishes: Partial<Record<Stop, string>> = {
  'max-tokens': 'length',
  blocked: 'content_filter',
}

function finishOf({ stop }: Say): string {
  return finishes[stop] ?? 'stop'
}

function usageOf({ usage: { input, output, read = 0 } }: Say): JsonObject {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: read },
  }
}
