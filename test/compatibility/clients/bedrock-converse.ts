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
  readAwsEvents,
  text,
} from '../wire.ts'
import { writeAll } from './client.ts'
import type { Client } from './client.ts'

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
export const bedrockConverse: Client = {
  name: 'bedrock-converse',
  path: (model, stream) =>
    `/bedrock/model/${encodeURIComponent(model)}/${stream ? 'converse-stream' : 'converse'}`,
  write,
  readAnswer(body) {
    checkAnswer(body)
    const message = asObject(asObject(body['output'])?.['message']) ?? {}
    return heardOf(
      asArray(message['content']).map((each) => asObject(each) ?? {}),
      {
        reason: asString(body['stopReason']) ?? '',
        usage: asObject(body['usage']) ?? {},
      },
    )
  },
  readStream,
  readFault: (body, headers) => faultOf(checkError(body), headers.get('x-amzn-errortype') ?? ''),
  readStreamFault(bytes) {
    const last = readAwsEvents(bytes).at(-1)
    const type = last?.name ?? ''
    if (!type.endsWith('Exception')) fault('the stream does not end with an exception')
    return faultOf(checkError(parseObject(last?.data ?? '', 'the exception')), type)
  },
  counts: ['read', 'written'],
  streamsArguments: true,
  namesModel: false,
}

function write(ask: Ask): JsonObject | undefined {
  const { choice } = ask
  // There is no `none`, no JSON without a schema, and media lie in S3 or in the request.
  if (choice === 'none' || ask.shape === 'json') return undefined
  const contents = writeAll(ask.turns, writeTurn)
  if (contents === undefined) return undefined
  const tools = (ask.tools ?? []).flatMap((tool) => [
    {
      toolSpec: {
        name: tool.name,
        description: tool.description,
        inputSchema: { json: tool.schema },
      },
    },
    ...pointOf(tool.mark),
  ])
  const extra = compact({
    thinking: ask.reasons === true ? { type: 'enabled', budget_tokens: 2048 } : undefined,
    tool_choice:
      ask.single === true ? { type: 'auto', disable_parallel_tool_use: true } : undefined,
  })
  const config = compact({
    maxTokens: ask.limit,
    temperature: ask.temperature,
    topP: ask.topP,
    stopSequences: ask.stops && [...ask.stops],
  })
  return compact({
    system:
      ask.system === undefined ? undefined : [{ text: ask.system }, ...pointOf(ask.systemMark)],
    messages: contents,
    inferenceConfig: config,
    toolConfig:
      tools.length === 0
        ? undefined
        : compact({
            tools,
            toolChoice: choice === undefined || ask.single === true ? undefined : choiceOf(choice),
          }),
    additionalModelRequestFields: Object.keys(extra).length === 0 ? undefined : extra,
    outputConfig: typeof ask.shape === 'object' ? shapeOf(ask.shape) : undefined,
  })
}

function shapeOf(schema: JsonObject): JsonObject {
  const jsonSchema = { name: 'answer', schema: JSON.stringify(schema) }
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}

function choiceOf(choice: NonNullable<Ask['choice']>): JsonObject {
  if (typeof choice === 'object') return { tool: choice }
  return choice === 'required' ? { any: {} } : { auto: {} }
}

function pointOf(ttl: string | undefined): JsonObject[] {
  return ttl === undefined ? [] : [{ cachePoint: { type: 'default', ttl } }]
}

function writeTurn(turn: Turn): JsonObject[] | undefined {
  if (turn.role === 'assistant') {
    if (turn.kept !== undefined) return [{ role: 'assistant', content: [...turn.kept] }]
    const said = turn.text === undefined ? [] : [{ text: turn.text }]
    const calls = (turn.calls ?? []).map(({ id, name: called, args }) => ({
      toolUse: { toolUseId: id, name: called, input: args },
    }))
    return [{ role: 'assistant', content: [...said, ...calls] }]
  }
  const blocks = turn.parts.map(writePart)
  if (blocks.some((each) => each.length === 0)) return undefined
  return [{ role: 'user', content: blocks.flat() }]
}

