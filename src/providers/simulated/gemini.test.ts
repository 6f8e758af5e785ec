import { ApiError, GoogleGenAI } from '@google/genai'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { serveSimulatedProvider } from './serve.ts'
import type { SimulatedServer } from './serve.ts'

let server: SimulatedServer
let google: GoogleGenAI

beforeAll(async () => {
  server = await serveSimulatedProvider({ apiKey: 'simulated-key' })
  google = new GoogleGenAI({
    apiKey: 'simulated-key',
    httpOptions: { baseUrl: server.url },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const model = 'gemini-2.5-flash'
const look = {
  name: 'look',
  parametersJsonSchema: {
    type: 'object',
    properties: { at: { type: 'string' } },
    required: ['at'],
  },
}

/** Posts a body as a client that is no SDK would. */
async function post(method: string, body: unknown, named = model): Promise<Response> {
  return fetch(`${server.url}/v1beta/models/${encodeURIComponent(named)}:${method}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'simulated-key', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

const hello = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }

describe("Google's SDK", () => {
  test('gets the same text and usage whole and streamed', async () => {
    const whole = await google.models.generateContent({ model, contents: 'Hello' })
    expect(whole.text).toStartWith('This is a simulated answer')
    const chunks = await Array.fromAsync(
      await google.models.generateContentStream({ model, contents: 'Hello' }),
    )
    expect(chunks.map((chunk) => chunk.text ?? '').join('')).toBe(whole.text ?? '')
    expect(chunks.at(-1)?.usageMetadata).toEqual(whole.usageMetadata)
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe(whole.candidates?.[0]?.finishReason)
  })

  test('gets thoughts, parallel calls and a proof with the first of them', async () => {
    const { candidates } = await google.models.generateContent({
      model: `${model};parallel=2`,
      contents: 'call look',
      config: {
        tools: [{ functionDeclarations: [look] }],
        thinkingConfig: { includeThoughts: true },
      },
    })
    const parts = candidates?.[0]?.content?.parts ?? []
    expect(parts).toEqual([
      { text: expect.any(String), thought: true },
      {
        functionCall: { id: expect.any(String), name: 'look', args: { at: expect.any(String) } },
        thoughtSignature: expect.any(String),
      },
      { functionCall: expect.objectContaining({ name: 'look' }) },
    ])
  })

  test('sees errors, also inside a stream, and a blocked prompt inside a 200', async () => {
    const failed = google.models.generateContent({ model: `${model};error=503`, contents: 'x' })
    expect(await failed.catch((error: unknown) => error)).toMatchObject({ status: 503 })
    const stream = await google.models.generateContentStream({
      model: `${model};errorEvent=2`,
      contents: 'x',
    })
    expect(await Array.fromAsync(stream).catch((error: unknown) => error)).toBeInstanceOf(ApiError)
    const blocked = await google.models.generateContent({
      model: `${model};block=prompt`,
      contents: 'x',
    })
    expect(blocked.promptFeedback?.blockReason).toBe('PROHIBITED_CONTENT' as never)
    expect(blocked.candidates).toBeUndefined()
  })

  test('counts tokens, lists models and embeds', async () => {
    const counted = await google.models.countTokens({ model, contents: 'Hello there' })
    expect(counted.totalTokens).toBe(3)
    const models = await google.models.list()
    expect(models.page.map(({ name }) => name)).toContain('models/simulated')
    const embedded = await google.models.embedContent({ model, contents: ['a', 'b'] })
    expect(embedded.embeddings?.map(({ values }) => values?.length)).toEqual([8, 8])
  })
})

describe('the stream without alt=sse', () => {
  test('is an array of the same chunks', async () => {
    const events = await (await post('streamGenerateContent?alt=sse', hello)).text()
    const list = events.split('\r\n\r\n').filter(Boolean)
    const response = await post('streamGenerateContent', hello)
    expect(response.headers.get('content-type')).toStartWith('application/json')
    // The id depends on the path.
    const withoutId = (text: string): string => text.replaceAll(/"responseId":\s*"\w+"/g, '"id":0')
    expect(JSON.parse(withoutId(await response.text()))).toEqual(
      list.map((event): unknown => JSON.parse(withoutId(event.slice('data: '.length)))),
    )
  })

  test.each([0, 1])('is closed behind an error event after %d chunks', async (count) => {
    const response = await post('streamGenerateContent', hello, `${model};errorEvent=${count}`)
    const list: unknown = await response.json()
    expect(list).toHaveLength(count + 1)
    expect(list).toContainEqual({ error: expect.objectContaining({ code: 500 }) })
  })
})

describe('a request that Google would refuse', () => {
  const call = { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] }
  test.each([
    [{}],
    [{ ...hello, model: 'other' }],
    [{ ...hello, generation_config: { max_tokens: 3 } }],
    [{ contents: [{ role: 'assistant', parts: [{ text: 'x' }] }] }],
    [{ contents: [{ role: 'user', parts: [] }] }],
    [{ contents: [{ role: 'user', parts: [{}] }] }],
    [{ contents: [{ role: 'user', parts: [{ text: 'x', inlineData: {} }] }] }],
    [{ contents: [...hello.contents, call, ...hello.contents] }],
    [{ ...hello, tools: [{ functionDeclarations: [{ name: '1' }] }] }],
    [{ ...hello, generationConfig: { responseSchema: { type: 'STRING' } } }],
    [{ ...hello, generationConfig: { temperature: 3 } }],
  ])('is refused here: %j', async (body) => {
    const response = await post('generateContent', body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } })
  })

  test('such as a call without its proof, from the third generation on', async () => {
    const response = {
      role: 'user',
      parts: [{ functionResponse: { name: 'f', response: { output: 'x' } } }],
    }
    const body = { contents: [...hello.contents, call, response] }
    expect((await post('generateContent', body)).status).toBe(200)
    expect((await post('generateContent', body, 'gemini-3-flash')).status).toBe(400)
  })

  test('and a key it does not know is an invalid argument', async () => {
    const response = await fetch(`${server.url}/v1beta/models/${model}:generateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': 'other', 'content-type': 'application/json' },
      body: JSON.stringify(hello),
    })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('API_KEY_INVALID')
  })
})
