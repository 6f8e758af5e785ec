import { asArray, asNumber, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { compact, fault, parseObject } from '../vocabulary.ts'
import type { Ask, FaultKind, Heard, HeardFault, Part, Stop, Thought, Turn } from '../vocabulary.ts'
import {
  checkBy,
  count,
  list,
  name,
  object,
  oneOf,
  parseArguments,
  readEvents,
  text,
} from '../wire.ts'
import type { Client } from './client.ts'

/** https://docs.anthropic.com/en/api/messages */
export const anthropicMessages: Client = {
  name: 'anthropic-messages',
  path: () => '/anthropic/v1/messages',
  headers: { 'anthropic-version': '2023-06-01' },
  write,
  readAnswer: (body) => heardOf(checkMessage(body)),
  readStream,
  readFault: (body) => faultOf(checkError(body)),
  readStreamFault(bytes) {
    const last = readAll(bytes).at(-1) ?? {}
    return faultOf(checkError(last))
  },
  counts: ['read', 'written'],
  streamsArguments: true,
  namesModel: true,
}

function write(ask: Ask, model: string, stream: boolean): JsonObject | undefined {
  // A limit has to be given, and JSON needs a schema.
  if (ask.limit === undefined || ask.shape === 'json') return undefined
  return compact({
    model,
    max_tokens: ask.limit,
    system:
      ask.systemMark === undefined
        ? ask.system
        : [{ type: 'text', text: ask.system, ...markOf(ask.systemMark) }],
    messages: ask.turns.map(writeTurn),
    tools: ask.tools?.map((tool) => ({
      name: tool.name,
      description: tool.description,
      input_schema: tool.schema,
      ...markOf(tool.mark),
    })),
    tool_choice: choiceOf(ask),
    output_config: ask.shape && { format: { type: 'json_schema', schema: ask.shape } },
    thinking: ask.reasons === true ? { type: 'enabled', budget_tokens: 2048 } : undefined,
    temperature: ask.temperature,
    top_p: ask.topP,
    stop_sequences: ask.stops && [...ask.stops],
    ...(stream ? { stream: true } : {}),
  })
}

function choiceOf({ choice, single }: Ask): JsonObject | undefined {
  const limit = single === true ? { disable_parallel_tool_use: true } : {}
  if (typeof choice === 'object') return { type: 'tool', ...choice, ...limit }
  if (choice === undefined && single !== true) return undefined
  return { type: choice === 'required' ? 'any' : (choice ?? 'auto'), ...limit }
}

function markOf(ttl: string | undefined): JsonObject {
  return ttl === undefined ? {} : { cache_control: { type: 'ephemeral', ttl } }
}

function writeTurn(turn: Turn): JsonObject {
  if (turn.role === 'user') return { role: 'user', content: turn.parts.map(writePart) }
  if (turn.kept !== undefined) return { role: 'assistant', content: [...turn.kept] }
  const said = turn.text === undefined ? [] : [{ type: 'text', text: turn.text }]
  const calls = (turn.calls ?? []).map(({ id, name: called, args }) => ({
    type: 'tool_use',
    id,
    name: called,
    input: args,
  }))
  return { role: 'assistant', content: [...said, ...calls] }
}

function writePart(part: Part): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...markOf(part.mark) }
    case 'image':
      return { type: 'image', source: base64(part) }
    case 'image-url':
      return { type: 'image', source: { type: 'url', url: part.url } }
    case 'document':
      return compact({ type: 'document', source: documentSource(part), title: part.title })
    case 'result':
      return compact({
        type: 'tool_result',
        tool_use_id: part.call.id,
        content: part.parts.map(writePart),
        is_error: part.isError,
      })
    default:
      return part satisfies never
  }
}

function documentSource(part: Extract<Part, { type: 'document' }>): JsonObject {
  if (part.mediaType !== 'text/plain') return base64(part)
  const data = Buffer.from(part.data, 'base64').toString()
  return { type: 'text', media_type: 'text/plain', data }
}

function base64(part: { readonly mediaType: string; readonly data: string }): JsonObject {
  return { type: 'base64', media_type: part.mediaType, data: part.data }
}

