import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { JsonObject } from '../../core/json.ts'
import { encodeEvent, encodeException } from '../event-stream.ts'
import type { NeutralEvent, NeutralRequest } from '../neutral.ts'
import { createSseSplitter } from '../sse.ts'
import { anthropicAtBedrock, bedrockInvoke } from './index.ts'

const target = { model: 'anthropic.claude-3-haiku-20240307-v1:0', stream: true }
const body = {
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 50,
  messages: [{ role: 'user', content: 'hi' }],
}

function chunk(event: JsonObject): Uint8Array {
  return encodeEvent('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') })
}

const events: readonly JsonObject[] = [
  { type: 'message_start', message: { id: 'msg_1', model: 'claude', usage: { input_tokens: 3 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hällo' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
  { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 3 } },
]

describe('requests', () => {
  test('are read with the model and the streaming the path names', () => {
    const request = bedrockInvoke.readRequest(body, target)
    expect(request).toMatchObject({ model: target.model, stream: true, inexpressible: [] })
  })

  test('without Anthropic’s version are of another kind than this gateway reads', () => {
    expect(() => bedrockInvoke.readRequest({ inputText: 'hi' }, target)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'anthropic_version' }),
    )
  })

  test('name the version and neither model nor streaming', () => {
    const neutral: NeutralRequest = bedrockInvoke.readRequest(body, target)
    const written = bedrockInvoke.writeRequest(neutral, () => {})
    expect(written).toEqual(body)
  })
})

describe('streams', () => {
  test('come back as they were written', () => {
    const written: NeutralEvent[] = [
      {
        type: 'answer-start',
        id: 'msg_1',
        model: 'claude',
        usage: { inputTokens: 3, outputTokens: 0 },
      },
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'a\nb "c" \u2028 d \u2029' },
      { type: 'text-end', index: 0 },
      { type: 'answer-end', stopReason: 'end', usage: { inputTokens: 3, outputTokens: 2 } },
      { type: 'done' },
    ]
    const writer = bedrockInvoke.openStreamWriter()
    const bytes = Buffer.concat(written.map((event) => writer.write(event)))
    const reader = bedrockInvoke.openStreamReader()
    const frames = bedrockInvoke.openSplitter({ maxFrameBytes: 10_000 }).push(bytes)
    expect(frames.every(({ event }) => event === 'chunk')).toBeTrue()
    const read = frames.flatMap((frame) => [...reader.read(frame)])
    expect(read).toMatchObject(written)
  })

  test('are observed to their end, with usage and length', () => {
    const observer = bedrockInvoke.openStreamObserver()
    const splitter = bedrockInvoke.openSplitter({ maxFrameBytes: 10_000 })
    const frames = splitter.push(Buffer.concat(events.map(chunk)))
    expect(frames.map((frame) => observer.observe(frame).type).join(' ')).toBe(
      'forward forward forward forward forward end',
    )
    expect(observer.usage()).toMatchObject({ inputTokens: 3, outputTokens: 2 })
    expect(observer.outputLength()).toBe(5)
  })

  test('end with the fault that an exception or an error inside tells', () => {
    const throttled = encodeException('throttlingException', { message: 'slow down' })
    const overloaded = chunk({
      type: 'error',
      error: { type: 'overloaded_error', message: 'busy' },
    })
    for (const [bytes, fault] of [
      [throttled, { status: 429, message: 'slow down' }],
      [overloaded, { status: 529, message: 'busy' }],
    ] as const) {
      for (const format of [bedrockInvoke, anthropicAtBedrock]) {
        const [frame] = format.openSplitter({ maxFrameBytes: 10_000 }).push(bytes)
        if (frame === undefined) throw new Error('No frame.')
        expect(format.openStreamObserver().observe(frame)).toMatchObject({ type: 'fault', fault })
        expect(format.openStreamReader().read(frame)).toMatchObject([{ type: 'error', fault }])
      }
    }
  })

  test('reach clients of the Messages API as its events, whatever their members and split', () => {
    const event = fc.record({
      type: fc.constantFrom('content_block_delta', 'ping', 'something_new'),
      text: fc.string({ unit: 'grapheme' }),
      extra: fc.jsonValue(),
    })
    fc.assert(
      fc.property(fc.array(event), fc.integer({ min: 1, max: 200 }), (written, size) => {
        const wire = Buffer.concat(written.map((each) => chunk(JSON.parse(JSON.stringify(each)))))
        const splitter = anthropicAtBedrock.openSplitter({ maxFrameBytes: 100_000 })
        const frames = []
        for (let at = 0; at < wire.length; at += size) {
          frames.push(...splitter.push(wire.subarray(at, at + size)))
        }
        const text = Buffer.concat(frames.map((frame) => frame.bytes))
        const read = createSseSplitter({ maxFrameBytes: 100_000 }).push(text)
        expect(read.map((each) => each.event)).toEqual(written.map((each) => each.type))
        expect(read.map((each) => JSON.parse(each.data ?? ''))).toEqual(
          JSON.parse(JSON.stringify(written)),
        )
      }),
    )
  })

  test('with chunks that hold nothing are called bad', () => {
    const [frame] = bedrockInvoke
      .openSplitter({ maxFrameBytes: 1000 })
      .push(encodeEvent('chunk', { nothing: true }))
    if (frame === undefined) throw new Error('No frame.')
    expect(() => bedrockInvoke.openStreamObserver().observe(frame)).toThrow(
      expect.objectContaining({ code: 'provider_bad_answer' }),
    )
  })
})
