import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type OpenAI from 'openai'
import { asArray, asObject, asString } from '../../src/core/json.ts'
import {
  openAiTargets,
  pixelPng,
  recordsOf,
  startSdkRig,
  weather,
  weatherArguments,
} from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

const targets = [...openAiTargets, 'anthropic'] as const
const messages = [{ role: 'user' as const, content: 'What is a gateway?' }]
const askForWeather = [{ role: 'user' as const, content: 'Please call get_weather.' }]
const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: weather }]

let rig: SdkRig
let openai: OpenAI

beforeAll(async () => {
  rig = await startSdkRig(
    Object.fromEntries(
      targets.flatMap((target) => [
        [target, [target, 'sim-model']],
        [`${target}-parallel`, [target, 'sim-model;parallel=2']],
      ]),
    ),
  )
  openai = rig.openai
})

afterAll(() => rig[Symbol.asyncDispose]())

/** Reads a stream to its end. */
async function collect(stream: AsyncIterable<OpenAI.ChatCompletionChunk>) {
  const chunks = await Array.fromAsync(stream)
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
  return { chunks, text }
}

function callsOf(answer: OpenAI.ChatCompletion): OpenAI.ChatCompletionMessageFunctionToolCall[] {
  const calls = answer.choices[0]?.message.tool_calls ?? []
  return calls.filter((call) => call.type === 'function')
}

