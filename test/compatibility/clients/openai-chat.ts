import { asArray, asNumber, asObject, asString } from '../../../src/core/json.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { compact, fault, parseObject } from '../vocabulary.ts'
import type { Ask, Call, FaultKind, Heard, HeardFault, Part, Stop, Turn } from '../vocabulary.ts'
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

/** https://platform.openai.com/docs/api-reference/chat */
export const openAiChat: Client = {
  name: 'openai-chat',
  path: () => '/v1/chat/completions',
  write,
  readAnswer(body) {
    checkAnswer(body)
    const choice = asObject(asArray(body['choices'])[0]) ?? {}
    const message = asObject(choice['message']) ?? {}
    return heardOf(message, {
      model: asString(body['model']) ?? '',
      finish: asString(choice['finish_reason']) ?? '',
      usage: asObject(body['usage']) ?? {},
    })
  },
  readStream,
  readFault: (body) => faultOf(checkError(body)),
  readStreamFault(bytes) {
    const events = readEvents(bytes)
    const last = events.at(-1)
    return faultOf(checkError(parseObject(last?.data ?? '', 'the last frame')))
  },
  counts: ['read', 'written', 'reasoning'],
  streamsArguments: true,
  namesModel: true,
}

function write(ask: Ask, model: string, stream: boolean): JsonObject | undefined {
  const messages = writeAll(ask.turns, writeTurn)
  if (messages === undefined) return undefined
  const system = ask.system === undefined ? [] : [{ role: 'system', content: systemOf(ask) }]
  return compact({
    model,
    messages: [...system, ...messages],
    tools: ask.tools?.map((tool) => ({
      type: 'function',
      function: { name: tool.name, description: tool.description, parameters: tool.schema },
      ...markOf(tool.mark),
    })),
    tool_choice:
      typeof ask.choice === 'object' ? { type: 'function', function: ask.choice } : ask.choice,
    parallel_tool_calls: ask.single === true ? false : undefined,
    response_format: formatOf(ask.shape),
    reasoning_effort: ask.reasons === true ? 'low' : undefined,
    max_completion_tokens: ask.limit,
    temperature: ask.temperature,
    top_p: ask.topP,
    stop: ask.stops && [...ask.stops],
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  })
}

function systemOf(ask: Ask): JsonObject['content'] {
  const { system = '' } = ask
  return ask.systemMark === undefined
    ? system
    : [{ type: 'text', text: system, ...markOf(ask.systemMark) }]
}

/** Not OpenAI's own, but what the servers with prompt caches that speak its format take. */
function markOf(ttl: string | undefined): JsonObject {
  return ttl === undefined ? {} : { cache_control: { type: 'ephemeral', ttl } }
}

function formatOf(shape: Ask['shape']): JsonObject | undefined {
  if (shape === 'json') return { type: 'json_object' }
  return (
    shape && { type: 'json_schema', json_schema: { name: 'answer', schema: shape, strict: true } }
  )
}

function writeTurn(turn: Turn): JsonObject[] | undefined {
  if (turn.role === 'assistant') {
    if (turn.kept !== undefined) return [...turn.kept]
    return [
      compact({
        role: 'assistant',
        content: turn.text ?? null,
        tool_calls: turn.calls?.map(writeCall),
      }),
    ]
  }
  const messages: JsonObject[] = []
  const content: JsonObject[] = []
  for (const part of turn.parts) {
    if (part.type !== 'result') {
      const written = writePart(part)
      content.push(written)
      continue
    }
    // A failure has no mark, and a result no place for images.
    if (part.isError === true || part.parts.some(({ type }) => type !== 'text')) return undefined
    const said = part.parts.map((inner) => (inner.type === 'text' ? inner.text : '')).join('')
    messages.push({ role: 'tool', tool_call_id: part.call.id, content: said })
  }
  const [only] = content
  const isPlain = content.length === 1 && only?.['type'] === 'text' && !only['cache_control']
  if (content.length > 0) messages.push({ role: 'user', content: isPlain ? only['text'] : content })
  return messages
}

