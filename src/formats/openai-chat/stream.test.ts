import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { StreamReader } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { createSseSplitter, formatSse, type SseFrame } from '../sse.ts'
import { openAiChat } from './index.ts'

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 7, model: 'gpt-4o' }
const start: NeutralEvent = {
  type: 'answer-start',
  id: 'chatcmpl-1',
  model: 'gpt-4o',
  createdAt: 7,
}
const counts = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 }
const usage = { inputTokens: 12, outputTokens: 5 }

function delta(fields: JsonObject, finish_reason: string | null = null): JsonObject {
  return { ...head, choices: [{ index: 0, delta: fields, finish_reason }] }
}

function call(index: number | undefined, fields: JsonObject, id?: string): JsonObject {
  return delta({ tool_calls: [{ index, id, function: fields }] })
}

function frames(...items: (JsonObject | string)[]): SseFrame[] {
  const texts = items.map((item) =>
    formatSse({ data: typeof item === 'string' ? item : JSON.stringify(item) }),
  )
  return createSseSplitter({ maxFrameBytes: 1 << 20 }).push(Buffer.from(texts.join('')))
}

function read(...items: (JsonObject | string)[]): NeutralEvent[] {
  const reader: StreamReader = openAiChat.openStreamReader()
  return frames(...items).flatMap((frame) => reader.read(frame))
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof GatewayError) return error.code
    throw error
  }
  return 'nothing was thrown'
}

