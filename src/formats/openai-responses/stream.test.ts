import { describe, expect, test } from 'bun:test'
import { asArray, asObject, isObject, type JsonObject } from '../../core/json.ts'
import type { NeutralEvent } from '../neutral.ts'
import { createSseSplitter, formatSse, type SseFrame } from '../sse.ts'
import { openAiResponses } from './index.ts'

const view = {
  status: 502,
  code: 'provider_stream_cut',
  message: 'Cut.',
  source: 'provider',
  requestId: 'req_1',
} as const

function framesOf(text: string): SseFrame[] {
  return createSseSplitter({ maxFrameBytes: 100_000 }).push(Uint8Array.from(Buffer.from(text)))
}

function dataOf(text: string): JsonObject[] {
  return framesOf(text).map((frame) => {
    const data: unknown = JSON.parse(frame.data ?? '')
    if (!isObject(data)) throw new Error('not an object')
    expect(data['type']).toBe(frame.event)
    return data
  })
}

function write(events: readonly NeutralEvent[], asked?: JsonObject): JsonObject[] {
  const writer = openAiResponses.openStreamWriter({ includeUsage: true, createdAt: 7, asked })
  return dataOf(events.map((event) => writer.write(event)).join(''))
}

function read(events: readonly JsonObject[]): NeutralEvent[] {
  const reader = openAiResponses.openStreamReader()
  const text = events.map((data) => formatSse({ data: JSON.stringify(data) })).join('')
  return framesOf(text).flatMap((frame) => reader.read(frame))
}

const whole: readonly NeutralEvent[] = [
  { type: 'answer-start', id: 'a1', model: 'm' },
  { type: 'reasoning-start', index: 0 },
  { type: 'reasoning-delta', index: 0, text: 'Hm' },
  { type: 'reasoning-delta', index: 0, text: 'm.' },
  { type: 'reasoning-signature', index: 0, signature: 'openai:proof' },
  { type: 'reasoning-end', index: 0 },
  { type: 'text-start', index: 1 },
  { type: 'text-delta', index: 1, text: 'Hel' },
  { type: 'text-delta', index: 1, text: 'lo' },
  { type: 'text-end', index: 1 },
  { type: 'refusal-delta', text: 'No.' },
  { type: 'tool-call-start', index: 2, id: 'c1', name: 'f' },
  { type: 'tool-call-start', index: 3, id: 'c2', name: 'g' },
  { type: 'tool-call-delta', index: 2, arguments: '{}' },
  { type: 'tool-call-delta', index: 3, arguments: '[]' },
  { type: 'tool-call-end', index: 2 },
  { type: 'tool-call-end', index: 3 },
  {
    type: 'answer-end',
    stopReason: 'tool-calls',
    usage: { inputTokens: 9, outputTokens: 4, cacheReadTokens: 3, reasoningTokens: 2 },
  },
  { type: 'done' },
]

describe('a written stream', () => {
  test('has every event in order, numbered without a gap, and no [DONE]', () => {
    const events = write(whole)
    expect(events.map((event) => event['type'])).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.content_part.added',
      'response.refusal.delta',
      'response.refusal.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(events.map((event) => event['sequence_number'])).toEqual([...events.keys()])
  })

  test('ends with the whole response', () => {
    const asked = { instructions: 'Be brief.', metadata: { team: 'x' }, tool_choice: 'required' }
    const response = write(whole, asked).at(-1)?.['response']
    expect(response).toMatchObject({
      id: 'resp_a1',
      object: 'response',
      created_at: 7,
      status: 'completed',
      error: null,
      incomplete_details: null,
      model: 'm',
      ...asked,
      output: [
        {
          id: 'rs_a1_0',
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'Hmm.' }],
          encrypted_content: 'proof',
        },
        {
          id: 'msg_a1_1',
          type: 'message',
          status: 'completed',
          content: [
            { type: 'output_text', text: 'Hello', annotations: [] },
            { type: 'refusal', refusal: 'No.' },
          ],
        },
        { id: 'fc_a1_2', type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
        { id: 'fc_a1_3', type: 'function_call', call_id: 'c2', name: 'g', arguments: '[]' },
      ],
      usage: {
        input_tokens: 9,
        input_tokens_details: { cached_tokens: 3 },
        output_tokens: 4,
        output_tokens_details: { reasoning_tokens: 2 },
        total_tokens: 13,
      },
    })
  })

  test('that was cut off by a limit is incomplete, and so is its last message', () => {
    const response = asObject(
      write([
        { type: 'answer-start', id: 'a', model: 'm' },
        { type: 'text-start', index: 0 },
        { type: 'text-delta', index: 0, text: 'Hel' },
        { type: 'answer-end', stopReason: 'max-tokens' },
        { type: 'done' },
      ]).at(-1)?.['response'],
    )
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete' }],
      usage: null,
    })
  })

  test('ends an error with the next sequence number', () => {
    const writer = openAiResponses.openStreamWriter({ includeUsage: true, createdAt: 7 })
    const start = writer.write({ type: 'answer-start', id: 'a', model: 'm' })
    const error = writer.writeError?.(view)
    if (typeof error !== 'string') throw new Error('no text')
    expect(dataOf(start + error).at(-1)).toEqual({
      type: 'error',
      sequence_number: 2,
      code: 'provider_stream_cut',
      message: 'Cut.',
      param: null,
      source: 'provider',
      request_id: 'req_1',
    })
  })

  test('holds no parts of which nothing was said', () => {
    const response = asObject(
      write([
        { type: 'answer-start', id: 'a', model: 'm' },
        { type: 'reasoning-start', index: 0 },
        { type: 'reasoning-end', index: 0 },
        { type: 'text-start', index: 1 },
        { type: 'text-delta', index: 1, text: '' },
        { type: 'text-end', index: 1 },
        { type: 'answer-end', stopReason: 'end' },
        { type: 'done' },
      ]).at(-1)?.['response'],
    )
    expect(asArray(response?.['output'])).toEqual([])
  })
})

