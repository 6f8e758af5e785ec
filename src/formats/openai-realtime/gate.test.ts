import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createPlaceholders } from '../../compliance/redaction/index.ts'
import { createWindow, filterWhole } from '../../compliance/window/index.ts'
import { asArray, asObject, asString, parseJson } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { GatedEvent, OpenSessionFilter } from '../../core/session.ts'
import { openRealtimeReader } from './index.ts'

const secret = /(?<![A-Za-z])Bob(?: Smith)?(?![A-Za-z])|(?<!\d)\d{16}(?!\d)|😀{1,3}(?!😀)/gu

/** Windows that share placeholders, as those of one answer do. */
function makeWindows(isBlocking = false): OpenSessionFilter {
  const { replace } = createPlaceholders()
  return () =>
    createWindow({
      size: 64,
      ahead: 32,
      inspect: (text) => ({
        findings: [...text.matchAll(secret)].map(({ index, 0: found }) => ({
          start: index,
          end: index + found.length,
          isBlocking,
          write: (said) => `"${replace('it', said)}`,
        })),
      }),
    })
}

/** Takes all the steps of an event. */
function whole(steps: Iterator<undefined, GatedEvent>): GatedEvent {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** A gate with the events that came out of it. */
function openGate(open: OpenSessionFilter) {
  const gate = openRealtimeReader().openGate(open)
  const out: JsonObject[] = []
  const take = (frames: readonly string[]): void => {
    for (const frame of frames) out.push(asObject(parseJson(frame)) ?? {})
  }
  let isStopped = false
  return {
    gate,
    out,
    send: (event: JsonObject): void => {
      if (isStopped) return
      const type = asString(event['type'])
      const responseId = asString(event['response_id'] ?? asObject(event['response'])?.['id'])
      const passed = whole(
        gate.push({ frame: JSON.stringify(event), json: event, type, responseId }),
      )
      take(passed.before)
      if (passed.frame === undefined) isStopped = true
      else take([passed.frame])
    },
    idle: () => take(gate.idle()),
    end: () => take(gate.end()),
    /** What the deltas of a type said. */
    said: (type: string) =>
      out
        .filter((event) => event['type'] === type)
        .map(({ delta }) => asString(delta) ?? '')
        .join(''),
  }
}

const at = { response_id: 'r', item_id: 'i', output_index: 0 }

/** The events that say a text in pieces and tell it three times more. */
function spoken(text: string, lengths: readonly number[], inAudio = false): JsonObject[] {
  const name = inAudio ? 'response.output_audio_transcript' : 'response.output_text'
  const member = inAudio ? 'transcript' : 'text'
  const part = { type: inAudio ? 'output_audio' : 'output_text', [member]: text }
  const item = { id: 'i', type: 'message', role: 'assistant', content: [part] }
  const place = { ...at, content_index: 0 }
  const sound = { type: 'response.output_audio.delta', ...place, delta: 'AAAA' }
  return [
    ...piecesOf(text, lengths).flatMap((delta, index): JsonObject[] => [
      { type: `${name}.delta`, event_id: `e${index}`, ...place, delta },
      ...(inAudio ? [sound] : []),
    ]),
    ...(inAudio ? [{ type: 'response.output_audio.done', ...place }] : []),
    { type: `${name}.done`, ...place, [member]: text },
    { type: 'response.content_part.done', ...place, part },
    { type: 'response.output_item.done', ...at, item },
    { type: 'conversation.item.done', item },
    { type: 'response.done', response: { id: 'r', status: 'completed', output: [item] } },
  ]
}

function called(args: string, lengths: readonly number[]): JsonObject[] {
  const item = { id: 'i', type: 'function_call', name: 'mail', call_id: 'c', arguments: args }
  const name = 'response.function_call_arguments'
  return [
    { type: 'response.output_item.added', ...at, item: { ...item, arguments: '' } },
    ...piecesOf(args, lengths).map((delta) => ({ type: `${name}.delta`, ...at, delta })),
    { type: `${name}.done`, ...at, call_id: 'c', arguments: args },
    { type: 'response.output_item.done', ...at, item },
    { type: 'response.done', response: { id: 'r', output: [item] } },
  ]
}

function piecesOf(text: string, lengths: readonly number[]): string[] {
  const pieces: string[] = []
  for (let from = 0, step = 0; from < text.length; step++) {
    const length = lengths[step % lengths.length] ?? 1
    pieces.push(text.slice(from, from + length))
    from += length
  }
  return pieces
}

/** Every text that events tell whole. */
function toldIn(events: readonly JsonObject[]): (string | undefined)[] {
  return events.flatMap((event) => {
    const items = objects([event['item'], ...asArray(asObject(event['response'])?.['output'])])
    const parts = objects([event['part'], ...items.flatMap((item) => asArray(item['content']))])
    const owners = [event, ...items, ...parts]
    return owners.flatMap((owner) =>
      ['text', 'transcript', 'arguments'].flatMap((name) => asString(owner[name]) ?? []),
    )
  })
}

function objects(values: readonly (JsonValue | undefined)[]): JsonObject[] {
  return values.map(asObject).filter((value) => value !== undefined)
}

const words = fc.constantFrom(
  'Bob',
  'Bob Smith',
  '4111111111111111',
  '😀',
  '😀😀😀😀',
  'Bobby',
  ' and ',
  ' ',
  'nothing of interest. ',
)
const prose = fc.array(words, { minLength: 1, maxLength: 24 }).map((parts) => parts.join(''))
const splits = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })

