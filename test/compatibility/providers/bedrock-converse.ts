import { asArray, asNumber, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import { compact, fault, parseObject } from '../vocabulary.ts'
import type {
  Ask,
  Call,
  Choice,
  Mark,
  Part,
  Say,
  Stop,
  Thought,
  Tool,
  Turn,
} from '../vocabulary.ts'
import { writeAwsEvent } from '../wire.ts'
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
import type { Arrived, Dialect, Piece, Request, WireFault } from './dialect.ts'

const requestFields = words(
  'messages system inferenceConfig toolConfig additionalModelRequestFields ' +
    'additionalModelResponseFieldPaths outputConfig',
)

/** Bedrock's Converse, for Claude. */
export const bedrockConverse: Dialect = {
  format: 'bedrock-converse',
  read: readConverse,
  stopFor: (stop) => stop,
  thoughts: 'signed',
  proof: proofOf('claude-signature'),
  seals: true,
  counts: ['read', 'written'],
  cites: true,
  streamType: 'application/vnd.amazon.eventstream',
  writeAnswer: (say) => ({
    output: { message: { role: 'assistant', content: blocksOf(say) } },
    stopReason: reasons[say.stop],
    usage: usageOf(say),
    metrics: { latencyMs: 12 },
  }),
  writeStream: (say) => [...streamOf(say)],
  writeFault,
  writeStreamFault: () =>
    writeAwsEvent('serviceUnavailableException', { message: 'Try again later.' }, true),
}

function readConverse({ path, body }: Request): Arrived {
  const [, id = '', action] = /^\/model\/([^/]+)\/([a-z-]+)$/.exec(path) ?? []
  closed(body, requestFields, 'body')
  const ledger = new Ledger()
  const system = readBlocks(asArray(body['system']), ledger)
  const systemText = system.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  const mark = system.find((part) => part.type === 'text' && part.mark !== undefined)
  const turns = readTurns(asArray(body['messages']), ledger)
  const config = asObject(body['toolConfig'])
  const tools = readTools(asArray(config?.['tools']))
  if (config !== undefined && tools.length === 0) fault('toolConfig.tools must not be empty')
  const inference = asObject(body['inferenceConfig']) ?? {}
  closed(inference, ['maxTokens', 'temperature', 'topP', 'stopSequences'], 'inferenceConfig')
  const extra = asObject(body['additionalModelRequestFields']) ?? {}
  closed(extra, ['thinking', 'tool_choice', 'top_k'], 'additionalModelRequestFields')
  const stops = asArray(inference['stopSequences']).map(String)
  const limit = asNumber(inference['maxTokens'])
  checkThinking(extra, limit)
  const ask: Ask = {
    ...(systemText.length === 0 ? {} : { system: systemText.join('\n') }),
    ...(mark?.type === 'text' && mark.mark !== undefined ? { systemMark: mark.mark } : {}),
    turns,
    ...(tools.length === 0 ? {} : { tools }),
    ...readChoice(asObject(config?.['toolChoice']), asObject(extra['tool_choice'])),
    ...readShape(asObject(asObject(body['outputConfig'])?.['textFormat'])),
    ...(extra['thinking'] === undefined ? {} : { reasons: true }),
    ...(limit === undefined ? {} : { limit }),
    ...(typeof inference['temperature'] === 'number'
      ? { temperature: inference['temperature'] }
      : {}),
    ...(typeof inference['topP'] === 'number' ? { topP: inference['topP'] } : {}),
    ...(stops.length === 0 ? {} : { stops }),
  }
  return { ask, model: decodeURIComponent(id), stream: action === 'converse-stream' }
}

function checkThinking(extra: JsonObject, limit: number | undefined): void {
  const thinking = asObject(extra['thinking'])
  if (thinking?.['type'] !== 'enabled') return
  const budget = asNumber(thinking['budget_tokens']) ?? 0
  if (budget < 1024 || budget >= (limit ?? 4096)) fault('thinking.budget_tokens')
}

function readTools(values: readonly JsonValue[]): Tool[] {
  const tools: Tool[] = []
  for (const value of values) {
    const each = asObject(value) ?? {}
    const point = asObject(each['cachePoint'])
    const last = tools.at(-1)
    if (point !== undefined && last !== undefined) {
      tools[tools.length - 1] = { ...last, mark: markOf(point) }
      continue
    }
    const spec = asObject(each['toolSpec']) ?? fault('a tool without toolSpec')
    closed(spec, ['name', 'description', 'inputSchema', 'strict'], 'toolSpec')
    const schema = asObject(asObject(spec['inputSchema'])?.['json'])
    if (schema?.['type'] !== 'object') fault('inputSchema.json.type must be object')
    tools.push({
      name: asString(spec['name']) ?? '',
      description: asString(spec['description']) ?? '',
      schema: schema ?? {},
    })
  }
  return tools
}

function readChoice(
  choice: JsonObject | undefined,
  extra: JsonObject | undefined,
): Pick<Ask, 'choice' | 'single'> {
  const single = extra?.['disable_parallel_tool_use'] === true ? { single: true } : {}
  if (choice !== undefined && extra !== undefined) fault('two choices of tools')
  const [kind] = Object.keys(choice ?? {})
  const word = kind ?? asString(extra?.['type'])
  if (word === undefined) return single
  const name = asString(asObject(choice?.['tool'])?.['name']) ?? asString(extra?.['name'])
  const words: Readonly<Record<string, Choice>> = { auto: 'auto', any: 'required' }
  const named = name === undefined ? words[word] : { name }
  return { choice: named ?? fault('toolChoice'), ...single }
}

function readShape(format: JsonObject | undefined): Pick<Ask, 'shape'> {
  if (format === undefined) return {}
  const defined = asObject(asObject(format['structure'])?.['jsonSchema'])
  return { shape: parseObject(asString(defined?.['schema']) ?? '', 'the schema') }
}

function readTurns(messages: readonly JsonValue[], ledger: Ledger): Turn[] {
  let before = ''
  const turns = messages.map((each): Turn => {
    const message = asObject(each) ?? {}
    const role = asString(message['role']) ?? ''
    if (role === before || (before === '' && role !== 'user')) fault('roles must alternate')
    before = role
    const blocks = asArray(message['content'])
    if (blocks.length === 0) fault('the content field is empty')
    if (role === 'assistant') return readAssistant(blocks, ledger)
    if (role !== 'user') fault(`the role ${role}`)
    const parts = readBlocks(blocks, ledger)
    ledger.settle()
    const types = new Set(parts.map(({ type }) => type))
    if (types.has('document') && !types.has('text') && !types.has('result')) {
      fault('A text block must be included with a document')
    }
    return { role, parts }
  })
  ledger.settle()
  return turns
}

function readAssistant(blocks: readonly JsonValue[], ledger: Ledger): Turn {
  const thoughts: Thought[] = []
  const calls: Call[] = []
  let text: string | undefined
  for (const value of blocks) {
    const [name, member] = memberOf(value)
    const inner = asObject(member) ?? {}
    if (name === 'text') text = (text ?? '') + textOf(member)
    else if (name === 'toolUse') {
      const id = asString(inner['toolUseId']) ?? ''
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(id)) fault('toolUseId')
      const args = asObject(inner['input']) ?? fault('toolUse.input')
      calls.push(ledger.call({ id, name: asString(inner['name']) ?? '', args }))
    } else if (name === 'reasoningContent') {
      const told = asObject(inner['reasoningText'])
      const sealed = asString(inner['redactedContent'])
      if (sealed !== undefined) thoughts.push({ text: '', sealed })
      else {
        const signature = requireProof(asString(told?.['signature']), bedrockConverse)
        thoughts.push({ text: asString(told?.['text']) ?? '', signature })
      }
    } else fault(`${name} in a turn of the assistant`)
  }
  return {
    role: 'assistant',
    ...(thoughts.length === 0 ? {} : { thoughts }),
    ...(text === undefined ? {} : { text }),
    ...(calls.length === 0 ? {} : { calls }),
  }
}