function writePart(part: Exclude<Part, { type: 'result' }>): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...markOf(part.mark) }
    case 'image':
      return {
        type: 'image_url',
        image_url: { url: `data:${part.mediaType};base64,${part.data}` },
      }
    case 'image-url':
      return { type: 'image_url', image_url: { url: part.url } }
    case 'document':
      return {
        type: 'file',
        file: compact({
          filename: part.title,
          file_data: `data:${part.mediaType};base64,${part.data}`,
        }),
      }
    default:
      return part satisfies never
  }
}

function writeCall({ id, name, args }: Call): JsonObject {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } }
}

const usage = object(
  { prompt_tokens: count, completion_tokens: count, total_tokens: count },
  {
    prompt_tokens_details: object({}, { cached_tokens: count }),
    completion_tokens_details: object({}, { reasoning_tokens: count }),
  },
)
const finish = oneOf('stop', 'length', 'tool_calls', 'content_filter')
const nullableText = { type: ['string', 'null'] }
const message = object(
  { role: oneOf('assistant'), content: nullableText },
  {
    refusal: nullableText,
    tool_calls: list(
      object({
        id: name,
        type: oneOf('function'),
        function: object({ name, arguments: text }),
      }),
    ),
    reasoning_content: text,
    reasoning: text,
    reasoning_details: list(object({ type: name })),
  },
)
const checkAnswer = checkBy(
  'chat.completion',
  object({
    id: name,
    object: oneOf('chat.completion'),
    created: count,
    model: text,
    choices: {
      ...list(object({ index: count, finish_reason: finish, message })),
      minItems: 1,
    },
    usage,
  }),
)
const checkChunk = checkBy(
  'chat.completion.chunk',
  object(
    {
      id: text,
      object: oneOf('chat.completion.chunk'),
      created: count,
      model: text,
      choices: list(
        object(
          { index: count, delta: object({}) },
          { finish_reason: { anyOf: [finish, { type: 'null' }] } },
        ),
      ),
    },
    { usage: { anyOf: [usage, { type: 'null' }] } },
  ),
)
export const checkError = checkBy(
  'error',
  object({
    error: object(
      { message: name, type: name },
      { param: nullableText, code: { type: ['string', 'number', 'null'] } },
    ),
  }),
)

/** Puts a stream together as OpenAI's own library does. */
function readStream(bytes: Uint8Array): Heard {
  const events = readEvents(bytes)
  if (events.pop()?.data !== '[DONE]') fault('the stream does not end with [DONE]')
  const chunks = events.map(({ data }) => checkChunk(parseObject(data, 'a chunk')))
  const whole: JsonObject = { role: 'assistant', content: '' }
  const calls: { id: string; name: string; arguments: string }[] = []
  const details: JsonObject[] = []
  let end = ''
  for (const chunk of chunks) {
    const choice = asObject(asArray(chunk['choices'])[0])
    const delta = asObject(choice?.['delta']) ?? {}
    if (end !== '' && choice !== undefined) fault('a choice goes on after its finish_reason')
    for (const key of ['content', 'reasoning_content', 'reasoning', 'refusal'] as const) {
      const piece = asString(delta[key])
      if (piece) whole[key] = `${asString(whole[key]) ?? ''}${piece}`
    }
    if (delta['annotations'] !== undefined) whole['annotations'] = delta['annotations']
    for (const each of asArray(delta['tool_calls'])) addCall(calls, asObject(each) ?? {})
    for (const each of asArray(delta['reasoning_details'])) addDetail(details, asObject(each) ?? {})
    end = asString(choice?.['finish_reason']) ?? end
  }
  if (end === '') fault('no chunk has a finish_reason')
  if (calls.length > 0) {
    whole['tool_calls'] = calls.map(({ id, ...called }) => ({
      id,
      type: 'function',
      function: called,
    }))
  }
  if (details.length > 0) whole['reasoning_details'] = details
  // Behind the last choice, or beside it as Mistral has it: clients take it from both.
  const usage = chunks.map((chunk) => asObject(chunk['usage'])).findLast(Boolean)
  const model = asString(chunks.find((chunk) => chunk['model'] !== '')?.['model']) ?? ''
  return heardOf(whole, { model, finish: end, usage: usage ?? fault('no chunk has usage') })
}

