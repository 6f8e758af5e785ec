import { asArray, asNumber, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { canonical, compact, fault, parseObject } from '../vocabulary.ts'
import type { Ask, Heard, HeardFault, Part, Stop, Thought, Turn } from '../vocabulary.ts'
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
import { writeAll } from './client.ts'
import type { Client } from './client.ts'
import { checkError, faultOf } from './openai-chat.ts'

/** https://platform.openai.com/docs/api-reference/responses */
export const openAiResponses: Client = {
  name: 'openai-responses',
  path: () => '/v1/responses',
  write,
  readAnswer: (body) => heardOf(checkResponse(body)),
  readStream,
  readFault: (body) => faultOf(checkError(body)),
  readStreamFault,
  counts: ['read', 'written', 'reasoning'],
  streamsArguments: true,
  namesModel: true,
}

function write(ask: Ask, model: string, stream: boolean): JsonObject | undefined {
  // There are no marks, and no stop sequences.
  if (ask.systemMark !== undefined || ask.stops !== undefined) return undefined
  if (ask.tools?.some(({ mark }) => mark !== undefined)) return undefined
  const items = writeAll(ask.turns, writeTurn)
  if (items === undefined) return undefined
  return compact({
    model,
    instructions: ask.system,
    input: items,
    tools: ask.tools?.map((tool) => ({
      type: 'function',
      name: tool.name,
      description: tool.description,
      parameters: tool.schema,
      strict: false,
    })),
    tool_choice: typeof ask.choice === 'object' ? { type: 'function', ...ask.choice } : ask.choice,
    parallel_tool_calls: ask.single === true ? false : undefined,
    text: ask.shape && { format: formatOf(ask.shape) },
    reasoning: ask.reasons === true ? { effort: 'low', summary: 'auto' } : undefined,
    include: ask.reasons === true ? ['reasoning.encrypted_content'] : undefined,
    max_output_tokens: ask.limit,
    temperature: ask.temperature,
    top_p: ask.topP,
    store: false,
    ...(stream ? { stream: true } : {}),
  })
}

function formatOf(shape: JsonObject | 'json'): JsonObject {
  if (shape === 'json') return { type: 'json_object' }
  return { type: 'json_schema', name: 'answer', schema: shape, strict: true }
}

function writeTurn(turn: Turn): JsonObject[] | undefined {
  if (turn.role === 'assistant') {
    if (turn.kept !== undefined) return [...turn.kept]
    const said = turn.text === undefined ? [] : [{ type: 'output_text', text: turn.text }]
    const calls = (turn.calls ?? []).map(({ id, name: called, args }) => ({
      type: 'function_call',
      call_id: id,
      name: called,
      arguments: JSON.stringify(args),
    }))
    const message = { type: 'message', role: 'assistant', content: said }
    return [...(said.length > 0 ? [message] : []), ...calls]
  }
  const items: JsonObject[] = []
  const content: JsonObject[] = []
  for (const part of turn.parts) {
    if (part.type === 'result') {
      if (part.isError === true) return undefined
      const [only, ...others] = part.parts
      const output =
        only?.type === 'text' && others.length === 0 ? only.text : part.parts.map(writePart)
      items.push({ type: 'function_call_output', call_id: part.call.id, output })
    } else if (part.type === 'text' && part.mark !== undefined) return undefined
    else content.push(writePart(part))
  }
  if (content.length > 0) items.push({ type: 'message', role: 'user', content })
  return items
}

function writePart(part: Part): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text }
    case 'image':
      return {
        type: 'input_image',
        detail: 'auto',
        image_url: `data:${part.mediaType};base64,${part.data}`,
      }
    case 'image-url':
      return { type: 'input_image', detail: 'auto', image_url: part.url }
    case 'document':
      return compact({
        type: 'input_file',
        filename: part.title,
        file_data: `data:${part.mediaType};base64,${part.data}`,
      })
    case 'result':
      return fault('a result within a result')
    default:
      return part satisfies never
  }
}

