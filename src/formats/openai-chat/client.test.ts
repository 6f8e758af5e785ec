import { describe, expect, test } from 'bun:test'
import OpenAI, { APIError } from 'openai'
import type { NeutralEvent } from '../neutral.ts'
import { openAiCompletions } from '../openai-completions/index.ts'
import { openAiChat } from './index.ts'

const usage = { inputTokens: 3, outputTokens: 2 }
const view = { message: 'Slow down.', requestId: 'req_1', source: 'gateway' } as const

/** The official client, answered by a text instead of a server. */
function clientOf(text: string, status = 200): OpenAI {
  const type = text.startsWith('data:') ? 'text/event-stream' : 'application/json'
  const answer = async () => new Response(text, { status, headers: { 'content-type': type } })
  return new OpenAI({ apiKey: 'none', maxRetries: 0, fetch: answer })
}

function streamOf(events: readonly NeutralEvent[]): string {
  const writer = openAiChat.openStreamWriter({ includeUsage: true, createdAt: 1 })
  return events.map((event) => writer.write(event)).join('')
}

async function faultOf(asking: Promise<unknown>): Promise<unknown> {
  try {
    await asking
    return undefined
  } catch (error) {
    return error
  }
}

const question = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] } as const
const body = { ...question, messages: [...question.messages] }

describe('the official client', () => {
  test('assembles a streamed answer with parallel tool calls', async () => {
    const text = streamOf([
      { type: 'answer-start', id: 'a', model: 'm' },
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'Let me ' },
      { type: 'text-delta', index: 0, text: 'see.' },
      { type: 'text-end', index: 0 },
      { type: 'tool-call-start', index: 1, id: 'x', name: 'f' },
      { type: 'tool-call-start', index: 2, id: 'y', name: 'g' },
      { type: 'tool-call-delta', index: 2, arguments: '[]' },
      { type: 'tool-call-delta', index: 1, arguments: '{}' },
      { type: 'tool-call-end', index: 1 },
      { type: 'tool-call-end', index: 2 },
      { type: 'answer-end', stopReason: 'tool-calls', usage },
      { type: 'done' },
    ])
    const stream = clientOf(text).chat.completions.stream(body)
    const { choices, usage: counted } = await stream.finalChatCompletion()
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(choices[0]?.message.content).toBe('Let me see.')
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { id: 'x', function: { name: 'f', arguments: '{}' } },
      { id: 'y', function: { name: 'g', arguments: '[]' } },
    ])
    expect(counted?.total_tokens).toBe(5)
  })

  test('sees an error that ends a stream', async () => {
    const begin = streamOf([{ type: 'answer-start', id: 'a', model: 'm' }])
    const end = openAiChat.writeStreamError({ ...view, status: 502, code: 'provider_stream_cut' })
    const stream = await clientOf(begin + end).chat.completions.create({ ...body, stream: true })
    const error = await faultOf(Array.fromAsync(stream))
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'provider_stream_cut', type: 'server_error' })
  })

  test('sees an error in place of an answer', async () => {
    const error = openAiChat.writeError({ ...view, status: 429, code: 'rate_limited' })
    const asking = clientOf(JSON.stringify(error), 429).chat.completions.create(body)
    expect(await faultOf(asking)).toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
      type: 'rate_limit_error',
    })
  })

  test('reads a text completion, whole and streamed', async () => {
    const content = [{ type: 'text', text: 'a time' }] as const
    const answer = { id: 'c', model: 'm', content, stopReason: 'end', usage } as const
    const whole = JSON.stringify(openAiCompletions.writeAnswer(answer, () => undefined))
    const read = await clientOf(whole).completions.create({ model: 'm', prompt: 'Once upon' })
    expect(read.choices[0]?.text).toBe('a time')
    const writer = openAiCompletions.openStreamWriter({ includeUsage: false, createdAt: 1 })
    const events: NeutralEvent[] = [
      { type: 'answer-start', id: 'c', model: 'm' },
      { type: 'text-delta', index: 0, text: 'a time' },
      { type: 'answer-end', stopReason: 'end' },
      { type: 'done' },
    ]
    const text = events.map((event) => writer.write(event)).join('')
    const options = { model: 'm', prompt: 'Once upon', stream: true } as const
    const chunks = await Array.fromAsync(await clientOf(text).completions.create(options))
    expect(chunks.map((chunk) => chunk.choices[0]?.text)).toEqual(['a time', ''])
  })
})
