import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { systemClock } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import type { Operation } from '../core/record.ts'
import type { FormatName } from '../formats/index.ts'
import { compatiblePresets, providersConfigSchema } from './config.ts'
import { traitsOf } from './index.ts'
import { mistralIdOf } from './mistral-body.ts'
import type { ProviderTraits } from './provider.ts'
import { services } from './services.ts'

const names = ['mistral', 'groq', 'deepseek', 'xai', 'openrouter', 'together'] as const
const localNames = ['vllm', 'lmstudio', 'llamacpp'] as const

function traitsIn(fields: Record<string, unknown>): ProviderTraits {
  const [config] = providersConfigSchema.parse([{ name: 'p', ...fields }])
  if (config === undefined) throw new Error('no provider')
  const fetch = (): Promise<never> => Promise.reject(new Error('no network'))
  return traitsOf(config, { clock: systemClock, fetch, fetchDirectly: fetch })
}

function urlOf(
  traits: ProviderTraits,
  operation: Operation,
  format?: FormatName,
): string | undefined {
  const path = `/${operation}`
  return traits.url({ operation, model: 'm', path, ...(format === undefined ? {} : { format }) })
}

interface Edited {
  /** The body that is sent, without the members that were removed. */
  readonly body: JsonObject
  readonly dropped: string[]
}

function edit(
  type: string,
  body: JsonObject,
  asked: { operation?: Operation; format?: FormatName } = { format: 'openai-chat' },
): Edited {
  const dropped: string[] = []
  const request = { operation: 'chat' as Operation, model: 'm', path: '', ...asked }
  const isLocal = localNames.some((name) => name === type)
  const key = {
    ...(isLocal ? {} : { apiKey: 'provider-key' }),
    ...(type === 'azure-openai' ? { baseUrl: 'https://x.openai.azure.com' } : {}),
  }
  const members = traitsIn({ type, ...key }).bodyMembers?.(request, body, ({ field }) =>
    dropped.push(field),
  )
  const merged = Object.entries({ ...body, ...members }).filter(([, value]) => value !== undefined)
  return { body: Object.fromEntries(merged), dropped }
}

describe('a service', () => {
  test.each(names)('%s needs a key, has an address and speaks chat', (type) => {
    expect(() => traitsIn({ type })).toThrow()
    const traits = traitsIn({ type, apiKey: 'provider-key' })
    expect(traits.headers).toEqual({ authorization: 'Bearer provider-key' })
    expect(urlOf(traits, 'chat', 'openai-chat')).toMatch(/^https:\/\/.*\/v1\/chat\/completions$/)
    expect(urlOf(traits, 'realtime')).toBeUndefined()
    const { hasCompletions } = services[type]
    expect(traits.formats.some(({ name }) => name === 'openai-completions')).toBe(hasCompletions)
  })

  test.each(localNames)('%s is on this machine and needs no key', (type) => {
    const traits = traitsIn({ type })
    expect(traits.headers).toEqual({})
    expect(urlOf(traits, 'embeddings')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\/embeddings$/)
  })

  test('has the address and the habits of its preset', () => {
    for (const preset of compatiblePresets) {
      const compatible = traitsIn({ type: 'openai-compatible', preset, apiKey: 'provider-key' })
      const own = traitsIn({ type: preset, apiKey: 'provider-key' })
      expect(urlOf(own, 'chat', 'openai-chat')).toBe(urlOf(compatible, 'chat', 'openai-chat') ?? '')
      expect(own.asksStreamUsage).toBe(compatible.asksStreamUsage)
      expect(own.bodyMembers).toBe(compatible.bodyMembers ?? own.bodyMembers)
    }
  })

  test('gives Mistral documents by their address, and no marks for a cache', () => {
    const file = { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERg==' }
    const content = [
      { type: 'text', text: 'Look', cache_control: { type: 'ephemeral' } },
      { type: 'file', file },
    ]
    const asked = { messages: [{ role: 'user', content }] }
    const { body, dropped } = edit('mistral', asked)
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'document_url', document_url: file.file_data, document_name: 'a.pdf' },
        ],
      },
    ])
    expect(dropped).toEqual(['messages[0].content[0].cache_control'])
  })

  test('does not tell OpenAI and Mistral what other models thought', () => {
    const said = { role: 'assistant', content: 'Yes.' }
    const thought = { ...said, reasoning_content: 'Hm.', reasoning_details: [{ type: 'x' }] }
    const messages = [thought, { ...said, reasoning_content: '' }]
    for (const type of ['openai', 'azure-openai', 'mistral']) {
      const { body, dropped } = edit(type, { messages })
      expect(body['messages']).toEqual([said, said])
      expect(dropped).toEqual(['messages[0].reasoning_content', 'messages[0].reasoning_details'])
    }
    expect(edit('openai', { messages: [said] }).dropped).toEqual([])
  })

  test('lets an answer stand between a result and a question where Mistral wants one', () => {
    const result = { role: 'tool', tool_call_id: 'AbCd12345', content: 'r' }
    const user = { role: 'user', content: 'And now?' }
    const { body, dropped } = edit('mistral', { messages: [user, result, user, user] })
    const bridge = { role: 'assistant', content: 'OK.' }
    expect(body['messages']).toEqual([user, result, bridge, user, user])
    expect(dropped).toEqual(['messages'])
  })

  test('ranks documents where it can', () => {
    const ranking = [...names, ...localNames].filter(
      (type) => urlOf(traitsIn({ type, apiKey: 'provider-key' }), 'rerank') !== undefined,
    )
    expect(ranking).toEqual(['together', 'vllm', 'llamacpp'])
  })

  test('speaks responses where it is told to', () => {
    const traits = traitsIn({ type: 'vllm', responses: true })
    expect(urlOf(traits, 'chat', 'openai-responses')).toBe('http://127.0.0.1:8000/v1/responses')
  })

  test.each(['deepseek', 'lmstudio', 'llamacpp', 'together', 'mistral'])(
    '%s is told the limit by the name it knows',
    (type) => {
      const { body } = edit(type, { max_completion_tokens: 5, messages: [] })
      expect(body).toEqual({ max_tokens: 5, messages: [] })
    },
  )

  test('DeepSeek hears developers as the system', () => {
    const messages = [
      { role: 'developer', content: 'a' },
      { role: 'user', content: 'b' },
    ]
    expect(edit('deepseek', { messages }).body['messages']).toEqual([
      { role: 'system', content: 'a' },
      { role: 'user', content: 'b' },
    ])
  })
})

