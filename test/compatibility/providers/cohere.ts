import { asArray, asNumber, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import { fault } from '../vocabulary.ts'
import type { Ask, Call, Part, Say, Stop, Turn } from '../vocabulary.ts'
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

const requestFields = words(
  'model messages tools strict_tools documents citation_options stream ' +
    'response_format max_tokens stop_sequences temperature seed k p tool_choice ' +
    'thinking frequency_penalty presence_penalty',
)

/** Cohere's chat, second version. */
export const cohere: Dialect = {
  format: 'cohere-chat',
  read: ({ body }) => readChat(body),
  stopFor: (stop) => stop,
  thoughts: 'plain',
  counts: ['read'],
  streamType: 'text/event-stream',
  writeAnswer: (say) => ({
    id: 'answer-1',
    finish_reason: reasons[say.stop],
    message: messageOf(say),
    ...usageOf(say),
  }),
  writeStream: (say) => [...streamOf(say)],
  writeFault,
  writeStreamFault: () =>
    writeEvent(
      {
        type: 'message-end',
        delta: { finish_reason: 'ERROR', error: 'The generation failed.' },
      },
      'message-end',
    ),
}

function readChat(body: JsonObject): Arrived {
  closed(body, requestFields, 'body')
  const ledger = new Ledger()
  const messages = asArray(body['messages']).map((each) => asObject(each) ?? {})
  const system = messages.filter(({ role }) => role === 'system').map((each) => textIn(each))
  if (messages.slice(system.length).some(({ role }) => role === 'system'))
    fault('a late system turn')
  const turns = messages.slice(system.length).map((each) => readMessage(each, ledger))
  ledger.settle()
  const documents = asArray(body['documents']).map((each) => readDocument(asObject(each) ?? {}))
  const tools = asArray(body['tools']).map((each) => {
    const called = asObject(asObject(each)?.['function']) ?? fault('a tool without function')
    return {
      name: asString(called['name']) ?? fault('a tool without name'),
      description: asString(called['description']) ?? '',
      schema: asObject(called['parameters']) ?? fault('a tool without parameters'),
    }
  })
  const limit = asNumber(body['max_tokens'])
  const choice = body['tool_choice']
  if (choice !== undefined && tools.length === 0) fault('tool_choice needs tools')
  const ask: Ask = {
    ...(system.length === 0 ? {} : { system: system.join('\n') }),
    turns: documents.length === 0 ? turns : [...turns, { role: 'user', parts: documents }],
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === undefined ? {} : { choice: choice === 'NONE' ? 'none' : 'required' }),
    ...readShape(asObject(body['response_format']), tools.length + documents.length),
    ...(asObject(body['thinking'])?.['type'] === 'enabled' ? { reasons: true } : {}),
    ...(limit === undefined ? {} : { limit }),
    ...readSampling(body),
  }
  return { ask, model: asString(body['model']) ?? '', stream: body['stream'] === true }
}

function readSampling(body: JsonObject): Pick<Ask, 'temperature' | 'topP' | 'stops'> {
  const { temperature, p } = body
  if (typeof temperature === 'number' && temperature > 1) fault('temperature')
  if (typeof p === 'number' && (p < 0.01 || p > 0.99)) fault('p')
  const stops = asArray(body['stop_sequences']).map(String)
  return {
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof p === 'number' ? { topP: p } : {}),
    ...(stops.length === 0 ? {} : { stops }),
  }
}

function readShape(format: JsonObject | undefined, others: number): Pick<Ask, 'shape'> {
  if (format === undefined || format['type'] === 'text') return {}
  if (others > 0) fault('response_format is not supported with tools and documents')
  return { shape: asObject(format['json_schema']) ?? 'json' }
}

function readDocument(document: JsonObject): Part {
  const data = asObject(document['data']) ?? fault('a document without data')
  const text =
    asString(data['text']) ?? asString(data['snippet']) ?? fault('a document without text')
  const title = asString(data['title'])
  return {
    type: 'document',
    mediaType: 'text/plain',
    data: Buffer.from(text).toString('base64'),
    ...(title === undefined ? {} : { title }),
  }
}

function readMessage(message: JsonObject, ledger: Ledger): Turn {
  const role = asString(message['role']) ?? ''
  if (role === 'tool') {
    closed(message, ['role', 'tool_call_id', 'content'], 'message')
    const parts = partsIn(message['content'], ['text', 'document'])
    return { role: 'user', parts: [ledger.result(asString(message['tool_call_id']) ?? '', parts)] }
  }
  ledger.settle()
  if (role === 'user') {
    closed(message, ['role', 'content'], 'message')
    return { role, parts: partsIn(message['content'], ['text', 'image_url']) }
  }
  if (role !== 'assistant') fault(`the role ${role}`)
  closed(message, ['role', 'content', 'tool_plan', 'tool_calls'], 'message')
  const calls = asArray(message['tool_calls']).map((each) => ledger.call(readCall(each)))
  const content =
    typeof message['content'] === 'string'
      ? [{ type: 'text', text: message['content'] }]
      : asArray(message['content']).map((each) => asObject(each) ?? {})
  const thoughts = content.flatMap(({ type, thinking }) =>
    type === 'thinking' ? [{ text: asString(thinking) ?? '' }] : [],
  )
  const text = content
    .map((each) => (each['type'] === 'text' ? asString(each['text']) : ''))
    .join('')
  const said = (asString(message['tool_plan']) ?? '') + text
  if (said === '' && calls.length === 0) fault('message must not be empty in a turn')
  return {
    role,
    ...(thoughts.length === 0 ? {} : { thoughts }),
    ...(said === '' ? {} : { text: said }),
    ...(calls.length === 0 ? {} : { calls }),
  }
}

