import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { StoredRecord } from '../types.ts'
import {
  encodeCef,
  encodeHec,
  encodeJsonLine,
  encodeLeef,
  encodeOcsf,
  encodeSyslog,
  eventFrom,
} from './index.ts'
import type { EventView } from './index.ts'
import { parseCef, parseLeef, parseSyslog } from './testing/parsers.ts'
import { sampleDecision, sampleOrigin, samples } from './testing/samples.ts'

const syslog = { enterpriseNumber: 32_473, facility: 13, appName: 'smartflow', maxBytes: 8_192 }

function sample(title: string): StoredRecord {
  const found = samples.find((each) => each.title === title)
  if (found === undefined) throw new Error(`no sample ${title}`)
  return found.record
}

/** Throws where an event cannot be written in one of the formats. */
function writeAll(view: EventView): void {
  JSON.parse(encodeJsonLine(view))
  JSON.parse(encodeHec(view, { sourcetype: 'smartflow:audit' }))
  JSON.parse(encodeOcsf(view))
  const cef = encodeCef(view, 1_024)
  const leef = encodeLeef(view, 1_024)
  const message = encodeSyslog(view, { ...syslog, maxBytes: 2_048, body: encodeCef })
  parseCef(cef)
  parseLeef(leef)
  parseSyslog(encodeSyslog(view, syslog))
  parseSyslog(message)
  for (const line of [cef, leef]) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(1_024)
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(2_048)
}

describe('an event', () => {
  test('has the id of its place in the log', () => {
    expect(eventFrom(sample('the start'), sampleOrigin).id).toMatch(/^3f9a1c0b7d2e4856-\d+$/)
    const ids = samples.map(({ record }) => eventFrom(record, sampleOrigin).id)
    expect(new Set(ids).size).toBe(samples.length)
  })

  test('of an outcome tells who asked where the decision is at hand, and its own findings only', () => {
    const record = sample('a call whose answer was blocked')
    expect(eventFrom(record, sampleOrigin).person.user).toBeUndefined()
    const view = eventFrom(record, sampleOrigin, sampleDecision)
    expect(view).toMatchObject({
      kind: 'outcome',
      action: 'blocked',
      source: '192.0.2.17',
      bytesIn: 1_824,
      ruleIds: ['pci/cards'],
      labels: [],
      findings: [{ label: 'card-number', category: 'financial', count: 2 }],
      findingCount: 2,
      person: { user: 'EXAMPLE\\ana' },
      model: { tools: ['wire_transfer'], costNanoUsd: 119_400 },
    })
  })

  test('of an outcome without a judged answer has none of the findings of the request', () => {
    const view = eventFrom(sample('a call that ended'), sampleOrigin, sampleDecision)
    expect(view).toMatchObject({ findings: [], findingCount: 0, ruleIds: [], action: 'allowed' })
  })

  test('of an outcome has nothing of a decision about another request', () => {
    const record = sample('a call that ended')
    const view = eventFrom(record, sampleOrigin, { ...sampleDecision, requestId: 'another' })
    expect(view).toEqual(eventFrom(record, sampleOrigin))
  })

  test('of a change names the fields that changed and none of their values', () => {
    const record = sample('a change by an administrator')
    const view = eventFrom(record, sampleOrigin)
    expect(view.change).toEqual({
      command: 'routing.override.set',
      kind: 'created',
      object: 'assistant',
      objectKind: 'routing.override',
      fields: ['target', 'until'],
    })
    expect(JSON.stringify(view)).not.toContain('mistral')
  })

  test('of each verdict has its action', () => {
    const actions = (['allow', 'redact', 'hold', 'block'] as const).map((verdict) => {
      const record = { ...sampleDecision, verdict, sequence: 1, at: 1 }
      return eventFrom(record, sampleOrigin).action
    })
    expect(actions).toEqual(['allowed', 'modified', 'deferred', 'blocked'])
  })
})

describe('a record that is not known', () => {
  test('becomes an event of another topic, with what is known of it', () => {
    const record: unknown = { type: 'key_use', user: 'ana', requestId: 'r', sequence: 3, at: 5 }
    const view = eventFrom(record as StoredRecord, sampleOrigin)
    expect(view).toMatchObject({ kind: 'key_use', topic: 'other', person: { user: 'ana' } })
    writeAll(view)
  })

  test('is an event too where its fields are anything, and no format throws', () => {
    const types = fc.constantFrom(...new Set(samples.map(({ record }) => record.type)), 'new', '')
    const names = Object.keys(Object.assign({}, ...samples.map(({ record }) => record)))
    const fields = fc.dictionary(fc.constantFrom(...names), fc.anything(), { maxKeys: 12 })
    fc.assert(
      fc.property(types, fields, fc.anything(), (type, rest, at) => {
        const record: unknown = { ...rest, type, sequence: 1, at }
        writeAll(eventFrom(record as StoredRecord, sampleOrigin))
      }),
      { numRuns: 500 },
    )
  })
})

for (const { title, record } of samples) {
  test(`every format has ${title}`, () => {
    writeAll(eventFrom(record, sampleOrigin))
    writeAll(eventFrom(record, sampleOrigin, sampleDecision))
  })
}
