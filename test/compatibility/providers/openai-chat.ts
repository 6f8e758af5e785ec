import { asArray, asNumber, asObject, asString, isObject } from '../../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import { compact, fault } from '../vocabulary.ts'
import type { Ask, Call, Choice, Part, Say, Stop, Thought, Turn } from '../vocabulary.ts'
import { parseArguments, writeEvent } from '../wire.ts'
import {
  argumentPieces,
  closed,
  Ledger,
  pieces,
  readDataUrl,
  retryAfterSeconds,
  words,
} from './dialect.ts'
import type { Arrived, Dialect, Piece, WireFault } from './dialect.ts'

/** What the servers that speak chat completions do each in its own way. */
export interface ChatHabits {
  readonly requestFields: readonly string[]
  readonly messageFields: Readonly<Record<string, readonly string[]>>
  /** Reads a part that is not text, `undefined` for one it refuses. */
  readPart(part: JsonObject): Part | undefined
  checkModel?(body: JsonObject): void
  readonly idPattern: RegExp
  readonly required: 'required' | 'any'
  readonly thoughts: Dialect['thoughts']
  /** Member of a message in which thoughts come and go. */
  readonly thoughtField?: string
  readonly streamsUsage: 'asked' | 'always'
  /** Refuses what a user says right behind a result. */
  readonly wantsAnswers?: boolean
  readonly usageDetails: boolean
  readonly errorOf: (kind: Parameters<Dialect['writeFault']>[0]) => WireFault
  readonly blocks: boolean
  readonly cites?: boolean
  /** Passes over members it does not know. */
  readonly isLax?: boolean
}

/** A server that speaks chat completions, with its habits. */
export function chatDialect(habits: ChatHabits): Dialect {
  return {
    format: 'openai-chat',
    read: ({ body }) => readChat(body, habits),
    stopFor(stop) {
      if (stop === 'stop-sequence') return 'end'
      return stop === 'blocked' && !habits.blocks ? undefined : stop
    },
    thoughts: habits.thoughts,
    counts: habits.usageDetails ? ['read', 'reasoning'] : [],
    cites: habits.cites === true,
    streamType: 'text/event-stream',
    writeAnswer: (say, model) => ({
      ...head(model, 'chat.completion'),
      choices: [
        { index: 0, message: messageOf(say, habits), finish_reason: finishOf(say), logprobs: null },
      ],
      usage: usageOf(say, habits),
    }),
    writeStream: (say, model) => [...streamOf(say, model, habits)],
    writeFault: habits.errorOf,
    writeStreamFault: () => {
      const message = 'The server had an error while processing your request.'
      return writeEvent({ error: { message, type: 'server_error', param: null, code: null } })
    },
  }
}

/** What reading a request needs. */
interface Reading {
  readonly habits: ChatHabits
  readonly ledger: Ledger
  /** Refuses members that are not known, or passes over them. */
  readonly check: (object: JsonObject, known: readonly string[], what: string) => void
}

function readChat(body: JsonObject, habits: ChatHabits): Arrived {
  const ignored: string[] = []
  const ledger = new Ledger()
  const reading: Reading = {
    habits,
    ledger,
    check(object, known, what) {
      if (habits.isLax !== true) closed(object, known, what)
      ignored.push(...Object.keys(object).filter((key) => !known.includes(key)))
    },
  }
  reading.check(body, habits.requestFields, 'body')
  habits.checkModel?.(body)
  const messages = asArray(body['messages']).map((each) => asObject(each) ?? fault('a message'))
  const isSystem = ({ role }: JsonObject): boolean => role === 'system' || role === 'developer'
  const first = messages.findIndex((each) => !isSystem(each))
  if (messages.slice(first).some(isSystem)) fault('a system message amid the conversation')
  const system = messages.slice(0, first).map((each) => textIn(each['content'], reading))
  for (const [index, { role }] of messages.entries()) {
    const isBehind = role === 'user' && messages[index - 1]?.['role'] === 'tool'
    if (isBehind && habits.wantsAnswers === true) fault("Unexpected role 'user' after role 'tool'")
  }
  const turns = messages.slice(first).map((each) => readMessage(each, reading))
  ledger.settle()
  const stream = body['stream'] === true
  const wantsUsage = asObject(body['stream_options'])?.['include_usage'] === true
  if (stream && habits.streamsUsage === 'asked' && !wantsUsage) fault('usage was not asked for')
  if (!stream && body['stream_options'] !== undefined) fault('stream_options without stream')
  const ask: Ask = {
    ...(system.length === 0 ? {} : { system: system.join('\n') }),
    turns,
    ...readSettings(body, reading),
  }
  return { ask, model: asString(body['model']) ?? '', stream, ignored }
}

