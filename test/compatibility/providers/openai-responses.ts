import { asArray, asNumber, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import { compact, fault } from '../vocabulary.ts'
import type { Ask, Choice, Part, Say, Turn } from '../vocabulary.ts'
import { parseArguments, writeEvent } from '../wire.ts'
import {
  argumentPieces,
  closed,
  Ledger,
  pieces,
  proofOf,
  requireProof,
  readDataUrl,
  words,
} from './dialect.ts'
import type { Arrived, Dialect, Piece } from './dialect.ts'
import { openAiFault } from './openai-chat.ts'

const requestFields = words(
  'model input instructions tools tool_choice parallel_tool_calls text reasoning ' +
    'include max_output_tokens temperature top_p stream store user',
)

/** OpenAI's Responses API. */
export const openAiResponses: Dialect = {
  format: 'openai-responses',
  read: ({ body }) => readRequest(body),
  stopFor: (stop) => (stop === 'stop-sequence' ? undefined : stop),
  thoughts: 'signed',
  proof: proofOf('openai-proof'),
  counts: ['read', 'reasoning'],
  cites: true,
  streamType: 'text/event-stream',
  writeAnswer: (say, model) => responseOf(say, model),
  writeStream: (say, model) => [...streamOf(say, model)],
  writeFault: openAiFault,
  writeStreamFault: () =>
    writeEvent(
      {
        type: 'error',
        code: 'server_error',
        message: 'The server had an error while processing your request.',
        param: null,
        sequence_number: 3,
      },
      'error',
    ),
}

function readRequest(body: JsonObject): Arrived {
  closed(body, requestFields, 'body')
  const ledger = new Ledger()
  const system = asString(body['instructions'])
  const turns = asArray(body['input']).map((each) => readItem(asObject(each) ?? {}, ledger))
  ledger.settle()
  const tools = asArray(body['tools']).map((each) => {
    const tool = asObject(each) ?? {}
    closed(tool, ['type', 'name', 'description', 'parameters', 'strict'], 'tool')
    return {
      name: asString(tool['name']) ?? fault('a tool without name'),
      description: asString(tool['description']) ?? '',
      schema: asObject(tool['parameters']) ?? fault('a tool without parameters'),
    }
  })
  const choice = readChoice(body['tool_choice'])
  const limit = asNumber(body['max_output_tokens'])
  const format = asObject(asObject(body['text'])?.['format'])
  const ask: Ask = {
    ...(system === undefined ? {} : { system }),
    turns,
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === undefined ? {} : { choice }),
    ...(body['parallel_tool_calls'] === false ? { single: true } : {}),
    ...readShape(format),
    ...(asObject(body['reasoning'])?.['effort'] === undefined ? {} : { reasons: true }),
    ...(limit === undefined ? {} : { limit }),
    ...(typeof body['temperature'] === 'number' ? { temperature: body['temperature'] } : {}),
    ...(typeof body['top_p'] === 'number' ? { topP: body['top_p'] } : {}),
  }
  return { ask, model: asString(body['model']) ?? '', stream: body['stream'] === true }
}

function readShape(format: JsonObject | undefined): Pick<Ask, 'shape'> {
  if (format === undefined || format['type'] === 'text') return {}
  if (format['type'] === 'json_object') return { shape: 'json' }
  if (asString(format['name']) === undefined) fault('text.format.name is missing')
  return { shape: asObject(format['schema']) ?? fault('text.format.schema is missing') }
}

function readChoice(choice: JsonValue | undefined): Choice | undefined {
  if (choice === undefined || choice === 'auto' || choice === 'none') return choice
  if (choice === 'required') return choice
  return { name: asString(asObject(choice)?.['name']) ?? fault('tool_choice') }
}

function readItem(item: JsonObject, ledger: Ledger): Turn {
  switch (asString(item['type']) ?? '') {
    case 'message':
      return readMessage(item)
    case 'function_call': {
      const call = ledger.call({
        id: asString(item['call_id']) ?? fault('a call without call_id'),
        name: asString(item['name']) ?? fault('a call without name'),
        args: parseArguments(asString(item['arguments']) ?? ''),
      })
      return { role: 'assistant', calls: [call] }
    }
    case 'function_call_output': {
      const { output } = item
      const parts = typeof output === 'string' ? [textPart(output)] : asArray(output).map(readPart)
      return { role: 'user', parts: [ledger.result(asString(item['call_id']) ?? '', parts)] }
    }
    case 'reasoning': {
      const text = asArray(item['summary']).map((each) => asString(asObject(each)?.['text']) ?? '')
      const signature = requireProof(asString(item['encrypted_content']), openAiResponses)
      return { role: 'assistant', thoughts: [{ text: text.join(''), signature }] }
    }
    default:
      return fault(`an item of type ${asString(item['type']) ?? ''}`)
  }
}

function readMessage(item: JsonObject): Turn {
  const parts = asArray(item['content'])
  if (item['role'] === 'user') return { role: 'user', parts: parts.map(readPart) }
  if (item['role'] !== 'assistant') fault('a message of another role')
  const text = parts.map((each) => asString(asObject(each)?.['text']) ?? '').join('')
  return { role: 'assistant', text }
}

