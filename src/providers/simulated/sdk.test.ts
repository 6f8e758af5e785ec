import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic, {
  AuthenticationError as AnthropicAuthError,
  RateLimitError as AnthropicRateError,
} from '@anthropic-ai/sdk'
import OpenAI, {
  APIError,
  AuthenticationError,
  AzureOpenAI,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
  toFile,
} from 'openai'
import { serveSimulatedProvider } from './index.ts'
import type { SimulatedServer } from './index.ts'

const key = 'sk-provider-test'
const weather = {
  name: 'get_weather',
  description: 'Weather of a place',
  parameters: {
    type: 'object',
    properties: { place: { type: 'string', minLength: 3 }, days: { type: 'integer', minimum: 2 } },
    required: ['place', 'days'],
    additionalProperties: false,
  },
}

/** What a promise rejects with. */
async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
    return undefined
  } catch (error) {
    return error
  }
}

let server: SimulatedServer
let openai: OpenAI
let anthropic: Anthropic

beforeAll(async () => {
  server = await serveSimulatedProvider({ apiKey: key })
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: server.url, apiKey: key, maxRetries: 0 })
})

afterAll(() => server[Symbol.asyncDispose]())

describe('the OpenAI SDK', () => {
  const messages = [{ role: 'user' as const, content: 'What is a gateway?' }]

  test('gets the same plain answer twice, marked as simulated, with usage', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => openai.chat.completions.create({ model: 'gpt-x', messages })),
    )
    const text = first?.choices[0]?.message.content
    expect(text).toStartWith('This is a simulated answer')
    expect(second?.choices[0]?.message.content).toBe(text ?? '')
    expect(first?.model).toBe('gpt-x')
    expect(first?.usage?.prompt_tokens).toBe(5)
    expect(first?.usage?.completion_tokens).toBe(Math.ceil((text?.length ?? 0) / 4))
  })

  test('streams the text of the plain answer and then the usage', async () => {
    const plain = await openai.chat.completions.create({ model: 'gpt-x', messages })
    const stream = await openai.chat.completions.create({
      model: 'gpt-x',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let usage: OpenAI.CompletionUsage | null | undefined
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      usage = chunk.usage
    }
    expect(text).toBe(plain.choices[0]?.message.content ?? '')
    expect(usage).toEqual(plain.usage)
  })

  test('gets tool calls whose arguments satisfy the schema, alone and in parallel', async () => {
    const tools = [{ type: 'function' as const, function: weather }]
    const one = await openai.chat.completions.create({
      model: 'm',
      messages,
      tools,
      tool_choice: 'required',
    })
    const [call] = one.choices[0]?.message.tool_calls ?? []
    expect(one.choices[0]?.finish_reason).toBe('tool_calls')
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({
      place: 'simulated',
      days: 2,
    })
    const runner = openai.chat.completions.stream({
      model: 'm;tool=get_weather;parallel=3',
      messages,
      tools,
    })
    const final = await runner.finalChatCompletion()
    expect(final.choices[0]?.message.tool_calls).toHaveLength(3)
  })

  test('gets a text once the conversation ends with a tool result', async () => {
    const answer = await openai.chat.completions.create({
      model: 'm;tool=get_weather',
      messages: [
        ...messages,
        {
          role: 'assistant',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'rain' },
      ],
      tools: [{ type: 'function', function: weather }],
    })
    expect(answer.choices[0]?.finish_reason).toBe('stop')
  })

  test('gets structured output that fits the schema and reasoning when asked', async () => {
    const answer = await openai.chat.completions.create({
      model: 'm',
      messages,
      reasoning_effort: 'low',
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'w', schema: weather.parameters },
      },
    })
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({
      place: 'simulated',
      days: 2,
    })
    expect(answer.choices[0]?.message).toHaveProperty('reasoning_content')
    expect(answer.usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0)
  })

  test('gets unit vectors, the same by float and by base64, in the asked dimensions', async () => {
    const input = ['a', 'b', 'a']
    const floats = await openai.embeddings.create({
      model: 'e',
      input,
      dimensions: 32,
      encoding_format: 'float',
    })
    const packed = await openai.embeddings.create({ model: 'e', input, dimensions: 32 })
    const [a, b, again] = floats.data.map((item) => item.embedding)
    expect(a).toHaveLength(32)
    expect(a).toEqual(again ?? [])
    expect(a).not.toEqual(b ?? [])
    expect(Math.hypot(...(a ?? []))).toBeCloseTo(1, 5)
    expect(packed.data[0]?.embedding[5]).toBeCloseTo(a?.[5] ?? NaN, 6)
  })

  test('reaches completions, models, moderations, audio, images, files and batches', async () => {
    const completion = await openai.completions.create({
      model: 'm',
      prompt: 'Once',
      max_tokens: 2,
    })
    expect(completion.choices[0]).toMatchObject({ text: 'This is ', finish_reason: 'length' })
    expect((await openai.models.list()).data.length).toBeGreaterThan(0)
    expect((await openai.moderations.create({ input: 'x' })).results[0]?.flagged).toBe(false)
    const speech = await openai.audio.speech.create({
      model: 'tts',
      voice: 'alloy',
      input: 'hello',
    })
    const wav = await speech.bytes()
    expect(new TextDecoder().decode(wav.slice(0, 4))).toBe('RIFF')
    const file = await toFile(Buffer.from(wav), 'hello.wav')
    const heard = await openai.audio.transcriptions.create({ model: 'whisper', file })
    expect(heard.text).toContain(String(wav.length))
    const image = await openai.images.generate({ model: 'image', prompt: 'a pixel' })
    expect(
      Buffer.from(image.data?.[0]?.b64_json ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
    const line = {
      custom_id: 'one',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'm', messages },
    }
    const upload = await openai.files.create({
      purpose: 'batch',
      file: await toFile(Buffer.from(JSON.stringify(line) + '\n'), 'batch.jsonl'),
    })
    const batch = await openai.batches.create({
      input_file_id: upload.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    expect(batch.request_counts).toEqual({ total: 1, completed: 1, failed: 0 })
    const output = await openai.files.content(batch.output_file_id ?? '')
    expect(await output.text()).toContain('This is a simulated answer')
    expect((await openai.files.list()).data).toHaveLength(2)
    expect((await openai.files.delete(upload.id)).deleted).toBe(true)
  })

  test('sees each error as the class it has for it', async () => {
    const ask = (model: string) => openai.chat.completions.create({ model, messages })
    expect(await failure(ask('m;error=429;retryAfter=7'))).toBeInstanceOf(RateLimitError)
    expect(await failure(ask('m;error=500'))).toBeInstanceOf(InternalServerError)
    expect(await failure(ask('m;latenzy=3'))).toHaveProperty(
      'message',
      expect.stringContaining('Did you mean "latency"?'),
    )
    expect(
      await failure(openai.chat.completions.create({ model: 'm', messages: [] })),
    ).toBeInstanceOf(BadRequestError)
    const stranger = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'wrong', maxRetries: 0 })
    expect(await failure(stranger.models.list())).toBeInstanceOf(AuthenticationError)
    expect(await failure(openai.get('/nothing'))).toBeInstanceOf(NotFoundError)
    const limited = await ask('m;error=429,tokens;retryAfter=7').catch((error: unknown) => error)
    expect(limited instanceof APIError && limited.headers?.get('retry-after')).toBe('7')
    expect(limited instanceof APIError && limited.type).toBe('tokens')
  })

  test('retries a call that fails every second time', async () => {
    const patient = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 1 })
    const model = 'm;failEvery=2;error=503;retryAfter=0.01'
    for (let call = 0; call < 4; call++) {
      const answer = await patient.chat.completions.create({ model, messages })
      expect(answer.choices).toHaveLength(1)
    }
  })

  test('throws for an error event inside a stream', async () => {
    const read = async () => {
      const stream = await openai.chat.completions.create({
        model: 'm;errorEvent=3',
        messages,
        stream: true,
      })
      let chunks = 0
      for await (const chunk of stream) chunks += chunk.choices.length
      return chunks
    }
    expect(await failure(read())).toHaveProperty('message', expect.stringContaining('simulated'))
  })
})