const blocks: Readonly<Record<string, JsonObject>> = {
  text: object({ type: oneOf('text'), text }),
  thinking: object({ type: oneOf('thinking'), thinking: text, signature: text }),
  redacted_thinking: object({ type: oneOf('redacted_thinking'), data: name }),
  tool_use: object({
    type: oneOf('tool_use'),
    id: { type: 'string', pattern: '^[a-zA-Z0-9_-]+$' },
    name,
    input: object({}),
  }),
}
const block = { anyOf: Object.values(blocks) }
const stopReason = oneOf(
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
)
const usage = object(
  { input_tokens: count, output_tokens: count },
  { cache_creation_input_tokens: count, cache_read_input_tokens: count },
)
const nullableText = { type: ['string', 'null'] }
const head = { id: name, type: oneOf('message'), role: oneOf('assistant'), model: text, usage }
const checkMessage = checkBy(
  'message',
  object({
    ...head,
    content: list(block),
    stop_reason: stopReason,
    stop_sequence: nullableText,
  }),
)
const index = { index: count }
const eventSchemas: Readonly<Record<string, JsonObject>> = {
  message_start: object({
    message: object({
      ...head,
      content: { type: 'array', maxItems: 0 },
      stop_reason: { type: 'null' },
      stop_sequence: { type: 'null' },
    }),
  }),
  content_block_start: object({ ...index, content_block: block }),
  content_block_delta: object({ ...index, delta: object({ type: name }) }),
  content_block_stop: object(index),
  message_delta: object({
    delta: object({ stop_reason: stopReason, stop_sequence: nullableText }),
    usage: object({ output_tokens: count }),
  }),
  message_stop: object({}),
  ping: object({}),
  error: object({ error: object({ type: name, message: name }) }),
}
const checks = new Map(
  Object.entries(eventSchemas).map(([type, schema]) => [type, checkBy(type, schema)]),
)
const checkError = checkBy(
  'error',
  object({ type: oneOf('error'), error: object({ type: name, message: name }) }),
)

function readAll(bytes: Uint8Array): JsonObject[] {
  return readEvents(bytes).map(({ name: named, data }) => {
    const event = parseObject(data, 'an event')
    if (event['type'] !== named) fault(`an event called ${named} is of another type`)
    const check = checks.get(named) ?? fault(`there is no event ${named}`)
    return check(event)
  })
}

/** Puts a stream together as Anthropic's own library does; blocks stand one after the other. */
function readStream(bytes: Uint8Array): Heard {
  const events = readAll(bytes).filter(({ type }) => type !== 'ping')
  const first = events.shift()
  if (first?.['type'] !== 'message_start') fault('the stream begins otherwise')
  if (events.pop()?.['type'] !== 'message_stop') fault('the stream does not end with message_stop')
  const end = events.pop()
  if (end?.['type'] !== 'message_delta') fault('message_delta is not the event before the last')
  const message = asObject(first['message']) ?? {}
  const content: JsonObject[] = []
  let open: Builder | undefined
  for (const event of events) {
    const type = asString(event['type'])
    if (type === 'content_block_start') {
      if (open !== undefined || event['index'] !== content.length) fault('blocks are out of order')
      open = openBlock(asObject(event['content_block']) ?? {})
    } else if (open === undefined || event['index'] !== content.length) {
      fault(`${type} outside of its block`)
    } else if (type === 'content_block_delta') addDelta(open, asObject(event['delta']) ?? {})
    else if (type === 'content_block_stop') {
      content.push(wholeOf(open))
      open = undefined
    } else fault(`${type} between blocks`)
  }
  if (open !== undefined) fault('the last block has no end')
  return heardOf(
    checkMessage({
      ...message,
      ...asObject(end['delta']),
      content,
      usage: { ...asObject(message['usage']), ...asObject(end['usage']) },
    }),
  )
}

interface Builder {
  readonly block: JsonObject
  json: string
}

function openBlock(start: JsonObject): Builder {
  return { block: { ...start }, json: '' }
}

