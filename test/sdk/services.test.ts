import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Mistral } from '@mistralai/mistralai'
import type OpenAI from 'openai'
import { mistralIdOf } from '../../src/providers/mistral-body.ts'
import { failure, recordsOf, startSdkRig, weather, weatherArguments } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'
import { startStrictMistral } from '../support/strict-mistral.ts'
import type { StrictMistral } from '../support/strict-mistral.ts'
import { startUpstream } from '../support/upstream.ts'
import type { Upstream } from '../support/upstream.ts'

let rig: SdkRig
let mistral: StrictMistral
let router: Upstream
let client: Mistral

beforeAll(async () => {
  mistral = startStrictMistral()
  router = startUpstream('openrouter-key-of-the-gateway')
  rig = await startSdkRig(
    { chat: ['openai', 'sim-model'], claude: ['anthropic', 'sim-claude'] },
    {
      providers: [
        `{ name: mistral, type: mistral, baseUrl: ${mistral.url}, apiKey: ${mistral.key} }`,
        // Asked for usage, OpenAI says `usage: null` in every chunk, which this SDK would refuse.
        `{ name: quiet, type: openai, baseUrl: ${router.url}/v1, apiKey: ${router.key} }`,
        `{ name: local, type: vllm, baseUrl: ${router.url}/v1, apiKey: ${router.key} }`,
        `{ name: router, type: openrouter, baseUrl: ${router.url}/v1, apiKey: ${router.key}, appUrl: https://corp.example, appTitle: Corp, routing: { data_collection: deny } }`,
      ],
      models: [
        '{ name: mistral-large, targets: [{ provider: mistral, model: mistral-large-latest }] }',
        '{ name: quiet, targets: [{ provider: quiet, model: sim-model }] }',
        '{ name: local, targets: [{ provider: local, model: qwen }] }',
        '{ name: routed, targets: [{ provider: router, model: vendor/model }] }',
      ],
    },
  )
  client = new Mistral({ serverURL: rig.gateway.url, apiKey: rig.gateway.key })
})

afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await mistral[Symbol.asyncDispose]()
  await router[Symbol.asyncDispose]()
})

const question = [{ role: 'user' as const, content: 'What is a gateway?' }]
const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: weather }]

describe('an OpenAI client of Mistral', () => {
  test('may ask in every way that OpenAI knows', async () => {
    const answer = await rig.openai.chat.completions.create({
      model: 'mistral-large',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_calls: [
            {
              id: 'call_abc',
              type: 'function',
              function: { name: 'get_weather', arguments: '{}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_abc', content: 'sunny' },
      ],
      seed: 7,
      max_completion_tokens: 100,
      store: false,
      tools,
      tool_choice: 'required',
    })
    expect(answer.choices[0]?.message.tool_calls?.[0]?.id).toBe('AbCd12345')
    expect(mistral.bodies.at(-1)).toMatchObject({
      random_seed: 7,
      max_tokens: 100,
      tool_choice: 'any',
      messages: [{ role: 'system' }, {}, { tool_calls: [{ id: mistralIdOf('call_abc') }] }, {}],
    })
  })

  test('gets usage in streams, asked for or not', async () => {
    for (const options of [undefined, { include_usage: true }]) {
      const stream = await rig.openai.chat.completions.create({
        model: 'mistral-large',
        messages: question,
        stream: true,
        ...(options === undefined ? {} : { stream_options: options }),
      })
      const chunks = await Array.fromAsync(stream)
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Bonjour.')
      expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 })
    }
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.usage).toEqual({ inputTokens: 11, outputTokens: 7, estimated: false })
  })

  test('is warned of what Mistral has no place for', async () => {
    const { response } = await rig.openai.chat.completions
      .create({ model: 'mistral-large', messages: question, user: 'u', logit_bias: { '1': 1 } })
      .withResponse()
    const warnings = response.headers.get('x-smartflow-warnings') ?? ''
    expect(warnings).toContain('dropped user')
    expect(warnings).toContain('dropped logit_bias')
  })

  test('gets vectors of the asked length, and legacy completions as chat', async () => {
    const { data } = await rig.openai.embeddings.create({
      model: 'mistral-large',
      input: 'a',
      dimensions: 3,
      encoding_format: 'float',
    })
    expect(data[0]?.embedding).toEqual([0, 0.125, 0.25])
    const { choices } = await rig.openai.completions.create({
      model: 'mistral-large',
      prompt: 'Say hello',
    })
    expect(choices[0]?.text).toBe('Bonjour.')
  })

  test('of Anthropic gets tools and streams as well', async () => {
    const stream = rig.anthropic.messages.stream({
      model: 'mistral-large',
      max_tokens: 100,
      messages: question,
      tools: [{ name: weather.name, input_schema: weather.parameters }],
      tool_choice: { type: 'any' },
    })
    const { content, stop_reason } = await stream.finalMessage()
    expect(content.at(-1)).toMatchObject({ type: 'tool_use', id: 'AbCd12345', input: { days: 2 } })
    expect(stop_reason).toBe('tool_use')
  })
})