/** Nothing for what has no block. */
function writePart(part: Part): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [{ text: part.text }, ...pointOf(part.mark)]
    case 'image':
      return [{ image: { format: part.mediaType.slice(6), source: { bytes: part.data } } }]
    case 'image-url':
      return []
    case 'document': {
      const format = part.mediaType === 'application/pdf' ? 'pdf' : 'txt'
      return [
        { document: { format, name: part.title ?? 'document', source: { bytes: part.data } } },
      ]
    }
    case 'result':
      return [
        {
          toolResult: compact({
            toolUseId: part.call.id,
            content: part.parts.flatMap(writePart),
            status: part.isError === true ? 'error' : undefined,
          }),
        },
      ]
    default:
      return part satisfies never
  }
}

const toolUse = {
  toolUseId: { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$' },
  name: { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$' },
}
const reasoningContent = {
  anyOf: [
    object({ reasoningText: object({ text }, { signature: text }) }, {}, true),
    object({ redactedContent: name }, {}, true),
  ],
}
const citationsContent = object({ content: list(object({ text })), citations: list(object({})) })
const block = {
  anyOf: [
    object({ citationsContent }, {}, true),
    object({ text }, {}, true),
    object({ toolUse: object({ ...toolUse, input: object({}) }) }, {}, true),
    object({ reasoningContent }, {}, true),
  ],
}
const stopReason = oneOf(
  'end_turn',
  'tool_use',
  'max_tokens',
  'stop_sequence',
  'guardrail_intervened',
  'content_filtered',
)
const usage = object(
  { inputTokens: count, outputTokens: count, totalTokens: count },
  { cacheReadInputTokens: count, cacheWriteInputTokens: count },
)
const metrics = object({ latencyMs: count })
const checkAnswer = checkBy(
  'ConverseResponse',
  object({
    output: object({ message: object({ role: oneOf('assistant'), content: list(block) }) }),
    stopReason,
    usage,
    metrics,
  }),
)
const checkError = checkBy('error', object({ message: name }))
const index = { contentBlockIndex: count }
const delta = {
  anyOf: [
    object({ citation: object({}) }, {}, true),
    object({ text }, {}, true),
    object({ toolUse: object({ input: text }) }, {}, true),
    object({ reasoningContent: { minProperties: 1, maxProperties: 1 } }, {}, true),
  ],
}
const eventSchemas: Readonly<Record<string, JsonObject>> = {
  messageStart: object({ role: oneOf('assistant') }),
  contentBlockStart: object({ ...index, start: object({ toolUse: object(toolUse) }) }),
  contentBlockDelta: object({ ...index, delta }),
  contentBlockStop: object(index),
  messageStop: object({ stopReason }),
  metadata: object({ usage, metrics }),
}
const checks = new Map(
  Object.entries(eventSchemas).map(([type, schema]) => [type, checkBy(type, schema)]),
)

function readStream(bytes: Uint8Array): Heard {
  const events = readAwsEvents(bytes).map(({ name: type, data }) => {
    const check = checks.get(type) ?? fault(`there is no event ${type}`)
    return [type, check(parseObject(data, type))] as const
  })
  if (events.shift()?.[0] !== 'messageStart') fault('the stream begins otherwise')
  const [last, metadata] = events.pop() ?? fault('the stream is empty')
  const [before, end] = events.pop() ?? fault('the stream has no end')
  if (last !== 'metadata' || before !== 'messageStop') fault('the stream ends otherwise')
  const content: JsonObject[] = []
  let open: Builder | undefined
  for (const [type, event] of events) {
    if (event['contentBlockIndex'] !== content.length) fault(`${type} is out of order`)
    if (type === 'contentBlockStart') {
      if (open !== undefined) fault('a block begins within another')
      open = { json: '', use: asObject(asObject(event['start'])?.['toolUse']) }
    } else if (type === 'contentBlockDelta') {
      open ??= { json: '' }
      addDelta(open, asObject(event['delta']) ?? {})
    } else {
      content.push(wholeOf(open ?? fault('a block ends that did not begin')))
      open = undefined
    }
  }
  if (open !== undefined) fault('the last block has no end')
  return heardOf(content, {
    reason: asString(end['stopReason']) ?? '',
    usage: asObject(metadata['usage']) ?? {},
  })
}

interface Builder {
  readonly use?: JsonObject | undefined
  json: string
  text?: string
  thought?: string
  signature?: string
  redacted?: string
  citations?: JsonObject[]
}

function addDelta(open: Builder, change: JsonObject): void {
  const reasoning = asObject(change['reasoningContent'])
  const input = asString(asObject(change['toolUse'])?.['input'])
  if (input !== undefined) {
    if (open.use === undefined) fault('arguments outside of a call')
    open.json += input
  } else if (reasoning !== undefined) {
    open.thought = (open.thought ?? '') + (asString(reasoning['text']) ?? '')
    const { signature, redactedContent } = reasoning
    if (typeof signature === 'string') open.signature = (open.signature ?? '') + signature
    if (typeof redactedContent === 'string') open.redacted = redactedContent
  } else if (change['citation'] !== undefined) {
    open.citations = [...(open.citations ?? []), asObject(change['citation']) ?? {}]
  } else open.text = (open.text ?? '') + (asString(change['text']) ?? '')
}

function wholeOf(open: Builder): JsonObject {
  if (open.use !== undefined) {
    return { toolUse: { ...open.use, input: parseArguments(open.json || '{}') } }
  }
  if (open.redacted !== undefined) return { reasoningContent: { redactedContent: open.redacted } }
  const { citations } = open
  if (citations !== undefined) {
    return { citationsContent: { content: [{ text: open.text ?? '' }], citations } }
  }
  if (open.thought === undefined) return { text: open.text ?? '' }
  const { thought, signature } = open
  return { reasoningContent: { reasoningText: compact({ text: thought, signature }) } }
}

const stopsOfReason: Readonly<Record<string, Stop>> = {
  end_turn: 'end',
  tool_use: 'tool-calls',
  max_tokens: 'max-tokens',
  stop_sequence: 'stop-sequence',
  guardrail_intervened: 'blocked',
  content_filtered: 'blocked',
}

function heardOf(
  content: readonly JsonObject[],
  end: { readonly reason: string; readonly usage: JsonObject },
): Heard {
  const stop = stopsOfReason[end.reason]
  return {
    model: '',
    thoughts: content.flatMap((each): Thought[] => {
      const reasoning = asObject(each['reasoningContent'])
      if (reasoning === undefined) return []
      const told = asObject(reasoning['reasoningText'])
      if (told === undefined) return [{ text: '', sealed: 'given' }]
      const said = asString(told['text']) ?? ''
      return [{ text: said, ...(told['signature'] ? { signature: 'given' } : {}) }]
    }),
    text: content.map(wordsOf).join(''),
    ...citedIn(content),
    calls: content.flatMap((each) => {
      const use = asObject(each['toolUse'])
      if (use === undefined) return []
      const id = asString(use['toolUseId']) ?? ''
      return [{ id, name: asString(use['name']) ?? '', args: asObject(use['input']) ?? {} }]
    }),
    stops: stop === undefined ? [] : [stop],
    usage: usageOf(end.usage),
    kept: content,
  }
}

function wordsOf(block: JsonObject): string {
  const [said] = asArray(asObject(block['citationsContent'])?.['content'])
  return asString(block['text']) ?? asString(asObject(said)?.['text']) ?? ''
}

function citedIn(content: readonly JsonObject[]): Pick<Heard, 'cites'> {
  const [citation] = content.flatMap((each) =>
    asArray(asObject(each['citationsContent'])?.['citations']),
  )
  const location = asObject(asObject(citation)?.['location'])
  const url = asString(asObject(location?.['web'])?.['url'])
  return url === undefined ? {} : { cites: url }
}

/** What the cache held or took is counted beside the rest. */
function usageOf(told: JsonObject): Heard['usage'] {
  const read = asNumber(told['cacheReadInputTokens']) ?? 0
  const written = asNumber(told['cacheWriteInputTokens']) ?? 0
  const input = (asNumber(told['inputTokens']) ?? 0) + read + written
  const output = asNumber(told['outputTokens']) ?? 0
  if (told['totalTokens'] !== input + output) fault('totalTokens is not the sum')
  return { input, output, read, written }
}

function faultOf(body: JsonObject, type: string): HeardFault {
  const message = asString(body['message']) ?? ''
  const param = asString(body['param'])
  return {
    kind: kindOf(type.toLowerCase(), message),
    message,
    ...(param === undefined ? {} : { param }),
  }
}

function kindOf(type: string, message: string): FaultKind | 'other' {
  if (type.startsWith('throttling')) return 'rate-limit'
  if (/^(internalserver|serviceunavailable|modelstreamerror)/.test(type)) return 'overloaded'
  if (!type.startsWith('validation')) return 'other'
  return /input is too long/i.test(message) ? 'context-window' : 'invalid'
}
