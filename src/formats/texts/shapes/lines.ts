import { asString, isObject } from '../../../core/json.ts'
import type { JsonObject } from '../../../core/json.ts'
import { freeShape, members, of, opaque, text, word } from '../shape.ts'
import type { Rule, Scope, Shape } from '../shape.ts'
import { anthropicAnswer, anthropicRequest } from './anthropic.ts'
import { errorRule } from './common.ts'
import { imagesRequest } from './endpoints.ts'
import { geminiAnswer, geminiRequest } from './gemini.ts'
import { openAiAnswer, openAiRequest } from './openai-chat.ts'
import { response, responsesRequest } from './openai-responses.ts'

const asked: Scope = { role: 'user', kind: 'text' }
const answered: Scope = { role: 'assistant', kind: 'text' }

/** The bodies of a batch's requests, by the end of the address they are meant for. */
const requests: readonly (readonly [end: string, shape: Shape])[] = [
  ['/responses', responsesRequest],
  ['/messages', anthropicRequest],
  ['/images/generations', imagesRequest],
  ['/images/edits', imagesRequest],
  ...['/chat/completions', '/completions', '/embeddings', '/moderations', '/rerank'].map(
    (end): readonly [string, Shape] => [end, openAiRequest],
  ),
]
const lineMembers = { id: opaque, custom_id: text, key: text, method: word, url: word } as const

function lineOf(member: string, rule: Rule, scope: Scope): Shape {
  return { members: members(lineMembers, { [member]: rule }), enter: () => scope }
}

const requestLines = requests.map(([end, shape]) => ({
  end,
  line: lineOf('body', of(shape), asked),
}))
const unknownRequest: Shape = lineOf('body', of(freeShape), asked)
const geminiLine: Shape = lineOf('request', of(geminiRequest), asked)
const anthropicLine: Shape = lineOf('params', of(anthropicRequest), asked)

/** A whole answer of any of the formats that batches have. */
const anyAnswer: Shape = {
  members: openAiAnswer.members,
  choose(object) {
    if (object['object'] === 'response') return response
    if (object['type'] === 'message') return anthropicAnswer
    return object['candidates'] === undefined ? undefined : geminiAnswer
  },
}
const outcome: Shape = {
  members: members(
    { type: word, status_code: word, request_id: opaque, error: errorRule },
    {
      body: of(anyAnswer),
      message: of(anyAnswer),
    },
  ),
  choose: (object) => (object['candidates'] === undefined ? undefined : geminiAnswer),
}
const resultLine: Shape = {
  members: members(lineMembers, {
    response: of(outcome),
    result: of(outcome),
    error: errorRule,
  }),
  enter: () => answered,
}
/** An example to tune a model with. */
const example: Shape = { members: openAiRequest.members, enter: () => asked }
const geminiExample: Shape = { members: geminiRequest.members, enter: () => asked }

/** A line of JSON Lines: a request or a result of a batch, an example to tune with, or any object. */
export const lineShape: Shape = {
  ...freeShape,
  choose(object) {
    if (isObject(object['body']) && typeof object['url'] === 'string') return requestLine(object)
    if (isObject(object['response']) || isObject(object['result'])) return resultLine
    if (isObject(object['params']) && typeof object['custom_id'] === 'string') return anthropicLine
    if (isObject(object['request']) && 'contents' in object['request']) return geminiLine
    if (Array.isArray(object['messages'])) return example
    return Array.isArray(object['contents']) ? geminiExample : undefined
  },
}

function requestLine(object: JsonObject): Shape {
  const url = (asString(object['url']) ?? '').split('?', 1)[0] ?? ''
  return requestLines.find(({ end }) => url.endsWith(end))?.line ?? unknownRequest
}
