import { asObject, asString } from '../../../core/json.ts'
import {
  prompt,
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
import { opaque, text, url, within, word } from '../shape.ts'
import { always, isTextFile, openAiFile } from '../attachments.ts'
import type { Rule, Shape } from '../shape.ts'
import { attaching, encoded } from '../shape.ts'
import { answeredTool, calledTool } from '../tools.ts'
import {
  annotations,
  argumentsRule,
  documentText,
  documents,
  errorRule,
  responseFormat,
  toolArguments,
} from './common.ts'
import { toolDefinitions, withFilename, withRole } from './common.ts'

const called: Shape = {
  members: members({
    name: text,
    arguments: growing(argumentsRule, 'arguments'),
    input: growing(within(text, toolArguments), 'input'),
  }),
  enter(object, scope, { tell }) {
    const name = asString(object['name'])
    if (name !== undefined) tell?.(calledTool(name, object['arguments'] ?? object['input']))
    return changed(scope, { call: scope.call ?? channelIn(scope, 'function') })
  },
}

/** A tool call of a message, or a piece of one. */
export const toolCall: Shape = {
  members: members(each(word, 'type'), each(opaque, 'id'), each(of(called), 'function', 'custom')),
  enter(object, scope, { index, tools }) {
    const channel = channelIn(scope, `tool ${Number(object['index'] ?? index ?? 0)}`)
    const call = asObject(object['function']) ?? asObject(object['custom'])
    const key = channel ?? asString(object['id']) ?? ''
    const name = asString(call?.['name']) ?? ''
    if (name !== '') tools.set(key, name)
    return changed(scope, { channel, call: channel, source: tools.get(key) })
  },
}

const image: Rule = of({ members: members({ url, detail: word }) }, { string: 'url' })
const fileMembers = { filename: text, file_data: opaque, file_id: opaque, url } as const
const textFile: Shape = {
  members: members({ ...fileMembers, file_data: encoded }),
  enter: (object, scope) => withFilename(object, changed(scope, documentText)),
}
const file: Rule = of(
  {
    members: members(fileMembers),
    choose: (object) => (isTextFile(object) ? textFile : undefined),
  },
  { attachment: openAiFile },
)

const thought: Shape = { members: members({ type: word, text: growing(text, 'thinking') }) }

/** A part of a message's content. */
export const contentPart: Shape = {
  members: members({
    type: word,
    text: growing(text, 'content'),
    refusal: growing(text, 'refusal'),
    image_url: attaching(image, always('image')),
    video_url: attaching(image, always('video')),
    input_audio: of(
      { members: members({ data: opaque, format: word }) },
      { attachment: always('audio') },
    ),
    file,
    document: documents,
    cache_control: of({ members: members(each(word, 'type', 'ttl')) }),
    thinking: growing(of(thought), 'thinking'),
  }),
}
const reasoningDetail: Shape = {
  members: members(each(word, 'type', 'format'), each(opaque, 'data', 'signature', 'id'), {
    text: growing(text, 'text'),
    summary: growing(text, 'summary'),
  }),
  enter(object, scope, { index }) {
    const channel = channelIn(scope, `detail ${Number(object['index'] ?? index ?? 0)}`)
    return changed(scope, { channel })
  },
}

/** A message, or the delta of one, as OpenAI and those who follow it write it. */
export const message: Shape = {
  first: ['reasoning_details', 'reasoning_content', 'reasoning', 'thinking'],
  members: members(each(word, 'role', 'recipient'), each(opaque, 'tool_call_id', 'id'), {
    content: growing(of(contentPart), 'content'),
    refusal: growing(text, 'refusal'),
    name: text,
    tool_name: text,
    reasoning_content: growing(text, 'reasoning_content'),
    reasoning: growing(text, 'reasoning'),
    thinking: growing(text, 'thinking'),
    reasoning_details: of(reasoningDetail),
    tool_plan: growing(text, 'plan'),
    annotations,
    images: of(
      { members: members({ type: word, image_url: image }) },
      { string: 'opaque', attachment: always('image') },
    ),
    tool_calls: of(toolCall),
    function_call: of(called),
    audio: of({
      members: members({ id: opaque, data: derived, transcript: growing(text, 'transcript') }),
    }),
  }),
  enter(object, scope, { tools, tell }) {
    const own = withRole(scope, object['role'])
    if (own.kind !== 'tool-result') return own
    const id = asString(object['tool_call_id']) ?? ''
    const name = tools.get(id) ?? asString(object['name']) ?? asString(object['tool_name'])
    tell?.(answeredTool(name))
    return { ...own, source: name }
  },
}

const words = each(
  word,
  'type',
  'object',
  'model',
  'finish_reason',
  'stop_reason',
  'system_fingerprint',
)
const settings = each(word, 'service_tier', 'encoding_format', 'reasoning_effort', 'verbosity')
const media = each(word, 'response_format', 'voice', 'quality', 'size', 'style', 'background')

/** Requests of chat, text completions, embeddings, moderations, rerank, images and speech. */
export const openAiRequest: Shape = {
  members: members(words, settings, media, each(text, 'user', 'suffix', 'query', 'stop'), {
    messages: of(message),
    tools: toolDefinitions,
    functions: toolDefinitions,
    tool_choice: of({ members: members(words) }, { string: 'word' }),
    response_format: responseFormat,
    metadata: free,
    prediction: of(
      { members: members({ type: word, content: of(contentPart) }) },
      { scope: { role: 'assistant' } },
    ),
    prompt,
    input: of(contentPart, { isPrompt: true }),
    instructions: within(text, { role: 'system' }),
    documents,
    modalities: word,
    audio: of({ members: members(media, { format: word }) }),
  }),
}

const choice: Shape = {
  members: members(words, {
    message: of(message),
    delta: of(message),
    text: growing(text, 'text'),
    logprobs: derived,
  }),
  enter(object, scope, { index }) {
    return changed(scope, { channel: channelIn(scope, Number(object['index'] ?? index ?? 0)) })
  },
}

/** Answers of the same, and the chunks of their streams. */
export const openAiAnswer: Shape = {
  members: members(words, each(word, 'service_tier', 'provider'), {
    id: opaque,
    choices: of(choice),
    usage: protocol,
    error: errorRule,
    data: of({
      members: members(words, each(opaque, 'embedding', 'b64_json'), { url, revised_prompt: text }),
    }),
    results: of({ members: members({ document: documents }) }),
  }),
}
