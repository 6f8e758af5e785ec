import { asObject } from '../../../src/core/json.ts'
import { fault } from '../vocabulary.ts'
import { anthropicMessages, readMessages } from './anthropic-messages.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { bedrockInvoke, withoutModel } from './bedrock-invoke.ts'
import { cohere } from './cohere.ts'
import type { Dialect, Request } from './dialect.ts'
import { gemini } from './gemini.ts'
import { mistralChat, ollamaChat, openAiChat } from './openai-chat.ts'
import { openAiCompletions } from './openai-completions.ts'
import { openAiResponses } from './openai-responses.ts'

/** A family of providers: how the gateway is told of it, and what it speaks where. */
export interface Family {
  readonly name: string
  /** Title of its column. */
  readonly title: string
  /** Members of its entry in the configuration, at the address it is given. */
  readonly provider: (url: string) => object
  readonly model: string
  readonly reasoningModel: string
  /** Returns the dialect that is spoken at a path. */
  readonly dialectAt: (path: string) => Dialect
}

const key = 'key-of-the-gateway'

const vertexClaude: Dialect = {
  ...anthropicMessages,
  read({ path, body }: Request) {
    const [, model = '', method] = /publishers\/anthropic\/models\/([^/:]+):(\w+)$/.exec(path) ?? []
    const { anthropic_version: version, ...rest } = body
    if (version !== 'vertex-2023-10-16') fault('anthropic_version: Field required')
    const { ask, stream } = readMessages(withoutModel(rest))
    if (stream !== (method === 'streamRawPredict')) fault('stream does not fit the method')
    return { ask, model: decodeURIComponent(model), stream }
  },
}

const vertex = (url: string): object => ({
  type: 'vertex',
  project: 'project-1',
  location: 'europe-west4',
  baseUrl: url,
  auth: { type: 'token', token: key },
})

/** The families, in the order of their columns. */
export const families: readonly Family[] = [
  {
    name: 'openai',
    title: 'OpenAI',
    provider: (url) => ({ type: 'openai', baseUrl: `${url}/v1`, apiKey: key }),
    model: 'gpt-4.1',
    reasoningModel: 'gpt-5-mini',
    dialectAt: (path) =>
      choose(path, {
        '/v1/chat/completions': openAiChat,
        '/v1/completions': openAiCompletions,
        '/v1/responses': openAiResponses,
      }),
  },
  {
    name: 'azure-openai',
    title: 'Azure OpenAI (deployments)',
    provider: (url) => ({
      type: 'azure-openai',
      baseUrl: url,
      apiKey: key,
      apiStyle: 'deployments',
      apiVersion: '2024-10-21',
    }),
    model: 'gpt-4.1',
    reasoningModel: 'gpt-5-mini',
    dialectAt: (path) =>
      choose(path.replace(/^\/openai\/deployments\/[^/]+|\?.*$/g, ''), {
        '/chat/completions': openAiChat,
        '/completions': openAiCompletions,
      }),
  },
  {
    name: 'anthropic',
    title: 'Anthropic',
    provider: (url) => ({ type: 'anthropic', baseUrl: url, apiKey: key }),
    model: 'claude-sonnet-4-5',
    reasoningModel: 'claude-sonnet-4-5',
    dialectAt: (path) => choose(path, { '/v1/messages': anthropicMessages }),
  },
  {
    name: 'gemini',
    title: 'Gemini API',
    provider: (url) => ({ type: 'gemini', baseUrl: url, apiKey: key }),
    model: 'gemini-2.5-flash',
    reasoningModel: 'gemini-3-pro-preview',
    dialectAt: (path) => (path.startsWith('/v1beta/models/') ? gemini : unknown(path)),
  },
  {
    name: 'vertex-gemini',
    title: 'Vertex (Gemini)',
    provider: vertex,
    model: 'gemini-2.5-flash',
    reasoningModel: 'gemini-2.5-pro',
    dialectAt: (path) => (path.includes('/publishers/google/models/') ? gemini : unknown(path)),
  },
  {
    name: 'vertex-claude',
    title: 'Vertex (Claude)',
    provider: vertex,
    model: 'claude-sonnet-4-5@20250929',
    reasoningModel: 'claude-sonnet-4-5@20250929',
    dialectAt: (path) =>
      path.includes('/publishers/anthropic/models/') ? vertexClaude : unknown(path),
  },
  {
    name: 'bedrock',
    title: 'Bedrock (Claude)',
    provider: (url) => ({
      type: 'bedrock',
      region: 'eu-central-1',
      baseUrl: url,
      auth: { type: 'api-key', apiKey: key },
    }),
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    reasoningModel: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    dialectAt: (path) => (/\/converse(-stream)?$/.test(path) ? bedrockConverse : bedrockInvoke),
  },
  {
    name: 'cohere',
    title: 'Cohere',
    provider: (url) => ({ type: 'cohere', baseUrl: url, apiKey: key }),
    model: 'command-a-03-2025',
    reasoningModel: 'command-a-reasoning-08-2025',
    dialectAt: (path) => choose(path, { '/v2/chat': cohere }),
  },
  {
    name: 'mistral',
    title: 'Mistral',
    provider: (url) => ({ type: 'mistral', baseUrl: `${url}/v1`, apiKey: key }),
    model: 'mistral-large-latest',
    reasoningModel: 'mistral-small-latest',
    dialectAt: (path) => choose(path, { '/v1/chat/completions': mistralChat }),
  },
  {
    name: 'ollama',
    title: 'Ollama, OpenAI-compatible',
    provider: (url) => ({ type: 'ollama', baseUrl: url }),
    model: 'llama3.3',
    reasoningModel: 'deepseek-r1',
    dialectAt: (path) =>
      choose(path, { '/v1/chat/completions': ollamaChat, '/v1/completions': openAiCompletions }),
  },
]

/** Tells whether a request proves that the gateway sends it. */
export function showsKey({ headers }: Pick<Request, 'headers'>, { name }: Family): boolean {
  if (name === 'ollama') return true
  const keys = ['api-key', 'x-api-key', 'x-goog-api-key'].map((each) => headers.get(each))
  return headers.get('authorization') === `Bearer ${key}` || keys.includes(key)
}

function choose(path: string, dialects: Readonly<Record<string, Dialect>>): Dialect {
  return dialects[path] ?? unknown(path)
}

function unknown(path: string): never {
  return fault(`there is no ${path}`)
}

/** Parses a body; providers refuse anything that is no JSON object. */
export function readBody(text: string) {
  return asObject(JSON.parse(text)) ?? fault('the body is no JSON object')
}
