import { asArray, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { compact, fault, parseObject } from '../vocabulary.ts'
import type { Ask, Heard, Stop } from '../vocabulary.ts'
import { checkBy, count, list, name, object, oneOf, readEvents, text } from '../wire.ts'
import type { Client } from './client.ts'
import { checkError, faultOf, usageOf } from './openai-chat.ts'

/** https://platform.openai.com/docs/api-reference/completions */
export const openAiCompletions: Client = {
  name: 'openai-completions',
  path: () => '/v1/completions',
  write,
  readAnswer(body) {
    checkAnswer(body)
    const choice = asObject(asArray(body['choices'])[0]) ?? {}
    return heardOf(body, asString(choice['text']) ?? '', asString(choice['finish_reason']))
  },
  readStream(bytes) {
    const events = readEvents(bytes)
    if (events.pop()?.data !== '[DONE]') fault('the stream does not end with [DONE]')
    const chunks = events.map(({ data }) => checkChunk(parseObject(data, 'a chunk')))
    const choices = chunks.flatMap((chunk) => asArray(chunk['choices']).map(asObject))
    const said = choices.map((choice) => asString(choice?.['text']) ?? '').join('')
    const finish = choices.map((choice) => asString(choice?.['finish_reason'])).find(Boolean)
    return heardOf(chunks.at(-1) ?? {}, said, finish)
  },
  readFault: (body) => faultOf(checkError(body)),
  readStreamFault(bytes) {
    const last = readEvents(bytes).at(-1)
    return faultOf(checkError(parseObject(last?.data ?? '', 'the last frame')))
  },
  counts: ['read', 'written', 'reasoning'],
  streamsArguments: false,
  namesModel: true,
}

/** A prompt is one text: nothing that has turns, media or tools can be said. */
function write(ask: Ask, model: string, stream: boolean): JsonObject | undefined {
  const [turn, ...others] = ask.turns
  const isPlain = turn?.role === 'user' && others.length === 0 && turn.parts.length === 1
  const part = isPlain ? turn.parts[0] : undefined
  if (part?.type !== 'text' || part.mark !== undefined) return undefined
  const hasMore = [ask.system, ask.tools, ask.shape, ask.reasons].some((each) => each !== undefined)
  if (hasMore) return undefined
  return compact({
    model,
    prompt: part.text,
    max_tokens: ask.limit,
    temperature: ask.temperature,
    top_p: ask.topP,
    stop: ask.stops && [...ask.stops],
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  })
}

const usage = object({ prompt_tokens: count, completion_tokens: count, total_tokens: count })
const finish = oneOf('stop', 'length', 'content_filter')
const head = { id: name, object: oneOf('text_completion'), created: count, model: text }
const checkAnswer = checkBy(
  'text_completion',
  object({
    ...head,
    choices: { ...list(object({ text, index: count, finish_reason: finish })), minItems: 1 },
    usage,
  }),
)
const checkChunk = checkBy(
  'text_completion chunk',
  object(
    {
      ...head,
      choices: list(
        object({ text, index: count }, { finish_reason: { anyOf: [finish, { type: 'null' }] } }),
      ),
    },
    { usage: { anyOf: [usage, { type: 'null' }] } },
  ),
)

const stopsOfFinish: Readonly<Record<string, readonly Stop[]>> = {
  stop: ['end', 'stop-sequence'],
  length: ['max-tokens'],
  content_filter: ['blocked'],
}

function heardOf(body: JsonObject, said: string, finish: string | undefined): Heard {
  return {
    model: asString(body['model']) ?? '',
    text: said,
    stops: stopsOfFinish[finish ?? ''] ?? [],
    usage: usageOf(asObject(body['usage']) ?? {}),
    kept: [],
  }
}