function readSettings(body: JsonObject, { habits, check }: Reading): Omit<Ask, 'turns'> {
  const tools = asArray(body['tools']).map((each) => {
    const tool = asObject(each) ?? {}
    check(tool, ['type', 'function'], 'tool')
    const called = asObject(tool['function']) ?? {}
    check(called, ['name', 'description', 'parameters', 'strict'], 'tool.function')
    return {
      name: asString(called['name']) ?? '',
      description: asString(called['description']) ?? '',
      schema: asObject(called['parameters']) ?? {},
    }
  })
  const limit = asNumber(body['max_completion_tokens'] ?? body['max_tokens'])
  const effort = body['reasoning_effort']
  const choice = readChoice(body['tool_choice'], habits)
  if (tools.length === 0 && (choice ?? body['parallel_tool_calls']) !== undefined) {
    fault('tool_choice and parallel_tool_calls are only allowed when tools are specified')
  }
  const { stop } = body
  const stops = typeof stop === 'string' ? [stop] : asArray(stop).map(String)
  return {
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === undefined ? {} : { choice }),
    ...(body['parallel_tool_calls'] === false ? { single: true } : {}),
    ...readShape(asObject(body['response_format'])),
    ...(effort === undefined || effort === 'none' ? {} : { reasons: true }),
    ...(limit === undefined ? {} : { limit }),
    ...(typeof body['temperature'] === 'number' ? { temperature: body['temperature'] } : {}),
    ...(typeof body['top_p'] === 'number' ? { topP: body['top_p'] } : {}),
    ...(stops.length === 0 ? {} : { stops }),
  }
}

function readChoice(choice: JsonValue | undefined, habits: ChatHabits): Choice | undefined {
  if (choice === undefined || choice === 'auto' || choice === 'none') return choice
  if (choice === habits.required) return 'required'
  const name = asString(asObject(asObject(choice)?.['function'])?.['name'])
  return { name: name ?? fault('tool_choice is not valid') }
}

function readShape(format: JsonObject | undefined): Pick<Ask, 'shape'> {
  if (format === undefined || format['type'] === 'text') return {}
  if (format['type'] === 'json_object') return { shape: 'json' }
  const defined = asObject(format['json_schema'])
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(asString(defined?.['name']) ?? '')) {
    fault('response_format.json_schema.name is missing')
  }
  return { shape: asObject(defined?.['schema']) ?? fault('response_format.json_schema.schema') }
}

function readMessage(message: JsonObject, reading: Reading): Turn {
  const { habits, ledger } = reading
  const role = asString(message['role']) ?? ''
  reading.check(
    message,
    habits.messageFields[role] ?? fault(`the role ${role}`),
    `message of ${role}`,
  )
  const { content } = message
  if (role === 'tool') {
    const id = asString(message['tool_call_id']) ?? ''
    return {
      role: 'user',
      parts: [ledger.result(id, [{ type: 'text', text: textIn(content, reading) }])],
    }
  }
  ledger.settle()
  if (role === 'user') return { role, parts: readContent(content, reading) }
  const calls = asArray(message['tool_calls']).map((each) => ledger.call(readCall(each, habits)))
  const text = content === null || content === undefined ? '' : textIn(content, reading)
  const thought = asString(message[habits.thoughtField ?? ''])
  if (text === '' && calls.length === 0) fault('an assistant message without content and calls')
  return {
    role: 'assistant',
    ...(thought === undefined ? {} : { thoughts: [{ text: thought }] }),
    ...(text === '' ? {} : { text }),
    ...(calls.length === 0 ? {} : { calls }),
  }
}

function readContent(content: JsonValue | undefined, { habits, check }: Reading): Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return asArray(content).map((each) => {
    const part = asObject(each) ?? fault('a part is no object')
    if (part['type'] !== 'text') {
      return habits.readPart(part) ?? fault(`a part of type ${asString(part['type']) ?? ''}`)
    }
    check(part, ['type', 'text'], 'part')
    return { type: 'text', text: asString(part['text']) ?? fault('a part without text') }
  })
}

function textIn(content: JsonValue | undefined, { check }: Reading): string {
  if (typeof content === 'string') return content
  const parts = asArray(content).map((each) => {
    const part = asObject(each) ?? {}
    check(part, ['type', 'text'], 'part')
    return asString(part['text']) ?? fault('a part that is no text')
  })
  return parts.length === 0 ? fault('content is missing') : parts.join('')
}

function readCall(value: JsonValue, habits: ChatHabits): Call {
  const call = asObject(value) ?? {}
  const called = asObject(call['function']) ?? fault('a call without function')
  const id = asString(call['id']) ?? ''
  if (!habits.idPattern.test(id)) fault(`the id of a call is ${id}`)
  return {
    id,
    name: asString(called['name']) ?? fault('a call without name'),
    args: parseArguments(asString(called['arguments']) ?? ''),
  }
}

