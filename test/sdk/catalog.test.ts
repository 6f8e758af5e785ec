import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { failure, recordsOf, startSdkRig } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

const messages = [{ role: 'user' as const, content: 'What is a gateway?' }]
const max_tokens = 100
const narrowKey = newKey()

let rig: SdkRig

beforeAll(async () => {
  rig = await startSdkRig(
    {
      'gpt-5.5': ['openai', 'gpt-5.5-2026-01-01'],
      'claude-opus-4-7': ['anthropic', 'claude-opus-4-7'],
      embedder: ['openai', 'text-embedding-3-small'],
    },
    {
      models: [
        '{ name: "claude-*", targets: [{ provider: anthropic, model: "*" }] }',
        '{ name: "local/*", targets: [{ provider: ollama, model: "$1" }] }',
      ],
      yaml: `
aliases: { smart: gpt-5.5, wise: claude-opus-4-7, vectors: embedder }
tiers:
  - { name: frontier, models: { openai: gpt-5.5, anthropic: claude-opus-4-7, ollama: "llama3.3" } }
`,
      keys: [
        `{ name: narrow, sha256: ${hashKey(narrowKey)}, user: ben@example.com, models: ["claude-*"] }`,
      ],
    },
  )
})
afterAll(() => rig[Symbol.asyncDispose]())

function openAiWith(headers: Record<string, string>, apiKey = rig.gateway.key): OpenAI {
  const baseURL = `${rig.gateway.url}/v1`
  return new OpenAI({ baseURL, apiKey, maxRetries: 0, defaultHeaders: headers })
}

function anthropicWith(headers: Record<string, string>, apiKey = rig.gateway.key): Anthropic {
  const baseURL = `${rig.gateway.url}/anthropic`
  return new Anthropic({ baseURL, apiKey, maxRetries: 0, defaultHeaders: headers })
}

/** Every name that the chunks of a streamed chat give the model. */
async function modelsOfStream(client: OpenAI, model: string): Promise<string[]> {
  const stream = await client.chat.completions.create({ model, messages, stream: true })
  const models = new Set<string>()
  for await (const chunk of stream) models.add(chunk.model)
  return [...models]
}

describe('a model by another name', () => {
  test('answers under the name that was asked for, whole and streamed, and tells its own in a header', async () => {
    const { data, response } = await rig.openai.chat.completions
      .create({ model: 'smart', messages })
      .withResponse()
    expect(data.model).toBe('smart')
    expect(response.headers.get('x-smartflow-model')).toBe('gpt-5.5-2026-01-01')
    expect(rig.upstream.last().json['model']).toBe('gpt-5.5-2026-01-01')
    expect(await modelsOfStream(rig.openai, 'smart')).toEqual(['smart'])
    expect(await modelsOfStream(rig.openai, 'wise')).toEqual(['wise'])
    expect(await modelsOfStream(rig.openai, 'gpt-5.5')).toEqual(['gpt-5.5-2026-01-01'])
  })

  test('does so in Anthropic’s form too', async () => {
    const whole = await rig.anthropic.messages.create({ model: 'wise', messages, max_tokens })
    expect(whole.model).toBe('wise')
    const streamed = rig.anthropic.messages.stream({ model: 'wise', messages, max_tokens })
    expect((await streamed.finalMessage()).model).toBe('wise')
    const crossed = rig.anthropic.messages.stream({ model: 'smart', messages, max_tokens })
    expect((await crossed.finalMessage()).model).toBe('smart')
  })

  test('serves endpoints beside chat', async () => {
    const { model } = await rig.openai.embeddings.create({ model: 'vectors', input: 'one' })
    expect(model).toBe('vectors')
    expect(rig.upstream.last().json['model']).toBe('text-embedding-3-small')
  })

  test('is recorded as it was asked and as it was answered', async () => {
    await rig.openai.chat.completions.create({ model: 'smart', messages })
    const { decision, outcome } = await recordsOf(rig.gateway)
    expect(decision.modelAsked).toBe('smart')
    expect(outcome).toMatchObject({ provider: 'openai', modelUsed: 'gpt-5.5-2026-01-01' })
  })
})

describe('a wildcard', () => {
  test('sends what its star stands for and answers under the asked name', async () => {
    const { model } = await rig.openai.chat.completions.create({ model: 'local/phi4', messages })
    expect(model).toBe('local/phi4')
    expect(rig.upstream.last().json['model']).toBe('phi4')
    await rig.anthropic.messages.create({ model: 'claude-next', messages, max_tokens })
    expect(rig.upstream.last().json['model']).toBe('claude-next')
  })

  test('never passes on a name that could steer a path', async () => {
    const calls = rig.upstream.calls.length
    for (const model of ['local/../admin', 'local/x?y=1', 'claude-%2e']) {
      const error = await failure(rig.openai.chat.completions.create({ model, messages }))
      expect(error).toMatchObject({ status: 404 })
    }
    expect(rig.upstream.calls).toHaveLength(calls)
  })
})

