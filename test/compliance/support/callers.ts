import { asObject, parseJson } from '../../../src/core/json.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import type { FormatName } from '../../../src/formats/index.ts'
import {
  clientFormats,
  understandBody,
  understandStream,
} from '../../../src/formats/texts/testing/streamed.ts'
import type { Understood } from '../../../src/formats/texts/testing/streamed.ts'

/** Who is asked, and how. */
export interface Asked {
  readonly url: string
  readonly key: string
  readonly model: string
  readonly stream: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

interface Form {
  readonly path: (asked: Asked) => string
  readonly body: (prompt: string, asked: Asked) => JsonObject
}

const messages = (content: string) => [{ role: 'user', content }]
const chat = (path: string): Form => ({
  path: () => path,
  body: (prompt, { model, stream }) => ({ model, stream, messages: messages(prompt) }),
})
const gemini = (suffix: string): Form => ({
  path: ({ model, stream }) =>
    `/gemini/v1beta/models/${model}:${stream ? `streamGenerateContent${suffix}` : 'generateContent'}`,
  body: (prompt) => ({ contents: [{ role: 'user', parts: [{ text: prompt }] }] }),
})

const forms: Readonly<Record<FormatName, Form>> = {
  'openai-chat': chat('/v1/chat/completions'),
  'openai-completions': {
    path: () => '/v1/completions',
    body: (prompt, { model, stream }) => ({ model, stream, prompt }),
  },
  'openai-responses': {
    path: () => '/v1/responses',
    body: (input, { model, stream }) => ({ model, stream, input }),
  },
  'anthropic-messages': {
    path: () => '/v1/messages',
    body: (prompt, { model, stream }) => ({
      model,
      stream,
      max_tokens: 500,
      messages: messages(prompt),
    }),
  },
  gemini: gemini('?alt=sse'),
  'gemini-array': gemini(''),
  'bedrock-converse': {
    path: ({ model, stream }) => `/bedrock/model/${model}/converse${stream ? '-stream' : ''}`,
    body: (text) => ({ messages: [{ role: 'user', content: [{ text }] }] }),
  },
  'bedrock-invoke': {
    path: ({ model, stream }) =>
      `/bedrock/model/${model}/invoke${stream ? '-with-response-stream' : ''}`,
    body: (prompt) => ({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 500,
      messages: messages(prompt),
    }),
  },
  'cohere-chat': chat('/v2/chat'),
  'ollama-chat': chat('/api/chat'),
}

export const formatNames: readonly FormatName[] = clientFormats.map(({ name }) => name)

/** Asks in a client format; the answer as it comes. */
export function ask(format: FormatName, prompt: string, asked: Asked): Promise<Response> {
  const { path, body } = forms[format]
  return post(path(asked), JSON.stringify(body(prompt, asked)), asked)
}

/** Sends a JSON body to a path of the gateway. */
export function post(
  path: string,
  body: string,
  { url, key, headers = {}, signal }: Omit<Asked, 'model' | 'stream'>,
): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body,
    signal: signal ?? null,
  })
}

/** Asks and reads the answer as a client of the format would. */
export async function told(format: FormatName, prompt: string, asked: Asked): Promise<Understood> {
  const response = await ask(format, prompt, asked)
  const bytes = await response.bytes()
  if (!response.ok) throw new Error(`${response.status} ${Buffer.from(bytes).toString()}`)
  return understood(format, bytes, asked.stream)
}

/** Reads the bytes of an answer as a client of the format would. */
export function understood(format: FormatName, bytes: Uint8Array, stream: boolean): Understood {
  const known = clientFormats.find(({ name }) => name === format)
  if (known === undefined) throw new Error(`The format ${format} is not known.`)
  if (stream) return understandStream(known, bytes)
  return understandBody(known, asObject(parseJson(Buffer.from(bytes).toString())) ?? {})
}

/** An answer as text, with the events that chunks of InvokeModel carry in base 64. */
export function decodedChunks(bytes: string): string {
  const chunks = [...bytes.matchAll(/"bytes":"([^"]+)"/g)].map(([, data = '']) =>
    Buffer.from(data, 'base64').toString(),
  )
  return bytes + chunks.join('\n')
}