const status = oneOf('in_progress', 'completed', 'incomplete')
const textPart = object({ type: oneOf('output_text'), text, annotations: list(object({})) })
const refusalPart = object({ type: oneOf('refusal'), refusal: text })
const items: Readonly<Record<string, JsonObject>> = {
  message: object({
    id: name,
    type: oneOf('message'),
    status,
    role: oneOf('assistant'),
    content: list({ anyOf: [textPart, refusalPart] }),
  }),
  function_call: object({
    id: name,
    type: oneOf('function_call'),
    status,
    call_id: name,
    name,
    arguments: text,
  }),
  reasoning: object(
    {
      id: name,
      type: oneOf('reasoning'),
      summary: list(object({ type: oneOf('summary_text'), text })),
    },
    { encrypted_content: { type: ['string', 'null'] } },
  ),
}
const item = { anyOf: Object.values(items) }
const usage = object({
  input_tokens: count,
  input_tokens_details: object({ cached_tokens: count }),
  output_tokens: count,
  output_tokens_details: object({ reasoning_tokens: count }),
  total_tokens: count,
})
const response = object({
  id: { type: 'string', pattern: '^resp_' },
  object: oneOf('response'),
  created_at: count,
  status,
  error: { type: 'null' },
  incomplete_details: {
    anyOf: [{ type: 'null' }, object({ reason: oneOf('max_output_tokens', 'content_filter') })],
  },
  instructions: { type: ['string', 'null', 'array'] },
  metadata: { type: ['object', 'null'] },
  model: text,
  output: list(item),
  parallel_tool_calls: { type: 'boolean' },
  temperature: { type: ['number', 'null'] },
  tool_choice: { type: ['string', 'object'] },
  tools: list(object({ type: name })),
  top_p: { type: ['number', 'null'] },
  usage: { anyOf: [usage, { type: 'null' }] },
})
const checkResponse = checkBy('response', response)
const at = { output_index: count }
const inItem = { item_id: name, ...at }
const inContent = { ...inItem, content_index: count }
const inSummary = { ...inItem, summary_index: count }
const eventSchemas: Readonly<Record<string, JsonObject>> = {
  'response.created': object({ response }),
  'response.in_progress': object({ response }),
  'response.output_item.added': object({ ...at, item }),
  'response.output_item.done': object({ ...at, item }),
  'response.content_part.added': object({ ...inContent, part: object({ type: name }) }),
  'response.content_part.done': object({ ...inContent, part: object({ type: name }) }),
  'response.output_text.delta': object({ ...inContent, delta: text }),
  'response.output_text.annotation.added': object({
    ...inContent,
    annotation: object({ type: name }),
  }),
  'response.output_text.done': object({ ...inContent, text }),
  'response.refusal.delta': object({ ...inContent, delta: text }),
  'response.refusal.done': object({ ...inContent, refusal: text }),
  'response.function_call_arguments.delta': object({ ...inItem, delta: text }),
  'response.function_call_arguments.done': object({ ...inItem, arguments: text }),
  'response.reasoning_summary_part.added': object({ ...inSummary, part: object({ text }) }),
  'response.reasoning_summary_part.done': object({ ...inSummary, part: object({ text }) }),
  'response.reasoning_summary_text.delta': object({ ...inSummary, delta: text }),
  'response.reasoning_summary_text.done': object({ ...inSummary, text }),
  'response.completed': object({ response }),
  'response.incomplete': object({ response }),
  error: object({ message: name }, { code: { type: ['string', 'null'] } }),
}
const checks = new Map(
  Object.entries(eventSchemas).map(([type, schema]) => [type, checkBy(type, schema)]),
)

function readAll(bytes: Uint8Array): JsonObject[] {
  return readEvents(bytes).map(({ name: named, data }, index) => {
    const event = parseObject(data, 'an event')
    const type = asString(event['type']) ?? ''
    if (type !== named) fault(`an event of type ${type} is called ${named}`)
    if (event['sequence_number'] !== index) fault('sequence numbers are not one after the other')
    const check = checks.get(type) ?? fault(`there is no event ${type}`)
    return check(event)
  })
}

