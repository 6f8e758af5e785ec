import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk'
import type Anthropic from '@anthropic-ai/sdk'
import { asArray } from '../../src/core/json.ts'
import { encodeEvent } from '../../src/formats/index.ts'
import { claudeAtBedrock as claude } from '../support/bedrock.ts'
import {
  failure,
  pixelPng,
  recordsOf,
  startSdkRig,
  weather,
  weatherArguments,
} from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

const targets = ['bedrock', 'anthropic', 'openai'] as const
const max_tokens = 4000
const messages = [{ role: 'user' as const, content: 'What is a gateway?' }]
const askForWeather = [{ role: 'user' as const, content: 'Please call get_weather.' }]
const tools: Anthropic.Tool[] = [
  { name: weather.name, description: weather.description, input_schema: weather.parameters },
]

let rig: SdkRig
/** Anthropic's SDK for Bedrock, unchanged but for address and key. */
let atBedrock: AnthropicBedrock

beforeAll(async () => {
  rig = await startSdkRig(
    Object.fromEntries([
      ...targets.flatMap((target) => [
        [target, [target, claude]],
        [`${target}-parallel`, [target, `${claude};parallel=2`]],
        [`${target}-slow`, [target, `${claude};tps=20`]],
        [`${target}-throttled`, [target, `${claude};error=429`]],
      ]),
      ['llama', ['bedrock', 'meta.llama3-1-70b-instruct-v1:0']],
    ]),
  )
  const { url, key } = rig.gateway
  const options = { baseURL: `${url}/bedrock`, awsRegion: 'eu-central-1', maxRetries: 0 }
  atBedrock = new AnthropicBedrock({ ...options, apiKey: key })
})

afterAll(() => rig[Symbol.asyncDispose]())

type Client = { readonly messages: Pick<Anthropic['messages'], 'create' | 'stream'> }

function textOf(message: Anthropic.Message): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
}

/** What both clients do in front of any provider. */
function describeClient(client: () => Client, target: string): void {
  const request = { model: target, max_tokens, messages }

  test('gets a plain answer, and the same streamed', async () => {
    const plain = await client().messages.create(request)
    expect(plain.stop_reason).toBe('end_turn')
    expect(textOf(plain)).toStartWith('This is a simulated answer')
    expect(plain.usage.input_tokens).toBe(5)
    const stream = client().messages.stream(request)
    const pieces: string[] = []
    stream.on('text', (piece) => pieces.push(piece))
    const streamed = await stream.finalMessage()
    expect(pieces.length).toBeGreaterThan(10)
    expect(textOf(streamed)).toBe(textOf(plain))
    expect(streamed.usage.output_tokens).toBe(plain.usage.output_tokens)
  })

  test('gets parallel calls, plain and streamed in pieces, and returns their results', async () => {
    const both = { ...request, model: `${target}-parallel`, messages: askForWeather, tools }
    const plain = await client().messages.create(both)
    const uses = plain.content.filter((block) => block.type === 'tool_use')
    expect(uses.map((use) => use.input)).toEqual([weatherArguments, weatherArguments])
    const streamed = await client().messages.stream(both).finalMessage()
    const inputs = streamed.content.flatMap((block) =>
      block.type === 'tool_use' ? [block.input] : [],
    )
    expect(inputs).toEqual([weatherArguments, weatherArguments])
    const results = uses.map(({ id }) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: [
        { type: 'text' as const, text: 'rain' },
        {
          type: 'image' as const,
          source: { type: 'base64' as const, media_type: 'image/png' as const, data: pixelPng },
        },
      ],
    }))
    const end = await client().messages.create({
      ...both,
      messages: [
        ...askForWeather,
        { role: 'assistant', content: plain.content },
        { role: 'user', content: results },
      ],
    })
    expect(end.stop_reason).toBe('end_turn')
    // Results hold nothing but text there, which is told in a warning.
    if (target !== 'openai') expect(rig.upstream.last().text).toContain(pixelPng)
  })

  test('gets an error with its status and words', async () => {
    const error = await failure(
      client().messages.create({ ...request, model: `${target}-throttled` }),
    )
    expect(error).toMatchObject({ status: 429 })
    expect(error).toHaveProperty('message', expect.stringContaining('Simulated error 429'))
  })

  test('leaves in the middle of a stream, and so does the gateway at the provider', async () => {
    const stream = await client().messages.create({
      ...request,
      model: `${target}-slow`,
      stream: true,
    })
    for await (const event of stream) if (event.type === 'content_block_delta') break
    const { signal } = rig.upstream.last()
    stream.controller.abort()
    for (const deadline = Date.now() + 2000; !signal.aborted && Date.now() < deadline;) {
      await Bun.sleep(5)
    }
    expect(signal.aborted).toBeTrue()
  })
}

describe.each(targets)('Anthropic’s SDK for Bedrock in front of %s', (target) => {
  describeClient(() => atBedrock, target)
})

