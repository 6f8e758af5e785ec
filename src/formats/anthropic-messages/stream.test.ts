import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { asString, isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { NeutralEvent, NeutralPart } from '../neutral.ts'
import { createSseSplitter, formatSse, type SseFrame } from '../sse.ts'
import { readAnswer } from './answer.ts'
import { openStreamObserver } from './stream-observer.ts'
import { openStreamReader } from './stream-reader.ts'
import { openStreamWriter } from './stream-writer.ts'

const start: NeutralEvent = { type: 'answer-start', id: 'msg_1', model: 'claude' }
const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 4, cacheWriteTokens: 1 }

function ending(stopReason: 'end' | 'tool-calls'): NeutralEvent[] {
  return [{ type: 'answer-end', stopReason, usage }, { type: 'done' }]
}

function write(events: readonly NeutralEvent[]): string {
  const writer = openStreamWriter()
  return events.map((event) => writer.write(event)).join('')
}

/** Splits text into frames, its bytes cut after each of the given lengths in turn. */
function split(text: string, lengths: readonly number[] = [text.length * 3 + 1]): SseFrame[] {
  const splitter = createSseSplitter({ maxFrameBytes: 1_000_000 })
  const bytes = Buffer.from(text)
  const frames: SseFrame[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? 1)
    frames.push(...splitter.push(Uint8Array.from(bytes.subarray(at, at + length))))
    at += length
  }
  expect(splitter.rest()).toHaveLength(0)
  return frames
}

function read(frames: readonly SseFrame[]): NeutralEvent[] {
  const reader = openStreamReader()
  return frames.flatMap((frame) => reader.read(frame))
}

function dataOf(text: string): JsonObject[] {
  return split(text).map((frame) => {
    const data = parseJson(frame.data ?? '')
    if (!isObject(data)) throw new Error('a frame without an object')
    expect(data['type']).toBe(frame.event)
    return data
  })
}

/** Puts the content of a stream together again. */
function contentOf(events: readonly NeutralEvent[]): NeutralPart[] {
  const parts = new Map<number | 'refusal', NeutralPart>()
  for (const event of events) {
    if (event.type === 'text-start') parts.set(event.index, { type: 'text', text: '' })
    if (event.type === 'reasoning-start') parts.set(event.index, { type: 'reasoning', text: '' })
    if (event.type === 'redacted-reasoning') {
      parts.set(event.index, { type: 'redacted-reasoning', data: event.data })
    }
    if (event.type === 'tool-call-start') {
      const { index, id, name } = event
      parts.set(index, { type: 'tool-call', id, name, arguments: '' })
    }
    if (!('index' in event)) continue
    const part = parts.get(event.index)
    if (event.type === 'text-delta' || event.type === 'reasoning-delta') {
      if (part?.type !== 'text' && part?.type !== 'reasoning') throw new Error('no such part')
      parts.set(event.index, { ...part, text: part.text + event.text })
    }
    if (event.type === 'reasoning-signature' && part?.type === 'reasoning') {
      parts.set(event.index, { ...part, signature: event.signature })
    }
    if (event.type === 'tool-call-delta') {
      if (part?.type !== 'tool-call') throw new Error('no such call')
      parts.set(event.index, { ...part, arguments: part.arguments + event.arguments })
    }
  }
  return [...parts.values()]
}

/** Asserts the order Anthropic guarantees: whole blocks one after the other, numbered from 0. */
function expectStrict(text: string): void {
  const events = dataOf(text)
  let open: number | undefined
  let next = 0
  for (const [at, event] of events.entries()) {
    switch (asString(event['type']) ?? '') {
      case 'message_start':
        expect(at).toBe(0)
        break
      case 'content_block_start':
        expect(open).toBeUndefined()
        expect(event['index']).toBe(next)
        open = next++
        break
      case 'content_block_delta':
        expect(event['index']).toBe(open)
        break
      case 'content_block_stop':
        expect(event['index']).toBe(open)
        open = undefined
        break
      case 'message_delta':
        expect(open).toBeUndefined()
        expect(at).toBe(events.length - 2)
        break
      default:
        expect(event['type']).toBe('message_stop')
        expect(at).toBe(events.length - 1)
    }
  }
}

