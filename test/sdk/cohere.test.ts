import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { BadRequestError, InternalServerError, RateLimitError } from 'openai'
import type OpenAI from 'openai'
import { CohereClientV2, CohereError } from 'cohere-ai'
import { failure, recordsOf, startSdkRig, weather, weatherArguments } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'
import { startUpstream } from '../support/upstream.ts'
import type { Upstream } from '../support/upstream.ts'

let rig: SdkRig
let upstream: Upstream
let cohere: CohereClientV2

beforeAll(async () => {
  upstream = startUpstream('cohere-key-of-the-gateway')
  const provider = `type: cohere, baseUrl: ${upstream.url}`
  rig = await startSdkRig(
    {
      'openai-vectors': ['openai', 'sim-embedding'],
      'openai-chat': ['openai', 'sim-model'],
      claude: ['anthropic', 'sim-claude'],
      'openai-ranker': ['compatible', 'sim-ranker'],
    },
    {
      providers: [
        `{ name: cohere, ${provider}, apiKey: ${upstream.key} }`,
        `{ name: cohere-locked, ${provider}, apiKey: a-key-that-is-not-known }`,
      ],
      models: [
        '{ name: command, targets: [{ provider: cohere, model: command-a }] }',
        '{ name: parallel, targets: [{ provider: cohere, model: "command-a;parallel=2" }] }',
        '{ name: failing, targets: [{ provider: cohere, model: "command-a;errorEvent=4" }] }',
        '{ name: limited, targets: [{ provider: cohere, model: "command-a;error=429;retryAfter=7" }] }',
        '{ name: locked, targets: [{ provider: cohere-locked, model: command-a }] }',
        '{ name: vectors, targets: [{ provider: cohere, model: embed-v4.0 }] }',
        '{ name: ranker, targets: [{ provider: cohere, model: rerank-v4.0 }] }',
      ],
    },
  )
  const { url: environment, key: token } = rig.gateway
  cohere = new CohereClientV2({ environment, token, maxRetries: 0 })
})

afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

const question = [{ role: 'user' as const, content: 'What is a gateway?' }]
const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: weather }]

describe('an OpenAI client of Cohere', () => {
  test('gets the same answer plain and streamed, with what was billed', async () => {
    const plain = await rig.openai.chat.completions.create({ model: 'command', messages: question })
    const text = plain.choices[0]?.message.content ?? ''
    expect(text).toStartWith('This is a simulated answer')
    expect(plain.model).toBe('command-a')
    expect(plain.choices[0]?.finish_reason).toBe('stop')
    expect(upstream.last().path).toBe('/v2/chat')
    expect(upstream.last().json).toEqual({
      model: 'command-a',
      messages: question,
      stream: false,
    })
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.usage).toMatchObject({
      inputTokens: plain.usage?.prompt_tokens ?? Number.NaN,
      outputTokens: plain.usage?.completion_tokens ?? Number.NaN,
      estimated: false,
    })
    const stream = await rig.openai.chat.completions.create({
      model: 'command',
      messages: question,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await Array.fromAsync(stream)
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(text)
    expect(chunks.at(-1)?.usage).toMatchObject({
      completion_tokens: plain.usage?.completion_tokens ?? Number.NaN,
    })
    expect(new Set(chunks.map(({ model }) => model))).toEqual(new Set(['command-a']))
  })

  test('runs tools in parallel and sends their results back', async () => {
    const asked = { model: 'parallel', tools, tool_choice: 'required' as const }
    const first = await rig.openai.chat.completions.create({ ...asked, messages: question })
    const message = first.choices[0]?.message
    if (message === undefined) throw new Error('no message')
    expect(first.choices[0]?.finish_reason).toBe('tool_calls')
    expect(message.content).toBe('I will use a tool (simulated).')
    const calls = message.tool_calls ?? []
    expect(calls).toHaveLength(2)
    for (const call of calls) {
      if (call.type !== 'function') throw new Error('no function')
      expect(JSON.parse(call.function.arguments)).toEqual(weatherArguments)
    }
    const results = calls.map(({ id }) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: 'sunny',
    }))
    const second = await rig.openai.chat.completions.create({
      model: 'parallel',
      tools,
      messages: [...question, message, ...results],
    })
    expect(second.choices[0]?.message.content).toStartWith('This is a simulated answer')
    expect(upstream.last().json['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', tool_plan: 'I will use a tool (simulated).' },
      { role: 'tool', content: 'sunny' },
      { role: 'tool', content: 'sunny' },
    ])
  })

  test('streams the same tool calls', async () => {
    const stream = rig.openai.chat.completions.stream({
      model: 'parallel',
      messages: question,
      tools,
      tool_choice: 'required',
    })
    const { choices } = await stream.finalChatCompletion()
    expect(choices[0]?.message.tool_calls).toHaveLength(2)
    expect(choices[0]?.finish_reason).toBe('tool_calls')
  })

  test('gets an answer of the asked shape, and thinking where it asks for it', async () => {
    const days = { type: 'integer', minimum: 2 }
    const schema = { type: 'object', properties: { days }, required: ['days'] }
    const shaped = await rig.openai.chat.completions.create({
      model: 'command',
      messages: question,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
    })
    expect(JSON.parse(shaped.choices[0]?.message.content ?? '')).toEqual({ days: 2 })
    const thought = await rig.openai.chat.completions.create({
      model: 'command',
      messages: question,
      reasoning_effort: 'low',
    })
    expect(upstream.last().json['thinking']).toEqual({ type: 'enabled', token_budget: 2048 })
    expect(thought.choices[0]?.message).toHaveProperty('reasoning_content')
  })

  test('is told of refusals, limits and failures in its own dialect', async () => {
    const limited = await failure(
      rig.openai.chat.completions.create({ model: 'limited', messages: question }),
    )
    if (!(limited instanceof RateLimitError)) throw new Error('no rate limit')
    expect(limited.headers.get('retry-after')).toBe('7')
    expect(limited.message).toContain('Simulated error 429.')
    const locked = await failure(
      rig.openai.chat.completions.create({ model: 'locked', messages: question }),
    )
    expect(locked).toBeInstanceOf(InternalServerError)
    expect(locked).toMatchObject({ status: 502, code: 'provider_refused_credentials' })
    const failed = await failure(
      rig.openai.chat.completions.create({ model: 'failing', messages: question }),
    )
    expect(failed).toMatchObject({ status: 502 })
    const stream = await rig.openai.chat.completions.create({
      model: 'failing',
      messages: question,
      stream: true,
    })
    expect(await failure(Array.fromAsync(stream))).toMatchObject({
      message: expect.stringContaining('The server had an error'),
    })
  })

  test('is warned of what Cohere cannot express', async () => {
    const { response } = await rig.openai.chat.completions
      .create({
        model: 'command',
        messages: question,
        user: 'someone',
        logit_bias: { '1': 2 },
        top_p: 1,
        parallel_tool_calls: false,
        tools,
      })
      .withResponse()
    const warnings = response.headers.get('x-smartflow-warnings') ?? ''
    for (const field of ['user', 'logit_bias', 'top_p', 'parallel_tool_calls']) {
      expect(warnings).toContain(field)
    }
  })
})

