import { asArray, asNumber, asObject, asString, type JsonObject } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralAnswer } from '../neutral.ts'
import { badAnswer } from '../openai-chat/answer-reader.ts'
import { joinText } from '../openai-chat/answer-writer.ts'
import { pruned } from '../openai-chat/fields.ts'
import { readEnding, writeEnding, type Ending } from '../openai-chat/stop-reason.ts'
import { readUsage, writeUsage } from '../openai-chat/usage.ts'

/** Reads a complete text completion; further choices are left out. Throws `provider_bad_answer`. */
export function readAnswer(body: JsonObject): NeutralAnswer {
  const choice = asObject(asArray(body['choices'])[0])
  const text = asString(choice?.['text'])
  if (choice === undefined || text === undefined)
    throw badAnswer('the answer has no choices[0].text')
  return pruned<NeutralAnswer>({
    id: asString(body['id']) ?? '',
    model: asString(body['model']) ?? '',
    createdAt: asNumber(body['created']),
    content: text === '' ? [] : [{ type: 'text', text }],
    usage: readUsage(body),
    stopSequence: undefined,
    ...readEnding(choice, { toolCalls: false, refusal: false }),
  })
}

/** Writes a complete text completion; only text, spoken refusals included, has a place in it. */
export function writeAnswer(answer: NeutralAnswer, warn: Warn): JsonObject {
  answer.content.forEach((part, index) => {
    const isText = part.type === 'text' || part.type === 'refusal'
    if (!isText) warn({ type: 'dropped', field: `content[${index}]` })
  })
  const text =
    (joinText(answer.content, 'text') ?? '') + (joinText(answer.content, 'refusal') ?? '')
  const spoken = answer.content.some((part) => part.type === 'refusal')
  return {
    id: answer.id,
    object: 'text_completion',
    created: answer.createdAt ?? 0,
    model: answer.model,
    choices: [{ text, index: 0, logprobs: null, ...writeTextEnding(answer, spoken) }],
    usage: answer.usage && writeUsage(answer.usage),
  }
}

/** Writes why a text ended; this format has no word for tool calls. */
export function writeTextEnding(ending: Ending, spoken: boolean): JsonObject {
  const { stopReason } = ending
  return writeEnding(
    { ...ending, stopReason: stopReason === 'tool-calls' ? 'end' : stopReason },
    spoken,
  )
}