function memberOf(value: JsonValue): readonly [string, JsonValue | undefined] {
  const [only, ...others] = Object.entries(asObject(value) ?? {})
  return only !== undefined && others.length === 0 ? only : fault('a block has one member')
}

function textOf(member: JsonValue | undefined): string {
  const text = asString(member) ?? ''
  return text.trim() === '' ? fault('The text field is blank') : text
}

function markOf(point: JsonObject): Mark {
  if (point['type'] !== 'default') fault('cachePoint.type')
  return point['ttl'] === '1h' ? '1h' : '5m'
}

function readBlocks(values: readonly JsonValue[], ledger: Ledger): Part[] {
  const parts: Part[] = []
  for (const value of values) {
    const [name, member] = memberOf(value)
    const last = parts.at(-1)
    if (name === 'cachePoint') {
      if (last?.type !== 'text') fault('a cache point behind what cannot be cached')
      parts[parts.length - 1] = { ...last, mark: markOf(asObject(member) ?? {}) }
    } else parts.push(readBlock(name, member, ledger))
  }
  return parts
}

function readBlock(name: string, member: JsonValue | undefined, ledger: Ledger): Part {
  const inner = asObject(member) ?? {}
  const data = asString(asObject(inner['source'])?.['bytes']) ?? ''
  const format = asString(inner['format']) ?? ''
  switch (name) {
    case 'text':
      return { type: 'text', text: textOf(member) }
    case 'image':
      if (!['png', 'jpeg', 'gif', 'webp'].includes(format) || data === '') fault('image')
      return { type: 'image', mediaType: `image/${format}`, data }
    case 'document': {
      const types: Readonly<Record<string, string>> = { pdf: 'application/pdf', txt: 'text/plain' }
      const mediaType = types[format] ?? fault('document.format')
      const title = asString(inner['name']) ?? ''
      if (!/^[A-Za-z0-9\-()[\] ]{1,200}$/.test(title)) fault('document.name')
      return { type: 'document', mediaType, data: data || fault('document.source'), title }
    }
    case 'toolResult': {
      const parts = readBlocks(asArray(inner['content']), ledger)
      const id = asString(inner['toolUseId']) ?? ''
      return ledger.result(id, parts, inner['status'] === 'error')
    }
    default:
      return fault(`a block ${name}`)
  }
}

