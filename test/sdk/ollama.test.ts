import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Ollama } from 'ollama'
import { failure, recordsOf, startSdkRig, weather, weatherArguments } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

let rig: SdkRig
let ollama: Ollama

beforeAll(async () => {
  rig = await startSdkRig(
    {
      chat: ['openai', 'sim-model'],
      claude: ['anthropic', 'sim-claude'],
      'llama-4': ['ollama', 'llama4'],
      parallel: ['openai', 'sim-model;parallel=2'],
      failing: ['openai', 'sim-model;errorEvent=3'],
      vectors: ['openai', 'sim-embedding'],
    },
    { yaml: 'aliases: { local: llama-4 }' },
  )
  const { url: host, key } = rig.gateway
  ollama = new Ollama({ host, headers: { authorization: `Bearer ${key}` } })
})

afterAll(() => rig[Symbol.asyncDispose]())

const messages = [{ role: 'user', content: 'What is a gateway?' }]
const tools = [{ type: 'function', function: weather }]

describe.each(['chat', 'claude', 'llama-4'])("Ollama's SDK as a client of %s", (model) => {
  test('gets the same answer plain and streamed, with its counts', async () => {
    const plain = await ollama.chat({ model, messages })
    expect(plain.message.content).toStartWith('This is a simulated answer')
    expect(plain).toMatchObject({ done: true, done_reason: 'stop' })
    expect(plain.eval_count).toBeGreaterThan(0)
    const pieces = await Array.fromAsync(await ollama.chat({ model, messages, stream: true }))
    expect(pieces.map(({ message }) => message.content).join('')).toBe(plain.message.content)
    expect(pieces.at(-1)).toMatchObject({ done: true, eval_count: plain.eval_count })
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.usage).toMatchObject({ outputTokens: plain.eval_count, estimated: false })
  })

  test('calls tools and sends their results back', async () => {
    const asked = { model, messages: [{ role: 'user', content: 'Please use a tool.' }], tools }
    const { message } = await ollama.chat(asked)
    expect(message.tool_calls?.map((call) => call.function)).toEqual([
      { name: 'get_weather', arguments: weatherArguments },
    ])
    const stream = await ollama.chat({ ...asked, stream: true })
    const streamed = (await Array.fromAsync(stream)).flatMap(
      (piece) => piece.message.tool_calls ?? [],
    )
    expect(streamed[0]?.function.arguments).toEqual(weatherArguments)
    const followed = await ollama.chat({
      ...asked,
      messages: [
        ...asked.messages,
        message,
        { role: 'tool', content: 'sunny', tool_name: 'get_weather' },
      ],
    })
    expect(followed.message.content).toStartWith('This is a simulated answer')
  })

  test('gets an answer of the asked shape', async () => {
    const days = { type: 'integer', minimum: 2 }
    const format = {
      type: 'object',
      properties: { days },
      required: ['days'],
      additionalProperties: false,
    }
    const { message } = await ollama.chat({ model, messages, format })
    expect(JSON.parse(message.content)).toEqual({ days: 2 })
  })
})

describe("Ollama's SDK", () => {
  test('is answered under the name it asked for, streamed too', async () => {
    expect((await ollama.chat({ model: 'local', messages })).model).toBe('local')
    const pieces = await Array.fromAsync(
      await ollama.chat({ model: 'local', messages, stream: true }),
    )
    expect(new Set(pieces.map(({ model }) => model))).toEqual(new Set(['local']))
  })

  test('gets vectors', async () => {
    const asked = { model: 'vectors', input: ['a', 'b'], dimensions: 16 }
    const { embeddings, prompt_eval_count: tokens } = await ollama.embed(asked)
    expect(embeddings.map(({ length }) => length)).toEqual([16, 16])
    expect(tokens).toBe(2)
  })

  test('is told of errors, amid a stream too', async () => {
    const missing = await failure(ollama.chat({ model: 'none', messages }))
    expect(missing).toMatchObject({ status_code: 404 })
    expect(String(missing)).toContain('none')
    const invalid = await failure(ollama.chat({ model: 'chat', messages: [] }))
    expect(invalid).toMatchObject({ status_code: 400 })
    const stream = await ollama.chat({ model: 'failing', messages, stream: true })
    expect(String(await failure(Array.fromAsync(stream)))).toContain('The server had an error')
  })

  test('is warned of options that only Ollama has', async () => {
    const response = await fetch(`${rig.gateway.url}/api/chat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'chat', messages, options: { num_ctx: 8192, mirostat: 1 } }),
    })
    expect(response.headers.get('x-smartflow-warnings')).toContain('options.num_ctx')
    expect(await response.json()).toMatchObject({ done: true })
  })
})
