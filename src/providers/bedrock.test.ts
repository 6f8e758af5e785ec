import { describe, expect, test } from 'bun:test'
import { Secret } from '../core/secret.ts'
import type { JsonValue } from '../core/json.ts'
import { bedrock } from './bedrock.ts'
import { bedrockSchema } from './bedrock-config.ts'
import type { EndpointRequest, ProviderRuntime, ProviderTraits } from './provider.ts'

const runtime: ProviderRuntime = {
  clock: { now: () => Date.UTC(2026, 10, 23), monotonic: () => 0 },
  fetch: () => Promise.reject(new Error('Nothing is asked.')),
  fetchDirectly: () => Promise.reject(new Error('Nothing is asked.')),
}
const keys = { type: 'keys', accessKeyId: 'AKIA', secretAccessKey: 'secret' }

function traitsOf(more: Record<string, JsonValue> = {}): ProviderTraits {
  const config = { name: 'aws', type: 'bedrock', region: 'eu-central-1', auth: keys, ...more }
  return bedrock(bedrockSchema.parse(config), runtime)
}

const chat = (model: string, more: Partial<EndpointRequest> = {}): EndpointRequest => ({
  operation: 'chat',
  format: 'bedrock-converse',
  model,
  path: '/chat/completions',
  ...more,
})
const root = 'https://bedrock-runtime.eu-central-1.amazonaws.com'

describe('addresses', () => {
  test.each([
    [{ format: 'bedrock-converse' }, 'converse'],
    [{ format: 'bedrock-converse', stream: true }, 'converse-stream'],
    [{ format: 'bedrock-invoke' }, 'invoke'],
    [{ format: 'anthropic-messages', stream: true }, 'invoke-with-response-stream'],
  ] as const)('of %p end with %s', (more, action) => {
    expect(traitsOf().url(chat('m:0', more))).toBe(`${root}/model/m%3A0/${action}`)
  })

  test('hold the id of the model encoded once, whatever it is', () => {
    const arn = 'arn:aws:bedrock:eu-central-1:1:inference-profile/a%b'
    expect(traitsOf().url(chat(arn))).toBe(`${root}/model/${encodeURIComponent(arn)}/converse`)
    for (const model of ['', '.', '..']) expect(traitsOf().url(chat(model))).toBeUndefined()
  })

  test('are those of the region, or of the configuration', () => {
    const china = traitsOf({ region: 'cn-north-1' })
    expect(china.url(chat('m'))).toStartWith(
      'https://bedrock-runtime.cn-north-1.amazonaws.com.cn/model/',
    )
    const endpoint = traitsOf({ baseUrl: 'https://vpce-1.example/' })
    expect(endpoint.url(chat('m'))).toBe('https://vpce-1.example/model/m/converse')
  })

  test('of embeddings and reranking are those of InvokeModel; the rest is not offered', () => {
    const { url } = traitsOf()
    const plain = { model: 'amazon.titan-embed-text-v2:0', path: '/embeddings' }
    const invoke = `${root}/model/amazon.titan-embed-text-v2%3A0/invoke`
    expect(url({ operation: 'embeddings', ...plain })).toBe(invoke)
    expect(url({ operation: 'rerank', ...plain })).toBe(invoke)
    expect(url({ operation: 'images', ...plain })).toBeUndefined()
    expect(url({ operation: 'count_tokens', ...plain })).toBeUndefined()
  })

  test('in OpenAI’s style are offered where that is asked for', () => {
    const traits = traitsOf({ api: 'openai' })
    expect(traits.formats.map(({ name }) => name)).toEqual(['openai-chat'])
    expect(traits.url(chat('m', { format: 'openai-chat' }))).toBe(
      `${root}/openai/v1/chat/completions`,
    )
  })
})

describe('formats', () => {
  const namesFor = (model: string): readonly string[] =>
    (traitsOf().formatsFor?.(model) ?? []).map(({ name }) => name)

  test('of Claude are Anthropic’s too, others have Converse alone', () => {
    const all = ['bedrock-converse', 'bedrock-invoke', 'anthropic-messages']
    expect(namesFor('us.anthropic.claude-sonnet-4-5-20250929-v1:0')).toEqual(all)
    expect(namesFor('arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3')).toEqual(all)
    expect(namesFor('meta.llama3-1-70b-instruct-v1:0')).toEqual(['bedrock-converse'])
    expect(namesFor('arn:aws:bedrock:us-east-1:1:application-inference-profile/abc')).toEqual([
      'bedrock-converse',
    ])
  })

  test('of Anthropic get the members Bedrock wants, and no others', () => {
    const headers = new Headers({ 'anthropic-beta': 'a,b' })
    const { bodyMembers } = traitsOf()
    const request = chat('claude', { format: 'anthropic-messages', headers })
    expect(bodyMembers?.(request, {}, () => {})).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['a', 'b'],
      model: undefined,
      stream: undefined,
    })
    expect(bodyMembers?.(chat('claude', { headers }), {}, () => {})).toEqual({})
  })
})

describe('credentials', () => {
  const request = {
    method: 'POST',
    url: `${root}/model/m%3A0/converse`,
    headers: { 'content-type': 'application/json', traceparent: '00-1' },
    body: '{}',
    principal: {
      id: 'p',
      kind: 'user' as const,
      tenant: 't',
      groups: [],
      authenticatedBy: 'key',
      models: [],
    },
    signal: new AbortController().signal,
  }

  test('sign what others do not change on the way', async () => {
    const added = await traitsOf().authorize?.(request)
    expect(added?.['authorization']).toStartWith(
      'AWS4-HMAC-SHA256 Credential=AKIA/20261123/eu-central-1/bedrock/aws4_request, ' +
        'SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=',
    )
  })

  test('that are an API key are sent as they are', () => {
    const traits = traitsOf({ auth: { type: 'api-key', apiKey: 'bedrock-key' } })
    expect(traits.headers).toEqual({ authorization: 'Bearer bedrock-key' })
    expect(traits.authorize).toBeUndefined()
  })

  test('are never shown by their configuration', () => {
    const { auth } = bedrockSchema.parse({
      name: 'aws',
      type: 'bedrock',
      region: 'eu-central-1',
      auth: keys,
    })
    expect(auth.type === 'keys' && auth.secretAccessKey).toBeInstanceOf(Secret)
    expect(JSON.stringify(auth)).not.toContain('AKIA')
  })

  test.each([
    [{ region: 'Frankfurt' }],
    [{ auth: { type: 'keys', accessKeyId: 'AKIA' } }],
    [{ auth: { type: 'web-identity', roleArn: 'a', tokenFile: 'f', sessionName: 'a b' } }],
    [{ unknown: 1 }],
  ])('and the like of %j are refused', (more) => {
    const config = { name: 'aws', type: 'bedrock', region: 'eu-central-1', auth: keys, ...more }
    expect(bedrockSchema.safeParse(config).success).toBeFalse()
  })
})
