import { describe, expect, test } from 'bun:test'
import type { JsonObject } from '../../core/json.ts'
import { createEventStreamSplitter } from '../event-stream.ts'
import { signCallId } from '../gemini/signature.ts'
import type { NeutralEvent } from '../neutral.ts'
import type { SseFrame } from '../sse.ts'
import { bedrockConverse } from './index.ts'

function frame(event: string, data: JsonObject): SseFrame {
  return { bytes: new Uint8Array(), event, data: JSON.stringify(data) }
}

const stop = frame('messageStop', { stopReason: 'end_turn' })
const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 115, cacheReadInputTokens: 100 }

function readAll(...frames: SseFrame[]): NeutralEvent[] {
  const reader = bedrockConverse.openStreamReader()
  return frames.flatMap((each) => [...reader.read(each)])
}

describe('the reader', () => {
  test('understands a stream as Bedrock sends it: no start before text, padding, usage at the end', () => {
    const events = readAll(
      frame('messageStart', { p: 'abcd', role: 'assistant' }),
      frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Let me' }, p: 'ab' }),
      frame('contentBlockStop', { contentBlockIndex: 0, p: 'a' }),
      frame('contentBlockStart', {
        contentBlockIndex: 1,
        start: { toolUse: { name: 'f', toolUseId: 'tooluse_1' } },
      }),
      frame('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: '' } } }),
      frame('contentBlockStop', { contentBlockIndex: 1 }),
      frame('messageStop', { stopReason: 'tool_use' }),
      frame('metadata', { metrics: { latencyMs: 9 }, usage }),
    )
    expect(events).toEqual([
      { type: 'answer-start', id: expect.stringMatching(/^msg_/), model: '' },
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'Let me' },
      { type: 'text-end', index: 0 },
      { type: 'tool-call-start', index: 1, id: 'tooluse_1', name: 'f' },
      { type: 'tool-call-delta', index: 1, arguments: '{}' },
      { type: 'tool-call-end', index: 1 },
      {
        type: 'answer-end',
        stopReason: 'tool-calls',
        usage: { inputTokens: 110, outputTokens: 5, cacheReadTokens: 100 },
      },
      { type: 'done' },
    ])
  })

  test('takes the end of the bytes behind the end of the message as the end of the answer', () => {
    const reader = bedrockConverse.openStreamReader()
    expect(reader.end?.()).toEqual([])
    reader.read(frame('messageStart', { role: 'assistant' }))
    expect(reader.end?.()).toEqual([])
    reader.read(stop)
    expect(reader.end?.()).toEqual([{ type: 'answer-end', stopReason: 'end' }, { type: 'done' }])
  })

  test('passes over blocks nobody knows without a gap in its numbers', () => {
    const events = readAll(
      frame('messageStart', { role: 'assistant' }),
      frame('contentBlockStart', { contentBlockIndex: 0, start: { image: { format: 'png' } } }),
      frame('contentBlockDelta', { contentBlockIndex: 0, delta: { image: { source: {} } } }),
      frame('contentBlockStop', { contentBlockIndex: 0 }),
      frame('contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'a' } }),
      frame('contentBlockDelta', { contentBlockIndex: 1, delta: { citation: { title: 't' } } }),
    )
    expect(events.slice(1)).toEqual([
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'a' },
    ])
  })

  test.each([
    ['throttlingException', 429],
    ['modelStreamErrorException', 502],
    ['validationException', 400],
    ['serviceUnavailableException', 503],
    ['unheardOfException', 500],
  ])('reports %s as a fault', (type, status) => {
    const [event] = readAll(frame(`exception:${type}`, { message: 'words' }))
    expect(event).toEqual({ type: 'error', fault: { status, type, message: 'words' } })
    const observer = bedrockConverse.openStreamObserver()
    expect(observer.observe(frame(`exception:${type}`, { message: 'words' }))).toMatchObject({
      type: 'fault',
      fault: { status },
    })
  })
})

describe('the observer', () => {
  test('counts what was said and ends with the metadata or behind the end of the message', () => {
    const observer = bedrockConverse.openStreamObserver()
    observer.observe(frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'abc' } }))
    observer.observe(
      frame('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: '{}' } } }),
    )
    expect(observer.outputLength()).toBe(5)
    expect(observer.end?.()).toBe(false)
    observer.observe(stop)
    expect(observer.end?.()).toBe(true)
    expect(observer.usage()).toBeUndefined()
    expect(observer.observe(frame('metadata', { usage }))).toEqual({ type: 'end' })
    expect(observer.usage()).toMatchObject({ inputTokens: 110 })
  })
})

