import { asArray, asObject, asString, parseJson } from '../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'

/** Mistral on a port of its own, which refuses what the real one refuses and remembers what it was sent. */
export interface StrictMistral extends AsyncDisposable {
  readonly url: string
  readonly key: string
  readonly bodies: JsonObject[]
}

// https://docs.mistral.ai/api: anything else is `extra_forbidden`.
const chatFields = new Set([
  'model',
  'messages',
  'temperature',
  'top_p',
  'max_tokens',
  'stream',
  'stop',
  'random_seed',
  'metadata',
  'response_format',
  'tools',
  'tool_choice',
  'presence_penalty',
  'frequency_penalty',
  'n',
  'prediction',
  'parallel_tool_calls',
  'reasoning_effort',
  'prompt_mode',
  'safe_prompt',
])
const embeddingFields = new Set(['model', 'input', 'output_dimension', 'encoding_format'])
const messageFields: Readonly<Record<string, ReadonlySet<string>>> = {
  system: new Set(['role', 'content']),
  user: new Set(['role', 'content']),
  assistant: new Set(['role', 'content', 'tool_calls', 'prefix']),
  tool: new Set(['role', 'content', 'tool_call_id', 'name']),
}

/** Starts it. */
export function startStrictMistral(key = 'mistral-key-of-the-gateway'): StrictMistral {
  const bodies: JsonObject[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request) {
      if (request.headers.get('authorization') !== `Bearer ${key}`) {
        return Response.json({ message: 'Unauthorized', request_id: 'x' }, { status: 401 })
      }
      const body = asObject(parseJson(await request.text())) ?? {}
      bodies.push(body)
      const { pathname } = new URL(request.url)
      const fault = faultIn(pathname, body)
      if (fault !== undefined) {
        const detail = [{ type: 'extra_forbidden', loc: ['body', fault], msg: 'Not permitted' }]
        return Response.json({ object: 'error', message: { detail } }, { status: 422 })
      }
      if (pathname === '/v1/embeddings') return Response.json(vectorsFor(body))
      return body['stream'] === true ? streamFor(body) : Response.json(answerFor(body))
    },
  })
  return {
    url: `${server.url.href}v1`,
    key,
    bodies,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

function faultIn(path: string, body: JsonObject): string | undefined {
  const known = path === '/v1/embeddings' ? embeddingFields : chatFields
  const unknown = Object.keys(body).find((field) => !known.has(field))
  if (unknown !== undefined) return unknown
  if (body['tool_choice'] === 'required') return 'tool_choice'
  for (const [index, message] of asArray(body['messages']).entries()) {
    const fault = faultInMessage(asObject(message) ?? {})
    if (fault !== undefined) return `messages.${index}.${fault}`
  }
  return undefined
}

function faultInMessage(message: JsonObject): string | undefined {
  const role = asString(message['role']) ?? ''
  const known = Object.hasOwn(messageFields, role) ? messageFields[role] : undefined
  if (known === undefined) return 'role'
  const unknown = Object.keys(message).find((field) => !known.has(field))
  if (unknown !== undefined) return unknown
  const ids: (JsonValue | undefined)[] = asArray(message['tool_calls']).map(
    (call) => asObject(call)?.['id'],
  )
  if (role === 'tool') ids.push(message['tool_call_id'])
  return ids.every((id) => /^[a-zA-Z0-9]{9}$/.test(asString(id) ?? '')) ? undefined : 'tool_calls'
}

const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const head = { id: 'cmpl-1', created: 1_780_000_000, model: 'mistral-large-latest' }

function wantsTool(body: JsonObject): boolean {
  return body['tool_choice'] === 'any'
}

const call = { id: 'AbCd12345', function: { name: 'get_weather', arguments: '{"days": 2}' } }

function answerFor(body: JsonObject): JsonObject {
  const isCall = wantsTool(body)
  const message = isCall
    ? { role: 'assistant', content: '', tool_calls: [call] }
    : { role: 'assistant', content: 'Bonjour.', tool_calls: null }
  const finish_reason = isCall ? 'tool_calls' : 'stop'
  return {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason }],
    usage,
  }
}

/** Usage comes unasked, in the last chunk that has a choice. */
function streamFor(body: JsonObject): Response {
  const isCall = wantsTool(body)
  const finish_reason = isCall ? 'tool_calls' : 'stop'
  const last = isCall ? { content: '', tool_calls: [{ ...call, index: 0 }] } : { content: 'jour.' }
  const chunks: JsonObject[] = [
    { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] },
    ...(isCall
      ? []
      : [{ choices: [{ index: 0, delta: { content: 'Bon' }, finish_reason: null }] }]),
    { choices: [{ index: 0, delta: last, finish_reason }], usage },
  ]
  const frames = chunks.map(
    (chunk) =>
      `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...chunk })}\n\n`,
  )
  return new Response(`${frames.join('')}data: [DONE]\n\n`, {
    headers: { 'content-type': 'text/event-stream' },
  })
}

function vectorsFor(body: JsonObject): JsonObject {
  const inputs = typeof body['input'] === 'string' ? [body['input']] : asArray(body['input'])
  const length = typeof body['output_dimension'] === 'number' ? body['output_dimension'] : 4
  const data = inputs.map((_, index) => ({
    object: 'embedding',
    index,
    embedding: Array.from({ length }, (__, at) => at / 8),
  }))
  return { ...head, object: 'list', data, usage: { prompt_tokens: 3, total_tokens: 3 } }
}