describe('the stream reader', () => {
  test('reads a usual stream', () => {
    const events = read(
      delta({ role: 'assistant', content: '', refusal: null }),
      delta({ content: 'Hel' }),
      delta({ content: 'lo' }),
      delta({}, 'stop'),
      { ...head, choices: [], usage: counts },
      '[DONE]',
    )
    expect(events).toEqual([
      start,
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'Hel' },
      { type: 'text-delta', index: 0, text: 'lo' },
      { type: 'text-end', index: 0 },
      { type: 'answer-end', stopReason: 'end', usage },
      { type: 'done' },
    ])
  })

  test('waits for the first choice before it starts, as Azure sends a chunk without any', () => {
    const azure = { id: '', model: '', created: 0, choices: [], prompt_filter_results: [] }
    expect(read(azure, delta({ content: 'a' })).slice(0, 2)).toEqual([
      start,
      { type: 'text-start', index: 0 },
    ])
  })

  test('keeps interleaved tool calls apart', () => {
    const events = read(
      call(0, { name: 'a', arguments: '' }, 'x'),
      call(1, { name: 'b', arguments: '{' }, 'y'),
      call(0, { arguments: '[' }),
      call(1, { arguments: '}' }),
      call(0, { arguments: ']' }),
      delta({}, 'tool_calls'),
    )
    expect(events).toEqual([
      start,
      { type: 'tool-call-start', index: 0, id: 'x', name: 'a' },
      { type: 'tool-call-start', index: 1, id: 'y', name: 'b' },
      { type: 'tool-call-delta', index: 1, arguments: '{' },
      { type: 'tool-call-delta', index: 0, arguments: '[' },
      { type: 'tool-call-delta', index: 1, arguments: '}' },
      { type: 'tool-call-delta', index: 0, arguments: ']' },
      { type: 'tool-call-end', index: 0 },
      { type: 'tool-call-end', index: 1 },
    ])
  })

  test.each([
    ['number all calls 0', 0],
    ['leave the number out', undefined],
  ])('tells calls apart by their ids where servers %s', (_, index) => {
    const events = read(
      call(index, { name: 'a', arguments: '{}' }, 'x'),
      call(index, { name: 'a', arguments: '[' }, 'y'),
      call(index, { arguments: ']' }),
      delta({}, 'stop'),
      '[DONE]',
    )
    expect(events.filter((event) => event.type.startsWith('tool-call'))).toEqual([
      { type: 'tool-call-start', index: 0, id: 'x', name: 'a' },
      { type: 'tool-call-delta', index: 0, arguments: '{}' },
      { type: 'tool-call-end', index: 0 },
      { type: 'tool-call-start', index: 1, id: 'y', name: 'a' },
      { type: 'tool-call-delta', index: 1, arguments: '[' },
      { type: 'tool-call-delta', index: 1, arguments: ']' },
      { type: 'tool-call-end', index: 1 },
    ])
    expect(events.at(-2)).toEqual({ type: 'answer-end', stopReason: 'tool-calls' })
  })

  test('holds arguments back until the name is known', () => {
    const events = read(
      call(0, { arguments: '{' }),
      call(0, { name: 'a' }, 'x'),
      call(0, { arguments: '}' }),
    )
    expect(events.slice(1)).toEqual([
      { type: 'tool-call-start', index: 0, id: 'x', name: 'a' },
      { type: 'tool-call-delta', index: 0, arguments: '{' },
      { type: 'tool-call-delta', index: 0, arguments: '}' },
    ])
  })

  test('reads a legacy function call', () => {
    const events = read(
      delta({ function_call: { name: 'a', arguments: '' } }),
      delta({ function_call: { arguments: '{}' } }),
      delta({}, 'function_call'),
    )
    expect(events.slice(1, 3)).toEqual([
      { type: 'tool-call-start', index: 0, id: 'call_chatcmpl-1_0', name: 'a' },
      { type: 'tool-call-delta', index: 0, arguments: '{}' },
    ])
  })

  test('reads thinking with its signature before the text', () => {
    const events = read(
      delta({
        reasoning: 'Hm',
        reasoning_details: [{ type: 'reasoning.text', text: 'Hm', index: 0 }],
      }),
      delta({ reasoning_details: [{ type: 'reasoning.text', signature: 's', index: 0 }] }),
      delta({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'd', index: 1 }] }),
      delta({ reasoning_content: 'So', content: '' }),
      delta({ content: 'Yes' }),
    )
    expect(events.slice(1)).toEqual([
      { type: 'reasoning-start', index: 0 },
      { type: 'reasoning-delta', index: 0, text: 'Hm' },
      { type: 'reasoning-signature', index: 0, signature: 's' },
      { type: 'reasoning-end', index: 0 },
      { type: 'redacted-reasoning', index: 1, data: 'd' },
      { type: 'reasoning-start', index: 2 },
      { type: 'reasoning-delta', index: 2, text: 'So' },
      { type: 'reasoning-end', index: 2 },
      { type: 'text-start', index: 3 },
      { type: 'text-delta', index: 3, text: 'Yes' },
    ])
  })

  test('reads a refusal', () => {
    const events = read(delta({ refusal: 'No.' }), delta({}, 'stop'), '[DONE]')
    expect(events.slice(1)).toEqual([
      { type: 'refusal-delta', text: 'No.' },
      { type: 'answer-end', stopReason: 'refusal' },
      { type: 'done' },
    ])
  })

  test.each([
    ['in the chunk of the last choice', { ...delta({}, 'stop'), usage: counts }],
    ['in the field of Groq', { ...delta({}, 'stop'), x_groq: { usage: counts } }],
  ])('ends the answer at once when usage comes %s', (_, last) => {
    expect(read(delta({ content: 'a' }), last).at(-1)).toEqual({
      type: 'answer-end',
      stopReason: 'end',
      usage,
    })
  })

  test('reports an error inside the stream with a status that fits', () => {
    const statusOf = (error: unknown) => {
      const [event] = read(JSON.stringify(error))
      return event?.type === 'error' ? event.fault.status : undefined
    }
    expect(statusOf({ error: { message: 'Slow.', type: 'rate_limit_error' } })).toBe(429)
    expect(statusOf({ error: { message: 'Gone.', code: 502 }, choices: [] })).toBe(502)
    expect(statusOf({ x_groq: { id: 'x', error: 'over capacity' }, choices: [] })).toBe(500)
    expect(statusOf({ error: { message: 'Oops.', type: 'server_error' } })).toBe(500)
    expect(statusOf({ object: 'error', message: 'Bad.', code: 400 })).toBe(400)
  })

  test('passes over comments and choices after the first', () => {
    const second = { ...head, choices: [{ index: 1, delta: { content: 'b' } }] }
    expect(read(second)).toEqual([])
    const [comment] = createSseSplitter({ maxFrameBytes: 99 }).push(
      Buffer.from(': OPENROUTER PROCESSING\n\n'),
    )
    if (comment !== undefined) expect(openAiChat.openStreamReader().read(comment)).toEqual([])
  })

  test.each([
    ['not JSON', ['oops']],
    ['half JSON', ['{"id":']],
    ['JSON but no object', ['5']],
    ['a terminator without an answer', ['[DONE]']],
    ['a tool call without a name', [call(0, { arguments: '{}' }), delta({}, 'tool_calls')]],
    [
      'a tool call that goes on after text',
      [
        call(0, { name: 'a', arguments: '{' }, 'x'),
        delta({ content: 'b' }),
        call(0, { arguments: '}' }),
      ],
    ],
  ])('refuses %s', (_, items) => {
    expect(codeOf(() => read(...items))).toBe('provider_bad_answer')
  })
})

