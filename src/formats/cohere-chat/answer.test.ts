import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import { asString, type JsonObject } from '../../core/json.ts'
import type { NeutralEvent } from '../neutral.ts'
import { createSseSplitter, formatSse } from '../sse.ts'
import { cohereChat } from './index.ts'

const usage = {
  billed_units: { input_tokens: 5, output_tokens: 7 },
  tokens: { input_tokens: 71, output_tokens: 9 },
  cached_tokens: 3,
}
const readUsage = { inputTokens: 5, outputTokens: 7, cacheReadTokens: 3 }
const toolCall = {
  id: 'find_1',
  type: 'function',
  function: { name: 'find', arguments: '{"a":1}' },
}

function answer(message: JsonObject, finish = 'COMPLETE'): JsonObject {
  return { id: 'an-id', finish_reason: finish, message: { role: 'assistant', ...message }, usage }
}

describe('an answer of Cohere', () => {
  test('is read with thinking, text and what was billed', () => {
    const content = [
      { type: 'thinking', thinking: 'Hm.' },
      { type: 'text', text: 'Yes.' },
    ]
    const citations = [{ start: 0, end: 3, text: 'Yes', sources: [], type: 'TEXT_CONTENT' }]
    expect(cohereChat.readAnswer(answer({ content, citations }))).toEqual({
      id: 'an-id',
      model: '',
      content: [
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'Yes.' },
      ],
      stopReason: 'end',
      usage: readUsage,
    })
  })

  test('is read with its plan as text before its tool calls', () => {
    const read = cohereChat.readAnswer(
      answer({ tool_plan: 'I will look.', tool_calls: [toolCall] }, 'TOOL_CALL'),
    )
    expect(read.stopReason).toBe('tool-calls')
    expect(read.content).toEqual([
      { type: 'text', text: 'I will look.' },
      { type: 'tool-call', id: 'find_1', name: 'find', arguments: '{"a":1}' },
    ])
  })

  test.each([
    ['MAX_TOKENS', 'max-tokens'],
    ['STOP_SEQUENCE', 'stop-sequence'],
    ['ERROR_TOXIC', 'content-filter'],
    ['SOMETHING_NEW', 'other'],
  ] as const)('that ended with %s ended by %s', (finish, stopReason) => {
    expect(cohereChat.readAnswer(answer({ content: [] }, finish)).stopReason).toBe(stopReason)
  })

  test.each([
    ['ERROR', 502],
    ['TIMEOUT', 504],
  ])('that ended with %s is an error of the provider', (finish, status) => {
    let error: unknown
    try {
      cohereChat.readAnswer(answer({}, finish))
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'provider_error', status })
  })

  test.each([
    {},
    { message: 'text' },
    answer({ content: [1] }),
    answer({ tool_calls: [{}] }),
    answer({ tool_calls: ['x'] }),
  ])('that is none is refused: %j', (body) => {
    expect(() => cohereChat.readAnswer(body)).toThrow(GatewayError)
  })

  test('without billed units falls back to tokens, and has no usage without either', () => {
    expect(cohereChat.readUsage({ usage: { tokens: usage.tokens } })).toEqual({
      inputTokens: 71,
      outputTokens: 9,
    })
    expect(cohereChat.readUsage({ usage: { billed_units: { search_units: 1 } } })).toBeUndefined()
    expect(cohereChat.readUsage({})).toBeUndefined()
  })
})

describe('an error of Cohere', () => {
  test.each([
    [
      { message: 'invalid request: model is required', id: 'x' },
      'invalid request: model is required',
    ],
    [{ data: { error: { message: 'too many' } } }, 'too many'],
    [{}, 'The provider answered with status 400.'],
    ['<html>', 'The provider answered with status 400.'],
  ])('%j', (body, message) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    expect(cohereChat.readError(400, text)).toEqual({ status: 400, message })
  })
})

/** The frames of one stream as Cohere sends them. */
function frames(events: readonly JsonObject[]): Uint8Array {
  const text = events.map((data) =>
    formatSse({ event: `${asString(data['type'])}`, data: JSON.stringify(data) }),
  )
  return Buffer.from(text.join('') + 'data: [DONE]\n\n')
}

