import { asArray, asNumber, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import { compact, fault } from '../vocabulary.ts'
import type { Ask, Call, Choice, Mark, Part, Say, Stop, Thought, Turn } from '../vocabulary.ts'
import { writeEvent } from '../wire.ts'
import {
  argumentPieces,
  closed,
  Ledger,
  pieces,
  proofOf,
  requireProof,
  retryAfterSeconds,
  words,
} from './dialect.ts'
import type { Arrived, Dialect, Piece, WireFault } from './dialect.ts'

const requestFields = words(
  'model max_tokens messages system stop_sequences stream temperature top_p top_k ' +
    'metadata tools tool_choice thinking output_config',
)

/** Anthropic's Messages API. */
export const anthropicMessages: Dialect = {
  format: 'anthropic-messages',
  read({ body, headers }) {
    if (!headers.has('anthropic-version')) fault('anthropic-version: header is required')
    return readMessages(body)
  },
  stopFor: (stop) => stop,
  thoughts: 'signed',
  proof: proofOf('claude-signature'),
  seals: true,
  counts: ['read', 'written'],
  cites: true,
  streamType: 'text/event-stream',
  writeAnswer: (say, model) => ({ ...head(model), content: blocksOf(say), ...endOf(say) }),
  writeStream: (say, model) => [...streamOf(say, model)],
  writeFault,
  writeStreamFault: () =>
    writeEvent(
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      'error',
    ),
}

/** Reads the body of a request, which is the same at Vertex and Bedrock but for what their paths say. */
export function readMessages(body: JsonObject): Arrived {
  closed(body, requestFields, 'body')
  const ledger = new Ledger()
  const { system } = body
  const systemBlocks =
    typeof system === 'string' ? [{ type: 'text', text: system }] : asArray(system)
  const systemParts = systemBlocks.map((each) => readText(asObject(each) ?? {}))
  const turns = readTurns(asArray(body['messages']), ledger)
  const limit = asNumber(body['max_tokens']) ?? fault('max_tokens: Field required')
  const tools = asArray(body['tools']).map((each) => readTool(asObject(each) ?? {}))
  checkThinking(body, limit)
  const mark = systemParts.find((part) => part.mark !== undefined)?.mark
  const ask: Ask = {
    ...(systemParts.length === 0 ? {} : { system: systemParts.map(({ text }) => text).join('\n') }),
    ...(mark === undefined ? {} : { systemMark: mark }),
    turns,
    ...(tools.length === 0 ? {} : { tools }),
    ...readChoice(asObject(body['tool_choice'])),
    ...readShape(asObject(asObject(body['output_config'])?.['format'])),
    ...(['enabled', 'adaptive'].includes(asString(asObject(body['thinking'])?.['type']) ?? '')
      ? { reasons: true }
      : {}),
    limit,
    ...readSampling(body),
  }
  return { ask, model: asString(body['model']) ?? '', stream: body['stream'] === true }
}

function readSampling(body: JsonObject): Pick<Ask, 'temperature' | 'topP' | 'stops'> {
  const { temperature, top_p: topP } = body
  for (const value of [temperature, topP]) {
    const fits = value === undefined || (typeof value === 'number' && value >= 0 && value <= 1)
    if (!fits) fault('temperature and top_p are from 0 to 1')
  }
  const stops = asArray(body['stop_sequences']).map(String)
  return {
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(stops.length === 0 ? {} : { stops }),
  }
}

function checkThinking(body: JsonObject, limit: number): void {
  const thinking = asObject(body['thinking'])
  if (thinking?.['type'] !== 'enabled') return
  const budget = asNumber(thinking['budget_tokens']) ?? 0
  if (budget < 1024 || budget >= limit) fault('thinking.budget_tokens')
  if (body['temperature'] !== undefined || body['top_k'] !== undefined) fault('with thinking')
  const choice = asObject(body['tool_choice'])?.['type']
  if (choice === 'any' || choice === 'tool') fault('Thinking may not be enabled with a forced call')
  const blocks = asArray(body['messages']).map((each) => asObject(each) ?? {})
  const last = blocks.findLast(({ role }) => role === 'assistant')
  const [first] = asArray(last?.['content'])
  const types = asArray(last?.['content']).map((each) => asObject(each)?.['type'])
  const isThought = /thinking/.test(asString(asObject(first)?.['type']) ?? '')
  if (types.includes('tool_use') && !isThought) {
    fault('Expected `thinking` or `redacted_thinking` before `tool_use`')
  }
}

function readShape(format: JsonObject | undefined): Pick<Ask, 'shape'> {
  if (format === undefined) return {}
  if (format['type'] !== 'json_schema') fault('output_config.format.type')
  return { shape: asObject(format['schema']) ?? fault('output_config.format.schema') }
}

function readChoice(choice: JsonObject | undefined): Pick<Ask, 'choice' | 'single'> {
  if (choice === undefined) return {}
  const words: Readonly<Record<string, Choice>> = { auto: 'auto', any: 'required', none: 'none' }
  const type = asString(choice['type']) ?? ''
  const named = type === 'tool' ? { name: asString(choice['name']) ?? '' } : words[type]
  return {
    choice: named ?? fault('tool_choice.type'),
    ...(choice['disable_parallel_tool_use'] === true ? { single: true } : {}),
  }
}

function readTool(tool: JsonObject) {
  closed(tool, ['name', 'description', 'input_schema', 'cache_control', 'strict'], 'tool')
  const schema = asObject(tool['input_schema']) ?? fault('input_schema: Field required')
  if (schema['type'] !== 'object') fault('input_schema.type')
  const mark = readMark(tool)
  return {
    name: asString(tool['name']) ?? fault('a tool without name'),
    description: asString(tool['description']) ?? '',
    schema,
    ...(mark === undefined ? {} : { mark }),
  }
}

function readMark(owner: JsonObject): Mark | undefined {
  const control = asObject(owner['cache_control'])
  if (control === undefined) return undefined
  if (control['type'] !== 'ephemeral') fault('cache_control.type')
  return control['ttl'] === '1h' ? '1h' : '5m'
}

function readText(block: JsonObject): Extract<Part, { type: 'text' }> {
  closed(block, ['type', 'text', 'cache_control'], 'block')
  const text = asString(block['text']) ?? ''
  if (block['type'] !== 'text' || text.trim() === '') fault('text content blocks must be non-empty')
  const mark = readMark(block)
  return { type: 'text', text, ...(mark === undefined ? {} : { mark }) }
}

function readTurns(messages: readonly JsonValue[], ledger: Ledger): Turn[] {
  let before = ''
  const turns = messages.map((each): Turn => {
    const message = asObject(each) ?? {}
    closed(message, ['role', 'content'], 'message')
    const role = asString(message['role']) ?? ''
    if (role === before || (before === '' && role !== 'user')) fault('roles must alternate')
    before = role
    const { content } = message
    const blocks =
      typeof content === 'string'
        ? [{ type: 'text', text: content }]
        : asArray(content).map((block) => asObject(block) ?? {})
    if (blocks.length === 0) fault('content must be non-empty')
    if (role === 'assistant') return readAssistant(blocks, ledger)
    if (role !== 'user') fault(`the role ${role}`)
    const types = blocks.map(({ type }) => type === 'tool_result')
    if (types.lastIndexOf(true) > types.indexOf(false) && types.includes(false)) {
      fault('tool_result blocks must come first')
    }
    const parts = blocks.map((block) => readPart(block, ledger))
    ledger.settle()
    return { role, parts }
  })
  ledger.settle()
  return turns
}

function readAssistant(blocks: readonly JsonObject[], ledger: Ledger): Turn {
  const thoughts: Thought[] = []
  const calls: Call[] = []
  let text: string | undefined
  for (const block of blocks) {
    switch (asString(block['type']) ?? '') {
      case 'text':
        text = (text ?? '') + readText(block).text
        break
      case 'thinking':
        thoughts.push({
          text: asString(block['thinking']) ?? '',
          signature: requireProof(asString(block['signature']), anthropicMessages),
        })
        break
      case 'redacted_thinking':
        thoughts.push({ text: '', sealed: asString(block['data']) ?? '' })
        break
      case 'tool_use': {
        const id = asString(block['id']) ?? ''
        if (!/^[a-zA-Z0-9_-]+$/.test(id)) fault('tool_use.id')
        const args = asObject(block['input']) ?? fault('tool_use.input')
        calls.push(ledger.call({ id, name: asString(block['name']) ?? '', args }))
        break
      }
      default:
        fault(`a block of type ${asString(block['type']) ?? ''}`)
    }
  }
  return {
    role: 'assistant',
    ...(thoughts.length === 0 ? {} : { thoughts }),
    ...(text === undefined ? {} : { text }),
    ...(calls.length === 0 ? {} : { calls }),
  }
}

function readPart(block: JsonObject, ledger: Ledger): Part {
  switch (asString(block['type']) ?? '') {
    case 'text':
      return readText(block)
    case 'image': {
      closed(block, ['type', 'source', 'cache_control'], 'block')
      const source = asObject(block['source']) ?? {}
      if (source['type'] === 'url') return { type: 'image-url', url: asString(source['url']) ?? '' }
      return { type: 'image', ...readBase64(source) }
    }
    case 'document': {
      closed(block, ['type', 'source', 'title', 'context', 'cache_control'], 'block')
      const source = asObject(block['source']) ?? {}
      const title = asString(block['title'])
      const inline =
        source['type'] === 'text'
          ? { mediaType: 'text/plain', data: btoa(asString(source['data']) ?? '') }
          : readBase64(source)
      return { type: 'document', ...inline, ...(title === undefined ? {} : { title }) }
    }
    case 'tool_result': {
      const { content } = block
      const inner =
        typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content)
      const parts = inner.map((each) => readPart(asObject(each) ?? {}, ledger))
      const id = asString(block['tool_use_id']) ?? ''
      return ledger.result(id, parts, block['is_error'] === true)
    }
    default:
      return fault(`a block of type ${asString(block['type']) ?? ''}`)
  }
}

