import { describe, expect, test } from 'bun:test'
import { systemClock } from '../core/clock.ts'
import type { Operation } from '../core/record.ts'
import type { FormatName } from '../formats/index.ts'
import { compatiblePresets, providersConfigSchema } from './config.ts'
import type { ProviderConfig } from './config.ts'
import { traitsOf } from './index.ts'
import type { ProviderTraits } from './provider.ts'
import { openAiOperations, trimSlashes } from './openai-paths.ts'

/** Reads one provider as the configuration would. */
function configOf(fields: Record<string, unknown>): ProviderConfig {
  const [config] = providersConfigSchema.parse([{ name: 'p', ...fields }])
  if (config === undefined) throw new Error('no provider')
  return config
}

/** Nobody is asked for anything here. */
function traitsIn(fields: Record<string, unknown>): ProviderTraits {
  const fetch = (): Promise<never> => Promise.reject(new Error('no network'))
  return traitsOf(configOf(fields), { clock: systemClock, fetch, fetchDirectly: fetch })
}

interface Asked {
  readonly operation?: Operation
  readonly format?: FormatName
  readonly model?: string
  readonly path?: string
}

function urlOf(fields: Record<string, unknown>, asked: Asked = {}): string | undefined {
  const { operation = 'chat', format, model = 'm', path = '/chat/completions' } = asked
  const isChat = operation === 'chat' || operation === 'text_completion'
  const chatFormat = format ?? (isChat ? 'openai-chat' : undefined)
  return traitsIn(fields).url({
    operation,
    model,
    path,
    ...(chatFormat === undefined ? {} : { format: chatFormat }),
  })
}

const completions: Asked = { operation: 'text_completion', format: 'openai-completions' }
const embeddings: Asked = { operation: 'embeddings', path: '/embeddings' }
const fileContent: Asked = { operation: 'files', model: '', path: '/files/file-1/content?a=b' }
const batches: Asked = { operation: 'batches', model: '', path: '/batches' }
const speech: Asked = { operation: 'audio', path: '/audio/speech' }
const rerank: Asked = { operation: 'rerank', path: '/rerank' }
const counting: Asked = { operation: 'count_tokens', path: '/messages/count_tokens' }

const key = { apiKey: 'provider-key' }
const resource = { baseUrl: 'https://r.openai.azure.com', ...key }
const deployments = { ...resource, apiStyle: 'deployments', apiVersion: '2024-10-21' }

describe('the URL of a call', () => {
  for (const [fields, asked, url] of [
    [{ type: 'openai', ...key }, {}, 'https://api.openai.com/v1/chat/completions'],
    [{ type: 'openai', ...key }, completions, 'https://api.openai.com/v1/completions'],
    [{ type: 'openai', ...key }, embeddings, 'https://api.openai.com/v1/embeddings'],
    [{ type: 'openai', ...key }, fileContent, 'https://api.openai.com/v1/files/file-1/content?a=b'],
    [{ type: 'openai', ...key }, rerank, undefined],
    [{ type: 'openai', ...key }, counting, undefined],
    [{ type: 'openai', ...key, baseUrl: 'http://h:1/x//' }, {}, 'http://h:1/x/chat/completions'],
    [{ type: 'openai-compatible', baseUrl: 'http://h/v1' }, rerank, 'http://h/v1/rerank'],
    [
      { type: 'openai-compatible', preset: 'groq', baseUrl: 'http://h/v1/' },
      {},
      'http://h/v1/chat/completions',
    ],
    [
      { type: 'anthropic', ...key },
      { format: 'anthropic-messages' },
      'https://api.anthropic.com/v1/messages',
    ],
    [{ type: 'anthropic', ...key }, counting, 'https://api.anthropic.com/v1/messages/count_tokens'],
    [
      { type: 'anthropic', ...key },
      { operation: 'text_completion', format: 'anthropic-messages' },
      'https://api.anthropic.com/v1/messages',
    ],
    [{ type: 'anthropic', ...key }, embeddings, undefined],
    [{ type: 'anthropic', ...key }, fileContent, undefined],
    [{ type: 'ollama' }, {}, 'http://127.0.0.1:11434/v1/chat/completions'],
    [{ type: 'ollama' }, completions, 'http://127.0.0.1:11434/v1/completions'],
    [{ type: 'ollama' }, embeddings, 'http://127.0.0.1:11434/v1/embeddings'],
    [{ type: 'ollama' }, speech, undefined],
    [{ type: 'ollama' }, fileContent, undefined],
    [
      { type: 'azure-openai', ...resource },
      {},
      'https://r.openai.azure.com/openai/v1/chat/completions',
    ],
    [
      { type: 'azure-openai', ...resource, apiVersion: 'preview' },
      batches,
      'https://r.openai.azure.com/openai/v1/batches?api-version=preview',
    ],
    [
      { type: 'azure-openai', ...deployments },
      { model: 'my deployment/1' },
      'https://r.openai.azure.com/openai/deployments/my%20deployment%2F1/chat/completions?api-version=2024-10-21',
    ],
    [
      { type: 'azure-openai', ...deployments },
      fileContent,
      'https://r.openai.azure.com/openai/files/file-1/content?a=b&api-version=2024-10-21',
    ],
    [
      { type: 'azure-openai', ...deployments },
      batches,
      'https://r.openai.azure.com/openai/batches?api-version=2024-10-21',
    ],
    [{ type: 'azure-openai', ...deployments }, rerank, undefined],
    [
      { type: 'azure-apim', ...key, baseUrl: 'https://apim/openai/', apiVersion: 'a&b' },
      {},
      'https://apim/openai/deployments/m/chat/completions?api-version=a%26b',
    ],
    [
      { type: 'azure-apim', ...key, baseUrl: 'https://apim/x', apiStyle: 'v1' },
      speech,
      'https://apim/x/v1/audio/speech',
    ],
    [
      { type: 'azure-apim', ...key, baseUrl: 'https://apim/x', apiStyle: 'plain' },
      {},
      'https://apim/x/chat/completions',
    ],
    [{ type: 'simulated' }, {}, 'http://simulated.invalid/v1/chat/completions'],
    [
      { type: 'simulated' },
      { format: 'anthropic-messages' },
      'http://simulated.invalid/v1/messages',
    ],
    [{ type: 'simulated' }, { format: 'cohere-chat' }, 'http://simulated.invalid/v2/chat'],
    [{ type: 'simulated' }, fileContent, 'http://simulated.invalid/v1/files/file-1/content?a=b'],
  ] as const satisfies readonly (readonly [Record<string, unknown>, Asked, string | undefined])[]) {
    const { operation = 'chat', path = '' }: Asked = asked
    test(`${JSON.stringify(fields)} ${operation} ${path} is ${url ?? 'not offered'}`, () => {
      expect(urlOf(fields, asked)).toBe(url)
    })
  }

  test('of every preset is an address of its own, over TLS unless it is on this machine', () => {
    const urls = compatiblePresets.map((preset) => urlOf({ type: 'openai-compatible', preset }))
    expect(new Set(urls).size).toBe(compatiblePresets.length)
    for (const url of urls) {
      expect(url).toMatch(
        /^(https:\/\/[a-z.]+|http:\/\/127\.0\.0\.1:\d+)\/(\S+\/)?v1\/chat\/completions$/,
      )
    }
  })

  test('exists for everything that OpenAI offers, wherever its whole API is spoken', () => {
    for (const fields of [
      { type: 'openai', ...key },
      { type: 'openai-compatible', preset: 'vllm' },
      { type: 'azure-openai', ...deployments },
      { type: 'azure-apim', ...resource },
      { type: 'simulated' },
    ]) {
      for (const operation of openAiOperations) {
        expect(urlOf(fields, { operation, path: '/x' })).toBeString()
      }
    }
  })
})

