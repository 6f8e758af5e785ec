import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { asArray, asObject, isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { ErrorView } from '../format.ts'
import type { NeutralAnswer, NeutralEvent, NeutralPart } from '../neutral.ts'
import { createSseSplitter } from '../sse.ts'
import type { SseSplitter } from '../sse.ts'
import { arrayEnd, createArraySplitter } from './array-splitter.ts'
import { gemini, geminiArray } from './index.ts'
import { neutralSignature } from '../origin.ts'
import { signCallId } from './signature.ts'

const limit = { maxFrameBytes: 1_000_000 }

/** Text with everything that could be taken for the structure of JSON or of an event. */
const text = fc.oneof(
  fc.constantFrom('}', ']', ',', '"', '\\', '\\"]', '[{', 'data: x\n\n', '€', '🦜', '\u2028'),
  fc.string({ minLength: 1, unit: 'grapheme' }),
)
const signature = fc.base64String({ minLength: 4 })
const part = fc.oneof(
  text.map((value) => ({ text: value })),
  text.map((value) => ({ text: value, thought: true })),
  fc.record({ text, thought: fc.constant(true), thoughtSignature: signature }),
  fc.record({ text: fc.oneof(text, fc.constant('')), thoughtSignature: signature }),
  fc.record({
    functionCall: fc.record(
      { id: fc.constant('x1'), name: fc.constant('f'), args: fc.dictionary(text, text) },
      { requiredKeys: ['name'] },
    ),
  }),
  fc.record({
    functionCall: fc.record({ name: fc.constant('f') }),
    thoughtSignature: signature,
  }),
)
const chunks = fc
  .array(fc.array(part, { maxLength: 3 }), { minLength: 1, maxLength: 5 })
  .map((lists): JsonObject[] =>
    lists.map((parts, index) => ({
      candidates: [
        {
          content: { role: 'model', parts: overTheWire(parts) },
          index: 0,
          ...(index === lists.length - 1 ? { finishReason: 'STOP' } : {}),
        },
      ],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: index },
      modelVersion: 'm',
      responseId: 'r',
    })),
  )

function overTheWire(value: unknown): JsonObject[] {
  return asArray(parseJson(JSON.stringify(value))).filter(isObject)
}

function sseOf(list: readonly JsonObject[]): string {
  return list.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join('')
}

function arrayOf(list: readonly JsonObject[]): string {
  return `[${list.map((chunk) => JSON.stringify(chunk, null, 1)).join('\n,\r\n')}\n]\n`
}

/** Cuts bytes into pieces. */
function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length]
  const ends = places.toSorted((a, b) => a - b)
  return ends.map((end, index) => bytes.slice(index === 0 ? 0 : ends[index - 1], end))
}

function eventsOf(
  pieces: readonly Uint8Array[],
  format: typeof gemini | typeof geminiArray,
): NeutralEvent[] {
  const splitter = 'openSplitter' in format ? format.openSplitter(limit) : createSseSplitter(limit)
  const reader = format.openStreamReader()
  const events = pieces.flatMap((piece) =>
    splitter.push(piece).flatMap((frame) => [...reader.read(frame)]),
  )
  return [...events, ...('end' in reader ? (reader.end?.() ?? []) : [])]
}

/** Puts the parts of a streamed answer together. */
function assemble(events: readonly NeutralEvent[]): NeutralPart[] {
  const parts: NeutralPart[] = []
  for (const event of events) {
    if (!('index' in event)) continue
    const last = parts[event.index]
    switch (event.type) {
      case 'text-start':
        parts[event.index] = { type: 'text', text: '' }
        break
      case 'reasoning-start':
        parts[event.index] = { type: 'reasoning', text: '' }
        break
      case 'tool-call-start':
        parts[event.index] = { type: 'tool-call', id: event.id, name: event.name, arguments: '' }
        break
      case 'text-delta':
      case 'reasoning-delta':
        if (last?.type === 'text' || last?.type === 'reasoning') {
          parts[event.index] = { ...last, text: last.text + event.text }
        }
        break
      case 'reasoning-signature':
        if (last?.type === 'reasoning') {
          parts[event.index] = { ...last, signature: event.signature }
        }
        break
      case 'tool-call-delta':
        if (last?.type === 'tool-call') {
          parts[event.index] = { ...last, arguments: last.arguments + event.arguments }
        }
        break
      case 'text-end':
      case 'reasoning-end':
      case 'redacted-reasoning':
      case 'tool-call-end':
        break
    }
  }
  return parts
}