function blocksOf(say: Say): JsonObject[] {
  const thoughts = (say.thoughts ?? []).map(({ text, signature, sealed }) => ({
    reasoningContent:
      sealed === undefined
        ? { reasoningText: compact({ text, signature }) }
        : { redactedContent: sealed },
  }))
  const calls = (say.calls ?? []).map(({ id, name, args }) => ({
    toolUse: { toolUseId: id, name, input: args },
  }))
  return [...thoughts, ...textBlocks(say), ...calls]
}

function textBlocks({ text, cites }: Say): JsonObject[] {
  if (text === undefined) return []
  if (cites === undefined) return [{ text }]
  const citations = [{ title: 'A source', location: { web: { url: cites } } }]
  return [{ citationsContent: { content: [{ text }], citations } }]
}

const reasons: Readonly<Record<Stop, string>> = {
  end: 'end_turn',
  'max-tokens': 'max_tokens',
  'stop-sequence': 'stop_sequence',
  'tool-calls': 'tool_use',
  blocked: 'guardrail_intervened',
}

function usageOf({ usage: { input, output, read = 0, written = 0 } }: Say): JsonObject {
  return {
    inputTokens: input - read - written,
    outputTokens: output,
    totalTokens: input + output,
    cacheReadInputTokens: read,
    cacheWriteInputTokens: written,
  }
}

function* streamOf(say: Say): Generator<Piece> {
  const event = (name: string, data: JsonObject, words = ''): Piece => ({
    wire: writeAwsEvent(name, { ...data, p: 'abcdef' }),
    words,
  })
  yield event('messageStart', { role: 'assistant' })
  for (const [contentBlockIndex, block] of blocksOf(say).entries()) {
    const delta = (change: JsonObject, words = ''): Piece =>
      event('contentBlockDelta', { contentBlockIndex, delta: change }, words)
    const use = asObject(block['toolUse'])
    const reasoning = asObject(block['reasoningContent'])
    const told = asObject(reasoning?.['reasoningText'])
    const cited = asObject(block['citationsContent'])
    const [said] = asArray(cited?.['content'] ?? [block])
    if (use !== undefined) {
      const { toolUseId, name } = use
      const start = { toolUse: { toolUseId, name } }
      yield event('contentBlockStart', { contentBlockIndex, start })
      const call = { id: '', name: '', args: asObject(use['input']) ?? {} }
      for (const input of argumentPieces(call)) yield delta({ toolUse: { input } }, input)
    } else if (told !== undefined) {
      for (const text of pieces(asString(told['text']) ?? '')) {
        yield delta({ reasoningContent: { text } }, text)
      }
      yield delta({ reasoningContent: { signature: told['signature'] } })
    } else if (reasoning !== undefined) yield delta({ reasoningContent: reasoning })
    else {
      const text = asString(asObject(said)?.['text']) ?? ''
      for (const piece of pieces(text)) yield delta({ text: piece }, piece)
      for (const citation of asArray(cited?.['citations'])) yield delta({ citation })
    }
    yield event('contentBlockStop', { contentBlockIndex })
  }
  yield event('messageStop', { stopReason: reasons[say.stop] })
  yield event('metadata', { usage: usageOf(say), metrics: { latencyMs: 12 } })
}

const faults = {
  'rate-limit': [429, 'ThrottlingException', 'Too many requests, please wait.'],
  'context-window': [400, 'ValidationException', 'Input is too long for requested model.'],
  overloaded: [503, 'ServiceUnavailableException', 'Try again later.'],
  invalid: [400, 'ValidationException', 'Malformed input request.'],
} as const

/** Writes an error as AWS does. */
export function writeFault(kind: keyof typeof faults): WireFault {
  const [status, type, message] = faults[kind]
  const retry = kind === 'rate-limit' ? { 'retry-after': String(retryAfterSeconds) } : {}
  return { status, headers: { 'x-amzn-errortype': type, ...retry }, body: { message } }
}