/** The last event holds the whole; what was told piece by piece must be the same. */
function readStream(bytes: Uint8Array): Heard {
  const events = readAll(bytes)
  const last = events.pop()
  if (events[0]?.['type'] !== 'response.created') fault('the stream begins otherwise')
  const isEnd = /^response\.(completed|incomplete)$/.test(asString(last?.['type']) ?? '')
  if (!isEnd) fault('the stream ends otherwise')
  const whole = asObject(last?.['response']) ?? {}
  const output = asArray(whole['output'])
  const pieces = new Map<number, string>()
  const done: JsonObject[] = []
  for (const event of events) {
    const index = asNumber(event['output_index']) ?? -1
    const type = asString(event['type']) ?? ''
    if (type === 'response.output_item.added' && index !== pieces.size) fault('items skip numbers')
    if (type === 'response.output_item.added') pieces.set(index, '')
    if (type.endsWith('.delta')) {
      if (done[index] !== undefined) fault('an item goes on after its end')
      const before = pieces.get(index) ?? fault('a delta before its item')
      pieces.set(index, before + (asString(event['delta']) ?? ''))
    }
    if (type === 'response.output_item.done') done[index] = asObject(event['item']) ?? {}
  }
  if (canonical(done) !== canonical([...output])) fault('the items are not those of the response')
  output.forEach((each, index) => {
    const said = wordsOf(asObject(each) ?? {})
    if (pieces.get(index) !== said) fault(`the pieces of item ${index} are not its whole`)
  })
  return heardOf(whole)
}

function wordsOf(each: JsonObject): string {
  if (each['type'] === 'function_call') return asString(each['arguments']) ?? ''
  return asArray(each['content'] ?? each['summary'])
    .map(
      (part) => asString(asObject(part)?.['text']) ?? asString(asObject(part)?.['refusal']) ?? '',
    )
    .join('')
}

function heardOf(whole: JsonObject): Heard {
  const output = asArray(whole['output']).map((each) => asObject(each) ?? {})
  const of = (type: string): JsonObject[] => output.filter((each) => each['type'] === type)
  const calls = of('function_call').map((call) => ({
    id: asString(call['call_id']) ?? '',
    name: asString(call['name']) ?? '',
    args: parseArguments(asString(call['arguments']) ?? ''),
  }))
  const told = asObject(whole['usage']) ?? fault('the response has no usage')
  return {
    model: asString(whole['model']) ?? '',
    thoughts: of('reasoning').map((each): Thought => ({
      text: wordsOf(each),
      ...(each['encrypted_content'] ? { signature: 'given' } : {}),
    })),
    text: of('message').map(wordsOf).join(''),
    ...citedIn(of('message')),
    calls,
    stops: stopsOf(whole, calls.length > 0),
    usage: usageOf(told),
    kept: output,
  }
}

function citedIn(messages: readonly JsonObject[]): Pick<Heard, 'cites'> {
  const [annotation] = messages
    .flatMap((each) => asArray(each['content']))
    .flatMap((part) => asArray(asObject(part)?.['annotations']))
  const url = asString(asObject(annotation)?.['url'])
  return url === undefined ? {} : { cites: url }
}

function stopsOf(whole: JsonObject, hasCalls: boolean): Stop[] {
  const reason = asString(asObject(whole['incomplete_details'])?.['reason'])
  if ((whole['status'] === 'incomplete') !== (reason !== undefined)) fault('status without reason')
  if (reason === 'max_output_tokens') return ['max-tokens']
  if (reason === 'content_filter') return ['blocked']
  return hasCalls ? ['tool-calls'] : ['end', 'stop-sequence']
}

function usageOf(told: JsonObject): Heard['usage'] {
  const input = asNumber(told['input_tokens']) ?? 0
  const output = asNumber(told['output_tokens']) ?? 0
  if (told['total_tokens'] !== input + output) fault('total_tokens is not the sum')
  const details = asObject(told['input_tokens_details'])
  return {
    input,
    output,
    read: asNumber(details?.['cached_tokens']) ?? 0,
    written: asNumber(details?.['cache_write_tokens']) ?? 0,
    reasoning: asNumber(asObject(told['output_tokens_details'])?.['reasoning_tokens']) ?? 0,
  }
}

function readStreamFault(bytes: Uint8Array): HeardFault {
  const last = readAll(bytes).at(-1)
  if (last?.['type'] !== 'error') fault('the stream does not end with an error')
  const { code, message } = last
  // Events of errors have no type: only the code tells them apart.
  return { ...faultOf({ error: { code, message } }), kind: 'overloaded' }
}
