import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic, { NotFoundError } from '@anthropic-ai/sdk'
import { asArray, asObject } from '../../src/core/json.ts'
import { pixelPng, startSdkRig, weather, weatherArguments } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

const targets = ['anthropic', 'openai', 'azure-deployments'] as const
const messages = [{ role: 'user' as const, content: 'What is a gateway?' }]
const askForWeather = [{ role: 'user' as const, content: 'Please call get_weather.' }]
const tools: Anthropic.Tool[] = [
  { name: weather.name, description: weather.description, input_schema: weather.parameters },
]
const max_tokens = 4000

let rig: SdkRig
let anthropic: Anthropic

beforeAll(async () => {
  rig = await startSdkRig(
    Object.fromEntries([
      ...targets.flatMap((target) => [
        [target, [target, 'sim-model']],
        [`${target}-parallel`, [target, 'sim-model;parallel=2']],
      ]),
      ['o3', ['openai', 'o3-sim']],
    ]),
  )
  anthropic = rig.anthropic
})

afterAll(() => rig[Symbol.asyncDispose]())

function textOf(message: Anthropic.Message): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
}

function usesOf(message: Anthropic.Message): Anthropic.ToolUseBlock[] {
  return message.content.filter((block) => block.type === 'tool_use')
}

describe.each(targets)('the Anthropic SDK in front of %s', (target) => {
  const request = { model: target, max_tokens, messages }

  test('gets a plain answer with usage and a request id', async () => {
    const answer = await anthropic.messages.create(request)
    expect(answer).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'sim-model',
      stop_reason: 'end_turn',
      stop_sequence: null,
    })
    expect(textOf(answer)).toStartWith('This is a simulated answer')
    expect(answer.usage.input_tokens).toBe(5)
    expect(answer.usage.output_tokens).toBeGreaterThan(10)
    expect(answer).toHaveProperty('_request_id', expect.stringMatching(/^req_/))
  })

  test('streams the words and the usage of the plain answer', async () => {
    const plain = await anthropic.messages.create(request)
    const stream = anthropic.messages.stream(request)
    const pieces: string[] = []
    stream.on('text', (piece) => pieces.push(piece))
    const streamed = await stream.finalMessage()
    expect(pieces.join('')).toBe(textOf(plain))
    expect(pieces.length).toBeGreaterThan(10)
    expect(textOf(streamed)).toBe(textOf(plain))
    expect(streamed.stop_reason).toBe('end_turn')
    expect(streamed.usage.input_tokens).toBe(plain.usage.input_tokens)
    expect(streamed.usage.output_tokens).toBe(plain.usage.output_tokens)
  })

  test('reads a raw stream whose events come in their order', async () => {
    const stream = await anthropic.messages.create({ ...request, stream: true })
    const types = (await Array.fromAsync(stream)).map((event) => event.type)
    const once = types.filter((type, index) => type !== types[index - 1])
    expect(once).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  test('uses one tool, returns its result, and gets a text', async () => {
    const first = await anthropic.messages.create({ ...request, messages: askForWeather, tools })
    const [use, ...others] = usesOf(first)
    expect(others).toEqual([])
    expect(first.stop_reason).toBe('tool_use')
    expect(use?.input).toEqual(weatherArguments)
    const second = await anthropic.messages.create({
      ...request,
      tools,
      messages: [
        ...askForWeather,
        { role: 'assistant', content: first.content },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: use?.id ?? '', content: 'rain-and-more-rain' },
          ],
        },
      ],
    })
    expect(second.stop_reason).toBe('end_turn')
    expect(rig.upstream.last().text).toContain('rain-and-more-rain')
    expect(rig.upstream.last().text).toContain(use?.id ?? 'no id')
  })

  test('gets parallel uses, plain and streamed in pieces, the same', async () => {
    const both = { ...request, model: `${target}-parallel`, messages: askForWeather, tools }
    const plain = usesOf(await anthropic.messages.create(both))
    expect(plain.map((use) => use.input)).toEqual([weatherArguments, weatherArguments])
    const stream = anthropic.messages.stream(both)
    const pieces: string[] = []
    stream.on('inputJson', (piece) => pieces.push(piece))
    const streamed = usesOf(await stream.finalMessage())
    expect(streamed.map((use) => use.input)).toEqual([weatherArguments, weatherArguments])
    expect(new Set(streamed.map((use) => use.id)).size).toBe(2)
    expect(pieces.length).toBeGreaterThan(4)
  })

  test('is obeyed in its choice of tools: none, any, a named one, never two', async () => {
    const forecast = { ...tools[0], name: 'get_forecast', input_schema: weather.parameters }
    const ask = async (more: Partial<Anthropic.MessageCreateParamsNonStreaming>) =>
      usesOf(
        await anthropic.messages.create({
          ...request,
          model: `${target}-parallel`,
          tools: [...tools, forecast],
          ...more,
        }),
      ).map((use) => use.name)
    expect(await ask({ messages: askForWeather, tool_choice: { type: 'none' } })).toEqual([])
    expect(await ask({ tool_choice: { type: 'any' } })).toHaveLength(2)
    const single = { disable_parallel_tool_use: true }
    expect(await ask({ tool_choice: { type: 'any', ...single } })).toHaveLength(1)
    expect(await ask({ tool_choice: { type: 'tool', name: 'get_forecast', ...single } })).toEqual([
      'get_forecast',
    ])
  })

  test('gets structured output that fits its schema', async () => {
    const answer = await anthropic.messages.create({
      ...request,
      output_config: { format: { type: 'json_schema', schema: weather.parameters } },
    })
    expect(JSON.parse(textOf(answer))).toEqual(weatherArguments)
  })

  test('sends an image in base64', async () => {
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: pixelPng }
    const answer = await anthropic.messages.create({
      ...request,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source },
            { type: 'text', text: 'What is this?' },
          ],
        },
      ],
    })
    expect(answer.stop_reason).toBe('end_turn')
    const [message] = asArray(rig.upstream.last().json['messages'])
    const [image] = asArray(asObject(message)?.['content'])
    expect(image).toEqual(
      target === 'anthropic'
        ? { type: 'image', source }
        : { type: 'image_url', image_url: { url: `data:image/png;base64,${pixelPng}` } },
    )
  })

  test('sends its system prompt and stop sequences', async () => {
    await anthropic.messages.create({
      ...request,
      system: 'Be brief.',
      stop_sequences: ['END', '###'],
    })
    const { json } = rig.upstream.last()
    expect(json[target === 'anthropic' ? 'stop_sequences' : 'stop']).toEqual(['END', '###'])
    if (target === 'anthropic') expect(json['system']).toBe('Be brief.')
    else expect(asArray(json['messages'])[0]).toEqual({ role: 'system', content: 'Be brief.' })
  })
})

