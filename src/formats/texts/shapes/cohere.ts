import { asString } from '../../../core/json.ts'
import type { JsonObject } from '../../../core/json.ts'
import {
  protocol,
  changed,
  channelIn,
  derived,
  each,
  free,
  growing,
  members,
  of,
} from '../shape.ts'
import { opaque, text, unknown, url, word } from '../shape.ts'
import { always } from '../attachments.ts'
import type { Rule, Shape } from '../shape.ts'
import { documents, responseFormat, toolDefinitions } from './common.ts'
import { message as openAiMessage, toolCall } from './openai-chat.ts'

const words = each(word, 'type', 'finish_reason', 'model', 'safety_mode', 'citation_options')
const more = each(word, 'input_type', 'embedding_types', 'truncate', 'tool_choice')

const part: Shape = {
  members: members({
    type: word,
    text: growing(text, 'text'),
    thinking: growing(text, 'thinking'),
    image_url: of(
      { members: members({ url, detail: word }) },
      { string: 'url', attachment: always('image') },
    ),
    document: documents,
  }),
}
const citations: Rule = of({
  members: members({
    text,
    type: word,
    sources: of({ members: members({ id: word, type: word, document: documents }), other: free }),
  }),
})

const message: Shape = {
  ...openAiMessage,
  members: new Map([
    ...openAiMessage.members,
    ...members({ content: growing(of(part), 'text'), citations, tool_calls: of(toolCall) }),
  ]),
}

/** Requests of chat, embeddings and rerank. */
export const cohereRequest: Shape = {
  members: members(words, more, {
    messages: of(message),
    documents,
    tools: toolDefinitions,
    response_format: responseFormat,
    stop_sequences: text,
    ...each(text, 'texts', 'query', 'message', 'preamble'),
    inputs: of({ members: members({ content: of(part) }) }),
    images: of({ members: members({ url }) }, { string: 'url', attachment: always('image') }),
  }),
}

/** Whole answers. */
export const cohereAnswer: Shape = {
  members: members(words, {
    id: opaque,
    message: of(message, { string: 'text' }),
    logprobs: derived,
    results: of({ members: members({ document: documents }) }),
    texts: text,
    response_type: word,
    meta: protocol,
    usage: protocol,
  }),
  other: unknown,
}

/** An event of a stream. */
export const cohereEvent: Shape = {
  members: members(words, {
    id: opaque,
    delta: of({
      members: members(words, {
        message: of(message),
        usage: protocol,
        error: text,
      }),
    }),
    logprobs: derived,
  }),
  enter: (object, scope) => changed(scope, { channel: channelIn(scope, blockOf(object)) }),
}

/** Content and tool calls are numbered each on their own. */
function blockOf(object: JsonObject): string {
  const type = asString(object['type']) ?? ''
  if (type.startsWith('tool-plan')) return 'plan'
  const index = Number(object['index'] ?? 0)
  return type.startsWith('tool-call') ? `call ${index}` : `content ${index}`
}

/** Beginnings of the channels that are complete once an event came. */
export function endedByCohere(object: JsonObject): readonly string[] {
  switch (asString(object['type']) ?? '') {
    case 'content-end':
    case 'tool-call-end':
      return [`${blockOf(object)}/`]
    case 'tool-call-start':
      return ['plan/']
    case 'message-end':
      return ['']
    default:
      return []
  }
}
