import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { StoredRecord } from '../types.ts'
import { cutText, maxTextBytes, visible } from './bounds.ts'
import { fieldsOf } from './fields.ts'
import {
  encodeCef,
  encodeFlatJson,
  encodeHec,
  encodeJsonLine,
  encodeLeef,
  encodeOcsf,
  encodeSyslog,
  eventFrom,
  frameSyslog,
} from './index.ts'
import type { SyslogOptions } from './index.ts'
import { parseCef, parseFrames, parseLeef, parseSyslog, refuseControls } from './testing/parsers.ts'
import { sampleDecision, sampleOrigin, samples } from './testing/samples.ts'

const syslog: SyslogOptions = {
  enterpriseNumber: 32_473,
  facility: 13,
  appName: 'smartflow',
  maxBytes: 8_192,
}
const hec = { sourcetype: 'smartflow:audit' }
const roomy = 1_000_000

const ends = [
  ['\n', '\r', '\t', '\0', '\u0085', '\u2028', '\u007f', '\u001b[31m'],
  ['|', '=', '\\', '"', ']', ',', '^', 'ü', '😀', '\ud800', ' x', ' suser=root'],
  ['\nCEF:0|', '"] <13>1 - - - - - -'],
].flat()

/** Texts that end fields and events where they are not escaped, and any other. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom(...ends), { maxLength: 12 }).map((parts) => parts.join('')),
)

/** A decision with a text in every place where somebody outside can put one. */
function hostileRecord(text: string): StoredRecord {
  const record = {
    ...sampleDecision,
    user: text,
    tenant: text,
    department: text,
    groups: [text, text],
    product: text,
    keyId: text,
    sourceAddress: text,
    modelAsked: text,
    requestId: text,
    clientFormat: text,
    ruleIds: [text],
    labels: [text, 'x'],
    findings: [{ label: text, category: text, start: 0, end: 1, score: 1, detector: text }],
    configVersion: text,
  }
  return { ...record, sequence: 7, at: 1_700_000_000_123 }
}

/** What a text looks like in an event. */
function expected(text: string): string {
  return cutText(text, maxTextBytes)
}

describe('hostile texts', () => {
  test('come back from structured data as they were, without control characters', () => {
    property((view) => {
      const parsed = parseSyslog(encodeSyslog(view, { ...syslog, maxBytes: roomy }))
      expect(parsed.params).toEqual(pairs(fieldsOf(view)))
      refuseControls(parsed.message)
    })
  })

  test('come back from CEF', () => {
    property((view, text) => {
      const { header, fields } = parseCef(encodeCef(view, roomy))
      expect(header.slice(0, 2)).toEqual(['CEF:0', 'Smartflow'])
      const keys = fields.map(([key]) => key)
      expect(new Set(keys).size).toBe(keys.length)
      const values = new Map(fields)
      const seen = shownInCef(expected(text))
      expect(values.get('suser') ?? '').toBe(seen)
      expect(values.get('cs4') ?? '').toBe(seen)
      expect(values.get('externalId')).toBe(view.id)
    })
  })

  test('come back from LEEF', () => {
    property((view, text) => {
      const { fields } = parseLeef(encodeLeef(view, roomy))
      const values = new Map(fields)
      expect(values.size).toBe(fields.length)
      expect(values.get('usrName') ?? '').toBe(visible(expected(text)))
      expect(values.get('department') ?? '').toBe(visible(expected(text)))
    })
  })

  test('come back from every kind of JSON, each event in one line', () => {
    property((view, text) => {
      const user = expected(text)
      const line = encodeJsonLine(view)
      expect(line).toEndWith('}\n')
      refuseControls(line.slice(0, -1))
      expect(JSON.parse(line)).toMatchObject({ person: { user }, labels: [user, 'x'] })
      const event = encodeHec(view, hec)
      expect(JSON.parse(event)).toMatchObject({ event: { user, smartflow: { tenant: user } } })
      const finding = encodeOcsf(view)
      expect(JSON.parse(finding)).toMatchObject({ metadata: { correlation_uid: user } })
      expect(JSON.parse(encodeFlatJson(view, roomy)).user ?? '').toBe(visible(user))
      for (const text of [event, finding]) refuseControls(text)
    })
  })

  test('in the type of a record or a version end no header', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const record: unknown = { type: text, sequence: 1, at: 1 }
        const origin = { ...sampleOrigin, version: cutText(text, 64) }
        const view = eventFrom(record as StoredRecord, origin)
        const { header } = parseCef(encodeCef(view, roomy))
        expect(header.slice(3, 5)).toEqual([visible(origin.version), visible(cutText(text, 64))])
        const leef = parseLeef(encodeLeef(view, roomy))
        expect(leef.fields[0]).toEqual(['devTime', '1'])
        expect(parseSyslog(encodeSyslog(view, syslog)).host).toBe(origin.host)
      }),
    )
  })

  test('make no second message in a stream of frames', () => {
    property((view) => {
      const messages = [
        encodeSyslog(view, syslog),
        encodeSyslog(view, { ...syslog, body: encodeCef }),
        encodeSyslog(view, { ...syslog, body: encodeLeef }),
        encodeSyslog(view, { ...syslog, body: encodeFlatJson }),
      ]
      const read = parseFrames(Buffer.concat(messages.map(frameSyslog)))
      expect(read).toEqual(messages)
      for (const message of read) {
        refuseControls(message.replaceAll('\t', ''))
        expect(parseSyslog(message).params.at(0)).toEqual(['eventId', view.id])
      }
    })
  })

  function property(check: (view: ReturnType<typeof eventFrom>, text: string) => void): void {
    fc.assert(
      fc.property(hostile, (text) => check(eventFrom(hostileRecord(text), sampleOrigin), text)),
      { numRuns: 200 },
    )
  }
})