const pieces = fc.array(fc.string({ minLength: 1, unit: 'binary' }), { maxLength: 4 })
const part = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), pieces }),
  fc.record({
    kind: fc.constant('reasoning' as const),
    pieces,
    signature: fc.string({ minLength: 1 }),
  }),
  fc.record({ kind: fc.constant('redacted' as const), data: fc.string() }),
  fc.record({
    kind: fc.constant('call' as const),
    value: fc.dictionary(fc.string(), fc.jsonValue()),
  }),
)

/** Events of parts; tool calls that follow each other are all started, then fed in turns. */
const events = fc.array(part, { maxLength: 6 }).map((parts): NeutralEvent[] => {
  const list: NeutralEvent[] = []
  let calls: NeutralEvent[][] = []
  const endCalls = () => {
    for (let turn = 0; calls.some((call) => turn < call.length); turn++) {
      for (const call of calls) list.push(...call.slice(turn, turn + 1))
    }
    calls = []
  }
  for (const [index, each] of parts.entries()) {
    if (each.kind !== 'call') endCalls()
    switch (each.kind) {
      case 'text': {
        const deltas = each.pieces.map((text) => ({ type: 'text-delta', index, text }) as const)
        list.push({ type: 'text-start', index }, ...deltas, { type: 'text-end', index })
        break
      }
      case 'reasoning': {
        const { signature } = each
        const deltas = each.pieces.map(
          (text) => ({ type: 'reasoning-delta', index, text }) as const,
        )
        list.push({ type: 'reasoning-start', index }, ...deltas)
        list.push(
          { type: 'reasoning-signature', index, signature },
          { type: 'reasoning-end', index },
        )
        break
      }
      case 'redacted':
        list.push({ type: 'redacted-reasoning', index, data: each.data })
        break
      case 'call': {
        list.push({ type: 'tool-call-start', index, id: `call_${index}`, name: 'f' })
        const deltas = (JSON.stringify(each.value).match(/[^]{1,5}/g) ?? []).map(
          (args) => ({ type: 'tool-call-delta', index, arguments: args }) as const,
        )
        calls.push([...deltas, { type: 'tool-call-end', index }])
        break
      }
    }
  }
  endCalls()
  const stopReason = parts.some((each) => each.kind === 'call') ? 'tool-calls' : 'end'
  return [start, ...list, ...ending(stopReason)]
})