describe("Mistral's own SDK as a client", () => {
  test.each(['claude', 'quiet', 'mistral-large'])(
    'gets answers of %s, plain and streamed',
    async (model) => {
      const plain = await client.chat.complete({ model, messages: question })
      const text = plain.choices[0]?.message?.content
      if (typeof text !== 'string') throw new Error('no text')
      const stream = await client.chat.stream({ model, messages: question })
      let streamed = ''
      let tokens: number | undefined
      for await (const { data } of stream) {
        const piece = data.choices[0]?.delta.content
        if (typeof piece === 'string') streamed += piece
        tokens = data.usage?.completionTokens ?? tokens
      }
      expect(streamed).toBe(text)
      if (model === 'mistral-large') expect(tokens).toBe(7)
    },
  )

  test('calls tools of an OpenAI provider', async () => {
    const answer = await client.chat.complete({
      model: 'chat',
      messages: question,
      tools: [{ type: 'function', function: weather }],
      toolChoice: 'required',
    })
    const call = answer.choices[0]?.message?.toolCalls?.[0]
    expect(call?.function.name).toBe('get_weather')
    const args = call?.function.arguments
    expect(typeof args === 'string' ? JSON.parse(args) : args).toEqual(weatherArguments)
  })

  test('gets vectors', async () => {
    const asked = { model: 'mistral-large', inputs: ['a', 'b'], outputDimension: 8 }
    const answer = await client.embeddings.create(asked)
    expect(answer.data.map(({ embedding }) => embedding?.length)).toEqual([8, 8])
  })

  test('is told of errors', async () => {
    const error = await failure(client.chat.complete({ model: 'none', messages: question }))
    expect(error).toMatchObject({ statusCode: 404 })
  })
})

describe('OpenRouter', () => {
  test('is told whose calls these are and what is decided, and its charge is the cost', async () => {
    router.answerNext(
      Response.json({
        id: 'gen-1',
        object: 'chat.completion',
        created: 1,
        model: 'vendor/model',
        provider: 'Vendor',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' },
        ],
        usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14, cost: 0.00014 },
      }),
    )
    await rig.openai.chat.completions.create({ model: 'routed', messages: question })
    const { headers, json } = router.last()
    expect(headers.get('http-referer')).toBe('https://corp.example')
    expect(headers.get('x-title')).toBe('Corp')
    expect(json['provider']).toEqual({ data_collection: 'deny' })
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.cost).toEqual({ nanoUsd: 140_000, priceVersion: 'provider' })
  })

  test('that fails amid a stream under status 200 has failed', async () => {
    const chunk = (fields: object): string =>
      `data: ${JSON.stringify({ id: 'gen-2', object: 'chat.completion.chunk', created: 1, model: 'm', ...fields })}\n\n`
    router.answerNext(
      new Response(
        ': OPENROUTER PROCESSING\n\n' +
          chunk({ choices: [{ index: 0, delta: { content: 'Ye' }, finish_reason: null }] }) +
          chunk({
            error: { code: 502, message: 'Vendor disconnected' },
            choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
          }),
        { headers: { 'content-type': 'text/event-stream' } },
      ),
    )
    const stream = await rig.openai.chat.completions.create({
      model: 'routed',
      messages: question,
      stream: true,
    })
    const error = await failure(Array.fromAsync(stream))
    expect(error).toMatchObject({ message: expect.stringContaining('Vendor disconnected') })
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.errorCode).toBe('provider_error')
  })
})

describe('vLLM', () => {
  test('counts the tokens of an Anthropic client with the template of its model', async () => {
    router.answerNext(Response.json({ count: 42, max_model_len: 4096, tokens: [1, 2] }))
    const { data, response } = await rig.anthropic.messages
      .countTokens({
        model: 'local',
        system: 'Be brief.',
        messages: question,
        tools: [{ name: weather.name, input_schema: weather.parameters }],
      })
      .withResponse()
    expect(data).toEqual({ input_tokens: 42 })
    expect(response.headers.get('x-smartflow-warnings')).toBeNull()
    expect(router.last().path).toBe('/tokenize')
    expect(router.last().json).toMatchObject({
      model: 'qwen',
      messages: [{ role: 'system', content: 'Be brief.' }, question[0]],
      tools: [{ type: 'function', function: { name: weather.name } }],
      add_generation_prompt: true,
    })
  })

  test('ranks documents, and its total is the usage', async () => {
    const results = [{ index: 1, document: { text: 'b' }, relevance_score: 0.9 }]
    router.answerNext(
      Response.json({ id: 'r', model: 'qwen', results, usage: { total_tokens: 9 } }),
    )
    const body = { model: 'local', query: 'q', documents: ['a', 'b'], top_n: 1 }
    expect(await rig.openai.post('/rerank', { body })).toMatchObject({ results })
    expect(router.last().path).toBe('/v1/rerank')
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.usage).toEqual({ inputTokens: 9, outputTokens: 0, estimated: false })
  })

  test('may repeat its usage in every chunk', async () => {
    const chunk = (delta: object, tokens: number, finish_reason: string | null = null): string => {
      const usage = { prompt_tokens: 5, completion_tokens: tokens, total_tokens: 5 + tokens }
      const head = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'qwen' }
      return `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason }], usage })}\n\n`
    }
    const wire =
      chunk({ role: 'assistant', content: '' }, 0) +
      chunk({ content: 'Ye' }, 1) +
      chunk({ content: 's' }, 2, 'stop') +
      'data: [DONE]\n\n'
    const headers = { 'content-type': 'text/event-stream' }
    router.answerNext(new Response(wire, { headers }))
    const stream = rig.anthropic.messages.stream({
      model: 'local',
      max_tokens: 10,
      messages: question,
    })
    const { usage, content } = await stream.finalMessage()
    expect(content).toMatchObject([{ type: 'text', text: 'Yes' }])
    expect(usage).toMatchObject({ input_tokens: 5, output_tokens: 2 })
  })
})