const cuts = fc.array(fc.nat(), { maxLength: 20 })

describe('a stream', () => {
  test('is the same in any split, as events and as an array', () => {
    fc.assert(
      fc.property(chunks, cuts, (list, places) => {
        const whole = eventsOf([Buffer.from(sseOf(list))], gemini)
        expect(whole.at(-1)).toEqual({ type: 'done' })
        expect(eventsOf(split(Buffer.from(sseOf(list)), places), gemini)).toEqual(whole)
        expect(eventsOf(split(Buffer.from(arrayOf(list)), places), geminiArray)).toEqual(whole)
      }),
    )
  })

  test('says what the whole answer says', () => {
    fc.assert(
      fc.property(chunks, (list) => {
        const events = eventsOf([Buffer.from(sseOf(list))], gemini)
        const parts = list.flatMap((chunk) =>
          asArray(asObject(asObject(asArray(chunk['candidates'])[0])?.['content'])?.['parts']),
        )
        const whole = gemini.readAnswer({
          ...list.at(-1),
          candidates: [{ content: { parts }, finishReason: 'STOP' }],
        })
        expect(assemble(events)).toEqual([...whole.content])
        expect(events.at(-2)).toEqual({
          type: 'answer-end',
          stopReason: whole.stopReason,
          ...(whole.usage === undefined ? {} : { usage: whole.usage }),
        })
      }),
    )
  })

  test('is watched: its end, its usage from the beginning, the length of its words', () => {
    fc.assert(
      fc.property(chunks, (list) => {
        for (const format of [gemini, geminiArray]) {
          const wire = format.name === 'gemini' ? sseOf(list) : arrayOf(list)
          const splitter: SseSplitter =
            'openSplitter' in format ? format.openSplitter(limit) : createSseSplitter(limit)
          const observer = format.openStreamObserver()
          const verdicts = splitter.push(Buffer.from(wire)).map((frame) => observer.observe(frame))
          const hasEnded =
            verdicts.at(-1)?.type === 'end' || ('end' in observer && observer.end?.())
          expect(hasEnded).toBe(true)
          expect(observer.usage()).toEqual({ inputTokens: 3, outputTokens: list.length - 1 })
        }
      }),
    )
  })

  test('without a finish reason was cut; one that blocks the prompt is complete', () => {
    const words = { candidates: [{ content: { parts: [{ text: 'x' }] } }] }
    const blocked = {
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 2 },
    }
    const ends = (list: JsonObject[]) => {
      const events = eventsOf([Buffer.from(sseOf(list))], gemini)
      const inArray = eventsOf([Buffer.from(arrayOf(list))], geminiArray)
      expect(inArray).toEqual(events)
      return events.at(-1)?.type === 'done' ? events.at(-2) : undefined
    }
    expect(ends([words])).toBeUndefined()
    expect(ends([blocked])).toEqual({
      type: 'answer-end',
      stopReason: 'content-filter',
      usage: { inputTokens: 2, outputTokens: 0 },
    })
    expect(eventsOf([Buffer.from(arrayOf([blocked]).replace(']', ''))], geminiArray)).toHaveLength(
      1,
    )
  })

  test('takes usage that comes behind the finish reason', () => {
    const list = [
      { candidates: [{ content: { parts: [{ text: 'x' }] }, finishReason: 'MAX_TOKENS' }] },
      { usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2 } },
    ]
    expect(eventsOf([Buffer.from(sseOf(list))], gemini).at(-2)).toEqual({
      type: 'answer-end',
      stopReason: 'max-tokens',
      usage: { inputTokens: 1, outputTokens: 2 },
    })
  })

  test('tells an error in its middle, also one that comes instead of the array', () => {
    const error = { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }
    const fault = { status: 503, type: 'UNAVAILABLE', message: 'overloaded' }
    for (const wire of [arrayOf([error]), JSON.stringify(error)]) {
      const [frame] = createArraySplitter(limit).push(Buffer.from(wire))
      if (frame === undefined) throw new Error('no frame')
      expect(geminiArray.openStreamReader().read(frame)).toEqual([{ type: 'error', fault }])
      expect(geminiArray.openStreamObserver().observe(frame)).toEqual({ type: 'fault', fault })
    }
  })

  test('that is no JSON is refused', () => {
    for (const garbage of ['data: {"a\n\n', 'data: [1]\n\n']) {
      const [frame] = createSseSplitter(limit).push(Buffer.from(garbage))
      if (frame === undefined) throw new Error('no frame')
      const bad = expect.objectContaining({ code: 'provider_bad_answer' })
      expect(() => gemini.openStreamReader().read(frame)).toThrow(bad)
      expect(() => gemini.openStreamObserver().observe(frame)).toThrow(bad)
    }
  })
})