/** Reads images and files as OpenAI takes them. */
export function readOpenAiPart(part: JsonObject): Part | undefined {
  if (part['type'] === 'image_url') {
    closed(part, ['type', 'image_url'], 'part')
    const image = asObject(part['image_url']) ?? {}
    closed(image, ['url', 'detail'], 'image_url')
    const url = asString(image['url']) ?? fault('an image without url')
    const inline = readDataUrl(url)
    return inline === undefined ? { type: 'image-url', url } : { type: 'image', ...inline }
  }
  if (part['type'] !== 'file') return undefined
  closed(part, ['type', 'file'], 'part')
  const file = asObject(part['file']) ?? {}
  closed(file, ['filename', 'file_data', 'file_id'], 'file')
  const inline = readDataUrl(asString(file['file_data']) ?? '') ?? fault('file_data is no data URL')
  const title = asString(file['filename']) ?? fault('a file without filename')
  return { type: 'document', ...inline, title }
}

const head = (model: string, kind: string): JsonObject => ({
  id: 'chatcmpl-1',
  object: kind,
  created: 1_780_000_000,
  model,
})

const finishes: Readonly<Record<Stop, string>> = {
  end: 'stop',
  'stop-sequence': 'stop',
  'max-tokens': 'length',
  'tool-calls': 'tool_calls',
  blocked: 'content_filter',
}

function finishOf({ stop }: Say): string {
  return finishes[stop]
}

function messageOf(say: Say, habits: ChatHabits): JsonObject {
  const thoughts = say.thoughts ?? []
  return compact({
    role: 'assistant',
    content: say.text ?? null,
    annotations: say.cites === undefined ? undefined : annotationsOf(say.cites),
    ...(thoughts.length > 0 ? { [habits.thoughtField ?? '']: joined(thoughts) } : {}),
    tool_calls: say.calls?.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: JSON.stringify(call.args) },
    })),
  })
}

function annotationsOf(url: string): JsonObject[] {
  const url_citation = { url, title: 'A source', start_index: 0, end_index: 9 }
  return [{ type: 'url_citation', url_citation }]
}

function joined(thoughts: readonly Thought[]): string {
  return thoughts.map(({ text }) => text).join('')
}

function usageOf({ usage }: Say, habits: ChatHabits): JsonObject {
  const { input, output, read = 0, reasoning = 0 } = usage
  return compact({
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(habits.usageDetails
      ? {
          prompt_tokens_details: { cached_tokens: read },
          completion_tokens_details: { reasoning_tokens: reasoning },
        }
      : {}),
  })
}

function* streamOf(say: Say, model: string, habits: ChatHabits): Generator<Piece> {
  const base = head(model, 'chat.completion.chunk')
  const chunk = (delta: JsonObject, words = '', finish: string | null = null): Piece => ({
    wire: writeEvent({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] }),
    words,
  })
  yield chunk({ role: 'assistant', content: '' })
  for (const piece of pieces(joined(say.thoughts ?? [])).filter(Boolean)) {
    yield chunk({ [habits.thoughtField ?? '']: piece }, piece)
  }
  for (const piece of pieces(say.text ?? '').filter(Boolean)) yield chunk({ content: piece }, piece)
  if (say.cites !== undefined) yield chunk({ annotations: annotationsOf(say.cites) })
  for (const [index, call] of (say.calls ?? []).entries()) {
    const { id, name } = call
    const start = { index, id, type: 'function', function: { name, arguments: '' } }
    yield chunk({ tool_calls: [start] })
    for (const piece of argumentPieces(call)) {
      yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] }, piece)
    }
  }
  const usage = usageOf(say, habits)
  if (habits.streamsUsage === 'always') {
    const choice = { index: 0, delta: {}, finish_reason: finishOf(say) }
    yield { wire: writeEvent({ ...base, choices: [choice], usage }), words: '' }
  } else {
    yield chunk({}, '', finishOf(say))
    yield { wire: writeEvent({ ...base, choices: [], usage }), words: '' }
  }
  yield { wire: 'data: [DONE]\n\n', words: '' }
}

const errorTypes = {
  'rate-limit': [429, 'requests', 'rate_limit_exceeded', 'Rate limit reached for this model.'],
  'context-window': [
    400,
    'invalid_request_error',
    'context_length_exceeded',
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 200000 tokens.",
  ],
  overloaded: [503, 'server_error', null, 'The server is currently overloaded.'],
  invalid: [400, 'invalid_request_error', 'invalid_value', 'A value is not valid.'],
} as const

/** Writes an error as OpenAI does. */
export function openAiFault(kind: keyof typeof errorTypes): WireFault {
  const [status, type, code, message] = errorTypes[kind]
  const headers = kind === 'rate-limit' ? { 'retry-after': String(retryAfterSeconds) } : {}
  return { status, headers, body: { error: { message, type, code, param: null } } }
}

