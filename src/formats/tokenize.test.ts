import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import type { ClientFormat } from './format.ts'
import { gemini } from './gemini/index.ts'
import { convertCount } from './tokenize.ts'

function convert(client: ClientFormat, body: JsonObject) {
  const target = client.name === 'gemini' ? { model: 'asked', stream: false } : undefined
  const call = convertCount({ client, body, target, model: 'qwen', warn: () => undefined })
  return {
    sent: JSON.parse(JSON.stringify(call.requests[0])),
    answer: (bodies: readonly JsonObject[]) => call.answer(bodies),
  }
}

const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }]

describe('a wish to have tokens counted', () => {
  test('of an Anthropic client is sent with its tools and answered in its words', () => {
    const { sent, answer } = convert(anthropicMessages, {
      model: 'asked',
      system: 'Be brief.',
      messages: [{ role: 'user', content: 'Hello' }],
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
    })
    expect(sent).toEqual({
      model: 'qwen',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      add_generation_prompt: true,
    })
    expect(answer([{ count: 12 }])).toEqual({ body: { input_tokens: 12 }, usage: undefined })
  })

  test.each<[JsonObject]>([
    [{ contents }],
    [{ generateContentRequest: { model: 'models/asked', contents } }],
  ])('of a Gemini client is read from where it stands: %j', (body) => {
    const { sent, answer } = convert(gemini, body)
    expect(sent).toMatchObject({ model: 'qwen', messages: [{ role: 'user', content: 'Hello' }] })
    expect(answer([{ count: 3 }]).body).toEqual({ totalTokens: 3 })
  })

  test('without a count in its answer is not answered', () => {
    const { answer } = convert(gemini, { contents })
    expect(() => answer([{ tokens: [] }])).toThrow(GatewayError)
  })
})