describe.each(targets)('the OpenAI SDK in front of %s', (target) => {
  test('gets a plain answer with usage and a request id', async () => {
    const answer = await openai.chat.completions.create({ model: target, messages })
    expect(answer.choices[0]?.message.content).toStartWith('This is a simulated answer')
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    expect(answer.object).toBe('chat.completion')
    expect(answer.model).toBe('sim-model')
    expect(answer.usage).toMatchObject({
      prompt_tokens: 5,
      completion_tokens: expect.any(Number),
      total_tokens: 5 + (answer.usage?.completion_tokens ?? Number.NaN),
    })
    expect(answer).toHaveProperty('_request_id', expect.stringMatching(/^req_/))
  })

  test('streams the words of the plain answer, without usage it did not ask for', async () => {
    const plain = await openai.chat.completions.create({ model: target, messages })
    const { data, response } = await openai.chat.completions
      .create({ model: target, messages, stream: true })
      .withResponse()
    const { chunks, text } = await collect(data)
    expect(text).toBe(plain.choices[0]?.message.content ?? '')
    expect(chunks.length).toBeGreaterThan(10)
    expect(chunks.filter((chunk) => chunk.usage)).toEqual([])
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')
    const { outcome } = await recordsOf(rig.gateway, response.headers.get('x-request-id') ?? '')
    expect(outcome.usage).toMatchObject({
      inputTokens: plain.usage?.prompt_tokens,
      outputTokens: plain.usage?.completion_tokens,
      estimated: false,
    })
  })

  test('streams usage in a last chunk of its own when asked for it', async () => {
    const plain = await openai.chat.completions.create({ model: target, messages })
    const { chunks } = await collect(
      await openai.chat.completions.create({
        model: target,
        messages,
        stream: true,
        stream_options: { include_usage: true },
      }),
    )
    expect(chunks.filter((chunk) => chunk.usage)).toHaveLength(1)
    expect(chunks.at(-1)?.choices).toEqual([])
    expect(chunks.at(-1)?.usage).toMatchObject({
      prompt_tokens: plain.usage?.prompt_tokens,
      completion_tokens: plain.usage?.completion_tokens,
    })
  })

  test('calls one tool, returns its result, and gets a text', async () => {
    const first = await openai.chat.completions.create({
      model: target,
      messages: askForWeather,
      tools,
    })
    const [call, ...others] = callsOf(first)
    expect(others).toEqual([])
    expect(first.choices[0]?.finish_reason).toBe('tool_calls')
    expect(JSON.parse(call?.function.arguments ?? '')).toEqual(weatherArguments)
    const turn = first.choices[0]?.message
    const second = await openai.chat.completions.create({
      model: target,
      tools,
      messages: [
        ...askForWeather,
        ...(turn === undefined ? [] : [turn]),
        { role: 'tool', tool_call_id: call?.id ?? '', content: 'rain-and-more-rain' },
      ],
    })
    expect(second.choices[0]?.finish_reason).toBe('stop')
    expect(rig.upstream.last().text).toContain('rain-and-more-rain')
    expect(rig.upstream.last().text).toContain(call?.id ?? 'no id')
  })

  test('gets parallel calls, plain and streamed in pieces, the same', async () => {
    const request = { model: `${target}-parallel`, messages: askForWeather, tools }
    const plain = callsOf(await openai.chat.completions.create(request))
    expect(plain.map((call) => JSON.parse(call.function.arguments))).toEqual([
      weatherArguments,
      weatherArguments,
    ])
    const stream = openai.chat.completions.stream(request)
    const pieces: string[] = []
    stream.on('chunk', (chunk) => {
      const piece = chunk.choices[0]?.delta.tool_calls?.[0]?.function?.arguments
      if (piece) pieces.push(piece)
    })
    const streamed = await stream.finalChatCompletion()
    expect(callsOf(streamed).map((call) => JSON.parse(call.function.arguments))).toEqual([
      weatherArguments,
      weatherArguments,
    ])
    expect(new Set(callsOf(streamed).map((call) => call.id)).size).toBe(2)
    expect(pieces.length).toBeGreaterThan(4)
  })

  test('is obeyed in its choice of tools: none, any, a named one, never two', async () => {
    const forecast = { ...weather, name: 'get_forecast' }
    const both: typeof tools = [...tools, { type: 'function', function: forecast }]
    const ask = async (request: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>) =>
      callsOf(
        await openai.chat.completions.create({
          model: `${target}-parallel`,
          messages,
          tools: both,
          ...request,
        }),
      ).map((call) => call.function.name)
    expect(await ask({ messages: askForWeather, tool_choice: 'none' })).toEqual([])
    expect(await ask({ tool_choice: 'required' })).toHaveLength(2)
    expect(await ask({ tool_choice: 'required', parallel_tool_calls: false })).toHaveLength(1)
    const named = { type: 'function' as const, function: { name: 'get_forecast' } }
    expect(await ask({ tool_choice: named, parallel_tool_calls: false })).toEqual(['get_forecast'])
  })

  test('gets structured output that fits its schema', async () => {
    const answer = await openai.chat.completions.parse({
      model: target,
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'weather', schema: weather.parameters, strict: true },
      },
    })
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual(weatherArguments)
  })

  test('sends an image as a data URL', async () => {
    const url = `data:image/png;base64,${pixelPng}`
    const answer = await openai.chat.completions.create({
      model: target,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    })
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    const [message] = asArray(rig.upstream.last().json['messages'])
    const [, image] = asArray(asObject(message)?.['content'])
    expect(image).toEqual(
      target === 'anthropic'
        ? { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixelPng } }
        : { type: 'image_url', image_url: { url } },
    )
  })

  test('sends its stop sequences', async () => {
    await openai.chat.completions.create({ model: target, messages, stop: ['END', '###'] })
    const { json } = rig.upstream.last()
    expect(json[target === 'anthropic' ? 'stop_sequences' : 'stop']).toEqual(['END', '###'])
  })

  test('gets reasoning, plain and streamed, the same', async () => {
    const request = { model: target, messages, reasoning_effort: 'low' as const }
    const plain = await openai.chat.completions.create(request)
    const message = plain.choices[0]?.message
    expect(message).toHaveProperty('reasoning_content', expect.stringContaining('reasoning'))
    const { chunks, text } = await collect(
      await openai.chat.completions.create({ ...request, stream: true }),
    )
    const thought = chunks.map((chunk) => reasoningOf(chunk)).join('')
    expect(message).toHaveProperty('reasoning_content', thought)
    expect(text).toBe(message?.content ?? '')
  })
})

function reasoningOf(chunk: OpenAI.ChatCompletionChunk): string {
  const delta = asObject(chunk.choices[0]?.delta)
  return asString(delta?.['reasoning_content']) ?? ''
}

