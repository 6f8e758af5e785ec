import { describe, expect, test } from 'bun:test'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { readCompleteAnswer } from './complete-answer.ts'
import type { NeutralAnswer, NeutralEvent } from './neutral.ts'
import { openAiChat } from './openai-chat/index.ts'

const encoder = new TextEncoder()
const said: NeutralAnswer = {
  id: 'a',
  model: 'm',
  content: [
    { type: 'reasoning', text: 'hm' },
    { type: 'text', text: 'Sunny.' },
    { type: 'tool-call', id: 'c1', name: 'weather', arguments: '{"place":"Rome"}' },
  ],
  stopReason: 'tool-calls',
}
const events: readonly NeutralEvent[] = [
  { type: 'answer-start', id: 'a', model: 'm', usage: { inputTokens: 1, outputTokens: 0 } },
  { type: 'text-start', index: 0 },
  { type: 'text-delta', index: 0, text: 'Sun' },
  { type: 'text-delta', index: 0, text: 'ny.' },
  { type: 'text-end', index: 0 },
  { type: 'tool-call-start', index: 1, id: 'c1', name: 'weather' },
  { type: 'tool-call-delta', index: 1, arguments: '{"place":' },
  { type: 'tool-call-delta', index: 1, arguments: '"Rome"}' },
  { type: 'tool-call-end', index: 1 },
  { type: 'answer-end', stopReason: 'tool-calls', usage: { inputTokens: 1, outputTokens: 2 } },
  { type: 'done' },
]

describe.each([
  ['openai-chat', openAiChat] as const,
  ['anthropic-messages', anthropicMessages] as const,
])('an answer in %s', (_, format) => {
  test('is read the same whole and streamed', () => {
    const whole = encoder.encode(JSON.stringify(format.writeAnswer(said, () => undefined)))
    const writer = format.openStreamWriter({ includeUsage: true, createdAt: 0 })
    const streamed = encoder.encode(events.map((event) => writer.write(event)).join(''))
    for (const read of [
      readCompleteAnswer(format, whole, false),
      readCompleteAnswer(format, streamed, true),
    ]) {
      expect(read.text).toBe('Sunny.')
      expect(read.stopReason).toBe('tool-calls')
      expect(read.toolCalls).toMatchObject([{ name: 'weather', arguments: '{"place":"Rome"}' }])
    }
  })

  test('is refused when it is none', () => {
    expect(() => readCompleteAnswer(format, encoder.encode('{}'), false)).toThrow()
    expect(() => readCompleteAnswer(format, encoder.encode('data: x\n\n'), true)).toThrow()
  })
})