describe('an array', () => {
  test('is cut into frames that together are its bytes', () => {
    fc.assert(
      fc.property(chunks, cuts, fc.boolean(), (list, places, isWhole) => {
        const bytes = Buffer.from(arrayOf(list)).subarray(0, isWhole ? undefined : -4)
        const splitter = createArraySplitter(limit)
        const frames = split(bytes, places).flatMap((piece) => splitter.push(piece))
        expect(Buffer.concat([...frames.map((frame) => frame.bytes), splitter.rest()])).toEqual(
          Buffer.from(bytes),
        )
        expect(
          frames.filter((frame) => frame.data !== undefined).map((frame) => frame.data),
        ).toEqual(
          list.slice(0, isWhole ? undefined : -1).map((chunk) => JSON.stringify(chunk, null, 1)),
        )
        expect(frames.some((frame) => frame.event === arrayEnd)).toBe(isWhole)
      }),
    )
  })

  test('with an element beyond the limit is refused, in one piece or in many', () => {
    const bytes = Buffer.from(`[{"a":"${'x'.repeat(100)}"}]`)
    const bad = expect.objectContaining({ code: 'provider_bad_answer' })
    expect(() => createArraySplitter({ maxFrameBytes: 50 }).push(bytes)).toThrow(bad)
    const splitter = createArraySplitter({ maxFrameBytes: 50 })
    expect(() => split(bytes, [20, 40, 60, 80]).map((piece) => splitter.push(piece))).toThrow(bad)
  })
})