describe('the Anthropic SDK in front of an Anthropic provider', () => {
  const request = { model: 'anthropic', max_tokens }

  test('returns signed thinking in the next turn and the provider gets it unchanged', async () => {
    const thinking = { type: 'enabled' as const, budget_tokens: 1024 }
    const first = await anthropic.messages
      .stream({ ...request, thinking, messages: askForWeather, tools })
      .finalMessage()
    const [thought, use] = first.content
    expect(thought).toMatchObject({ type: 'thinking', signature: expect.stringMatching(/.{10}/) })
    const turn = { role: 'assistant' as const, content: first.content }
    const sent = {
      ...request,
      thinking,
      tools,
      messages: [
        ...askForWeather,
        turn,
        {
          role: 'user' as const,
          content: [
            {
              type: 'tool_result' as const,
              tool_use_id: use?.type === 'tool_use' ? use.id : '',
              content: 'rain',
            },
          ],
        },
      ],
    }
    await anthropic.messages.create(sent)
    const [, assistant] = asArray(rig.upstream.last().json['messages'])
    expect(assistant).toEqual(JSON.parse(JSON.stringify(turn)))
    expect(rig.upstream.last().text).toBe(JSON.stringify({ ...sent, model: 'sim-model' }))
  })

  test('keeps prompt caching: marks go out, counts come back', async () => {
    const ask = () =>
      anthropic.messages.create({
        ...request,
        system: [{ type: 'text', text: 'long '.repeat(99), cache_control: { type: 'ephemeral' } }],
        messages,
      })
    const [first, second] = [await ask(), await ask()]
    expect(first.usage.cache_creation_input_tokens).toBeGreaterThan(100)
    expect(second.usage.cache_read_input_tokens).toBe(first.usage.cache_creation_input_tokens)
  })

  test('passes its beta header on', async () => {
    await anthropic.messages.create(
      { ...request, messages },
      { headers: { 'anthropic-beta': 'something-new-2026-01-01' } },
    )
    expect(rig.upstream.last().headers.get('anthropic-beta')).toBe('something-new-2026-01-01')
    expect(rig.upstream.last().headers.get('x-api-key')).toBe(rig.upstream.key)
  })
})