describe('a text that is said in pieces', () => {
  test('is let out as the whole text is, at every split, and told so ever after', () => {
    fc.assert(
      fc.property(prose, splits, fc.boolean(), fc.boolean(), (text, lengths, inAudio, pauses) => {
        const shown = filterWhole(text, makeWindows()({ ...said, id: '' }, noOrigin)).text
        const { send, idle, gate, out, said: told } = openGate(makeWindows())
        for (const event of spoken(text, lengths, inAudio)) {
          send(event)
          if (pauses) idle()
        }
        const name = inAudio ? 'output_audio_transcript' : 'output_text'
        expect(told(`response.${name}.delta`)).toBe(shown)
        expect(new Set(toldIn(out))).toEqual(new Set([shown]))
        expect(gate.isHolding).toBe(false)
        const types = out.map(({ type }) => type)
        expect(types.lastIndexOf(`response.${name}.delta`)).toBeLessThan(
          types.indexOf(`response.${name}.done`),
        )
        const ids = out.flatMap((event) => asString(event['event_id']) ?? [])
        expect(new Set(ids).size).toBe(ids.length)
        if (inAudio) expect(told('response.output_audio.delta')).toMatch(/^(?:AAAA)+$/)
      }),
      { numRuns: 150 },
    )
  })

  test('goes no further than to what must not be said, at every split', () => {
    fc.assert(
      fc.property(prose, splits, (text, lengths) => {
        const filter = makeWindows(true)({ ...said, id: '' }, noOrigin)
        const filtered = filterWhole(text, filter)
        const { send, said: told, out } = openGate(makeWindows(true))
        for (const event of spoken(text, lengths)) send(event)
        const isStopped = !out.some(({ type }) => type === 'response.done')
        expect(told('response.output_text.delta')).toBe(filtered.text)
        expect(isStopped).toBe(filtered.isBlocked)
      }),
      { numRuns: 60 },
    )
  })

  test('is told as it was shown where it is told in one piece only', () => {
    const { send, out } = openGate(makeWindows())
    const [done = {}] = spoken('Ask Bob.', [3]).filter(({ text }) => text !== undefined)
    send(done)
    expect(out.map(({ text }) => text)).toEqual(['Ask "<IT_1>.'])
  })

  test('is let out at the end of a session that breaks off', () => {
    const { send, end, said: told } = openGate(makeWindows())
    for (const event of spoken('Ask Bob Smith, not', [5]).slice(0, 4)) send(event)
    expect(told('response.output_text.delta')).toBe('')
    end()
    expect(told('response.output_text.delta')).toBe('Ask "<IT_1>, not')
  })
})