const memberOfDelta: Readonly<Record<string, readonly [block: string, member: string]>> = {
  text_delta: ['text', 'text'],
  thinking_delta: ['thinking', 'thinking'],
  signature_delta: ['thinking', 'signature'],
}

function addDelta(open: Builder, delta: JsonObject): void {
  const type = asString(delta['type']) ?? ''
  if (type === 'input_json_delta') {
    if (open.block['type'] !== 'tool_use') fault('arguments outside of a call')
    open.json += asString(delta['partial_json']) ?? fault('a delta without partial_json')
    return
  }
  if (type === 'citations_delta') {
    open.block['citations'] = [...asArray(open.block['citations']), delta['citation'] ?? null]
    return
  }
  const [kind, member] = memberOfDelta[type] ?? fault(`there is no ${type}`)
  if (open.block['type'] !== kind) fault(`${type} in a block of another type`)
  const piece = asString(delta[member]) ?? fault(`${type} without ${member}`)
  open.block[member] = (asString(open.block[member]) ?? '') + piece
}

function wholeOf({ block: built, json }: Builder): JsonObject {
  return built['type'] === 'tool_use' && json !== ''
    ? { ...built, input: parseArguments(json) }
    : built
}

const stopsOfReason: Readonly<Record<string, Stop>> = {
  end_turn: 'end',
  max_tokens: 'max-tokens',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  refusal: 'blocked',
}

function heardOf(message: JsonObject): Heard {
  const content = asArray(message['content']).map((each) => asObject(each) ?? {})
  const reason = asString(message['stop_reason']) ?? ''
  const isStopped = message['stop_sequence'] !== null
  if (isStopped && reason !== 'stop_sequence') fault('stop_sequence does not fit stop_reason')
  const stop = stopsOfReason[reason]
  return {
    model: asString(message['model']) ?? '',
    thoughts: content.flatMap((each): Thought[] => {
      if (each['type'] === 'redacted_thinking') return [{ text: '', sealed: 'given' }]
      if (each['type'] !== 'thinking') return []
      const said = asString(each['thinking']) ?? ''
      return [{ text: said, ...(each['signature'] ? { signature: 'given' } : {}) }]
    }),
    text: content.map((each) => (each['type'] === 'text' ? asString(each['text']) : '')).join(''),
    ...citedIn(content),
    calls: content.flatMap((each) =>
      each['type'] === 'tool_use'
        ? [
            {
              id: asString(each['id']) ?? '',
              name: asString(each['name']) ?? '',
              args: asObject(each['input']) ?? {},
            },
          ]
        : [],
    ),
    stops: stop === undefined ? [] : [stop],
    usage: usageOf(asObject(message['usage']) ?? {}),
    kept: content,
  }
}

function citedIn(content: readonly JsonObject[]): Pick<Heard, 'cites'> {
  const [citation] = content.flatMap((each) => asArray(each['citations']))
  const url = asString(asObject(citation)?.['url'])
  return url === undefined ? {} : { cites: url }
}

/** What the cache held or took is counted beside the rest. */
function usageOf(told: JsonObject): Heard['usage'] {
  const read = asNumber(told['cache_read_input_tokens']) ?? 0
  const written = asNumber(told['cache_creation_input_tokens']) ?? 0
  return {
    input: (asNumber(told['input_tokens']) ?? 0) + read + written,
    output: asNumber(told['output_tokens']) ?? 0,
    read,
    written,
  }
}

function faultOf(body: JsonObject): HeardFault {
  const error = asObject(body['error']) ?? {}
  const message = asString(error['message']) ?? ''
  const param = asString(error['param'])
  return {
    kind: kindOf(asString(error['type']) ?? '', message),
    message,
    ...(param === undefined ? {} : { param }),
  }
}

function kindOf(type: string, message: string): FaultKind | 'other' {
  if (type === 'rate_limit_error') return 'rate-limit'
  if (type === 'overloaded_error' || type === 'api_error') return 'overloaded'
  if (type !== 'invalid_request_error') return 'other'
  // Anthropic has no type for it: its clients look for these words.
  return /prompt is too long/i.test(message) ? 'context-window' : 'invalid'
}