describe('the Anthropic SDK in front of an OpenAI provider', () => {
  test('gets the thinking of a model that reasons, plain and streamed', async () => {
    const request = {
      model: 'o3',
      max_tokens,
      messages,
      thinking: { type: 'enabled' as const, budget_tokens: 2048 },
    }
    const { data: plain, response } = await anthropic.messages.create(request).withResponse()
    expect(plain.content.map((block) => block.type)).toEqual(['thinking', 'text'])
    expect(response.headers.get('x-smartflow-warnings')).toContain('thinking.budget_tokens')
    expect(rig.upstream.last().json['reasoning_effort']).toBe('low')
    const streamed = await anthropic.messages.stream(request).finalMessage()
    expect(streamed.content.map((block) => block.type)).toEqual(['thinking', 'text'])
    expect(textOf(streamed)).toBe(textOf(plain))
  })

  test('is warned about every field that was lost, and only about those', async () => {
    const { response } = await anthropic.messages
      .create({
        model: 'openai',
        max_tokens,
        messages,
        service_tier: 'standard_only',
        inference_geo: 'eu',
      })
      .withResponse()
    const warnings = response.headers.get('x-smartflow-warnings')?.split(', ').sort()
    expect(warnings).toEqual(['dropped inference_geo', 'dropped service_tier'])
    const clean = await anthropic.messages
      .create({ model: 'openai', max_tokens, messages })
      .withResponse()
    expect(clean.response.headers.get('x-smartflow-warnings')).toBeNull()
  })

  test('sees cached tokens beside the input tokens, as Anthropic counts them', async () => {
    rig.upstream.answerNext(
      Response.json({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model: 'sim-model',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'length' },
        ],
        usage: {
          prompt_tokens: 45,
          completion_tokens: 2,
          total_tokens: 47,
          prompt_tokens_details: { cached_tokens: 30 },
        },
      }),
    )
    const answer = await anthropic.messages.create({ model: 'openai', max_tokens, messages })
    expect(answer.usage).toMatchObject({
      input_tokens: 15,
      cache_read_input_tokens: 30,
      output_tokens: 2,
    })
    expect(answer.stop_reason).toBe('max_tokens')
  })
})

describe('tokens are counted', () => {
  test('by the provider where it counts', async () => {
    const { data, response } = await anthropic.messages
      .countTokens({ model: 'anthropic', messages })
      .withResponse()
    expect(data.input_tokens).toBe(5)
    expect(rig.upstream.last()).toMatchObject({
      path: '/v1/messages/count_tokens',
      json: { model: 'sim-model' },
    })
    expect(response.headers.get('x-smartflow-warnings')).toBeNull()
  })

  test('by estimate where it does not, and said to be one', async () => {
    const before = rig.upstream.calls.length
    const { data, response } = await anthropic.messages
      .countTokens({ model: 'openai', messages })
      .withResponse()
    expect(data.input_tokens).toBeGreaterThan(3)
    expect(data.input_tokens).toBeLessThan(40)
    expect(response.headers.get('x-smartflow-warnings')).toContain('estimated')
    expect(rig.upstream.calls).toHaveLength(before)
  })
})

describe('models and addresses', () => {
  test('models are listed and retrieved in the shape of Anthropic', async () => {
    const page = await anthropic.models.list()
    expect(page.data.map((model) => model.id)).toContain('openai')
    const { data, response } = await anthropic.models.retrieve('anthropic').withResponse()
    expect(data).toMatchObject({ type: 'model', id: 'anthropic' })
    expect(response.headers.get('request-id')).toStartWith('req_')
    const listed: string[] = []
    for await (const model of anthropic.models.list()) listed.push(model.id)
    expect(listed).toEqual(page.data.map((model) => model.id))
    expect(Object.getOwnPropertyDescriptor(data, '_request_id')?.value).toStartWith('req_')
  })

  test('the bare address of the gateway works too', async () => {
    const client = new Anthropic({
      baseURL: rig.gateway.url,
      apiKey: rig.gateway.key,
      maxRetries: 0,
    })
    const answer = await client.messages.create({ model: 'openai', max_tokens, messages })
    expect(textOf(answer)).toStartWith('This is a simulated answer')
    expect((await client.models.retrieve('openai')).type).toBe('model')
    const error = await client.models.retrieve('nothing').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ type: 'not_found_error', requestID: expect.any(String) })
  })

  test('the beta surface works too', async () => {
    const answer = await anthropic.beta.messages.create({
      model: 'openai',
      max_tokens,
      messages,
      betas: ['something-new-2026-01-01'],
    })
    expect(answer.stop_reason).toBe('end_turn')
    const counted = await anthropic.beta.messages.countTokens({ model: 'anthropic', messages })
    expect(counted.input_tokens).toBe(5)
  })

  test('a token instead of a key works as well', async () => {
    const client = new Anthropic({
      baseURL: `${rig.gateway.url}/anthropic`,
      apiKey: null,
      authToken: rig.gateway.key,
      maxRetries: 0,
    })
    const answer = await client.messages.create({ model: 'openai', max_tokens, messages })
    expect(answer.type).toBe('message')
  })
})
