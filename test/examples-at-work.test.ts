import Anthropic from '@anthropic-ai/sdk'
import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk'
import { afterEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type OpenAI from 'openai'
import { PermissionDeniedError } from 'openai'
import { startAzureIdentity } from './support/azure-identity.ts'
import { startExample } from './support/example.ts'
import type { ExampleOptions, ExampleRig } from './support/example.ts'
import { startGoogleCloud } from './support/google.ts'
import { failure } from './support/sdk.ts'

const running: AsyncDisposable[] = []
afterEach(async () => {
  while (running.length > 0) await running.pop()?.[Symbol.asyncDispose]()
})

async function start(name: string, options?: ExampleOptions): Promise<ExampleRig> {
  const rig = await startExample(name, options)
  running.push(rig)
  return rig
}

const max_tokens = 256
const messages = [{ role: 'user' as const, content: 'Hello' }]
const simulated = expect.stringContaining('This is a simulated answer')

/** Asks and returns which provider answered. */
async function ask(client: OpenAI, model: string, headers: Record<string, string> = {}) {
  const { data, response } = await client.chat.completions
    .create({ model, messages }, { headers })
    .withResponse()
  expect(data.choices[0]?.message.content).toEqual(simulated)
  return response.headers.get('x-smartflow-provider')
}

const overloaded = (): Response => new Response('{}', { status: 503 })
const limited = (): Response =>
  new Response('{"error":{"message":"slow down","type":"rate_limit","code":null}}', {
    status: 429,
    headers: { 'retry-after': '30', 'content-type': 'application/json' },
  })
const tooLong = (): Response =>
  Response.json(
    {
      error: {
        message: 'too long',
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
      },
    },
    { status: 400 },
  )

describe('failover.yaml', () => {
  test('asks the second when the first fails or limits, and comes back to none that limits', async () => {
    const rig = await start('failover.yaml')
    expect(await ask(rig.openai(), 'gpt-5.4-mini')).toBe('openai')
    rig.at('openai').answerNext(overloaded())
    expect(await ask(rig.openai(), 'gpt-5.4-mini')).toBe('azure')
    expect(rig.at('azure').last().path).toBe('/openai/v1/chat/completions')
    rig.at('openai').answerNext(limited())
    expect(await ask(rig.openai(), 'gpt-5.4-mini')).toBe('azure')
    rig.forget()
    expect(await ask(rig.openai(), 'gpt-5.4-mini')).toBe('azure')
    expect(rig.called()).toEqual(['azure'])
  })

  test('falls back by what failed: more room, or another vendor', async () => {
    const rig = await start('failover.yaml')
    rig.at('openai').answerNext(tooLong())
    expect(await ask(rig.openai(), 'gpt-5.4-mini')).toBe('openai')
    expect(rig.at('openai').last().json['model']).toBe('gpt-4.1')
    expect(rig.called()).toEqual(['openai'])
    rig.at('openai').answerNext(overloaded())
    rig.at('azure').answerNext(overloaded())
    expect(await ask(rig.openai(), 'gpt-5.4-mini')).toBe('anthropic')
  })

  test('goes on at the other target when a stream breaks off', async () => {
    const rig = await start('failover.yaml')
    const whole = (await rig.openai().chat.completions.create({ model: 'gpt-5.4-mini', messages }))
      .choices[0]?.message.content
    const chunk = (content: string): string =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`
    const headers = { 'content-type': 'text/event-stream' }
    rig.at('openai').answerNext(new Response(`${chunk('Half of ')}${chunk('it.')}`, { headers }))
    const stream = await rig.openai().chat.completions.create({
      model: 'gpt-5.4-mini',
      messages,
      stream: true,
    })
    const chunks = await Array.fromAsync(stream)
    const text = chunks.map((each) => each.choices[0]?.delta.content ?? '').join('')
    expect(text).toStartWith('Half of it.')
    expect(text.length).toBeGreaterThan('Half of it.'.length)
    expect(whole).toEqual(simulated)
    expect(JSON.stringify(rig.at('azure').last().json)).toContain('Half of it.')
  })
})

describe('eu-residency.yaml', () => {
  const callers = { hr: { department: 'hr' } }

  test('keeps what must stay, whatever fails and whatever is asked for', async () => {
    const rig = await start('eu-residency.yaml', { callers })
    rig.at('azure-eu').answerNext(overloaded())
    expect(await ask(rig.openai('hr'), 'assistant')).toBe('bedrock-eu')
    expect(rig.at('bedrock-eu').last().path).toContain('/model/eu.anthropic.claude-sonnet-5')
    rig.at('azure-eu').answerNext(overloaded())
    const tagged = { 'x-smartflow-tags': 'personal-data' }
    expect(await ask(rig.openai(), 'assistant', tagged)).toBe('bedrock-eu')
    rig.at('azure-eu').answerNext(overloaded())
    expect(await failure(ask(rig.openai(), 'records'))).toMatchObject({ status: 503 })
    const elsewhere = { 'x-smartflow-provider': 'openai' }
    expect(await failure(ask(rig.openai('hr'), 'assistant', elsewhere))).toBeInstanceOf(
      PermissionDeniedError,
    )
    expect(rig.called()).toEqual(['azure-eu', 'bedrock-eu'])
  })

  test('lets the others go where the route takes them', async () => {
    const rig = await start('eu-residency.yaml', { callers })
    rig.at('azure-eu').answerNext(overloaded())
    expect(await ask(rig.openai(), 'assistant')).toBe('openai')
  })
})

describe('azure-apim.yaml', () => {
  const entra = { tenantId: 'tenant', clientId: 'client', clientSecret: 'secret' }
  const environment = {
    AZURE_TENANT_ID: entra.tenantId,
    AZURE_CLIENT_ID: entra.clientId,
    AZURE_CLIENT_SECRET: entra.clientSecret,
  }

  test('shows each department its subscription, and has a deployment of its own to fall back on', async () => {
    const identity = startAzureIdentity(entra)
    running.push(identity)
    const auth = { type: 'client-credentials', authority: identity.url, ...entra }
    const rig = await start('azure-apim.yaml', {
      environment,
      callers: { ana: { department: 'research' } },
      providers: { own: { auth } },
    })
    expect(await ask(rig.openai('ana'), 'gpt-4o')).toBe('corp')
    expect(await ask(rig.openai(), 'gpt-4o')).toBe('corp')
    expect(
      rig
        .at('corp')
        .calls.map(({ path, headers }) => [
          path,
          headers.get('ocp-apim-subscription-key'),
          headers.get('api-key'),
          headers.get('x-cost-centre'),
        ]),
    ).toEqual(
      ['apim_key_research', 'apim_subscription_key'].map((name) => [
        '/openai/deployments/gpt-4o-prod/chat/completions?api-version=2024-10-21',
        `value-of-${name}`,
        `value-of-${name}`,
        'value-of-cost_centre',
      ]),
    )
    rig.at('corp').answerNext(limited())
    expect(await ask(rig.openai(), 'gpt-4o')).toBe('own')
    expect(rig.at('own').last().path).toBe('/openai/v1/chat/completions')
    expect(rig.at('own').last().headers.get('authorization')).toBe(`Bearer ${identity.tokens[0]}`)
    expect(identity.refusals).toEqual([])
  })
})

describe('claude-bedrock-vertex.yaml', () => {
  const atBedrock = 'anthropic.claude-sonnet-5'

  test('is one Claude for clients of three APIs, whoever answers', async () => {
    const cloud = startGoogleCloud()
    running.push(cloud)
    const file = join(mkdtempSync(join(tmpdir(), 'smartflow-google-')), 'credentials.json')
    writeFileSync(file, JSON.stringify(cloud.keyFile))
    const rig = await start('claude-bedrock-vertex.yaml', {
      environment: { GOOGLE_CLOUD_PROJECT: 'project-1', GOOGLE_APPLICATION_CREDENTIALS: file },
      providers: { vertex: { baseUrl: cloud.url } },
    })
    const { url, key } = rig
    const options = { apiKey: key, maxRetries: 0 }
    const bedrock = { ...options, baseURL: `${url}/bedrock`, awsRegion: 'eu-central-1' }
    const clients = [
      {
        client: new Anthropic({ ...options, baseURL: `${url}/anthropic` }),
        model: 'claude-sonnet-5',
      },
      { client: new AnthropicBedrock(bedrock), model: atBedrock },
    ]
    for (const { client, model } of clients) {
      const seen = new Set<string | null>()
      for (let count = 0; count < 60 && seen.size < 2; count++) {
        const { data, response } = await client.messages
          .create({ model, max_tokens, messages })
          .withResponse()
        expect(data.content[0]).toMatchObject({ type: 'text', text: simulated })
        seen.add(response.headers.get('x-smartflow-provider'))
      }
      expect([...seen].toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
        'bedrock',
        'vertex',
      ])
    }
    expect(rig.at('bedrock').last().path).toBe(`/model/eu.${encodeURIComponent(atBedrock)}/invoke`)
    expect(rig.at('bedrock').last().headers.get('authorization')).toStartWith('AWS4-HMAC-SHA256 ')
    expect(cloud.predictions().at(-1)?.path).toEndWith(
      '/publishers/anthropic/models/claude-sonnet-5:rawPredict',
    )
    expect(await ask(rig.openai(), 'gemini-3.5-flash')).toBe('vertex')
  })
})

describe('local-first.yaml', () => {
  const callers = { jurist: { department: 'legal' } }

  test('asks the cloud only when the house cannot answer', async () => {
    const rig = await start('local-first.yaml')
    expect(await ask(rig.openai(), 'assistant')).toBe('vllm')
    rig.at('vllm').answerNext(overloaded())
    expect(await ask(rig.openai(), 'assistant')).toBe('ollama')
    rig.at('vllm').answerNext(overloaded())
    rig.at('ollama').answerNext(overloaded())
    expect(await ask(rig.openai(), 'assistant')).toBe('anthropic')
    rig.at('vllm').answerNext(tooLong())
    expect(await ask(rig.openai(), 'assistant')).toBe('anthropic')
    expect(await ask(rig.openai(), 'ollama/phi4')).toBe('ollama')
    expect(rig.at('ollama').last().json['model']).toBe('phi4')
  })

  test('never sends out what has to stay, for the model or for the caller', async () => {
    const rig = await start('local-first.yaml', { callers })
    for (const [caller, model] of [
      ['', 'private'],
      ['jurist', 'assistant'],
    ] as const) {
      rig.at('vllm').answerNext(overloaded())
      rig.at('ollama').answerNext(overloaded())
      expect(await failure(ask(rig.openai(caller), model))).toMatchObject({ status: 503 })
    }
    expect(await failure(ask(rig.openai('jurist'), 'cloud'))).toBeInstanceOf(PermissionDeniedError)
    expect(rig.called()).not.toContain('anthropic')
  })
})

describe('prefix-cache.yaml', () => {
  const names = ['gpu-1', 'gpu-2', 'gpu-3'] as const
  const system = { role: 'system' as const, content: 'You write code.' }

  test('keeps each conversation where it began, and moves it as a whole', async () => {
    const rig = await start('prefix-cache.yaml')
    const client = rig.openai()
    const used = new Set<string>()
    for (let index = 0; index < 12; index++) {
      const turns: OpenAI.ChatCompletionMessageParam[] = [system]
      const homes = new Set<string | null>()
      for (let turn = 0; turn < 4; turn++) {
        turns.push({ role: 'user', content: `Question ${turn} about project ${index}` })
        const { data, response } = await client.chat.completions
          .create({ model: 'coder', messages: turns })
          .withResponse()
        turns.push({ role: 'assistant', content: data.choices[0]?.message.content ?? '' })
        homes.add(response.headers.get('x-smartflow-provider'))
      }
      expect(homes.size).toBe(1)
      for (const home of homes) used.add(home ?? '')
    }
    expect([...used].toSorted((a, b) => a.localeCompare(b))).toEqual([...names])
  })

  test('keeps a session where it is, and asks elsewhere when that target fails', async () => {
    const rig = await start('prefix-cache.yaml')
    const session = { 'x-smartflow-session': 'ticket-4711' }
    const home = (await ask(rig.openai(), 'assistant', session)) ?? ''
    for (let count = 0; count < 5; count++) {
      expect(await ask(rig.openai(), 'assistant', session)).toBe(home)
    }
    rig.at(home).answerNext(overloaded())
    expect(await ask(rig.openai(), 'assistant', session)).not.toBe(home)
  })
})

describe('credentials-by-identity.yaml', () => {
  test('shows each caller the key of those who pay for it, and serves nobody else', async () => {
    const callers = {
      ana: { department: 'research' },
      ben: { groups: ['sales-emea'] },
      chatbot: { product: 'chatbot' },
    }
    const rig = await start('credentials-by-identity.yaml', { callers })
    for (const [caller, key] of [
      ['ana', 'value-of-apim_key_research'],
      ['ben', 'value-of-apim_key_sales'],
    ] as const) {
      expect(await ask(rig.openai(caller), 'gpt-4o')).toBe('corp')
      expect(rig.at('corp').last().headers.get('ocp-apim-subscription-key')).toBe(key)
    }
    for (const caller of ['chatbot', '']) {
      expect(await failure(ask(rig.openai(caller), 'gpt-4o'))).toBeInstanceOf(PermissionDeniedError)
    }
    expect(rig.at('corp').calls).toHaveLength(2)
    for (const [caller, key] of [
      ['chatbot', 'value-of-openai_key_chatbot'],
      ['ana', 'value-of-openai_key_everybody'],
      ['', 'value-of-openai_key_everybody'],
    ] as const) {
      expect(await ask(rig.openai(caller), 'gpt-4o-mini')).toBe('openai')
      expect(rig.at('openai').last().headers.get('authorization')).toBe(`Bearer ${key}`)
    }
  })
})

describe('any-provider.yaml', () => {
  const adminKey = 'key-of-the-operations-team'
  const environment = { ADMIN_KEY_SHA256: createHash('sha256').update(adminKey).digest('hex') }

  test('understands aliases and families, and gives the model of the same tier elsewhere', async () => {
    const rig = await start('any-provider.yaml', { environment })
    expect(await ask(rig.openai(), 'gpt-5.4')).toBe('openai')
    expect(await ask(rig.openai(), 'smart')).toBe('anthropic')
    expect(rig.at('anthropic').last().json['model']).toBe('claude-opus-4-6')
    const elsewhere = { 'x-smartflow-provider': 'anthropic' }
    expect(await ask(rig.openai(), 'gpt-4.1-nano', elsewhere)).toBe('anthropic')
    expect(rig.at('anthropic').last().json['model']).toBe('claude-haiku-4-5')
  })

  test('obeys administrators for as long as they said', async () => {
    const rig = await start('any-provider.yaml', { environment })
    const override = `${rig.adminUrl}/api/routing/override`
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ provider: 'anthropic', ttl_minutes: 30 })
    expect((await fetch(override, { method: 'POST', headers, body })).status).toBe(200)
    expect(await ask(rig.openai(), 'gpt-5.4')).toBe('anthropic')
    expect((await fetch(override, { method: 'DELETE', headers })).ok).toBe(true)
    expect(await ask(rig.openai(), 'gpt-5.4')).toBe('openai')
  })
})

describe('openai-and-anthropic.yaml', () => {
  test('answers either SDK by either provider, and fails over between them', async () => {
    const rig = await start('openai-and-anthropic.yaml')
    const anthropic = new Anthropic({
      baseURL: `${rig.url}/anthropic`,
      apiKey: rig.key,
      maxRetries: 0,
    })
    const answer = await anthropic.messages.create({ model: 'gpt-5.4-mini', max_tokens, messages })
    expect(answer.content[0]).toMatchObject({ type: 'text', text: simulated })
    expect(await ask(rig.openai(), 'claude-sonnet-5')).toBe('anthropic')
    rig.at('anthropic').answerNext(overloaded())
    expect(await ask(rig.openai(), 'assistant')).toBe('openai')
  })
})

describe('minimal.yaml', () => {
  test('answers without any provider', async () => {
    const rig = await start('minimal.yaml')
    expect(await ask(rig.openai(), 'simulated')).toBe('simulated')
  })
})
