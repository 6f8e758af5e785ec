import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { CohereClientV2, CohereError } from 'cohere-ai'
import type { Cohere } from 'cohere-ai'
import { serveSimulatedProvider } from './index.ts'
import type { SimulatedServer } from './index.ts'

const key = 'sk-provider-test'
const messages = [{ role: 'user' as const, content: 'Please use a tool.' }]
const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { days: { type: 'integer', minimum: 2 } } },
  },
}

let server: SimulatedServer
let cohere: CohereClientV2

beforeAll(async () => {
  server = await serveSimulatedProvider({ apiKey: key })
  cohere = new CohereClientV2({ token: key, environment: server.url, maxRetries: 0 })
})

afterAll(() => server[Symbol.asyncDispose]())

/** What a promise rejects with. */
async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
    return undefined
  } catch (error) {
    return error
  }
}

describe('the Cohere SDK', () => {
  test('gets an answer with thinking, and what was billed apart from what was counted', async () => {
    const answer = await cohere.chat({ model: 'c', messages, thinking: { type: 'enabled' } })
    expect(answer.finishReason).toBe('COMPLETE')
    expect(answer.message.content?.map(({ type }) => type)).toEqual(['thinking', 'text'])
    const { billedUnits, tokens } = answer.usage ?? {}
    expect(tokens?.inputTokens).toBe((billedUnits?.inputTokens ?? 0) + 66)
  })

  test('streams parallel tool calls with their plan', async () => {
    const stream = await cohere.chatStream({ model: 'c;parallel=2', messages, tools: [weather] })
    const events = await Array.fromAsync(stream)
    const types = events.map(({ type }) => type)
    expect(types[0]).toBe('message-start')
    expect(types).toContain('tool-plan-delta')
    expect(types.filter((type) => type === 'tool-call-start')).toHaveLength(2)
    const end = events.at(-1)
    if (end?.type !== 'message-end') throw new Error('no end')
    expect(end.delta?.finishReason).toBe('TOOL_CALL')
  })

  test('is told of a failed generation at the end of the stream', async () => {
    const events = await Array.fromAsync(
      await cohere.chatStream({ model: 'c;errorEvent=3', messages }),
    )
    const end = events.at(-1)
    if (end?.type !== 'message-end') throw new Error('no end')
    expect(end.delta).toMatchObject({ finishReason: 'ERROR' })
    expect(end.delta?.error).toBeDefined()
  })

  test('gets embeddings of every asked type, and refusals as errors', async () => {
    const asked = { model: 'e', texts: ['a', 'b'], inputType: 'search_query' as const }
    const answer = await cohere.embed({ ...asked, embeddingTypes: ['float', 'base64'] })
    expect(answer.embeddings.float?.map(({ length }) => length)).toEqual([1536, 1536])
    const packed = Buffer.from(answer.embeddings.base64?.[0] ?? '', 'base64')
    expect(packed.readFloatLE(4)).toBeCloseTo(answer.embeddings.float?.[0]?.[1] ?? Number.NaN, 6)
    const error = await failure(cohere.embed({ ...asked, outputDimension: 7 }))
    if (!(error instanceof CohereError)) throw new Error('no error')
    expect(error.statusCode).toBe(400)
    expect(error.body).toMatchObject({ message: 'invalid request: output_dimension is not valid.' })
  })

  test('ranks texts', async () => {
    const { results } = await cohere.rerank({
      model: 'r',
      query: 'red house',
      documents: ['blue house', 'red house', 'car'],
      topN: 2,
    })
    expect(results.map(({ index }) => index)).toEqual([1, 0])
  })

  test.each<Partial<Cohere.V2ChatRequest>>([
    { p: 1 },
    { stopSequences: ['1', '2', '3', '4', '5', '6'] },
    { toolChoice: 'REQUIRED' as const },
    { tools: [weather], responseFormat: { type: 'json_object' as const } },
    { tools: [weather], documents: ['text'] },
    { messages: [{ role: 'tool' as const, toolCallId: 'none', content: 'x' }] },
  ])('is refused %j', async (fields) => {
    const error = await failure(cohere.chat({ model: 'c', messages, ...fields }))
    expect(error).toMatchObject({ statusCode: 400 })
  })
})