test('an Anthropic client of Cohere gets answers, thinking and tools, and sends documents', async () => {
  const asked = { model: 'command', max_tokens: 500 }
  const document = {
    type: 'document' as const,
    source: { type: 'text' as const, media_type: 'text/plain' as const, data: 'It is open.' },
    title: 'Door',
  }
  const answer = await rig.anthropic.messages.create({
    ...asked,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Is it open?' }, document] }],
  })
  expect(answer.content[0]).toMatchObject({ type: 'text' })
  expect(answer.usage.input_tokens).toBeGreaterThan(0)
  expect(upstream.last().json).toMatchObject({
    documents: [{ data: { title: 'Door', text: 'It is open.' } }],
    citation_options: { mode: 'OFF' },
  })
  const stream = rig.anthropic.messages.stream({
    ...asked,
    max_tokens: 4000,
    thinking: { type: 'enabled', budget_tokens: 2000 },
    messages: question,
  })
  const { content, stop_reason } = await stream.finalMessage()
  expect(content.map(({ type }) => type)).toEqual(['thinking', 'text'])
  expect(stop_reason).toBe('end_turn')
  const called = await rig.anthropic.messages.create({
    ...asked,
    messages: question,
    tools: [{ name: weather.name, input_schema: weather.parameters }],
    tool_choice: { type: 'any' },
  })
  expect(called.content.at(-1)).toMatchObject({ type: 'tool_use', input: weatherArguments })
})

describe('vectors of Cohere', () => {
  const input = ['a gateway', 'a door']

  test('reach an OpenAI client as it asks for them, as those of OpenAI would', async () => {
    const request = { input, dimensions: 256 }
    const expected = await rig.openai.embeddings.create({ ...request, model: 'openai-vectors' })
    const answer = await rig.openai.embeddings.create({ ...request, model: 'vectors' })
    expect(upstream.last().json).toEqual({
      model: 'embed-v4.0',
      texts: input,
      input_type: 'search_document',
      embedding_types: ['base64'],
      output_dimension: 256,
    })
    expect(answer.data).toEqual(expected.data)
    expect(answer.usage).toEqual(expected.usage)
    const floats = await rig.openai.embeddings.create({
      ...request,
      model: 'vectors',
      encoding_format: 'float',
    })
    expect(floats.data[1]?.embedding[7]).toBeCloseTo(answer.data[1]?.embedding[7] ?? NaN, 6)
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.usage).toMatchObject({
      inputTokens: answer.usage.prompt_tokens,
      estimated: false,
    })
  })

  test('are asked for in batches where Cohere takes no more at once', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `text ${index}`)
    const before = upstream.calls.length
    const request = { input: many, dimensions: 256 }
    const answer = await rig.openai.embeddings.create({ ...request, model: 'vectors' })
    expect(upstream.calls.length - before).toBe(3)
    const expected = await rig.openai.embeddings.create({ ...request, model: 'openai-vectors' })
    expect(answer.data.map(({ index }) => index)).toEqual(many.map((_, index) => index))
    expect(answer.data[150]?.embedding).toEqual(expected.data[150]?.embedding ?? [])
    expect(answer.usage).toEqual(expected.usage)
  })

  test('are refused in the words of the client', async () => {
    const error = await failure(
      rig.openai.embeddings.create({ model: 'vectors', input, dimensions: 3 }),
    )
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ message: expect.stringContaining('output_dimension') })
    const tokens = await failure(rig.openai.embeddings.create({ model: 'vectors', input: [1, 2] }))
    expect(tokens).toMatchObject({ status: 400, param: 'input' })
  })
})