function addCall(
  calls: { id: string; name: string; arguments: string }[],
  delta: JsonObject,
): void {
  const index = asNumber(delta['index']) ?? fault('a call without its index')
  const called = asObject(delta['function']) ?? {}
  const known = calls[index]
  if (known !== undefined) {
    known.arguments += asString(called['arguments']) ?? ''
    return
  }
  if (index !== calls.length) fault('calls are not numbered one after the other')
  calls.push({
    id: asString(delta['id']) ?? fault('a call begins without id'),
    name: asString(called['name']) ?? fault('a call begins without name'),
    arguments: asString(called['arguments']) ?? '',
  })
}

function addDetail(details: JsonObject[], detail: JsonObject): void {
  const known = details.find(({ index }) => index === detail['index'])
  if (known === undefined) details.push({ ...detail })
  else {
    for (const [key, value] of Object.entries(detail)) {
      const isText = key === 'text' || key === 'summary'
      known[key] = isText ? `${asString(known[key]) ?? ''}${asString(value) ?? ''}` : value
    }
  }
}

const stopsOfFinish: Readonly<Record<string, readonly Stop[]>> = {
  stop: ['end', 'stop-sequence'],
  length: ['max-tokens'],
  tool_calls: ['tool-calls'],
  content_filter: ['blocked'],
}

function heardOf(
  message: JsonObject,
  end: { readonly model: string; readonly finish: string; readonly usage: JsonObject },
): Heard {
  const thought = asString(message['reasoning_content']) ?? asString(message['reasoning'])
  const proof = asArray(message['reasoning_details'])
    .map((each) => asObject(each)?.['signature'] ?? asObject(each)?.['data'])
    .find((each) => each !== undefined)
  return {
    model: end.model,
    ...(thought !== undefined || proof !== undefined
      ? { thoughts: [{ text: thought ?? '', ...(proof ? { signature: 'given' } : {}) }] }
      : {}),
    text: (asString(message['content']) ?? '') + (asString(message['refusal']) ?? ''),
    ...citedIn(message),
    calls: asArray(message['tool_calls']).map((each) => {
      const call = asObject(each) ?? {}
      const called = asObject(call['function']) ?? {}
      return {
        id: asString(call['id']) ?? '',
        name: asString(called['name']) ?? '',
        args: parseArguments(asString(called['arguments']) ?? ''),
      }
    }),
    stops: stopsOfFinish[end.finish] ?? [],
    usage: usageOf(end.usage),
    kept: [message],
  }
}

function citedIn(message: JsonObject): Pick<Heard, 'cites'> {
  const [annotation] = asArray(message['annotations'])
  const url = asString(asObject(asObject(annotation)?.['url_citation'])?.['url'])
  return url === undefined ? {} : { cites: url }
}

/** Reads the usage of chat completions and of legacy completions. */
export function usageOf(usage: JsonObject): Heard['usage'] {
  const input = asNumber(usage['prompt_tokens']) ?? fault('usage without prompt_tokens')
  const output = asNumber(usage['completion_tokens']) ?? 0
  if (usage['total_tokens'] !== input + output) fault('total_tokens is not the sum')
  const details = asObject(usage['prompt_tokens_details'])
  return {
    input,
    output,
    read: asNumber(details?.['cached_tokens']) ?? 0,
    written: asNumber(details?.['cache_write_tokens']) ?? 0,
    reasoning: asNumber(asObject(usage['completion_tokens_details'])?.['reasoning_tokens']) ?? 0,
  }
}

/** Reads an error as OpenAI's clients do, by its code and type. */
export function faultOf(body: JsonObject): HeardFault {
  const error = asObject(body['error']) ?? {}
  const param = asString(error['param'])
  return {
    kind: kindOf(asString(error['code']) ?? '', asString(error['type']) ?? ''),
    message: asString(error['message']) ?? '',
    ...(param === undefined ? {} : { param }),
  }
}

function kindOf(code: string, type: string): FaultKind | 'other' {
  if (code === 'context_length_exceeded') return 'context-window'
  if (code === 'rate_limit_exceeded' || type === 'rate_limit_error') return 'rate-limit'
  if (type === 'server_error') return 'overloaded'
  return type === 'invalid_request_error' ? 'invalid' : 'other'
}