describe('the stream writer', () => {
  function write(includeUsage: boolean, ...events: NeutralEvent[]): string[] {
    const writer = openAiChat.openStreamWriter({ includeUsage, createdAt: 9 })
    return events.map((event) => writer.write(event))
  }

  test('writes chunks as OpenAI does', () => {
    const tail = '"logprobs":null,"finish_reason":null}]}\n\n'
    const prefix =
      'data: {"id":"msg_1","object":"chat.completion.chunk","created":9,"model":"claude","choices":['
    expect(
      write(
        false,
        { type: 'answer-start', id: 'msg_1', model: 'claude' },
        { type: 'text-start', index: 0 },
        { type: 'text-delta', index: 0, text: 'Hi' },
        { type: 'tool-call-start', index: 3, id: 'c', name: 'f' },
        { type: 'tool-call-delta', index: 3, arguments: '{}' },
        { type: 'answer-end', stopReason: 'tool-calls', usage },
        { type: 'done' },
      ),
    ).toEqual([
      `${prefix}{"index":0,"delta":{"role":"assistant","content":""},${tail}`,
      '',
      `${prefix}{"index":0,"delta":{"content":"Hi"},${tail}`,
      `${prefix}{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":""}}]},${tail}`,
      `${prefix}{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},${tail}`,
      `${prefix}{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}]}\n\n`,
      'data: [DONE]\n\n',
    ])
  })

  test('writes usage in a chunk of its own and null before it, when asked', () => {
    const begin: NeutralEvent = {
      type: 'answer-start',
      id: 'a',
      model: 'm',
      usage: { inputTokens: 1, outputTokens: 0 },
    }
    const [first = '', last = ''] = write(true, begin, { type: 'answer-end', stopReason: 'end' })
    expect(first).toContain('"usage":null')
    expect(last.split('\n\n')[1]).toMatch(/"choices":\[\],"usage":\{"prompt_tokens":1,/)
  })

  test('writes a fault of the provider as an error', () => {
    const [text] = write(false, { type: 'error', fault: { status: 529, message: 'Busy.' } })
    expect(text).toBe(
      'data: {"error":{"message":"Busy.","type":"server_error","param":null,"code":null,"source":"provider"}}\n\n',
    )
  })
})

describe('the stream observer', () => {
  function observe(withholdUsage: boolean, ...items: (JsonObject | string)[]) {
    const observer = openAiChat.openStreamObserver({ withholdUsage })
    return { verdicts: frames(...items).map((frame) => observer.observe(frame).type), observer }
  }
  const usageChunk = { ...head, choices: [], usage: counts }

  test('withholds the usage chunk only when the gateway asked for it', () => {
    const items = [delta({ content: 'abc' }), delta({}, 'stop'), usageChunk, '[DONE]']
    expect(observe(true, ...items).verdicts).toEqual(['forward', 'forward', 'withhold', 'end'])
    const { verdicts, observer } = observe(false, ...items)
    expect(verdicts).toEqual(['forward', 'forward', 'forward', 'end'])
    expect(observer.usage()).toEqual(usage)
    expect(observer.outputLength()).toBe(3)
  })

  test('forwards usage that comes with a choice, and chunks without choices or usage', () => {
    const azure = { choices: [], prompt_filter_results: [] }
    const { verdicts, observer } = observe(true, azure, { ...delta({}, 'stop'), usage: counts })
    expect(verdicts).toEqual(['forward', 'forward'])
    expect(observer.usage()).toEqual(usage)
  })

  test('takes out what says that usage is still to come, only when the gateway asked for it', () => {
    const heads = '"id":"c","object":"chat.completion.chunk","created":1,"model":"m"'
    const choices = (text: string) => `"choices":[{"index":0,"delta":{"content":${text}}}]`
    const said = JSON.stringify('he said ,"usage":null} and "usage":null,')
    const cases = [
      [`{${heads},${choices('"a"')},"usage":null}`, `{${heads},${choices('"a"')}}`],
      [`{${heads},"usage":null,${choices(said)}}`, `{${heads},${choices(said)}}`],
      [`{"usage":null,${heads},${choices('"a"')}}`, `{${heads},${choices('"a"')}}`],
      [`{${heads},${choices('"a"')}, "usage" : null }`, `{${heads},${choices('"a"')} }`],
      [
        `{${heads},${choices('"a"')},"x":{"a":1,"usage":null},"usage":null}`,
        `{${heads},${choices('"a"')},"x":{"a":1,"usage":null}}`,
      ],
    ] as const
    for (const [sent, forwarded] of cases) {
      const text = `data: ${sent}\r\n: comment\r\n\r\n`
      const [frame] = createSseSplitter({ maxFrameBytes: 10_000 }).push(Buffer.from(text))
      if (frame === undefined) throw new Error('no frame')
      const verdict = openAiChat.openStreamObserver({ withholdUsage: true }).observe(frame)
      if (verdict.type !== 'replace') throw new Error(`The verdict is ${verdict.type}.`)
      expect(Buffer.from(verdict.bytes).toString()).toBe(text.replace(sent, forwarded))
      const asked = openAiChat.openStreamObserver({ withholdUsage: false }).observe(frame)
      expect(asked.type).toBe('forward')
    }
  })

  test('counts thinking, refusals and tool calls as output', () => {
    const { observer } = observe(
      false,
      delta({ reasoning_content: 'abc' }),
      delta({ refusal: 'de' }),
      call(0, { name: 'f', arguments: '{}' }, 'x'),
    )
    expect(observer.outputLength()).toBe(8)
  })

  test('reports an error and refuses garbage', () => {
    expect(observe(false, { error: { message: 'Busy.', code: 503 } }).verdicts).toEqual(['fault'])
    expect(codeOf(() => observe(false, '<html>'))).toBe('provider_bad_answer')
    expect(codeOf(() => observe(false, '"text"'))).toBe('provider_bad_answer')
    expect(codeOf(() => observe(false, '[DONE]'))).toBe('provider_bad_answer')
  })
})