function readPart(value: JsonValue): Part {
  const part = asObject(value) ?? {}
  switch (asString(part['type']) ?? '') {
    case 'input_text':
      closed(part, ['type', 'text'], 'part')
      return textPart(asString(part['text']) ?? '')
    case 'input_image': {
      const url = asString(part['image_url']) ?? fault('an image without image_url')
      const inline = readDataUrl(url)
      return inline === undefined ? { type: 'image-url', url } : { type: 'image', ...inline }
    }
    case 'input_file': {
      const inline = readDataUrl(asString(part['file_data']) ?? '') ?? fault('file_data')
      return {
        type: 'document',
        ...inline,
        title: asString(part['filename']) ?? fault('a file without filename'),
      }
    }
    default:
      return fault(`a part of type ${asString(part['type']) ?? ''}`)
  }
}

function textPart(text: string): Part {
  return { type: 'text', text }
}

function responseOf(say: Say, model: string): JsonObject {
  const reasons = { 'max-tokens': 'max_output_tokens', blocked: 'content_filter' } as const
  const reason = say.stop === 'max-tokens' || say.stop === 'blocked' ? reasons[say.stop] : undefined
  const { input, output, read = 0, reasoning = 0 } = say.usage
  return {
    ...head(model),
    status: reason === undefined ? 'completed' : 'incomplete',
    incomplete_details: reason === undefined ? null : { reason },
    output: outputOf(say),
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: read },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    },
  }
}

function head(model: string): JsonObject {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_780_000_000,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output: [],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: null,
  }
}

function outputOf(say: Say): JsonObject[] {
  const thoughts = (say.thoughts ?? []).map(({ text, signature }, index) =>
    compact({
      id: `rs_${index}`,
      type: 'reasoning',
      summary: text === '' ? [] : [{ type: 'summary_text', text }],
      encrypted_content: signature,
    }),
  )
  const isCut = say.stop === 'max-tokens' || say.stop === 'blocked'
  const message = {
    id: 'msg_1',
    type: 'message',
    status: isCut ? 'incomplete' : 'completed',
    role: 'assistant',
    content: [
      {
        type: 'output_text',
        text: say.text ?? '',
        annotations: say.cites === undefined ? [] : [annotationOf(say.cites)],
        logprobs: [],
      },
    ],
  }
  const calls = (say.calls ?? []).map(({ id, name, args }, index) => ({
    id: `fc_${index}`,
    type: 'function_call',
    status: 'completed',
    call_id: id,
    name,
    arguments: JSON.stringify(args),
  }))
  return [...thoughts, ...(say.text === undefined ? [] : [message]), ...calls]
}

function annotationOf(url: string): JsonObject {
  return { type: 'url_citation', url, title: 'A source', start_index: 0, end_index: 9 }
}

function* streamOf(say: Say, model: string): Generator<Piece> {
  let sequence = 0
  const event = (type: string, fields: JsonObject, words = ''): Piece => ({
    wire: writeEvent({ type, sequence_number: sequence++, ...fields }, type),
    words,
  })
  const response = responseOf(say, model)
  yield event('response.created', { response: head(model) })
  yield event('response.in_progress', { response: head(model) })
  for (const [output_index, each] of asArray(response['output']).entries()) {
    const item = asObject(each) ?? {}
    yield* itemEvents(item, { output_index, item_id: item['id'] }, event)
  }
  yield event(`response.${asString(response['status']) ?? ''}`, { response })
}

function* itemEvents(
  item: JsonObject,
  at: JsonObject,
  event: (type: string, fields: JsonObject, words?: string) => Piece,
): Generator<Piece> {
  const { output_index } = at
  const kind = asString(item['type'])
  const emptied =
    kind === 'function_call'
      ? { arguments: '' }
      : kind === 'message'
        ? { content: [] }
        : { summary: [] }
  yield event('response.output_item.added', {
    output_index,
    item: { ...item, ...emptied, ...(kind === 'reasoning' ? {} : { status: 'in_progress' }) },
  })
  if (kind === 'function_call') {
    const args = parseArguments(asString(item['arguments']) ?? '')
    for (const delta of argumentPieces({ id: '', name: '', args })) {
      yield event('response.function_call_arguments.delta', { ...at, delta }, delta)
    }
    yield event('response.function_call_arguments.done', { ...at, arguments: item['arguments'] })
  } else if (kind === 'message') {
    const place = { ...at, content_index: 0 }
    const part = asObject(asArray(item['content'])[0]) ?? {}
    const text = asString(part['text']) ?? ''
    const emptied = { ...part, text: '', annotations: [] }
    yield event('response.content_part.added', { ...place, part: emptied })
    for (const delta of pieces(text)) {
      yield event('response.output_text.delta', { ...place, delta, logprobs: [] }, delta)
    }
    for (const [annotation_index, annotation] of asArray(part['annotations']).entries()) {
      const fields = { ...place, annotation_index, annotation }
      yield event('response.output_text.annotation.added', fields)
    }
    yield event('response.output_text.done', { ...place, text, logprobs: [] })
    yield event('response.content_part.done', { ...place, part })
  } else yield* summaryEvents(item, at, event)
  yield event('response.output_item.done', { output_index, item })
}

function* summaryEvents(
  item: JsonObject,
  at: JsonObject,
  event: (type: string, fields: JsonObject, words?: string) => Piece,
): Generator<Piece> {
  const part = asObject(asArray(item['summary'])[0])
  if (part === undefined) return
  const place = { ...at, summary_index: 0 }
  const text = asString(part['text']) ?? ''
  yield event('response.reasoning_summary_part.added', { ...place, part: { ...part, text: '' } })
  for (const delta of pieces(text)) {
    yield event('response.reasoning_summary_text.delta', { ...place, delta }, delta)
  }
  yield event('response.reasoning_summary_text.done', { ...place, text })
  yield event('response.reasoning_summary_part.done', { ...place, part })
}