describe('arguments of a call', () => {
  test('stay JSON, and are changed as the whole of them is, at every split', () => {
    const value = fc.record({ to: prose, card: fc.constantFrom(4111111111111111, 12), note: prose })
    fc.assert(
      fc.property(value, splits, (given, lengths) => {
        const args = JSON.stringify(given)
        const { send, out, said: told } = openGate(makeWindows())
        for (const event of called(args, lengths)) send(event)
        const shown = told('response.function_call_arguments.delta')
        const inOne = openGate(makeWindows())
        for (const event of called(args, [args.length])) inOne.send(event)
        expect(shown).toBe(inOne.said('response.function_call_arguments.delta'))
        expect(new Set(toldIn(out).filter((text) => text !== ''))).toEqual(new Set([shown]))
        const after = asObject(parseJson(shown)) ?? {}
        expect(Object.keys(after)).toEqual(['to', 'card', 'note'])
        for (const text of Object.values(after)) {
          expect(JSON.stringify(text)).not.toMatch(
            /(?<![A-Za-z])Bob(?![A-Za-z])|(?<!\d)\d{16}(?!\d)/,
          )
        }
      }),
      { numRuns: 100 },
    )
  })

  test('tell the call with its name, as the client gets it', () => {
    const gate = openRealtimeReader().openGate(makeWindows())
    const calls = called('{"to":"Bob"}', [4]).flatMap((json) => {
      const type = asString(json['type'])
      return whole(gate.push({ frame: JSON.stringify(json), json, type, responseId: 'r' })).calls
    })
    expect(calls[0]).toEqual({ name: 'mail', arguments: '', isComplete: false })
    const complete = { name: 'mail', arguments: '{"to":"\\"<IT_1>"}', isComplete: true }
    expect(calls.slice(1)).toEqual([complete, complete, complete])
  })
})

test('whatever comes is read without harm, and nothing of it gets lost', () => {
  const name = fc.constantFrom('delta', 'text', 'item', 'response', 'output', 'content', 'id', 'x')
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.constantFrom('i', 'r', 'function_call'),
      fc.nat({ max: 1_000 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    ),
  }))
  const type = fc.constantFrom(
    'response.output_text.delta',
    'response.output_text.done',
    'response.function_call_arguments.delta',
    'response.output_audio.delta',
    'response.output_item.done',
    'response.done',
    'new.delta',
  )
  const event = fc
    .dictionary(name, value)
    .chain((members) =>
      type.map((type): JsonObject => ({ ...asObject(parseJson(JSON.stringify(members))), type })),
    )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 8 }), (events) => {
      const windows: OpenSessionFilter = () =>
        createWindow({ size: 64, inspect: () => ({ findings: [] }) })
      const { send, end, out, gate } = openGate(windows)
      for (const each of events) send(each)
      end()
      expect(gate.isHolding).toBe(false)
      const whole = (all: readonly JsonObject[]) =>
        all.filter((each) => asString(each['delta']) === undefined)
      expect(whole(out)).toEqual(whole(events))
    }),
  )
})

test('more texts at once than any session has are not begun', () => {
  const { send } = openGate(makeWindows())
  const begin = (id: number) =>
    send({ type: 'response.output_text.delta', response_id: 'r', item_id: `i${id}`, delta: 'Ask' })
  for (let id = 0; id < 1_024; id++) begin(id)
  expect(() => begin(1_024)).toThrow()
})

test('what says nothing passes with its very characters', () => {
  const gate = openRealtimeReader().openGate(makeWindows())
  const frame = '{ "type": "rate_limits.updated", "rate_limits": [{"name":"tokens","limit":1e6}] }'
  const json = asObject(parseJson(frame)) ?? {}
  const passed = whole(
    gate.push({ frame, json, type: 'rate_limits.updated', responseId: undefined }),
  )
  expect(passed).toEqual({ before: [], frame, calls: [] })
})

const said = { role: 'assistant', kind: 'text' } as const
const noOrigin = { responseId: undefined }