describe('the writer', () => {
  function write(events: readonly NeutralEvent[]): (readonly [string, unknown])[] {
    const writer = bedrockConverse.openStreamWriter()
    const bytes = Buffer.concat(events.map((event) => writer.write(event)))
    const splitter = createEventStreamSplitter({ maxFrameBytes: 10_000 })
    return splitter.push(bytes).map(({ event, data }) => [event, JSON.parse(data ?? '')] as const)
  }

  test('keeps parallel calls one after the other', () => {
    const events = write([
      { type: 'answer-start', id: 'a', model: 'm' },
      { type: 'tool-call-start', index: 0, id: 'x', name: 'f' },
      { type: 'tool-call-start', index: 1, id: 'y', name: 'g' },
      { type: 'tool-call-delta', index: 1, arguments: '{"b"' },
      { type: 'tool-call-delta', index: 0, arguments: '{"a":1}' },
      { type: 'tool-call-delta', index: 1, arguments: ':2}' },
      { type: 'tool-call-end', index: 0 },
      { type: 'tool-call-end', index: 1 },
      { type: 'answer-end', stopReason: 'end' },
      { type: 'done' },
    ])
    expect(events.map(([name]) => name)).toEqual([
      'messageStart',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ])
    expect(events[5]?.[1]).toEqual({
      delta: { toolUse: { input: '{"b":2}' } },
      contentBlockIndex: 1,
    })
    expect(events[7]?.[1]).toEqual({ stopReason: 'tool_use' })
  })

  test('tells the proof that comes with a call of Gemini in a block before it', () => {
    const id = signCallId('c1', 'c2lnbmVk')
    const signature = 'gemini:c2lnbmVk'
    const reasoning = { reasoningContent: { reasoningText: { text: '', signature } } }
    const use = { toolUseId: 'c1', name: 'f', input: {} }
    const part = { type: 'tool-call', id, name: 'f', arguments: '{}' } as const
    const answer = { id: 'a', model: 'm', content: [part], stopReason: 'tool-calls' } as const
    expect(bedrockConverse.writeAnswer(answer, () => {})).toHaveProperty('output.message.content', [
      reasoning,
      { toolUse: use },
    ])
    const writer = bedrockConverse.openStreamWriter()
    const events: NeutralEvent[] = [
      { type: 'tool-call-start', index: 0, id, name: 'f' },
      { type: 'tool-call-delta', index: 0, arguments: '{}' },
      { type: 'tool-call-end', index: 0 },
    ]
    const bytes = Buffer.concat(events.map((event) => Buffer.from(writer.write(event))))
    const frames = createEventStreamSplitter({ maxFrameBytes: 9999 }).push(bytes)
    expect(frames.map(({ event, data }) => [event, JSON.parse(data ?? '')])).toEqual([
      ['contentBlockDelta', { delta: { reasoningContent: { signature } }, contentBlockIndex: 0 }],
      ['contentBlockStop', { contentBlockIndex: 0 }],
      [
        'contentBlockStart',
        { start: { toolUse: { toolUseId: 'c1', name: 'f' } }, contentBlockIndex: 1 },
      ],
      ['contentBlockDelta', { delta: { toolUse: { input: '{}' } }, contentBlockIndex: 1 }],
      ['contentBlockStop', { contentBlockIndex: 1 }],
    ])
  })

  test('writes no block for text that stayed empty, and a refusal as text', () => {
    const events = write([
      { type: 'answer-start', id: 'a', model: 'm' },
      { type: 'text-start', index: 0 },
      { type: 'text-end', index: 0 },
      { type: 'refusal-delta', text: 'I will' },
      { type: 'refusal-delta', text: ' not.' },
      { type: 'answer-end', stopReason: 'end' },
      { type: 'done' },
    ])
    expect(events.slice(1, -1)).toEqual([
      ['contentBlockDelta', { delta: { text: 'I will' }, contentBlockIndex: 0 }],
      ['contentBlockDelta', { delta: { text: ' not.' }, contentBlockIndex: 0 }],
      ['contentBlockStop', { contentBlockIndex: 0 }],
      ['messageStop', { stopReason: 'content_filtered' }],
    ])
  })

  test('ends a stream that failed with an exception of AWS', () => {
    const view = {
      status: 429,
      code: 'rate_limited',
      message: 'slow down',
      source: 'gateway',
      requestId: 'req_1',
    } as const
    const splitter = createEventStreamSplitter({ maxFrameBytes: 10_000 })
    const [written] = splitter.push(bedrockConverse.writeStreamError(view))
    expect(written?.event).toBe('exception:throttlingException')
    expect(JSON.parse(written?.data ?? '')).toMatchObject({
      message: 'slow down',
      code: 'rate_limited',
      requestId: 'req_1',
    })
  })
})

describe('errors', () => {
  test('are read from the bodies of AWS and of front ends before it', () => {
    expect(bedrockConverse.readError(429, '{"message":"Too many tokens"}')).toEqual({
      status: 429,
      type: 'ThrottlingException',
      message: 'Too many tokens',
    })
    expect(
      bedrockConverse.readError(400, '{"__type":"com.amazon#Odd","Message":"no"}'),
    ).toMatchObject({ type: 'Odd', message: 'no' })
    expect(bedrockConverse.readError(503, '<html>')).toMatchObject({
      type: 'ServiceUnavailableException',
      message: 'The provider answered with status 503.',
    })
  })

  test.each([
    [400, 'ValidationException'],
    [403, 'AccessDeniedException'],
    [404, 'ResourceNotFoundException'],
    [413, 'ValidationException'],
    [429, 'ThrottlingException'],
    [502, 'InternalServerException'],
    [503, 'ServiceUnavailableException'],
  ])('of status %d are called %s in the header', (status, type) => {
    expect(bedrockConverse.errorHeaders({ status })).toEqual({ 'x-amzn-errortype': type })
  })
})