test('documents are ranked by Cohere for a client of /v1/rerank', async () => {
  const answer = await rig.openai.post<{
    results: { index: number; document?: { text: string } }[]
  }>('/rerank', {
    body: {
      model: 'ranker',
      query: 'red house',
      documents: ['blue house', { text: 'red house' }, 'car'],
      top_n: 2,
      return_documents: true,
    },
  })
  expect(answer.results.map(({ index }) => index)).toEqual([1, 0])
  expect(answer.results[0]?.document).toEqual({ text: 'red house' })
  expect(upstream.last().json).toEqual({
    model: 'rerank-v4.0',
    query: 'red house',
    documents: ['blue house', 'red house', 'car'],
    top_n: 2,
  })
})

describe.each(['command', 'openai-chat', 'claude'])("Cohere's SDK as a client of %s", (model) => {
  test('gets the same answer plain and streamed, with usage', async () => {
    const plain = await cohere.chat({ model, messages: question })
    const [part] = plain.message.content ?? []
    if (part?.type !== 'text') throw new Error('no text')
    expect(part.text).toStartWith('This is a simulated answer')
    expect(plain.finishReason).toBe('COMPLETE')
    expect(plain.usage?.billedUnits?.outputTokens).toBeGreaterThan(0)
    let streamed = ''
    let finish: string | undefined
    for await (const event of await cohere.chatStream({ model, messages: question })) {
      if (event.type === 'content-delta') streamed += event.delta?.message?.content?.text ?? ''
      if (event.type === 'message-end') finish = event.delta?.finishReason
    }
    expect(streamed).toBe(part.text)
    expect(finish).toBe('COMPLETE')
  })

  test('calls tools, plain and streamed', async () => {
    const asked = {
      model,
      messages: question,
      tools: [{ type: 'function' as const, function: weather }],
      toolChoice: 'REQUIRED' as const,
    }
    const plain = await cohere.chat(asked)
    expect(plain.finishReason).toBe('TOOL_CALL')
    const [call] = plain.message.toolCalls ?? []
    expect(JSON.parse(call?.function?.arguments ?? '')).toEqual(weatherArguments)
    let streamed = ''
    for await (const event of await cohere.chatStream(asked)) {
      if (event.type !== 'tool-call-delta') continue
      streamed += event.delta?.message?.toolCalls?.function?.arguments ?? ''
    }
    expect(JSON.parse(streamed)).toEqual(weatherArguments)
    const followed = await cohere.chat({
      ...asked,
      toolChoice: 'NONE',
      messages: [
        ...question,
        plain.message,
        { role: 'tool', toolCallId: call?.id ?? '', content: 'sunny' },
      ],
    })
    expect(followed.finishReason).toBe('COMPLETE')
  })
})

describe("Cohere's SDK as a client", () => {
  test.each(['vectors', 'openai-vectors'])('gets vectors of %s', async (model) => {
    const asked = { model, texts: ['a', 'b'], inputType: 'search_query' as const }
    const answer = await cohere.embed({ ...asked, outputDimension: 256, embeddingTypes: ['float'] })
    expect(answer.embeddings.float?.map(({ length }) => length)).toEqual([256, 256])
    expect(answer.meta?.billedUnits?.inputTokens).toBe(2)
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.usage).toMatchObject({ inputTokens: 2, estimated: false })
  })

  test.each(['ranker', 'openai-ranker'])('gets documents ranked by %s', async (model) => {
    const documents = ['blue house', 'red house', 'car']
    const { results } = await cohere.rerank({ model, query: 'red house', documents, topN: 2 })
    expect(results.map(({ index }) => index)).toEqual([1, 0])
    expect(results[0]?.relevanceScore).toBe(1)
  })

  test('is told of errors in its own dialect', async () => {
    const missing = await failure(cohere.chat({ model: 'none', messages: question }))
    if (!(missing instanceof CohereError)) throw new Error('no error')
    expect(missing.statusCode).toBe(404)
    expect(missing.body).toMatchObject({ code: 'model_not_found' })
    const limited = await failure(cohere.chat({ model: 'limited', messages: question }))
    expect(limited).toMatchObject({ statusCode: 429, body: { message: 'Simulated error 429.' } })
    const events = await Array.fromAsync(
      await cohere.chatStream({ model: 'failing', messages: question }),
    )
    const end = events.at(-1)
    if (end?.type !== 'message-end') throw new Error('no end')
    expect(end.delta).toMatchObject({ finishReason: 'ERROR' })
  })
})