describe('Anthropic’s own SDK in front of Bedrock', () => {
  describeClient(() => rig.anthropic, 'bedrock')

  test('loses nothing on the way but what the path says', async () => {
    const body = {
      max_tokens,
      messages,
      metadata: { user_id: 'u' },
      something_new: { kept: [1, 2.5, 'x'] },
    }
    await rig.anthropic.messages.create(
      { ...body, model: 'bedrock' },
      { headers: { 'anthropic-beta': 'one-2026-01-01,two-2026-01-01' } },
    )
    const { path, json } = rig.upstream.last()
    expect(path).toBe(`/model/${encodeURIComponent(claude)}/invoke`)
    expect(json).toEqual({
      ...body,
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['one-2026-01-01', 'two-2026-01-01'],
    })
  })

  test('gets events nobody knows as they came, taken out of their wrapping', async () => {
    const known = [
      { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 3 } }, extra: 1 },
      { type: 'something_new', index: 0, words: 'ä\n"b"' },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 3 } },
    ]
    const frames = known.map((event) =>
      encodeEvent('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') }),
    )
    const headers = { 'content-type': 'application/vnd.amazon.eventstream' }
    rig.upstream.answerNext(new Response(Buffer.concat(frames), { headers }))
    const response = await rig.anthropic.messages
      .create({ model: 'bedrock', max_tokens, messages, stream: true })
      .asResponse()
    expect(response.headers.get('content-type')).toStartWith('text/event-stream')
    const text = await response.text()
    expect(text).toBe(
      known.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
    )
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.usage).toMatchObject({ inputTokens: 3, outputTokens: 2, estimated: false })
  })

  test('returns signed thinking in the next turn and Bedrock gets it unchanged', async () => {
    const request = {
      model: 'bedrock',
      max_tokens,
      tools,
      thinking: { type: 'enabled' as const, budget_tokens: 1024 },
    }
    const first = await rig.anthropic.messages
      .stream({ ...request, messages: askForWeather })
      .finalMessage()
    const [thought, use] = first.content
    expect(thought).toMatchObject({ type: 'thinking', signature: expect.stringMatching(/.{10}/) })
    const id = use?.type === 'tool_use' ? use.id : ''
    const turn = { role: 'assistant' as const, content: first.content }
    const result = { type: 'tool_result' as const, tool_use_id: id, content: 'rain' }
    await rig.anthropic.messages.create({
      ...request,
      messages: [...askForWeather, turn, { role: 'user', content: [result] }],
    })
    const [, assistant] = asArray(rig.upstream.last().json['messages'])
    expect(assistant).toEqual(JSON.parse(JSON.stringify(turn)))
  })

  test('speaks to other models through Converse, and is told what was lost', async () => {
    const { data, response } = await rig.anthropic.messages
      .create({ model: 'llama', max_tokens, messages, metadata: { user_id: 'u' } })
      .withResponse()
    expect(data.stop_reason).toBe('end_turn')
    expect(data.id).toMatch(/^msg_/)
    expect(rig.upstream.last().path).toBe('/model/meta.llama3-1-70b-instruct-v1%3A0/converse')
    expect(rig.upstream.last().json).toMatchObject({ inferenceConfig: { maxTokens: max_tokens } })
    expect(response.headers.get('x-smartflow-warnings')).toBe('dropped metadata.user_id')
  })

  test('counts tokens by estimate', async () => {
    const { data, response } = await rig.anthropic.messages
      .countTokens({ model: 'bedrock', messages })
      .withResponse()
    expect(data.input_tokens).toBeGreaterThan(3)
    expect(response.headers.get('x-smartflow-warnings')).toContain('estimated')
  })
})

describe('the OpenAI SDK in front of Bedrock', () => {
  test('gets text, calls and structured output through Converse', async () => {
    const answer = await rig.openai.chat.completions.create({ model: 'bedrock', messages })
    expect(answer.choices[0]?.message.content).toStartWith('This is a simulated answer')
    expect(answer.model).toBe(claude)
    expect(rig.upstream.last().path).toEndWith('/converse')
    const stream = await rig.openai.chat.completions.create({
      model: 'bedrock-parallel',
      messages: askForWeather,
      tools: [{ type: 'function', function: weather }],
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await Array.fromAsync(stream)
    const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])
    expect(new Set(calls.map(({ index }) => index)).size).toBe(2)
    expect(chunks.findLast((chunk) => chunk.usage)?.usage?.prompt_tokens).toBeGreaterThan(5)
  })

  test('sends image, document and the results of parallel calls', async () => {
    const call = (id: string) => ({
      type: 'function' as const,
      id,
      function: { name: 'get_weather', arguments: '{}' },
    })
    const answer = await rig.openai.chat.completions.create({
      model: 'bedrock',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: `data:image/png;base64,${pixelPng}` } },
            {
              type: 'file',
              file: { filename: 'a_b.pdf', file_data: 'data:application/pdf;base64,JVBERg==' },
            },
            { type: 'text', text: 'What is this?' },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [call('call|1'), call('call|2')] },
        { role: 'tool', tool_call_id: 'call|1', content: 'rain' },
        { role: 'tool', tool_call_id: 'call|2', content: 'sun' },
      ],
      tools: [{ type: 'function', function: weather }],
    })
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    expect(rig.upstream.last().text).toContain('"name":"a b pdf"')
  })
})