describe('a stream that is written', () => {
  const answer: NeutralAnswer = {
    id: 'r1',
    model: 'm',
    content: [
      { type: 'reasoning', text: 'Hm.', signature: 'other' },
      { type: 'text', text: 'Hello' },
      { type: 'tool-call', id: 'a', name: 'f', arguments: '{"a":1}' },
      { type: 'tool-call', id: 'b', name: 'g', arguments: '' },
    ],
    stopReason: 'tool-calls',
    usage: { inputTokens: 1, outputTokens: 2 },
  }
  const events: NeutralEvent[] = [
    { type: 'answer-start', id: 'r1', model: 'm' },
    { type: 'reasoning-start', index: 0 },
    { type: 'reasoning-delta', index: 0, text: 'Hm.' },
    { type: 'reasoning-signature', index: 0, signature: 'other' },
    { type: 'reasoning-end', index: 0 },
    { type: 'text-start', index: 1 },
    { type: 'text-delta', index: 1, text: 'Hel' },
    { type: 'text-delta', index: 1, text: 'lo' },
    { type: 'text-end', index: 1 },
    { type: 'tool-call-start', index: 2, id: 'a', name: 'f' },
    { type: 'tool-call-start', index: 3, id: 'b', name: 'g' },
    { type: 'tool-call-delta', index: 2, arguments: '{"a"' },
    { type: 'tool-call-delta', index: 2, arguments: ':1}' },
    { type: 'tool-call-end', index: 2 },
    { type: 'tool-call-end', index: 3 },
    { type: 'answer-end', stopReason: 'tool-calls', usage: { inputTokens: 1, outputTokens: 2 } },
    { type: 'done' },
  ]
  const error: ErrorView = {
    status: 502,
    code: 'provider_stream_cut',
    message: 'cut',
    source: 'provider',
    requestId: 'req_1',
  }

  function write(
    format: typeof gemini | typeof geminiArray,
    list: readonly NeutralEvent[],
  ): string {
    const writer = format.openStreamWriter()
    return list.map((event) => writer.write(event)).join('')
  }

  test('holds what the whole answer holds, each call in one piece', () => {
    const array: unknown = JSON.parse(write(geminiArray, events))
    const lines = write(gemini, events).split('\n\n').filter(Boolean)
    const list = lines.map((line): unknown => JSON.parse(line.slice('data: '.length)))
    expect(array).toEqual(list)
    const whole = gemini.writeAnswer(answer, () => undefined)
    const texts = JSON.stringify(list)
    for (const call of asArray(
      asObject(asObject(asArray(whole['candidates'])[0])?.['content'])?.['parts'],
    ).slice(2)) {
      expect(texts).toContain(JSON.stringify(call))
    }
    expect(list.at(-1)).toEqual({
      candidates: [
        { content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP', index: 0 },
      ],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
      modelVersion: 'm',
      responseId: 'r1',
    })
  })

  test('ends with an error as one chunk more, and the array is closed in every case', () => {
    const some = events.slice(0, 3)
    for (const before of [[], some]) {
      const writer = geminiArray.openStreamWriter()
      const written = before.map((event) => writer.write(event)).join('')
      const list: unknown = JSON.parse(written + (writer.writeError?.(error) ?? ''))
      expect(asArray(parseJson(JSON.stringify(list))).at(-1)).toEqual(gemini.writeError(error))
    }
    expect(JSON.parse(write(geminiArray, [{ type: 'done' }]))).toEqual([])
    expect(gemini.writeStreamError(error)).toStartWith('data: {"error":{"code":502,')
    expect(JSON.parse(geminiArray.writeStreamError(error))).toEqual([gemini.writeError(error)])
  })

  test('ends a forwarded array with an error behind what came, with or without its bracket', () => {
    const list = [{ candidates: [{ content: { parts: [{ text: 'x' }] } }] }]
    for (const wire of [arrayOf(list), arrayOf(list).slice(0, -3), '[']) {
      const splitter = createArraySplitter(limit)
      const observer = geminiArray.openStreamObserver()
      const kept = splitter
        .push(Buffer.from(wire))
        .filter((frame) => observer.observe(frame).type === 'forward')
      const sent = Buffer.concat(kept.map((frame) => frame.bytes)).toString()
      const all: unknown = JSON.parse(sent + (observer.writeError?.(error) ?? ''))
      expect(asArray(parseJson(JSON.stringify(all))).at(-1)).toEqual(gemini.writeError(error))
    }
  })

  test('gives signed calls of Gemini back as they were', () => {
    const id = signCallId('call_1', 'c2ln')
    const wire = write(gemini, [
      { type: 'answer-start', id: 'r', model: 'm' },
      { type: 'tool-call-start', index: 0, id, name: 'f' },
      { type: 'tool-call-end', index: 0 },
      { type: 'reasoning-signature', index: 1, signature: neutralSignature('b3du', 'gemini') },
    ])
    expect(wire).toContain(
      '{"functionCall":{"id":"call_1","name":"f","args":{}},"thoughtSignature":"c2ln"}',
    )
    expect(wire).toContain('"thoughtSignature":"b3du"')
  })
})
