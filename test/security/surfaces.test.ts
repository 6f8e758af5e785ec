import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { startUpstream, upstreamAws } from '../support/upstream.ts'
import type { Upstream } from '../support/upstream.ts'

/** Every address at which a model is asked: what holds for one of them has to hold for all. */

const restricted = newKey()
const hello = [{ role: 'user', content: 'hello' }]
const gemini = { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] }
const converse = { messages: [{ role: 'user', content: [{ text: 'hello' }] }] }
const invoke = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: hello }
const predict = { anthropic_version: 'vertex-2023-10-16', max_tokens: 9, messages: hello }
const vertex = '/vertex/v1/projects/p/locations/l/publishers'

interface Surface {
  readonly path: string
  readonly body: object
}

/** Surfaces whose body names the model. */
const namedInBody: readonly ((model: string) => Surface)[] = [
  (model) => ({ path: '/v1/chat/completions', body: { model, messages: hello } }),
  (model) => ({ path: '/v1/chat/completions', body: { model, messages: hello, stream: true } }),
  (model) => ({ path: '/v1/completions', body: { model, prompt: 'hello' } }),
  (model) => ({ path: '/v1/responses', body: { model, input: 'hello' } }),
  (model) => ({ path: '/openai/responses', body: { model, input: 'hello', stream: true } }),
  (model) => ({ path: '/openai/v1/chat/completions', body: { model, messages: hello } }),
  (model) => ({ path: '/v1/embeddings', body: { model, input: 'hello' } }),
  (model) => ({ path: '/v1/moderations', body: { model, input: 'hello' } }),
  (model) => ({ path: '/v1/audio/speech', body: { model, input: 'hello', voice: 'alloy' } }),
  (model) => ({ path: '/v1/images/generations', body: { model, prompt: 'hello' } }),
  (model) => ({ path: '/v1/rerank', body: { model, query: 'a', documents: ['a', 'b'] } }),
  (model) => ({ path: '/v1/messages', body: { model, max_tokens: 9, messages: hello } }),
  (model) => ({
    path: '/anthropic/v1/messages',
    body: { model, max_tokens: 9, messages: hello, stream: true },
  }),
  (model) => ({ path: '/v1/messages/count_tokens', body: { model, messages: hello } }),
  (model) => ({
    path: `${vertex}/anthropic/models/count-tokens:rawPredict`,
    body: { ...predict, model },
  }),
  (model) => ({ path: '/v2/chat', body: { model, messages: hello } }),
  (model) => ({
    path: '/v2/embed',
    body: { model, texts: ['a'], input_type: 'search_query', embedding_types: ['float'] },
  }),
  (model) => ({ path: '/v2/rerank', body: { model, query: 'a', documents: ['a', 'b'] } }),
  (model) => ({ path: '/api/chat', body: { model, messages: hello, stream: false } }),
  (model) => ({ path: '/api/embed', body: { model, input: 'hello' } }),
]