describe('Mistral', () => {
  test('gets its own names, roles and ids, and nothing it refuses', () => {
    const { body, dropped } = edit('mistral', {
      model: 'm',
      seed: 0,
      tool_choice: 'required',
      stream: true,
      stream_options: { include_usage: true },
      user: 'u',
      store: false,
      logit_bias: {},
      messages: [
        { role: 'developer', content: 'a' },
        {
          role: 'assistant',
          content: null,
          refusal: null,
          annotations: [],
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'x' },
      ],
    })
    const id = mistralIdOf('call_1')
    expect(body).toEqual({
      model: 'm',
      random_seed: 0,
      tool_choice: 'any',
      stream: true,
      messages: [
        { role: 'system', content: 'a' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '' } }],
        },
        { role: 'tool', tool_call_id: id, content: 'x' },
      ],
    })
    expect(dropped).toEqual(['user'])
  })

  test('is sent what it understands as it is', () => {
    const body = {
      model: 'm',
      messages: [
        { role: 'assistant', content: 'a', prefix: true },
        { role: 'tool', tool_call_id: 'AbC123xyz', content: 'x' },
      ],
      safe_prompt: true,
    }
    expect(edit('mistral', body)).toEqual({ body, dropped: [] })
  })

  test('gets ids of nine letters or digits, equal ones for equal ones', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(mistralIdOf(one)).toMatch(/^[a-zA-Z0-9]{9}$/)
        expect(mistralIdOf(one) === mistralIdOf(other)).toBe(one === other)
        expect(mistralIdOf(mistralIdOf(one))).toBe(mistralIdOf(one))
      }),
    )
  })

  test('makes vectors of the asked length', () => {
    const asked = { operation: 'embeddings' as const }
    expect(edit('mistral', { input: 'a', dimensions: 8, user: 'u' }, asked)).toEqual({
      body: { input: 'a', output_dimension: 8 },
      dropped: ['user'],
    })
  })
})

describe('OpenRouter', () => {
  test('is told whose calls these are, and what clients may not change', () => {
    const traits = traitsIn({
      type: 'openrouter',
      apiKey: 'provider-key',
      appUrl: 'https://corp.example',
      appTitle: 'Corp',
      routing: { data_collection: 'deny' },
    })
    expect(traits.headers).toMatchObject({
      'http-referer': 'https://corp.example',
      'x-title': 'Corp',
    })
    const body = { provider: { data_collection: 'allow', sort: 'price' } }
    const request = { operation: 'chat' as const, model: 'm', path: '' }
    expect(traits.bodyMembers?.(request, body, () => undefined)).toEqual({
      provider: { data_collection: 'deny', sort: 'price' },
    })
  })

  test('is asked for no model but the one that was permitted, whatever the body says', () => {
    const routing = { data_collection: 'deny' }
    for (const config of [
      { type: 'openrouter', apiKey: 'provider-key' },
      { type: 'openrouter', apiKey: 'provider-key', routing },
      { type: 'openai-compatible', preset: 'openrouter', apiKey: 'provider-key' },
    ]) {
      const dropped: string[] = []
      const body = { model: 'm', models: ['m', 'dear'], route: 'fallback', preset: 'p', n: 1 }
      const request = { operation: 'chat' as const, model: 'm', path: '' }
      const members = traitsIn(config).bodyMembers?.(request, body, ({ field }) =>
        dropped.push(field),
      )
      expect(members).toMatchObject({ models: undefined, route: undefined, preset: undefined })
      expect(Object.keys(members ?? {})).toEqual(expect.arrayContaining(dropped))
      expect(dropped).toEqual(['models', 'route', 'preset'])
    }
  })
})