describe('a call between equal formats', () => {
  test('arrives byte for byte but for the model name', async () => {
    const request = {
      model: 'openai',
      messages,
      temperature: 0.5,
      a_field_of_tomorrow: { nested: [1, { deep: 'value' }] },
    }
    await openai.chat.completions.create(request)
    expect(rig.upstream.last().text).toBe(JSON.stringify({ ...request, model: 'sim-model' }))
  })

  test('brings exactly the bytes the provider sent', async () => {
    const body = '{ "id":"x","object":"chat.completion", "choices":[ ],"n":1.0, "Ünknown":[ ] }\n'
    rig.upstream.answerNext(new Response(body, { headers: { 'content-type': 'application/json' } }))
    const response = await openai.chat.completions
      .create({ model: 'openai', messages })
      .asResponse()
    expect(await response.text()).toBe(body)
  })

  test('carries its ids both ways, and the answer tells what the gateway did', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const { response } = await openai.chat.completions
      .create(
        { model: 'openai', messages },
        { headers: { traceparent, 'x-request-id': 'call-4711' } },
      )
      .withResponse()
    expect(rig.upstream.last().headers.get('traceparent')).toBe(traceparent)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-request-id': 'call-4711',
      'x-smartflow-cache': 'BYPASS',
      'x-smartflow-provider': 'openai',
      'x-smartflow-model': 'sim-model',
      'x-smartflow-decision': 'allow',
      'x-smartflow-provider-request-id': expect.stringContaining('req_sim_'),
    })
  })

  test('reaches each provider at its own path with its own credential and no other', async () => {
    const paths: Record<string, string> = {}
    for (const target of targets) {
      await openai.chat.completions.create({ model: target, messages })
      const { path, headers } = rig.upstream.last()
      paths[target] = path
      const all = JSON.stringify([...headers])
      expect(all).toContain(rig.upstream.key)
      expect(all).not.toContain(rig.gateway.key)
      expect(all).not.toContain('stainless')
    }
    expect(paths).toEqual({
      openai: '/v1/chat/completions',
      compatible: '/v1/chat/completions',
      'azure-v1': '/openai/v1/chat/completions',
      'azure-deployments': '/openai/deployments/sim-model/chat/completions?api-version=2024-10-21',
      apim: '/openai/deployments/sim-model/chat/completions?api-version=2024-10-21',
      'apim-plain': '/openai/v1/chat/completions',
      ollama: '/v1/chat/completions',
      anthropic: '/v1/messages',
    })
  })
})

describe('the OpenAI SDK in front of an Anthropic provider', () => {
  test('is warned about every field that was lost, and only about those', async () => {
    const { response } = await openai.chat.completions
      .create({
        model: 'anthropic',
        messages,
        max_completion_tokens: 100,
        seed: 7,
        logit_bias: { '50256': -100 },
      })
      .withResponse()
    const warnings = response.headers.get('x-smartflow-warnings')?.split(', ').sort()
    expect(warnings).toEqual(['dropped logit_bias', 'dropped seed'])
    const clean = await openai.chat.completions
      .create({ model: 'anthropic', messages, max_completion_tokens: 100 })
      .withResponse()
    expect(clean.response.headers.get('x-smartflow-warnings')).toBeNull()
  })

  test('returns signed thinking in the next turn and the provider gets it unchanged', async () => {
    const first = await openai.chat.completions.create({
      model: 'anthropic',
      messages: askForWeather,
      tools,
      reasoning_effort: 'low',
    })
    const turn = first.choices[0]?.message
    expect(turn).toHaveProperty('reasoning_details')
    const [call] = callsOf(first)
    await openai.chat.completions.create({
      model: 'anthropic',
      tools,
      reasoning_effort: 'low',
      messages: [
        ...askForWeather,
        ...(turn === undefined ? [] : [turn]),
        { role: 'tool', tool_call_id: call?.id ?? '', content: 'rain' },
      ],
    })
    const { json } = rig.upstream.last()
    const [, assistant] = asArray(json['messages'])
    const [thinking] = asArray(asObject(assistant)?.['content'])
    const text = asString(asObject(turn)?.['reasoning_content']) ?? ''
    const signature = btoa(
      `simulated-signature:${Bun.hash.xxHash64(text).toString(16).padStart(16, '0')}`,
    )
    expect(thinking).toEqual({ type: 'thinking', thinking: text, signature })
    expect(asObject(json['thinking'])?.['type']).toBe('enabled')
  })

  test('counts cached tokens within the prompt tokens, as OpenAI does', async () => {
    rig.upstream.answerNext(
      Response.json({
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'sim-model',
        content: [
          { type: 'text', text: 'one ' },
          { type: 'text', text: 'two' },
        ],
        stop_reason: 'stop_sequence',
        stop_sequence: 'END',
        usage: {
          input_tokens: 10,
          cache_read_input_tokens: 30,
          cache_creation_input_tokens: 5,
          output_tokens: 2,
        },
      }),
    )
    const answer = await openai.chat.completions.create({ model: 'anthropic', messages })
    expect(answer.usage).toMatchObject({
      prompt_tokens: 45,
      completion_tokens: 2,
      total_tokens: 47,
      prompt_tokens_details: { cached_tokens: 30 },
    })
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'one two' },
    })
  })
})