const message = (value: JsonObject): JsonObject => ({ delta: { message: value } })
const stream = frames([
  { id: 'an-id', type: 'message-start', ...message({ role: 'assistant', content: [] }) },
  { type: 'content-start', index: 0, ...message({ content: { type: 'thinking', thinking: '' } }) },
  { type: 'content-delta', index: 0, ...message({ content: { thinking: 'Hm.' } }) },
  { type: 'content-end', index: 0 },
  { type: 'tool-plan-delta', ...message({ tool_plan: 'I will ' }) },
  { type: 'tool-plan-delta', ...message({ tool_plan: 'look – ä.' }) },
  { type: 'citation-start', index: 0, ...message({ citations: { start: 0, end: 2 } }) },
  { type: 'citation-end', index: 0 },
  ...[0, 1].flatMap((index) => [
    {
      type: 'tool-call-start',
      index,
      ...message({
        tool_calls: {
          id: `c${index}`,
          type: 'function',
          function: { name: 'find', arguments: '' },
        },
      }),
    },
    {
      type: 'tool-call-delta',
      index,
      ...message({ tool_calls: { function: { arguments: '{"a":' } } }),
    },
    {
      type: 'tool-call-delta',
      index,
      ...message({ tool_calls: { function: { arguments: '1}' } } }),
    },
    { type: 'tool-call-end', index },
  ]),
  { type: 'message-end', id: 'an-id', delta: { finish_reason: 'TOOL_CALL', usage } },
])

function readStream(bytes: Uint8Array, cuts: readonly number[] = []): NeutralEvent[] {
  const splitter = createSseSplitter({ maxFrameBytes: 10_000 })
  const reader = cohereChat.openStreamReader()
  const ends = [...cuts, bytes.length].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b)
  let from = 0
  return ends.flatMap((end) => {
    const found = splitter.push(Uint8Array.from(bytes.subarray(from, end)))
    from = end
    return found.flatMap((frame) => [...reader.read(frame)])
  })
}

const events: NeutralEvent[] = [
  { type: 'answer-start', id: 'an-id', model: '' },
  { type: 'reasoning-start', index: 0 },
  { type: 'reasoning-delta', index: 0, text: 'Hm.' },
  { type: 'reasoning-end', index: 0 },
  { type: 'text-start', index: 1 },
  { type: 'text-delta', index: 1, text: 'I will ' },
  { type: 'text-delta', index: 1, text: 'look – ä.' },
  { type: 'text-end', index: 1 },
  ...[2, 3].flatMap((index): NeutralEvent[] => [
    { type: 'tool-call-start', index, id: `c${index - 2}`, name: 'find' },
    { type: 'tool-call-delta', index, arguments: '{"a":' },
    { type: 'tool-call-delta', index, arguments: '1}' },
    { type: 'tool-call-end', index },
  ]),
  { type: 'answer-end', stopReason: 'tool-calls', usage: readUsage },
  { type: 'done' },
]

describe('a stream of Cohere', () => {
  test('is read as the same events, however it was split', () => {
    expect(readStream(stream)).toEqual(events)
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
        expect(readStream(stream, cuts)).toEqual(events)
      }),
    )
  })

  test('that tells of an error is a fault to readers and observers', () => {
    const bytes = frames([
      { type: 'message-start', id: 'an-id' },
      { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'GPU lost' } },
    ])
    const fault = { status: 502, type: 'ERROR', message: 'GPU lost' }
    expect(readStream(bytes)).toContainEqual({ type: 'error', fault })
    const observer = cohereChat.openStreamObserver()
    const splitter = createSseSplitter({ maxFrameBytes: 10_000 })
    const verdicts = splitter.push(bytes).map((frame) => observer.observe(frame))
    expect(verdicts[1]).toEqual({ type: 'fault', fault })
  })

  test('is observed up to its end, with usage and the length of its output', () => {
    const observer = cohereChat.openStreamObserver()
    const splitter = createSseSplitter({ maxFrameBytes: 10_000 })
    const verdicts = splitter.push(stream).map((frame) => observer.observe(frame).type)
    expect(verdicts.indexOf('end')).toBe(verdicts.length - 2)
    expect(observer.usage()).toEqual(readUsage)
    expect(observer.outputLength()).toBe('Hm.I will look – ä.{"a":1}{"a":1}'.length)
  })

  test('with a broken frame or arguments of no call is refused', () => {
    const reader = cohereChat.openStreamReader()
    const [frame] = createSseSplitter({ maxFrameBytes: 100 }).push(Buffer.from('data: {"a\n\n'))
    if (frame === undefined) throw new Error('no frame')
    expect(() => reader.read(frame)).toThrow(GatewayError)
    const orphan = frames([{ type: 'tool-call-delta', index: 1, ...message({ tool_calls: {} }) }])
    expect(() => readStream(orphan)).toThrow(GatewayError)
  })
})