describe('x-smartflow-provider', () => {
  test('moves a call to another provider, in the caller’s own form and under the asked name', async () => {
    const toAnthropic = openAiWith({ 'x-smartflow-provider': 'anthropic' })
    const { data, response } = await toAnthropic.chat.completions
      .create({ model: 'gpt-5.5', messages })
      .withResponse()
    expect(data).toMatchObject({ object: 'chat.completion', model: 'gpt-5.5' })
    expect(response.headers.get('x-smartflow-provider')).toBe('anthropic')
    expect(response.headers.get('x-smartflow-model')).toBe('claude-opus-4-7')
    expect(rig.upstream.last().path).toBe('/v1/messages')
    expect(await modelsOfStream(toAnthropic, 'gpt-5.5')).toEqual(['gpt-5.5'])

    const toOpenAi = anthropicWith({ 'x-smartflow-provider': 'OpenAI' })
    const streamed = toOpenAi.messages.stream({ model: 'claude-opus-4-7', messages, max_tokens })
    expect((await streamed.finalMessage()).model).toBe('claude-opus-4-7')
    expect(rig.upstream.last().json['model']).toBe('gpt-5.5')
  })

  test('echoes the asked name where provider and client speak the same form', async () => {
    const toOllama = openAiWith({ 'x-smartflow-provider': 'ollama' })
    const whole = await toOllama.chat.completions.create({ model: 'gpt-5.5', messages })
    expect(whole.model).toBe('gpt-5.5')
    expect(rig.upstream.last().json['model']).toBe('llama3.3')
    expect(await modelsOfStream(toOllama, 'gpt-5.5')).toEqual(['gpt-5.5'])
  })

  test('is a 400 naming the nearest for a provider that is not configured', async () => {
    const client = openAiWith({ 'x-smartflow-provider': 'antropic' })
    const error = await failure(client.chat.completions.create({ model: 'gpt-5.5', messages }))
    expect(error).toMatchObject({
      status: 400,
      message: expect.stringContaining("Did you mean 'anthropic'?"),
    })
  })

  test('is a 403 where the model of that provider is not permitted', async () => {
    const client = anthropicWith({ 'x-smartflow-provider': 'openai' }, narrowKey)
    const asked = { model: 'claude-opus-4-7', messages, max_tokens }
    expect(await failure(client.messages.create(asked))).toMatchObject({ status: 403 })
  })
})

describe('the suffix [1m]', () => {
  test('asks Anthropic for its long context and goes nowhere else', async () => {
    await rig.anthropic.messages.create({ model: 'claude-opus-4-7[1m]', messages, max_tokens })
    const { json, headers } = rig.upstream.last()
    expect(json['model']).toBe('claude-opus-4-7')
    expect(headers.get('anthropic-beta')).toBe('context-1m-2025-08-07')
  })

  test('is reported as a warning by providers that have no such context', async () => {
    const { data, response } = await rig.openai.chat.completions
      .create({ model: 'gpt-5.5[1m]', messages })
      .withResponse()
    expect(data.model).toBe('gpt-5.5-2026-01-01')
    expect(response.headers.get('x-smartflow-warnings')).toContain('[1m]')
    expect(rig.upstream.last().headers.has('anthropic-beta')).toBe(false)
  })
})

describe('the list of models', () => {
  test('holds what the caller may use, in OpenAI’s form', async () => {
    const listed = await Array.fromAsync(await rig.openai.models.list())
    const names = listed.map(({ id }) => id)
    expect(names.slice(0, 3)).toEqual(['gpt-5.5', 'claude-opus-4-7', 'embedder'])
    expect(names).toContain('smart')
    expect(names).toContain('local/llama3.3')
    expect(names.filter((name) => /^claude-.*4/.test(name)).length).toBeGreaterThan(1)
    expect(names.some((name) => name.includes('*'))).toBe(false)
    expect(listed[0]).toMatchObject({ object: 'model', owned_by: 'openai' })
    expect(await rig.openai.models.retrieve('smart')).toMatchObject({ id: 'smart' })
    expect(await rig.openai.models.retrieve('local/unlisted')).toMatchObject({ owned_by: 'ollama' })
  })

  test('holds what the caller may use, in Anthropic’s form', async () => {
    const client = anthropicWith({}, narrowKey)
    const names = (await Array.fromAsync(client.models.list())).map(({ id }) => id)
    expect(names).toContain('wise')
    expect(names.every((name) => name === 'wise' || name.startsWith('claude-'))).toBe(true)
    expect(await client.models.retrieve('claude-next')).toMatchObject({ type: 'model' })
    expect(await failure(client.models.retrieve('gpt-5.5'))).toMatchObject({ status: 404 })
  })
})

describe('an unknown model', () => {
  test('is a 404 that names the nearest one permitted, an alias among them', async () => {
    const ask = (model: string) => failure(rig.openai.chat.completions.create({ model, messages }))
    expect(await ask('smrt')).toMatchObject({
      status: 404,
      message: expect.stringContaining("Did you mean 'smart'?"),
    })
    const narrow = anthropicWith({}, narrowKey)
    const error = await failure(narrow.messages.create({ model: 'wisse', messages, max_tokens }))
    expect(error).toMatchObject({ status: 404, message: expect.stringContaining("'wise'") })
  })
})
