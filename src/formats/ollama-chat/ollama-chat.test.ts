import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { NeutralEvent, NeutralPart } from '../neutral.ts'
import { ollamaChat } from './index.ts'
import { createLineSplitter, lineOf } from './lines.ts'

const user = { role: 'user', content: 'Hello' }

describe('a request of a client of Ollama', () => {
  test('is read with its options, images, tools and thinking', () => {
    const read = ollamaChat.readRequest({
      model: 'm',
      stream: true,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'What is it?', images: ['/9j/4AAQ', 'iVBORw0K'] },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      format: { type: 'object' },
      think: 'high',
      keep_alive: '5m',
      options: { num_predict: 5, temperature: 0.5, top_k: 3, stop: ['x'], seed: -1, num_ctx: 4096 },
    })
    expect(read).toEqual({
      model: 'm',
      stream: true,
      streamUsage: true,
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            image('image/jpeg', '/9j/4AAQ'),
            image('image/png', 'iVBORw0K'),
          ],
        },
      ],
      tools: [{ name: 'f', parameters: { type: 'object' } }],
      responseShape: { type: 'json-schema', schema: { type: 'object' } },
      reasoning: { effort: 'high' },
      maxOutputTokens: 5,
      temperature: 0.5,
      topK: 3,
      stopSequences: ['x'],
      seed: -1,
      inexpressible: ['options.num_ctx'],
    })
  })

  test('keeps results with their calls, though nothing names them', () => {
    const call = (name: string) => ({ function: { name, arguments: { a: 1 } } })
    const { messages } = ollamaChat.readRequest({
      model: 'm',
      messages: [
        user,
        { role: 'assistant', content: '', tool_calls: [call('f'), call('g'), call('f')] },
        { role: 'tool', content: 'of g', tool_name: 'g' },
        { role: 'tool', content: 'of the first f', tool_name: 'f' },
        { role: 'tool', content: 'of the other f' },
      ],
    })
    const ids = messages.flatMap(({ content }) =>
      content.flatMap((part) => (part.type === 'tool-result' ? [part.callId] : [])),
    )
    expect(ids).toEqual(['call_1_1', 'call_1_0', 'call_1_2'])
  })

  test.each<[JsonObject, string]>([
    [{}, 'messages'],
    [{ messages: [{ role: 'developer', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 1 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: '', images: [1] }] }, 'messages[0].images[0]'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0]'],
    [
      {
        messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '' } }] }],
      },
      'messages[0].tool_calls[0].function.arguments',
    ],
    [{ messages: [user], format: 'xml' }, 'format'],
    [{ messages: [user], think: 'deeply' }, 'think'],
    [{ messages: [user], options: [] }, 'options'],
    [{ messages: [user], options: { stop: [1] } }, 'options.stop[0]'],
    [{ messages: [user], tools: [{}] }, 'tools[0].function'],
  ])('that is not valid is refused by its path: %j', (fields, param) => {
    let error: unknown
    try {
      ollamaChat.readRequest({ model: 'm', ...fields })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'invalid_request', param })
  })
})

function image(mediaType: string, data: string): NeutralPart {
  return { type: 'image', source: { type: 'base64', mediaType, data } }
}

describe('an answer to a client of Ollama', () => {
  const usage = { inputTokens: 3, outputTokens: 2 }

  test('says everything in one object', () => {
    const answer = ollamaChat.writeAnswer(
      {
        id: 'x',
        model: 'm',
        createdAt: 1_780_000_000,
        content: [
          { type: 'reasoning', text: 'Hm.' },
          { type: 'text', text: 'Yes.' },
          { type: 'tool-call', id: 'c', name: 'f', arguments: '{"a":1}' },
          { type: 'tool-call', id: 'd', name: 'f', arguments: 'broken' },
        ],
        stopReason: 'max-tokens',
        usage,
      },
      () => undefined,
    )
    expect(answer).toEqual({
      model: 'm',
      created_at: '2026-05-28T20:26:40.000Z',
      message: {
        role: 'assistant',
        content: 'Yes.',
        thinking: 'Hm.',
        tool_calls: [
          { id: 'c', function: { name: 'f', arguments: { a: 1 } } },
          { id: 'd', function: { name: 'f', arguments: { input: 'broken' } } },
        ],
      },
      done: true,
      done_reason: 'length',
      prompt_eval_count: 3,
      eval_count: 2,
    })
  })

  test('is streamed as lines, calls of tools whole', () => {
    const events: NeutralEvent[] = [
      { type: 'answer-start', id: 'x', model: 'm' },
      { type: 'reasoning-start', index: 0 },
      { type: 'reasoning-delta', index: 0, text: 'Hm.' },
      { type: 'reasoning-end', index: 0 },
      { type: 'text-start', index: 1 },
      { type: 'text-delta', index: 1, text: 'Ye' },
      { type: 'text-delta', index: 1, text: 's.' },
      { type: 'text-end', index: 1 },
      { type: 'tool-call-start', index: 2, id: 'c', name: 'f' },
      { type: 'tool-call-delta', index: 2, arguments: '{"a"' },
      { type: 'tool-call-delta', index: 2, arguments: ':1}' },
      { type: 'tool-call-end', index: 2 },
      { type: 'answer-end', stopReason: 'tool-calls', usage },
      { type: 'done' },
    ]
    const writer = ollamaChat.openStreamWriter({ includeUsage: true, createdAt: 0 })
    const lines = events.map((event) => writer.write(event)).join('')
    const messages = lines
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(messages).toMatchObject([
      { model: 'm', done: false, message: { thinking: 'Hm.' } },
      { message: { content: 'Ye' } },
      { message: { content: 's.' } },
      { message: { tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] } },
      { done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 2 },
    ])
    expect(messages).toHaveLength(5)
  })
})

describe('lines', () => {
  test('are the same however their bytes were split', () => {
    const values = fc.array(fc.record({ text: fc.string() }), { maxLength: 6 })
    fc.assert(
      fc.property(values, fc.array(fc.nat(), { maxLength: 8 }), (bodies, cuts) => {
        const bytes = Buffer.from(bodies.map(lineOf).join(''))
        const ends = [...cuts, bytes.length]
          .map((cut) => cut % (bytes.length + 1))
          .toSorted((a, b) => a - b)
        const splitter = createLineSplitter({ maxFrameBytes: 1000 })
        let from = 0
        const frames = ends.flatMap((end) => {
          const found = splitter.push(Uint8Array.from(bytes.subarray(from, end)))
          from = end
          return found
        })
        expect(frames.map(({ data }): unknown => JSON.parse(data ?? ''))).toEqual(bodies)
        expect(Buffer.concat(frames.map((frame) => frame.bytes))).toEqual(bytes)
        expect(splitter.flush()).toBeUndefined()
      }),
    )
  })

  test('that are too long are refused, and a last one without its end is found', () => {
    const splitter = createLineSplitter({ maxFrameBytes: 8 })
    expect(() => splitter.push(Buffer.from('123456789'))).toThrow(GatewayError)
    const open = createLineSplitter({ maxFrameBytes: 8 })
    expect(open.push(Buffer.from('\n{}'))).toMatchObject([{ data: undefined }])
    expect(open.rest()).toEqual(Buffer.from('{}'))
    expect(open.flush()).toMatchObject({ data: '{}' })
  })
})