describe('bounds', () => {
  const limits = fc.integer({ min: 1_024, max: 9_000 })

  test('hold for lines of any content, which stay readable and say what is missing', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 200 }), limits, (text, times, maxBytes) => {
        const view = eventFrom(hostileRecord(text.repeat(times)), sampleOrigin)
        const cef = encodeCef(view, maxBytes)
        const leef = encodeLeef(view, maxBytes)
        const message = encodeSyslog(view, { ...syslog, maxBytes })
        const flat = encodeFlatJson(view, maxBytes)
        const withBody = encodeSyslog(view, {
          ...syslog,
          maxBytes: maxBytes + 1_024,
          body: encodeCef,
        })
        for (const line of [cef, leef, message, flat]) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxBytes)
        }
        expect(Buffer.byteLength(withBody)).toBeLessThanOrEqual(maxBytes + 1_024)
        const full = pairs(fieldsOf(view)).length
        const { params } = parseSyslog(message)
        if (params.length < full) expect(params.at(-1)).toEqual(['isCut', 'true'])
        if (parseLeef(leef).fields.length < full + 3) expect(leef).toEndWith('\tisCut=true')
        expect(parseCef(cef).header).toHaveLength(7)
        JSON.parse(flat)
      }),
      { numRuns: 100 },
    )
  })

  test('hold for JSON, whatever a record holds', () => {
    for (const character of ['\0', 'x', '😀', '\ud800', '"']) {
      const text = character.repeat(100_000)
      const many = Array.from({ length: 3_000 }, (_, at) => `${at}${text.slice(0, 300)}`)
      const record = { ...hostileRecord(text), groups: many, ruleIds: many, labels: many }
      const findings = many.map((label) => ({
        label,
        category: label,
        start: 0,
        end: 1,
        score: 1,
        detector: 'd',
      }))
      const view = eventFrom({ ...record, findings } as StoredRecord, sampleOrigin)
      expect(view.isCut).toBe(true)
      expect(view.findingCount).toBe(3_000)
      for (const event of [encodeJsonLine(view), encodeHec(view, hec), encodeOcsf(view)]) {
        expect(Buffer.byteLength(event)).toBeLessThan(500_000)
      }
    }
  })

  test('cut text between characters, and mark it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 3, max: 64 }), (text, most) => {
        const cut = cutText(text, most)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(most)
        expect(cut.isWellFormed()).toBe(true)
        if (Buffer.byteLength(text) <= most) expect(cut).toBe(text.toWellFormed())
        else
          expect(text.toWellFormed().startsWith(cut.slice(0, -1)) && cut.endsWith('…')).toBe(true)
      }),
    )
  })
})

describe('syslog', () => {
  test('has the priority of the facility and the severity', () => {
    const view = eventFrom(hostileRecord('x'), sampleOrigin)
    expect(parseSyslog(encodeSyslog(view, syslog)).priority).toBe(13 * 8 + 5)
  })

  test('begins a text that is not ASCII with the byte order mark, and no other', () => {
    const view = eventFrom(hostileRecord('Zoë'), sampleOrigin)
    const withBody = encodeSyslog(view, { ...syslog, body: encodeCef })
    expect(parseSyslog(withBody).message).toStartWith('\ufeffCEF:0|')
    expect(parseSyslog(encodeSyslog(view, syslog)).message).toStartWith('The content')
  })

  test('carries CEF and LEEF that can be read', () => {
    const view = eventFrom(hostileRecord('Zoë\t\n'), sampleOrigin)
    const [cef, leef] = [encodeCef, encodeLeef].map((body) => {
      const { message } = parseSyslog(encodeSyslog(view, { ...syslog, body }))
      return message.slice(1)
    })
    expect(parseCef(cef ?? '').fields).toContainEqual(['suser', 'Zoë␉\n'])
    expect(parseLeef(leef ?? '').fields).toContainEqual(['usrName', 'Zoë␉␊'])
  })

  test('has no time where it could not be written', () => {
    for (const at of [Number.MAX_VALUE, -8.64e15, 8.64e15]) {
      const view = eventFrom({ ...hostileRecord('x'), at }, sampleOrigin)
      expect(parseSyslog(encodeSyslog(view, syslog)).timestamp).toBe('-')
    }
  })
})

test('the same record gives the same bytes', () => {
  for (const { record } of samples) {
    const [one, other] = [record, structuredClone(record)].map((each) => {
      const view = eventFrom(each, sampleOrigin)
      return [encodeJsonLine(view), encodeHec(view, hec), encodeOcsf(view), encodeCef(view, 4_096)]
    })
    expect(one).toEqual(other)
  }
})

/** CEF has escapes for the ends of lines; other control characters become visible. */
function shownInCef(text: string): string {
  const lines = text.split(/([\n\r])/)
  return lines.map((part) => (part === '\n' || part === '\r' ? part : visible(part))).join('')
}

function pairs(fields: ReturnType<typeof fieldsOf>): [string, string][] {
  return fields.map(({ name, value }) => [name, String(value)])
}