function partsIn(content: JsonValue | undefined, known: readonly string[]): Part[] {
  if (typeof content === 'string') {
    return content === '' ? fault('message must not be empty') : [{ type: 'text', text: content }]
  }
  return asArray(content).map((each): Part => {
    const part = asObject(each) ?? {}
    const type = asString(part['type']) ?? ''
    if (!known.includes(type)) fault(`content of type ${type}`)
    if (type === 'document') return readDocument(asObject(part['document']) ?? {})
    if (type === 'text') return { type, text: asString(part['text']) || fault('an empty text') }
    const url = asString(asObject(part['image_url'])?.['url']) ?? fault('image_url.url')
    const inline = readDataUrl(url)
    return inline === undefined ? { type: 'image-url', url } : { type: 'image', ...inline }
  })
}

function textIn(message: JsonObject): string {
  return partsIn(message['content'], ['text'])
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('')
}

function readCall(value: JsonValue): Call {
  const call = asObject(value) ?? {}
  const called = asObject(call['function'])
  return {
    id: asString(call['id']) ?? fault('a call without id'),
    name: asString(called?.['name']) ?? fault('a call without name'),
    args: parseArguments(asString(called?.['arguments']) ?? ''),
  }
}

const reasons: Readonly<Record<Stop, string>> = {
  end: 'COMPLETE',
  'max-tokens': 'MAX_TOKENS',
  'stop-sequence': 'STOP_SEQUENCE',
  'tool-calls': 'TOOL_CALL',
  blocked: 'ERROR_TOXIC',
}

function messageOf(say: Say): JsonObject {
  const thoughts = (say.thoughts ?? []).map(({ text }) => ({ type: 'thinking', thinking: text }))
  const calls = (say.calls ?? []).map(({ id, name, args }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }))
  const text = say.text === undefined ? [] : [{ type: 'text', text: say.text }]
  const content = [...thoughts, ...(calls.length > 0 ? [] : text)]
  return {
    role: 'assistant',
    ...(content.length > 0 ? { content } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(calls.length > 0 && say.text !== undefined ? { tool_plan: say.text } : {}),
  }
}

function usageOf({ usage: { input, output, read } }: Say): JsonObject {
  return {
    usage: {
      billed_units: { input_tokens: input, output_tokens: output },
      tokens: { input_tokens: input, output_tokens: output },
      ...(read === undefined ? {} : { cached_tokens: read }),
    },
  }
}

function* streamOf(say: Say): Generator<Piece> {
  const event = (type: string, data: JsonObject, words = ''): Piece => ({
    wire: writeEvent({ type, ...data }, type),
    words,
  })
  yield event('message-start', { id: 'answer-1', delta: { message: { role: 'assistant' } } })
  let index = 0
  const calls = say.calls ?? []
  for (const { text } of say.thoughts ?? []) yield* contentEvents('thinking', text, index++, event)
  if (calls.length > 0 && say.text !== undefined) {
    for (const piece of pieces(say.text)) {
      yield event('tool-plan-delta', { delta: { message: { tool_plan: piece } } }, piece)
    }
  } else if (say.text !== undefined) yield* contentEvents('text', say.text, index++, event)
  for (const [at, call] of calls.entries()) {
    const of = (value: JsonObject): JsonObject => ({
      index: at,
      delta: { message: { tool_calls: value } },
    })
    const named = { name: call.name, arguments: '' }
    yield event('tool-call-start', of({ id: call.id, type: 'function', function: named }))
    for (const piece of argumentPieces(call)) {
      yield event('tool-call-delta', of({ function: { arguments: piece } }), piece)
    }
    yield event('tool-call-end', { index: at })
  }
  yield event('message-end', { delta: { finish_reason: reasons[say.stop], ...usageOf(say) } })
}

function* contentEvents(
  type: 'text' | 'thinking',
  text: string,
  index: number,
  event: (type: string, data: JsonObject, words?: string) => Piece,
): Generator<Piece> {
  const content = (value: JsonObject): JsonObject => ({
    index,
    delta: { message: { content: value } },
  })
  yield event('content-start', content({ type, [type]: '' }))
  for (const piece of pieces(text)) yield event('content-delta', content({ [type]: piece }), piece)
  yield event('content-end', { index })
}

const faults = {
  'rate-limit': [429, 'You are using a Trial key, which is limited to 20 API calls / minute.'],
  'context-window': [
    400,
    'too many tokens: total number of tokens in the prompt cannot exceed 256000 - received 300000.',
  ],
  overloaded: [503, 'The service is currently unavailable.'],
  invalid: [400, 'invalid request: a value is not valid.'],
} as const

function writeFault(kind: keyof typeof faults): WireFault {
  const [status, message] = faults[kind]
  const headers = kind === 'rate-limit' ? { 'retry-after': String(retryAfterSeconds) } : {}
  return { status, headers, body: { id: 'error-1', message } }
}