const openAiFields = [
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'reasoning_effort',
  'max_completion_tokens',
  'max_tokens',
  'temperature',
  'top_p',
  'stop',
  'stream',
  'stream_options',
  'user',
  'seed',
]

/** What OpenAI's models take differs: those that reason refuse sampling, the others refuse an effort. */
function checkOpenAiModel(body: JsonObject): void {
  const isReasoning = /^(o\d|gpt-5)/.test(asString(body['model']) ?? '')
  const refused = isReasoning
    ? ['max_tokens', 'temperature', 'top_p', 'stop']
    : ['reasoning_effort']
  const wrong = refused.find((field) => body[field] !== undefined)
  if (wrong !== undefined) fault(`Unsupported parameter: '${wrong}'`)
  const format = asObject(body['response_format'])
  const isAskedFor = /json/i.test(JSON.stringify(body['messages']))
  if (format?.['type'] === 'json_object' && !isAskedFor) fault("'messages' must contain 'json'")
}

/** OpenAI itself, and Azure. */
export const openAiChat = chatDialect({
  requestFields: openAiFields,
  messageFields: {
    user: ['role', 'content', 'name'],
    assistant: ['role', 'content', 'name', 'refusal', 'tool_calls'],
    tool: ['role', 'content', 'tool_call_id'],
  },
  readPart: readOpenAiPart,
  checkModel: checkOpenAiModel,
  idPattern: /^[a-zA-Z0-9_-]{1,40}$/,
  required: 'required',
  thoughts: 'hidden',
  streamsUsage: 'asked',
  usageDetails: true,
  errorOf: openAiFault,
  blocks: true,
  cites: true,
})

/** Ollama passes over what it does not know; what it reads is all that counts. */
export const ollamaChat = chatDialect({
  requestFields: [...openAiFields, 'top_k'],
  messageFields: {
    user: ['role', 'content', 'name'],
    assistant: [
      'role',
      'content',
      'name',
      'refusal',
      'tool_calls',
      'reasoning',
      'reasoning_content',
    ],
    tool: ['role', 'content', 'tool_call_id', 'name'],
  },
  readPart: readOpenAiPart,
  idPattern: /./,
  isLax: true,
  required: 'required',
  thoughts: 'plain',
  thoughtField: 'reasoning_content',
  streamsUsage: 'asked',
  usageDetails: false,
  errorOf: openAiFault,
  blocks: false,
})

const mistralFaults = {
  'rate-limit': [429, { message: 'Requests rate limit exceeded' }],
  'context-window': [
    400,
    {
      object: 'error',
      message:
        'Prompt contains 200000 tokens, too large for model with 131072 maximum context length',
      type: 'invalid_request_error',
      code: 3051,
    },
  ],
  overloaded: [503, { message: 'Service unavailable.' }],
  invalid: [
    422,
    {
      object: 'error',
      message: { detail: [{ type: 'value_error', loc: ['body', 'x'], msg: 'Not valid' }] },
    },
  ],
} as const

/** https://docs.mistral.ai/api: anything else is `extra_forbidden`. */
export const mistralChat = chatDialect({
  requestFields: words(
    'model messages temperature top_p max_tokens stream stop random_seed ' +
      'response_format tools tool_choice parallel_tool_calls reasoning_effort ' +
      'presence_penalty frequency_penalty n prompt_mode safe_prompt',
  ),
  messageFields: {
    user: ['role', 'content'],
    assistant: ['role', 'content', 'tool_calls', 'prefix'],
    tool: ['role', 'content', 'tool_call_id', 'name'],
  },
  readPart: readMistralPart,
  idPattern: /^[a-zA-Z0-9]{9}$/,
  required: 'any',
  wantsAnswers: true,
  thoughts: 'hidden',
  streamsUsage: 'always',
  usageDetails: false,
  errorOf(kind) {
    const [status, body] = mistralFaults[kind]
    const headers = kind === 'rate-limit' ? { 'retry-after': String(retryAfterSeconds) } : {}
    return { status, headers, body: structuredClone<JsonObject>({ ...body } as JsonObject) }
  },
  blocks: false,
})

function readMistralPart(part: JsonObject): Part | undefined {
  if (part['type'] === 'image_url') {
    const image = part['image_url']
    return readOpenAiPart({ ...part, image_url: isObject(image) ? image : { url: image } })
  }
  if (part['type'] !== 'document_url') return undefined
  closed(part, ['type', 'document_url', 'document_name'], 'part')
  const inline = readDataUrl(asString(part['document_url']) ?? '') ?? fault('document_url')
  const title = asString(part['document_name'])
  return { type: 'document', ...inline, ...(title === undefined ? {} : { title }) }
}