function readBase64(source: JsonObject): { mediaType: string; data: string } {
  const mediaType = asString(source['media_type']) ?? ''
  const data = asString(source['data']) ?? ''
  if (source['type'] !== 'base64' || mediaType === '' || data === '') fault('source')
  return { mediaType, data }
}

function head(model: string): JsonObject {
  return { id: 'msg_1', type: 'message', role: 'assistant', model }
}

function blocksOf(say: Say): JsonObject[] {
  const thoughts = (say.thoughts ?? []).map(({ text, signature, sealed }) =>
    sealed === undefined
      ? compact({ type: 'thinking', thinking: text, signature })
      : { type: 'redacted_thinking', data: sealed },
  )
  const calls = (say.calls ?? []).map(({ id, name, args }) => ({
    type: 'tool_use',
    id,
    name,
    input: args,
  }))
  return [...thoughts, ...(say.text === undefined ? [] : [textOf(say)]), ...calls]
}

function textOf({ text, cites }: Say): JsonObject {
  const citation = {
    type: 'web_search_result_location',
    url: cites,
    title: 'A source',
    cited_text: 'A',
    encrypted_index: 'x',
  }
  return compact({ type: 'text', text, citations: cites === undefined ? undefined : [citation] })
}

const reasons: Readonly<Record<Stop, string>> = {
  end: 'end_turn',
  'max-tokens': 'max_tokens',
  'stop-sequence': 'stop_sequence',
  'tool-calls': 'tool_use',
  blocked: 'refusal',
}