describe('a stream', () => {
  test('says the same after writing, any split of its bytes, and reading', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 })
    fc.assert(
      fc.property(events, lengths, (neutral, cuts) => {
        const text = write(neutral)
        expectStrict(text)
        const again = read(split(text, cuts))
        const said = contentOf(neutral).filter((each) => each.type !== 'text' || each.text !== '')
        // Lone surrogates cannot stand in UTF-8; they are replaced on the way.
        expect(contentOf(again)).toEqual(JSON.parse(JSON.stringify(said).toWellFormed()))
        expect(again.slice(-2)).toEqual(neutral.slice(-2))
      }),
      { numRuns: 200 },
    )
  })

  test('parallel calls whose deltas interleave are written one after the other', () => {
    const text = write([
      start,
      { type: 'tool-call-start', index: 0, id: 'a', name: 'f' },
      { type: 'tool-call-start', index: 1, id: 'b', name: 'g' },
      { type: 'tool-call-delta', index: 1, arguments: '{"b"' },
      { type: 'tool-call-delta', index: 0, arguments: '{"a":1}' },
      { type: 'tool-call-delta', index: 1, arguments: ':2}' },
      { type: 'tool-call-end', index: 0 },
      { type: 'tool-call-end', index: 1 },
      ...ending('end'),
    ])
    expectStrict(text)
    expect(dataOf(text).slice(1, -1)).toMatchObject([
      { index: 0, content_block: { type: 'tool_use', id: 'a', name: 'f', input: {} } },
      { index: 0, delta: { type: 'input_json_delta', partial_json: '{"a":1}' } },
      { type: 'content_block_stop', index: 0 },
      { index: 1, content_block: { id: 'b' } },
      { index: 1, delta: { partial_json: '{"b":2}' } },
      { type: 'content_block_stop', index: 1 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { input_tokens: 5 } },
    ])
  })

  test('blocks that nobody ended end with the answer', () => {
    const text = write([
      start,
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'a' },
      { type: 'tool-call-start', index: 1, id: 'b', name: 'g' },
      ...ending('end'),
    ])
    expectStrict(text)
    expect(contentOf(read(split(text)))).toHaveLength(2)
  })

  test('a refusal is a text block of its own and names the stop reason', () => {
    const text = write([
      start,
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'Well' },
      { type: 'refusal-delta', text: 'I can' },
      { type: 'text-end', index: 0 },
      { type: 'refusal-delta', text: 'not.' },
      { type: 'tool-call-start', index: 1, id: 'a', name: 'f' },
      { type: 'answer-end', stopReason: 'refusal' },
      { type: 'done' },
    ])
    expectStrict(text)
    expect(contentOf(read(split(text)))).toEqual([
      { type: 'text', text: 'Well' },
      { type: 'text', text: 'I cannot.' },
      { type: 'tool-call', id: 'a', name: 'f', arguments: '{}' },
    ])
    expect(dataOf(text).at(-2)).toMatchObject({ delta: { stop_reason: 'refusal' } })
  })

  test('the official client understands what is written', async () => {
    const text = write([
      { ...start, usage },
      { type: 'reasoning-start', index: 0 },
      { type: 'reasoning-delta', index: 0, text: 'hm' },
      { type: 'reasoning-signature', index: 0, signature: 'sig' },
      { type: 'reasoning-end', index: 0 },
      { type: 'text-start', index: 1 },
      { type: 'text-delta', index: 1, text: 'Grüße' },
      { type: 'text-end', index: 1 },
      { type: 'tool-call-start', index: 2, id: 'a', name: 'f' },
      { type: 'tool-call-start', index: 3, id: 'b', name: 'f' },
      { type: 'tool-call-delta', index: 3, arguments: '{"x":[1]}' },
      { type: 'tool-call-end', index: 2 },
      { type: 'tool-call-end', index: 3 },
      ...ending('tool-calls'),
    ])
    const client = new Anthropic({
      apiKey: 'none',
      fetch: () =>
        Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } })),
    })
    const messages = [{ role: 'user' as const, content: 'x' }]
    const message = await client.messages
      .stream({ model: 'claude', max_tokens: 10, messages })
      .finalMessage()
    expect(message).toMatchObject({
      id: 'msg_1',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'sig' },
        { type: 'text', text: 'Grüße' },
        { type: 'tool_use', id: 'a', input: {} },
        { type: 'tool_use', id: 'b', input: { x: [1] } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 5, cache_read_input_tokens: 4, output_tokens: 5 },
    })
  })
})

function frames(...list: readonly JsonObject[]): SseFrame[] {
  const text = list.map((data) =>
    formatSse({ event: asString(data['type']) ?? '', data: JSON.stringify(data) }),
  )
  return split(text.join(''))
}

const messageStart = {
  type: 'message_start',
  message: { id: 'i', model: 'm', usage: { input_tokens: 7, cache_read_input_tokens: 3 } },
}

