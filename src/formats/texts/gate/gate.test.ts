import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createPlaceholders } from '../../../compliance/redaction/index.ts'
import { createWindow, filterWhole } from '../../../compliance/window/index.ts'
import type { WindowFinding } from '../../../compliance/window/index.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { OpenTextFilter, TextFilter } from '../../../core/text-filter.ts'
import type { ClientFormat } from '../../format.ts'
import type { NeutralAnswer } from '../../neutral.ts'
import { replaceTexts } from '../replace.ts'
import { clearedBy, segmentsOf } from '../segments.ts'
import { clientFormats, eventsOf, streamOf, tellable } from '../testing/streamed.ts'
import { understandBody, understandStream } from '../testing/streamed.ts'
import { openTextGate } from './gate.ts'

const person =
  /(?<![A-Za-z])(?:Bob(?: Smith)?|Zoë|Ana "A" Lima)(?![A-Za-z])|(?<!\d)\d{16}(?!\d)|😀{1,3}(?!😀)/gu

/** Windows of one answer, with the placeholders they share. */
function makeWindows(isBlocking = false): OpenTextFilter {
  const { replace } = createPlaceholders()
  return () =>
    createWindow({
      size: 64,
      ahead: 32,
      inspect: (text) => ({ findings: find(text, replace, isBlocking) }),
    })
}

function find(
  text: string,
  replace: (label: string, text: string) => string,
  isBlocking: boolean,
): WindowFinding[] {
  return [...text.matchAll(person)].map(({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
    isBlocking,
    write: (said) => replace(/\d/.test(said) ? 'card' : 'person', said),
  }))
}

const passing: TextFilter = {
  isBlocked: false,
  push: () => ({ upTo: Infinity, edits: [] }),
  idle: () => ({ upTo: Infinity, edits: [] }),
  end: () => ({ upTo: Infinity, edits: [] }),
}

/** Sends a stream through a gate, in chunks. */
function send(
  format: ClientFormat,
  bytes: Buffer,
  openFilter: OpenTextFilter,
  cuts: readonly number[] = [],
): { readonly out: Buffer; readonly isBlocked: boolean } {
  const gate = openTextGate(format.name, { openFilter, maxFrameBytes: 10_000_000 })
  const sent: Uint8Array[] = []
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    const end = Math.min(bytes.length, from + Math.max(1, cut))
    sent.push(...gate.push(Buffer.from(bytes.subarray(from, end))), ...gate.idle())
    from = end
  }
  sent.push(...gate.push(bytes.subarray(from)), ...gate.end())
  expect(gate.isHolding).toBe(false)
  return { out: Buffer.concat(sent), isBlocked: gate.isBlocked }
}

/** Lets a whole answer through the same filters, and replaces in it what they change. */
function redactBody(format: ClientFormat, body: JsonObject, openFilter: OpenTextFilter) {
  const texts = segmentsOf(body, { format: format.name, direction: 'answer' })
  const changed = new Map<string, string>()
  let isBlocked = false
  for (const { place, text, role, kind } of texts.segments) {
    const filtered = filterWhole(text, openFilter({ id: place, role, kind }))
    isBlocked ||= filtered.isBlocked
    if (filtered.edits > 0) changed.set(place, filtered.text)
  }
  const text = replaceTexts(JSON.stringify(body), changed, clearedBy(changed.keys(), texts))
  const redacted: JsonObject = JSON.parse(text)
  return { body: redacted, isBlocked }
}

const words = fc.constantFrom(
  'Bob',
  'Bob Smith',
  'Zoë',
  'Ana "A" Lima',
  '😀',
  '4111111111111111',
  'Bobby',
  ' and ',
  '\n',
  '\\',
  '"',
  ' ',
)
const prose = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: words }, fc.string({ unit: 'grapheme', maxLength: 60 })),
    { minLength: 1, maxLength: 16 },
  )
  .map((parts) => `${parts.join('')}.`)
const args = fc
  .record({
    to: prose,
    list: fc.array(fc.oneof(prose, fc.integer(), fc.constant(null)), { maxLength: 3 }),
    card: fc.constantFrom<number | string>(4111111111111111, 12, '4111111111111111'),
    more: fc.dictionary(fc.constantFrom('Bob Smith', 'a b', 'plain', 'Zoë'), prose, { maxKeys: 2 }),
  })
  .chain((value) =>
    fc.constantFrom(
      JSON.stringify(value),
      JSON.stringify(value, null, 2),
      escaped(JSON.stringify(value)),
    ),
  )

/** The same JSON text with some letters written as escapes. */
function escaped(text: string): string {
  return text.replaceAll(
    /[oöë](?=[^"]*"(?:[^"]*"[^"]*")*[^"]*$)/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const answer = fc
  .record({ thought: fc.option(prose), text: prose, calls: fc.array(args, { maxLength: 2 }) })
  .map(({ thought, text, calls }): NeutralAnswer => ({
    id: 'answer-1',
    model: 'm',
    stopReason: calls.length > 0 ? 'tool-calls' : 'end',
    content: [
      ...(thought === null ? [] : [{ type: 'reasoning' as const, text: thought }]),
      { type: 'text', text },
      ...calls.map((call, index) => ({
        type: 'tool-call' as const,
        id: `call_${index}`,
        name: 'mail',
        arguments: call,
      })),
    ],
  }))
const cuts = fc.array(fc.nat({ max: 300 }), { maxLength: 30 })
const steps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })

function tell(format: ClientFormat, full: NeutralAnswer): NeutralAnswer {
  return { ...full, content: tellable(format.name, full.content) }
}

describe.each(clientFormats.map((format) => [format.name, format] as const))(
  'a stream of %s',
  (_, format) => {
    test('leaves with its very bytes where nothing changes, at every split', () => {
      const holding = () => createWindow({ size: 64, inspect: () => ({ findings: [] }) })
      fc.assert(
        fc.property(answer, steps, cuts, (full, steps, cuts) => {
          const bytes = streamOf(format, eventsOf(full, steps))
          expect(send(format, bytes, holding, cuts).out.equals(bytes)).toBe(true)
          expect(send(format, bytes, () => passing, cuts).out.equals(bytes)).toBe(true)
        }),
        { numRuns: 40 },
      )
    })

    test('says what the whole answer says once both are redacted, at every split', () => {
      fc.assert(
        fc.property(answer, steps, cuts, (full, steps, cuts) => {
          const told = tell(format, full)
          const bytes = streamOf(format, eventsOf(told, steps))
          const streamed = send(format, bytes, makeWindows(), cuts)
          const body: JsonObject = JSON.parse(
            JSON.stringify(format.writeAnswer(told, () => undefined)),
          )
          const whole = redactBody(format, body, makeWindows())
          expect(understandStream(format, streamed.out)).toEqual(understandBody(format, whole.body))
        }),
        { numRuns: 80 },
      )
    })

    test('is stopped where the whole answer would be, before what must not be said', () => {
      fc.assert(
        fc.property(answer, steps, cuts, (full, steps, cuts) => {
          const told = tell(format, full)
          const bytes = streamOf(format, eventsOf(told, steps))
          const body: JsonObject = JSON.parse(
            JSON.stringify(format.writeAnswer(told, () => undefined)),
          )
          const streamed = send(format, bytes, makeWindows(true), cuts)
          expect(streamed.isBlocked).toBe(redactBody(format, body, makeWindows(true)).isBlocked)
          expect(bytes.subarray(0, streamed.out.length).equals(streamed.out)).toBe(true)
        }),
        { numRuns: 30 },
      )
    })
  },
)