describe('the Azure OpenAI SDK', () => {
  test('reaches a deployment with its key header and sees filter results', async () => {
    const azure = new AzureOpenAI({
      endpoint: server.url,
      apiKey: key,
      apiVersion: '2024-10-21',
      maxRetries: 0,
    })
    const messages = [{ role: 'user' as const, content: 'hi' }]
    const answer = await azure.chat.completions.create({ model: 'my-deployment', messages })
    expect(answer.model).toBe('my-deployment')
    expect(answer).toHaveProperty('prompt_filter_results')
    const stream = await azure.chat.completions.create({
      model: 'my-deployment',
      messages,
      stream: true,
    })
    const sizes = []
    for await (const chunk of stream) sizes.push(chunk.choices.length)
    expect(sizes[0]).toBe(0)
  })
})

describe('the Anthropic SDK', () => {
  const messages = [{ role: 'user' as const, content: 'What is a gateway?' }]

  test('gets the same text plain and streamed', async () => {
    const plain = await anthropic.messages.create({ model: 'claude-x', max_tokens: 100, messages })
    const streamed = await anthropic.messages
      .stream({ model: 'claude-x', max_tokens: 100, messages })
      .finalMessage()
    expect(plain.content[0]).toMatchObject({ type: 'text' })
    expect(streamed.content[0]).toMatchObject({ ...plain.content[0] })
    expect(streamed.usage.output_tokens).toBe(plain.usage.output_tokens)
    expect(plain.stop_reason).toBe('end_turn')
    const counted = await anthropic.messages.countTokens({ model: 'claude-x', messages })
    expect(counted.input_tokens).toBe(plain.usage.input_tokens)
  })

  test('gets signed thinking and tool use with valid input, streamed', async () => {
    const answer = await anthropic.messages
      .stream({
        model: 'claude-x;parallel=2',
        max_tokens: 2_000,
        thinking: { type: 'enabled', budget_tokens: 1_024 },
        tools: [
          { name: weather.name, input_schema: { ...weather.parameters, type: 'object' as const } },
        ],
        messages: [{ role: 'user', content: 'Please call get_weather.' }],
      })
      .finalMessage()
    const [thinking, ...uses] = answer.content
    expect(thinking?.type === 'thinking' && thinking.signature.length > 0).toBe(true)
    expect(uses).toHaveLength(2)
    expect(uses[0]).toMatchObject({ type: 'tool_use', input: { place: 'simulated', days: 2 } })
    expect(answer.stop_reason).toBe('tool_use')
  })

  test('is told of a written cache first and of a read one afterwards', async () => {
    const ask = () =>
      anthropic.messages.create({
        model: 'claude-x',
        max_tokens: 50,
        system: [{ type: 'text', text: 'long '.repeat(100), cache_control: { type: 'ephemeral' } }],
        messages,
      })
    const [first, second] = [await ask(), await ask()]
    expect(first.usage.cache_creation_input_tokens).toBe(125)
    expect(second.usage.cache_read_input_tokens).toBe(125)
    expect(second.usage.input_tokens).toBe(first.usage.input_tokens)
  })

  test('sees errors, overload and an error event in a stream', async () => {
    const ask = (model: string) => anthropic.messages.create({ model, max_tokens: 9, messages })
    expect(await failure(ask('c;error=429'))).toBeInstanceOf(AnthropicRateError)
    expect(await failure(ask('c;error=529'))).toHaveProperty(
      'message',
      expect.stringContaining('overloaded_error'),
    )
    const stranger = new Anthropic({ baseURL: server.url, apiKey: 'wrong', maxRetries: 0 })
    expect(
      await failure(stranger.messages.create({ model: 'c', max_tokens: 9, messages })),
    ).toBeInstanceOf(AnthropicAuthError)
    const stream = anthropic.messages.stream({ model: 'c;errorEvent=4', max_tokens: 99, messages })
    expect(await failure(stream.finalMessage())).toHaveProperty(
      'message',
      expect.stringContaining('overloaded_error'),
    )
  })
})
