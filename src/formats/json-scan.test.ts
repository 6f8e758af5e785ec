import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../core/errors.ts'
import type { JsonValue } from '../core/json.ts'
import { setMembers } from './json-edit.ts'
import { outlineJson } from './json-scan.ts'

const depth = 64

describe('outlineJson', () => {
  test('finds the span of every top-level value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const outline = outlineJson(text, 512)
        expect([...outline.members.keys()].sort()).toEqual(Object.keys(value).sort())
        for (const [key, span] of outline.members) {
          expect(JSON.parse(text.slice(span.start, span.end))).toEqual(JSON.parse(text)[key])
        }
      }),
    )
  })

  test('refuses a body nested too deeply before anything parses it', () => {
    const text = `{"a":${'['.repeat(100_000)}`
    expect(() => outlineJson(text, depth)).toThrow('nested deeper than 64 levels')
  })

  test('refuses a member given twice, also when one spelling is escaped', () => {
    for (const text of ['{"model":"a","model":"b"}', '{"model":"a","\\u006dodel":"b"}']) {
      expect(() => outlineJson(text, depth)).toThrow('given twice')
    }
  })

  test('never throws anything but a GatewayError, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\ a1'.split('')) }), (text) => {
        try {
          outlineJson(text, 8)
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError)
        }
      }),
    )
  })
})

describe('setMembers', () => {
  test('changes only what was asked and keeps every other byte', () => {
    const text = '{ "n": 1.0, "big": 12345678901234567890,\n "model" : "a" , "x":{"model":"b"} }'
    const edited = setMembers(text, outlineJson(text, depth), { model: 'c"d' })
    expect(edited).toBe(
      '{ "n": 1.0, "big": 12345678901234567890,\n "model" : "c\\"d" , "x":{"model":"b"} }',
    )
  })

  test('is the same as setting the members of the parsed object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        (value, change) => {
          const text = JSON.stringify(value)
          const changes = JSON.parse(JSON.stringify(change))
          const edited = setMembers(text, outlineJson(text, 512), changes)
          const expected = new Map([
            ...Object.entries(JSON.parse(text)),
            ...Object.entries(changes),
          ])
          expect(new Map(Object.entries(JSON.parse(edited)))).toEqual(expected)
        },
      ),
    )
  })

  test('takes members out wherever they stand, and adds others in the same pass', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.jsonValue()),
        fc.subarray(['a', 'b', 'c', 'd', 'e', 'f']),
        fc.dictionary(fc.constantFrom('x', 'y'), fc.jsonValue()),
        fc.nat(3),
        (value, gone, given, indent) => {
          const text = JSON.stringify(value, null, indent)
          const added: Record<string, JsonValue> = JSON.parse(JSON.stringify(given))
          const removed = Object.fromEntries(gone.map((key) => [key, undefined]))
          const edited = setMembers(text, outlineJson(text, 512), { ...removed, ...added })
          const left = Object.entries<JsonValue>(JSON.parse(text)).filter(
            ([key]) => !gone.includes(key),
          )
          expect(JSON.parse(edited)).toEqual({ ...Object.fromEntries(left), ...added })
        },
      ),
    )
  })
})