describe('the credentials of a call', () => {
  for (const [fields, headers] of [
    [{ type: 'openai', ...key }, { authorization: 'Bearer provider-key' }],
    [
      { type: 'openai', ...key, organization: 'org-1', project: 'proj-1' },
      {
        authorization: 'Bearer provider-key',
        'openai-organization': 'org-1',
        'openai-project': 'proj-1',
      },
    ],
    [{ type: 'openai-compatible', preset: 'vllm' }, {}],
    [
      { type: 'openai-compatible', preset: 'groq', ...key },
      { authorization: 'Bearer provider-key' },
    ],
    [
      { type: 'anthropic', ...key },
      { 'x-api-key': 'provider-key', 'anthropic-version': '2023-06-01' },
    ],
    [
      { type: 'anthropic', ...key, version: '2024-01-01' },
      { 'x-api-key': 'provider-key', 'anthropic-version': '2024-01-01' },
    ],
    [{ type: 'azure-openai', ...resource }, { 'api-key': 'provider-key' }],
    [
      { type: 'azure-apim', ...resource },
      { 'ocp-apim-subscription-key': 'provider-key', 'api-key': 'provider-key' },
    ],
    [
      { type: 'azure-apim', ...resource, subscriptionKeyHeaders: ['X-Corp-Key'] },
      { 'x-corp-key': 'provider-key' },
    ],
    [{ type: 'ollama' }, {}],
    [{ type: 'ollama', ...key }, { authorization: 'Bearer provider-key' }],
  ] as const satisfies readonly (readonly [Record<string, unknown>, Record<string, string>])[]) {
    test(`of ${JSON.stringify(fields)} are ${Object.keys(headers).join(', ') || 'none'}`, () => {
      expect(traitsIn(fields).headers).toEqual(headers)
    })
  }

  test('are never forwarded from a client: no provider lists a header that carries a key', () => {
    for (const fields of [
      { type: 'openai', ...key },
      { type: 'openai-compatible', preset: 'vllm' },
      { type: 'anthropic', ...key },
      { type: 'azure-openai', ...resource },
      { type: 'azure-apim', ...resource },
      { type: 'ollama' },
      { type: 'simulated' },
    ]) {
      for (const name of traitsIn(fields).forwardedHeaders) {
        expect(name).not.toMatch(/auth|(?<!idempotency-)key$|cookie|token|^host$|content/)
        expect(name).toBe(name.toLowerCase())
      }
    }
  })
})

describe('usage in streams', () => {
  test('is asked for except where it comes unasked or asking is refused', () => {
    const asks = (fields: Record<string, unknown>): boolean => traitsIn(fields).asksStreamUsage
    expect(asks({ type: 'openai', ...key })).toBe(true)
    expect(asks({ type: 'openai-compatible', preset: 'vllm' })).toBe(true)
    expect(asks({ type: 'openai-compatible', baseUrl: 'http://h/v1' })).toBe(true)
    expect(asks({ type: 'openai-compatible', preset: 'mistral' })).toBe(false)
    expect(asks({ type: 'anthropic', ...key })).toBe(false)
  })
})

describe('a base URL', () => {
  test('loses the slashes at its end and nothing else', () => {
    expect(trimSlashes('http://h/a//b//')).toBe('http://h/a//b')
    expect(trimSlashes('///')).toBe('')
    expect(trimSlashes('')).toBe('')
  })
})
