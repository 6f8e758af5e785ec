import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { createEventStreamSplitter } from '../event-stream.ts'
import type { Warning } from '../format.ts'
import type { NeutralRequest } from '../neutral.ts'
import type { SseFrame } from '../sse.ts'
import { bedrockConverse } from './index.ts'
import { answer, documentSource, model, request } from './testing/arbitraries.ts'
import { assemble, eventsOf } from './testing/events.ts'

const { readRequest, writeRequest, readAnswer, writeAnswer } = bedrockConverse

function collect(): { warnings: Warning[]; warn: (warning: Warning) => void } {
  const warnings: Warning[] = []
  return { warnings, warn: (warning) => warnings.push(warning) }
}

/** What goes over the wire and comes back, strings and prototypes included. */
function overTheWire(body: JsonObject): JsonObject {
  const parsed: unknown = JSON.parse(JSON.stringify(body))
  return isObject(parsed) ? parsed : {}
}

function refusalOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

describe('requests', () => {
  const target = { model, stream: false }

  test('what Converse can express comes back as it was, without a warning', () => {
    fc.assert(
      fc.property(request, (neutral) => {
        const { warnings, warn } = collect()
        expect(readRequest(overTheWire(writeRequest(neutral, warn)), target)).toEqual(neutral)
        expect(warnings).toEqual([])
      }),
    )
  })

  test('documents come back under names that do not repeat', () => {
    const documents = fc.array(documentSource, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(documents, (sources) => {
        const content = sources.map(
          (source) => ({ type: 'document', source, title: 'a b' }) as const,
        )
        const neutral: NeutralRequest = {
          model,
          messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }, ...content] }],
          stream: false,
          inexpressible: [],
        }
        const read = readRequest(overTheWire(writeRequest(neutral, () => {})), target)
        expect(read.messages[0]?.content.slice(1)).toEqual(
          content.map((part, index) => ({
            ...part,
            title: index === 0 ? 'a b' : `a b ${index + 1}`,
          })),
        )
      }),
    )
  })

  test.each([{ budgetTokens: 2000 }, { budgetTokens: 2000, effort: 'low' }, { effort: 'none' }])(
    'the wish for reasoning %p comes back',
    (reasoningWish) => {
      const neutral: NeutralRequest = {
        model,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
        stream: true,
        streamUsage: true,
        maxOutputTokens: 4000,
        reasoning: reasoningWish,
        inexpressible: [],
      }
      const { warnings, warn } = collect()
      const written = overTheWire(writeRequest(neutral, warn))
      expect(readRequest(written, { model, stream: true })).toEqual(neutral)
      expect(warnings).toEqual([])
    },
  )

  test('one call at a time comes back for Claude', () => {
    const neutral: NeutralRequest = {
      model,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
      stream: false,
      tools: [{ name: 'f', parameters: { type: 'object' } }],
      toolChoice: { type: 'required' },
      parallelToolCalls: false,
      inexpressible: [],
    }
    expect(readRequest(overTheWire(writeRequest(neutral, () => {})), target)).toEqual(neutral)
  })

  test('with anything put in any place are read or refused with the path of the fault', () => {
    fc.assert(
      fc.property(request, fc.nat(), fc.jsonValue(), (neutral, at, junk) => {
        const body = overTheWire(writeRequest(neutral, () => {}))
        const places = placesIn(body)
        places[at % places.length]?.put(JSON.parse(JSON.stringify(junk)))
        const error = refusalOf(() => readRequest(body, target))
        if (error === undefined) return
        expect(error).toBeInstanceOf(GatewayError)
        expect(error).toMatchObject({ code: 'invalid_request', param: expect.any(String) })
      }),
      { numRuns: 500 },
    )
  })
})

interface Place {
  put(value: JsonValue): void
}

/** Every place in a body where a value stands. */
function placesIn(value: JsonValue | undefined): Place[] {
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => [
      { put: (junk) => void (value[index] = junk) },
      ...placesIn(each),
    ])
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, each]) => [
    { put: (junk) => void (value[key] = junk) },
    ...placesIn(each),
  ])
}

describe('answers', () => {
  test('an answer comes back as it was, under an id of its own', () => {
    fc.assert(
      fc.property(answer, (neutral) => {
        const { warnings, warn } = collect()
        const read = readAnswer(overTheWire(writeAnswer(neutral, warn)))
        expect({ ...read, id: neutral.id }).toEqual(neutral)
        expect(read.id).toMatch(/^msg_[0-9a-f]{32}$/)
        expect(warnings).toEqual([])
      }),
    )
  })

  test('with anything put in any place are read or called bad', () => {
    fc.assert(
      fc.property(answer, fc.nat(), fc.jsonValue(), (neutral, at, junk) => {
        const body = overTheWire(writeAnswer(neutral, () => {}))
        const places = placesIn(body)
        places[at % places.length]?.put(JSON.parse(JSON.stringify(junk)))
        const error = refusalOf(() => readAnswer(body))
        if (error !== undefined) expect(error).toMatchObject({ code: 'provider_bad_answer' })
      }),
      { numRuns: 300 },
    )
  })
})

function framesOf(bytes: Uint8Array, size: number): SseFrame[] {
  const splitter = createEventStreamSplitter({ maxFrameBytes: 100_000 })
  const frames: SseFrame[] = []
  for (let at = 0; at < bytes.length; at += size) {
    frames.push(...splitter.push(bytes.subarray(at, at + size)))
  }
  return frames
}

describe('streams', () => {
  test('a stream comes back as it was, however its bytes were split', () => {
    fc.assert(
      fc.property(answer, fc.integer({ min: 1, max: 300 }), (neutral, size) => {
        const writer = bedrockConverse.openStreamWriter()
        const bytes = Buffer.concat(eventsOf(neutral).map((event) => writer.write(event)))
        const reader = bedrockConverse.openStreamReader()
        const observer = bedrockConverse.openStreamObserver()
        const frames = framesOf(bytes, size)
        const events = frames.flatMap((frame) => [...reader.read(frame)])
        expect(events.at(-1)).toEqual({ type: 'done' })
        expect(assemble(events)).toEqual({ ...neutral, id: '' })
        const verdicts = frames.map((frame) => observer.observe(frame).type)
        expect(verdicts.pop()).toBe('end')
        expect(verdicts.every((verdict) => verdict === 'forward')).toBeTrue()
        expect(observer.usage()).toEqual(neutral.usage)
      }),
    )
  })

  test('events with anything in them are read or called bad', () => {
    const names = fc.constantFrom(
      'messageStart',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
      'exception:validationException',
      'somethingNew',
      '',
    )
    const payload = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          contentBlockIndex: fc.nat({ max: 2 }),
          delta: fc.dictionary(
            fc.constantFrom('text', 'toolUse', 'reasoningContent'),
            fc.jsonValue(),
          ),
          start: fc.dictionary(fc.constantFrom('toolUse', 'image'), fc.jsonValue()),
        })
        .map((value) => JSON.stringify(value)),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(names, payload)), (frames) => {
        const reader = bedrockConverse.openStreamReader()
        const observer = bedrockConverse.openStreamObserver()
        for (const [event, data] of frames) {
          const frame = { bytes: new Uint8Array(), event, data }
          for (const error of [
            refusalOf(() => reader.read(frame)),
            refusalOf(() => observer.observe(frame)),
          ]) {
            if (error !== undefined) expect(error).toMatchObject({ code: 'provider_bad_answer' })
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
