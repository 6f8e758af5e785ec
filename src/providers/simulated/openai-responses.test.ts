import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI, { APIError } from 'openai'
import { serveSimulatedProvider } from './index.ts'
import type { SimulatedServer } from './index.ts'

let server: SimulatedServer
let openai: OpenAI

beforeAll(async () => {
  server = await serveSimulatedProvider()
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'any', maxRetries: 0 })
})

afterAll(() => server[Symbol.asyncDispose]())

const weather = {
  type: 'function' as const,
  name: 'get_weather',
  strict: true,
  parameters: {
    type: 'object',
    properties: { place: { type: 'string' } },
    required: ['place'],
    additionalProperties: false,
  },
}

/** What the provider refuses a body with. */
async function refusal(body: object) {
  const response = await fetch(`${server.url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: JSON.stringify({ model: 'sim', ...body }),
  })
  const json: unknown = await response.json()
  return { status: response.status, json }
}

describe('the simulated Responses API', () => {
  test('answers whole and streamed the same, to the last event', async () => {
    const request = {
      model: 'sim',
      input: 'Hello',
      reasoning: { effort: 'low', summary: 'auto' },
    } as const
    const whole = await openai.responses.create(request)
    expect(whole.output_text).toStartWith('This is a simulated answer')
    const events = await Array.fromAsync(
      await openai.responses.create({ ...request, stream: true }),
    )
    expect(events.map((event) => event.sequence_number)).toEqual([...events.keys()])
    const last = events.at(-1)
    if (last?.type !== 'response.completed') throw new Error('not completed')
    expect(last.response.output.map((item) => item.type)).toEqual(['reasoning', 'message'])
    expect(last.response.usage).toEqual(whole.usage)
    const streamed = await openai.responses.stream(request).finalResponse()
    expect(streamed.output_text).toBe(whole.output_text)
  })

  test('continues a conversation by its id, and knows what it stored', async () => {
    const first = await openai.responses.create({
      model: 'sim',
      input: 'call get_weather',
      tools: [weather],
    })
    const [call] = first.output
    if (call?.type !== 'function_call') throw new Error('no call')
    const second = await openai.responses.create({
      model: 'sim',
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: call.call_id, output: 'rain' }],
      tools: [weather],
    })
    expect(second.output_text).toStartWith('This is')
    expect((await openai.responses.retrieve(second.id)).output_text).toBe(second.output_text)
    const items = await Array.fromAsync(openai.responses.inputItems.list(second.id))
    expect(items.map((item) => item.type)).toEqual([
      'function_call_output',
      'function_call',
      'message',
    ])
    await openai.responses.delete(second.id)
    const error = await openai.responses.retrieve(second.id).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ status: 404 })
  })

  test('keeps nothing that was not to be stored', async () => {
    const { id } = await openai.responses.create({ model: 'sim', input: 'x', store: false })
    const error = await openai.responses
      .create({ model: 'sim', input: 'y', previous_response_id: id })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status: 400, code: 'previous_response_not_found' })
  })

  for (const [param, body] of [
    ['input', {}],
    ['messages', { messages: [] }],
    ['max_tokens', { input: 'x', max_tokens: 5 }],
    ['stop', { input: 'x', stop: 'END' }],
    ['stream_options.include_usage', { input: 'x', stream_options: { include_usage: true } }],
    ['input[0].role', { input: [{ role: 'tool', content: 'x' }] }],
    ['input[0].content[0].type', { input: [{ role: 'user', content: [{ type: 'text' }] }] }],
    [
      'input[0].content[0].type',
      { input: [{ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }] },
    ],
    ['input[0].type', { input: [{ type: 'tool_call' }] }],
    ['input[0].name', { input: [{ type: 'function_call', call_id: 'a', arguments: '{}' }] }],
    ['input', { input: [{ type: 'function_call_output', call_id: 'a', output: 'x' }] }],
    ['tools[0].name', { input: 'x', tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['text.format.name', { input: 'x', text: { format: { type: 'json_schema', schema: {} } } }],
  ] as const) {
    test(`refuses ${JSON.stringify(body)} for its ${param}`, async () => {
      const { status, json } = await refusal(body)
      expect(status).toBe(400)
      expect(json).toMatchObject({ error: { param, type: 'invalid_request_error' } })
    })
  }
})