describe('reading', () => {
  test('a call without deltas has the input of its start', () => {
    const block = { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }
    const none = { type: 'tool_use', id: 'b', name: 'g', input: {} }
    const content = contentOf(
      read(
        frames(
          messageStart,
          { type: 'content_block_start', index: 0, content_block: block },
          { type: 'content_block_stop', index: 0 },
          { type: 'content_block_start', index: 1, content_block: none },
          { type: 'message_stop' },
        ),
      ),
    )
    expect(content).toMatchObject([{ arguments: '{"x":1}' }, { arguments: '{}' }])
  })

  test('blocks of provider tools are passed over and leave no gap in the numbering', () => {
    const block = { type: 'server_tool_use', id: 'a', name: 'web_search', input: {} }
    const events = read(
      frames(
        messageStart,
        { type: 'content_block_start', index: 0, content_block: block },
        {
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'input_json_delta', partial_json: '{' },
        },
        { type: 'content_block_stop', index: 0 },
        { type: 'content_block_start', index: 1, content_block: { type: 'text', text: 'a' } },
        { type: 'content_block_delta', index: 1, delta: { type: 'citations_delta' } },
        { type: 'something_new', index: 4 },
        { type: 'ping' },
      ),
    )
    expect(events.slice(1)).toEqual([
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: 'a' },
    ])
  })

  test('an error inside the stream becomes a fault with the status of its type', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' }
    const [frame] = frames({ type: 'error', error })
    const fault = { status: 529, ...error }
    if (frame === undefined) throw new Error('no frame')
    expect(openStreamReader().read(frame)).toEqual([{ type: 'error', fault }])
    const observer = openStreamObserver()
    expect(observer.observe(frame)).toEqual({ type: 'fault', fault })
  })

  test('the explanation of a refusal is told', () => {
    const stop_details = { type: 'refusal', explanation: 'Blocked.' }
    const delta = { stop_reason: 'refusal', stop_details }
    const events = read(
      frames(messageStart, { type: 'message_delta', delta }, { type: 'message_stop' }),
    )
    expect(events).toMatchObject([
      { type: 'answer-start' },
      { type: 'refusal-delta', text: 'Blocked.' },
      { type: 'answer-end', stopReason: 'refusal', usage: { inputTokens: 10 } },
      { type: 'done' },
    ])
  })

  test.each([
    'garbage',
    '[]',
    '{"type":"message_start"}',
    '{"type":"content_block_start","index":0}',
    '{"type":"content_block_start","content_block":{"type":"text"}}',
    '{"type":"content_block_delta","index":9,"delta":{"type":"text_delta","text":"a"}}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","te',
  ])('the data %p is a bad answer', (data) => {
    const [frame] = split(formatSse({ event: 'x', data }))
    const reader = openStreamReader()
    if (frame === undefined) throw new Error('no frame')
    const bad: unknown = expect.objectContaining({ code: 'provider_bad_answer' })
    expect(() => reader.read(frame)).toThrow(bad)
  })
})

describe('observing', () => {
  test('usage is known in part from the start and whole at the end', () => {
    const observer = openStreamObserver()
    const delta = { type: 'text_delta', text: 'Hello' }
    const list = frames(
      messageStart,
      { type: 'content_block_delta', index: 0, delta },
      { type: 'message_delta', delta: {}, usage: { output_tokens: 12 } },
      { type: 'message_stop' },
    )
    const seen = list.map((frame) => ({
      verdict: observer.observe(frame).type,
      output: observer.usage()?.outputTokens,
    }))
    expect(seen).toEqual([
      { verdict: 'forward', output: 0 },
      { verdict: 'forward', output: 0 },
      { verdict: 'forward', output: 12 },
      { verdict: 'end', output: 12 },
    ])
    expect(observer.usage()).toMatchObject({ inputTokens: 10, cacheReadTokens: 3 })
    expect(observer.outputLength()).toBe(5)
  })

  test('comments are forwarded and broken data is refused', () => {
    const observer = openStreamObserver()
    const [comment, cut] = split(': keep-alive\n\nevent: content_block_delta\ndata: {"a":{"b"}\n\n')
    if (comment === undefined || cut === undefined) throw new Error('no frames')
    expect(observer.observe(comment)).toEqual({ type: 'forward' })
    const bad: unknown = expect.objectContaining({ code: 'provider_bad_answer' })
    expect(() => observer.observe(cut)).toThrow(bad)
  })
})

interface Recording {
  readonly name: string
  readonly kind: string
  readonly chunks?: readonly JsonObject[]
  readonly body?: JsonObject
}

async function recordings(): Promise<Recording[]> {
  const file = Bun.file(`${import.meta.dir}/../../../../shared/data/wire/fixtures.jsonl`)
  if (!(await file.exists())) return []
  const lines = (await file.text()).split('\n').filter((line) => line !== '')
  return lines
    .map((line): Recording & { api: string } => JSON.parse(line))
    .filter(({ api }) => api === 'anthropic-messages')
}

for (const recording of await recordings()) {
  test(`the recorded ${recording.kind} ${recording.name} is understood`, () => {
    if (recording.body !== undefined) {
      expect(readAnswer(recording.body).stopReason).not.toBe('other')
      return
    }
    // A recording may hold several streams, one after the other.
    let reader = openStreamReader()
    let observer = openStreamObserver()
    for (const frame of frames(...(recording.chunks ?? []))) {
      const events = reader.read(frame)
      const verdict = observer.observe(frame)
      expect(['forward', 'end']).toContain(verdict.type)
      if (verdict.type !== 'end') continue
      const end = events.find((event) => event.type === 'answer-end')
      expect(end?.usage).toEqual(observer.usage())
      reader = openStreamReader()
      observer = openStreamObserver()
    }
  })
}
