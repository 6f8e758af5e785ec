import { createSseSplitter } from '../../src/formats/index.ts'
import { asArray, asObject, asString, parseJson } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Dialect } from './raw-answers.ts'

export interface ChatCall {
  readonly dialect: Dialect
  readonly stream: boolean
  readonly model?: string
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

/** What a client got: the head, the text, and what a client library would make of it. */
export interface ChatResult {
  readonly status: number
  readonly headers: Headers
  readonly requestId: string | null
  readonly text: string
  /** Words of the model, put together. */
  readonly said: string
  /** The error object of the answer or of the frame that ended the stream. */
  readonly error: JsonObject | undefined
  /** Whether the stream ended with the terminator of its dialect. */
  readonly terminated: boolean
  /** Set when the connection broke while the body was read. */
  readonly broken: boolean
}

const paths = { openai: '/v1/chat/completions', anthropic: '/anthropic/v1/messages' } as const

/** Prompt of every test call; searched for in places where no prompt may be. */
export const prompt = 'the quick brown prompt'

/** The request a client of a dialect sends. */
export function chatRequest(
  gateway: { readonly url: string; readonly key: string },
  call: ChatCall,
): { url: string; init: RequestInit } {
  const { dialect, stream, model = 'm', signal, headers = {} } = call
  const credentials =
    dialect === 'openai'
      ? { authorization: `Bearer ${gateway.key}` }
      : { 'x-api-key': gateway.key, 'anthropic-version': '2023-06-01' }
  const messages = [{ role: 'user', content: prompt }]
  const body = { model, messages, stream, ...(dialect === 'anthropic' ? { max_tokens: 50 } : {}) }
  return {
    url: gateway.url + paths[dialect],
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...credentials, ...headers },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    },
  }
}

/** Makes one chat call and reads everything that comes back. */
export async function chat(
  gateway: { readonly url: string; readonly key: string },
  call: ChatCall,
): Promise<ChatResult> {
  const { url, init } = chatRequest(gateway, call)
  const response = await fetch(url, init)
  const { text, broken } = await readText(response)
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const read = isStream ? readStream(text) : readPlain(text)
  return {
    status: response.status,
    headers: response.headers,
    requestId: response.headers.get('x-request-id'),
    text,
    broken,
    ...read,
  }
}

async function readText(response: Response): Promise<{ text: string; broken: boolean }> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk)
    return { text: Buffer.concat(chunks).toString(), broken: false }
  } catch {
    // What came before the break is what the test looks at.
    return { text: Buffer.concat(chunks).toString(), broken: true }
  }
}

type Reading = Pick<ChatResult, 'said' | 'error' | 'terminated'>

function readPlain(text: string): Reading {
  const body = asObject(parseJson(text))
  const choice = asObject(asArray(body?.['choices'])[0])
  const block = asObject(asArray(body?.['content'])[0])
  const said = asString(asObject(choice?.['message'])?.['content']) ?? asString(block?.['text'])
  return { said: said ?? '', error: errorOf(body), terminated: true }
}

function readStream(text: string): Reading {
  const splitter = createSseSplitter({ maxFrameBytes: 1e9 })
  let said = ''
  let error: JsonObject | undefined
  let terminated = false
  const frames = splitter.push(Buffer.from(text))
  // Like official clients: what is left is taken as a frame, so it had better be readable.
  const last = splitter.flush()
  for (const { data } of last === undefined ? frames : [...frames, last]) {
    if (data === undefined) continue
    if (error !== undefined) throw new Error('A frame follows the error that ended the stream.')
    if (data === '[DONE]') {
      terminated = true
      continue
    }
    const body = asObject(parseJson(data))
    if (body === undefined)
      throw new Error(`A client cannot read this frame: ${data.slice(0, 200)}`)
    terminated ||= body['type'] === 'message_stop'
    error = errorOf(body)
    const choice = asObject(asArray(body['choices'])[0])
    const words = asObject(choice?.['delta'])?.['content'] ?? asObject(body['delta'])?.['text']
    said += asString(words) ?? ''
  }
  return { said, error, terminated }
}

/** Both dialects hold an object under `error`; the id of the request stands in or beside it. */
function errorOf(body: JsonObject | undefined): JsonObject | undefined {
  const error = asObject(body?.['error'])
  return error === undefined ? undefined : { request_id: body?.['request_id'], ...error }
}