/** Surfaces whose path names the model, and that have a body which may say something else. */
const namedInPath: readonly ((model: string) => Surface)[] = [
  (model) => ({ path: `/v1beta/models/${model}:generateContent`, body: gemini }),
  (model) => ({
    path: `/gemini/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    body: gemini,
  }),
  (model) => ({ path: `/v1beta/models/${model}:streamGenerateContent`, body: gemini }),
  (model) => ({ path: `/v1/models/${model}:countTokens`, body: gemini }),
  (model) => ({
    path: `/v1beta/models/${model}:embedContent`,
    body: { content: { parts: [{ text: 'a' }] } },
  }),
  (model) => ({
    path: `/v1beta/models/${model}:batchEmbedContents`,
    body: { requests: [{ content: { parts: [{ text: 'a' }] } }] },
  }),
  (model) => ({ path: `${vertex}/google/models/${model}:generateContent`, body: gemini }),
  (model) => ({ path: `${vertex}/anthropic/models/${model}:rawPredict`, body: predict }),
  (model) => ({ path: `${vertex}/anthropic/models/${model}:streamRawPredict`, body: predict }),
  (model) => ({ path: `/bedrock/model/${model}/converse`, body: converse }),
  (model) => ({ path: `/bedrock/model/${model}/converse-stream`, body: converse }),
  (model) => ({ path: `/bedrock/model/${model}/invoke`, body: invoke }),
  (model) => ({ path: `/bedrock/model/${model}/invoke-with-response-stream`, body: invoke }),
  (model) => ({
    path: `/openai/deployments/${model}/chat/completions?api-version=1`,
    body: { messages: hello },
  }),
  (model) => ({
    path: `/openai/deployments/${model}/embeddings?api-version=1`,
    body: { input: 'hello' },
  }),
]
const surfaces = [...namedInBody, ...namedInPath]

const families = ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'vertex'] as const
const behind: Readonly<Record<(typeof families)[number], string>> = {
  openai: 'sim-gpt',
  anthropic: 'sim-claude',
  gemini: 'gemini-2.5-flash',
  bedrock: 'anthropic.claude-sim',
  cohere: 'command-sim',
  vertex: 'claude-sim',
}

let upstream: Upstream
let gateway: TestGateway

beforeAll(async () => {
  upstream = startUpstream()
  const { url, key } = upstream
  const { accessKeyId, secretAccessKey, sessionToken } = upstreamAws.credentials
  const aws = `{ type: keys, accessKeyId: ${accessKeyId}, secretAccessKey: "${secretAccessKey}", sessionToken: "${sessionToken}" }`
  gateway = await startTestGateway({
    keys: [
      `{ name: restricted, sha256: ${hashKey(restricted)}, user: eve@example.com, models: ["allowed-*"] }`,
    ],
    yaml: [
      'providers:',
      `  - { name: openai, type: openai, apiKey: ${key}, baseUrl: ${url}/v1 }`,
      `  - { name: anthropic, type: anthropic, apiKey: ${key}, baseUrl: ${url} }`,
      `  - { name: gemini, type: gemini, apiKey: ${key}, baseUrl: ${url} }`,
      `  - { name: cohere, type: cohere, apiKey: ${key}, baseUrl: ${url} }`,
      `  - { name: bedrock, type: bedrock, region: ${upstreamAws.region}, baseUrl: ${url}, auth: ${aws} }`,
      `  - { name: vertex, type: vertex, project: p, location: l, baseUrl: ${url}, auth: { type: token, token: ${key} } }`,
      'models:',
      ...families.flatMap((family) =>
        ['allowed', 'secret'].map(
          (kind) =>
            `  - { name: ${kind}-${family}, targets: [{ provider: ${family}, model: ${kind === 'secret' ? `secret-at-${family}` : behind[family]} }] }`,
        ),
      ),
      'aliases: { alias-of-secret: secret-openai }',
    ].join('\n'),
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

async function ask(
  { path, body }: Surface,
  {
    key = restricted,
    headers = {},
  }: { readonly key?: string; readonly headers?: Record<string, string> } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, text: await response.text() }
}

describe('a key reaches only the models it may use', () => {
  test('at every address, however the name is written there', async () => {
    const before = upstream.calls.length
    const spellings = ['secret-openai', 'alias-of-secret', 'secret-openai[1m]', 'SECRET-openai']
    const inPath = [
      ...spellings.slice(0, 2),
      '%73ecret-openai',
      'models%2Fsecret-openai',
      'allowed-openai%2F..%2Fsecret-openai',
      'allowed-openai%00secret-openai',
      'secret-openai%20',
    ]
    const asked = [
      ...namedInBody.flatMap((surface) => spellings.map((name) => surface(name))),
      ...namedInPath.flatMap((surface) => inPath.map((name) => surface(name))),
    ]
    for (const each of asked) {
      const { status } = await ask(each)
      expect([each.path, [400, 403, 404].includes(status)]).toEqual([each.path, true])
    }
    expect(upstream.calls).toHaveLength(before)
  })

  test('by naming a provider neither', async () => {
    const before = upstream.calls.length
    for (const surface of surfaces) {
      for (const provider of families) {
        const { status } = await ask(surface('secret-openai'), {
          headers: { 'x-smartflow-provider': provider },
        })
        expect([403, 404]).toContain(status)
      }
    }
    expect(upstream.calls).toHaveLength(before)
  })

  test('and what a body says beside its path changes nothing', async () => {
    for (const family of families) {
      for (const surface of namedInPath) {
        const { path, body } = surface(`allowed-${family}`)
        const secret = `secret-at-${family}`
        const requests =
          'requests' in body
            ? [{ content: { parts: [{ text: 'a' }] }, model: `models/${secret}` }]
            : undefined
        const counted = path.includes(':countTokens')
          ? {
              generateContentRequest: { ...gemini, model: `models/${secret}` },
              contents: undefined,
            }
          : {}
        for (const name of [secret, `models/${secret}`]) {
          const before = upstream.calls.length
          await ask({
            path,
            body: { ...body, ...counted, model: name, ...(requests && { requests }) },
          })
          for (const call of upstream.calls.slice(before)) {
            expect([path, family, call.path + call.text]).toEqual([
              path,
              family,
              expect.not.stringContaining('secret'),
            ])
          }
        }
      }
    }
  })
})

describe('the key of a caller', () => {
  test('reaches no provider, at no address, in no header, path or body', async () => {
    const before = upstream.calls.length
    const carriers = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const
    let index = 0
    for (const family of families) {
      for (const surface of surfaces) {
        const carrier = carriers[index++ % carriers.length] ?? 'authorization'
        const { path, body } = surface(`allowed-${family}`)
        const response = await fetch(gateway.url + path, {
          method: 'POST',
          headers: {
            [carrier]: carrier === 'authorization' ? `Bearer ${restricted}` : restricted,
            'content-type': 'application/json',
            cookie: `session=${restricted}`,
            'x-smartflow-tags': restricted,
            'x-smartflow-session': restricted,
          },
          body: JSON.stringify(body),
        })
        await response.text()
        expect(response.status).not.toBe(500)
      }
    }
    const calls = upstream.calls.slice(before)
    expect(calls.length).toBeGreaterThan(families.length * surfaces.length * 0.5)
    for (const { path, headers, text } of calls) {
      expect(`${path}\n${JSON.stringify([...headers])}\n${text}`).not.toContain(restricted)
    }
  })

  test('is not taken from an address, and goes no further from there', async () => {
    const before = upstream.calls.length
    for (const path of [
      '/v1/files',
      '/v1/batches',
      '/openai/v1/files',
      '/v1/responses/resp_1',
      '/v1/realtime',
    ]) {
      for (const name of ['api-key', 'api_key', 'API-Key', 'subscription-key', 'access_token']) {
        const address = `${gateway.url}${path}?limit=1&${name}=${gateway.key}`
        const { status } = await fetch(address, {
          headers: { authorization: `Bearer ${gateway.key}` },
        })
        expect(status).toBe(401)
      }
    }
    expect(upstream.calls).toHaveLength(before)
  })
})

describe('the records', () => {
  test('of every call that was decided hold exactly one outcome, and no content', async () => {
    const records = await gateway.records()
    const count = (type: string) => {
      const counts = new Map<string, number>()
      for (const record of records) {
        if (record.type !== type || !('requestId' in record)) continue
        counts.set(record.requestId, (counts.get(record.requestId) ?? 0) + 1)
      }
      return counts
    }
    const [decisions, outcomes] = [count('decision'), count('outcome')]
    expect(decisions.size).toBeGreaterThan(100)
    expect(new Set(outcomes.keys())).toEqual(new Set(decisions.keys()))
    expect(new Set(outcomes.values())).toEqual(new Set([1]))
    expect(JSON.stringify(records)).not.toContain('hello')
  })
})