describe('a stream of a provider', () => {
  test('that tells its parts only when they are done is read all the same', () => {
    const item = (output_index: number, more: JsonObject): JsonObject => ({
      type: 'response.output_item.done',
      output_index,
      item: more,
    })
    const events = read([
      { type: 'response.created', response: { id: 'resp_1', model: 'm', created_at: 5 } },
      item(0, {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'a' }],
        encrypted_content: 'p',
      }),
      item(1, { type: 'message', content: [{ type: 'output_text', text: 'b' }] }),
      item(2, { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }),
      { type: 'response.completed', response: { status: 'completed' } },
    ])
    expect(events).toEqual([
      { type: 'answer-start', id: 'resp_1', model: 'm', createdAt: 5 },
      { type: 'reasoning-start', index: 0 },
      { type: 'reasoning-delta', index: 0, text: 'a' },
      { type: 'reasoning-signature', index: 0, signature: 'openai:p' },
      { type: 'reasoning-end', index: 0 },
      { type: 'text-start', index: 1 },
      { type: 'text-delta', index: 1, text: 'b' },
      { type: 'text-end', index: 1 },
      { type: 'tool-call-start', index: 2, id: 'c', name: 'f' },
      { type: 'tool-call-delta', index: 2, arguments: '{}' },
      { type: 'tool-call-end', index: 2 },
      { type: 'answer-end', stopReason: 'tool-calls' },
      { type: 'done' },
    ])
  })

  test('reads reasoning once, its paragraphs apart, though it is told twice', () => {
    const delta = (type: string, text: string, more: JsonObject) => ({
      type,
      output_index: 0,
      delta: text,
      ...more,
    })
    const events = read([
      { type: 'response.created', response: { id: 'r', model: 'm' } },
      delta('response.reasoning_summary_text.delta', 'one', { summary_index: 0 }),
      delta('response.reasoning_text.delta', 'in full', { content_index: 0 }),
      delta('response.reasoning_summary_text.delta', 'two', { summary_index: 1 }),
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { type: 'reasoning', summary: [], encrypted_content: 'p' },
      },
    ])
    const text = events.map((event) => ('text' in event ? event.text : '')).join('')
    expect(text).toBe('one\n\ntwo')
  })

  test('passes over the tools that ran at the provider', () => {
    const events = read([
      { type: 'response.created', response: { id: 'r', model: 'm' } },
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'web_search_call', id: 'ws' },
      },
      { type: 'response.web_search_call.searching', output_index: 0 },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { type: 'web_search_call', id: 'ws' },
      },
      { type: 'response.output_text.delta', output_index: 1, content_index: 0, delta: 'x' },
    ])
    expect(events.slice(1)).toEqual([
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'x' },
    ])
  })

  for (const [name, event, status] of [
    [
      'an error event',
      { type: 'error', code: 'rate_limit_exceeded', message: 'Slow.', param: null },
      429,
    ],
    [
      'an error event with an object',
      { type: 'error', error: { type: 'rate_limit_error', message: 'Slow.' } },
      429,
    ],
    [
      'a failed response',
      {
        type: 'response.failed',
        response: { error: { code: 'rate_limit_exceeded', message: 'Slow.' } },
      },
      429,
    ],
    [
      'a response that failed by its prompt',
      {
        type: 'response.failed',
        response: { error: { code: 'invalid_prompt', message: 'Slow.' } },
      },
      400,
    ],
    [
      'a server error',
      { type: 'response.failed', response: { error: { code: 'server_error', message: 'Slow.' } } },
      500,
    ],
  ] as const) {
    test(`that fails with ${name} is a fault with its status`, () => {
      const [fault] = read([event])
      expect(fault).toMatchObject({ type: 'error', fault: { status, message: 'Slow.' } })
      const observer = openAiResponses.openStreamObserver()
      const [frame] = framesOf(formatSse({ data: JSON.stringify(event) }))
      if (frame === undefined) throw new Error('no frame')
      expect(observer.observe(frame)).toMatchObject({ type: 'fault', fault: { status } })
    })
  }

  test('that is not JSON is a bad answer', () => {
    const [frame] = framesOf('data: {"x":\n\n')
    if (frame === undefined) throw new Error('no frame')
    for (const use of [
      () => openAiResponses.openStreamReader().read(frame),
      () => openAiResponses.openStreamObserver().observe(frame),
    ]) {
      expect(use).toThrow('not valid')
    }
  })
})

describe('an observed stream', () => {
  test('ends with its last event, which tells the usage', () => {
    const writer = openAiResponses.openStreamWriter({ includeUsage: true, createdAt: 7 })
    const frames = framesOf(whole.map((event) => writer.write(event)).join(''))
    const observer = openAiResponses.openStreamObserver()
    const verdicts = frames.map((frame) => observer.observe(frame).type)
    expect(verdicts.pop()).toBe('end')
    expect(new Set(verdicts)).toEqual(new Set(['forward']))
    expect(observer.usage()).toMatchObject({ inputTokens: 9, outputTokens: 4, reasoningTokens: 2 })
    expect(observer.outputLength()).toBe('Hmm.HelloNo.{}[]'.length)
    const error = observer.writeError?.(view)
    if (typeof error !== 'string') throw new Error('no text')
    expect(dataOf(error)[0]).toMatchObject({ type: 'error', sequence_number: frames.length })
  })
})