function endOf(say: Say): JsonObject {
  return {
    stop_reason: reasons[say.stop],
    stop_sequence: say.stop === 'stop-sequence' ? 'END' : null,
    usage: usageOf(say),
  }
}

function usageOf({ usage: { input, output, read = 0, written = 0 } }: Say): JsonObject {
  return {
    input_tokens: input - read - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    output_tokens: output,
  }
}

function* streamOf(say: Say, model: string): Generator<Piece> {
  const event = (type: string, fields: JsonObject, words = ''): Piece => ({
    wire: writeEvent({ type, ...fields }, type),
    words,
  })
  const usage = { ...usageOf(say), output_tokens: 1 }
  const begun = { ...head(model), content: [], stop_reason: null, stop_sequence: null, usage }
  yield event('message_start', { message: begun })
  yield event('ping', {})
  for (const [index, block] of blocksOf(say).entries()) {
    const delta = (change: JsonObject, words = ''): Piece =>
      event('content_block_delta', { index, delta: change }, words)
    const start = (content_block: JsonObject): Piece =>
      event('content_block_start', { index, content_block })
    if (block['type'] === 'text') {
      yield start({ type: 'text', text: '' })
      for (const text of pieces(asString(block['text']) ?? '')) {
        yield delta({ type: 'text_delta', text }, text)
      }
      for (const citation of asArray(block['citations'])) {
        yield delta({ type: 'citations_delta', citation })
      }
    } else if (block['type'] === 'thinking') {
      yield start({ type: 'thinking', thinking: '', signature: '' })
      for (const thinking of pieces(asString(block['thinking']) ?? '')) {
        yield delta({ type: 'thinking_delta', thinking }, thinking)
      }
      yield delta({ type: 'signature_delta', signature: block['signature'] })
    } else if (block['type'] === 'tool_use') {
      yield start({ ...block, input: {} })
      yield delta({ type: 'input_json_delta', partial_json: '' })
      const call = { id: '', name: '', args: asObject(block['input']) ?? {} }
      for (const partial_json of argumentPieces(call)) {
        yield delta({ type: 'input_json_delta', partial_json }, partial_json)
      }
    } else yield start(block)
    yield event('content_block_stop', { index })
  }
  const { usage: total, ...delta } = endOf(say)
  yield event('message_delta', { delta, usage: total })
  yield event('message_stop', {})
}

const faults = {
  'rate-limit': [429, 'rate_limit_error', 'This request would exceed your rate limit.'],
  'context-window': [
    400,
    'invalid_request_error',
    'prompt is too long: 200001 tokens > 200000 maximum',
  ],
  overloaded: [529, 'overloaded_error', 'Overloaded'],
  invalid: [400, 'invalid_request_error', 'messages.0.content: not valid'],
} as const

function writeFault(kind: keyof typeof faults): WireFault {
  const [status, type, message] = faults[kind]
  const headers = kind === 'rate-limit' ? { 'retry-after': String(retryAfterSeconds) } : {}
  return { status, headers, body: { type: 'error', error: { type, message }, request_id: 'req_1' } }
}
