import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { replaceTexts } from './replace.ts'
import { segmentsOf } from './segments.ts'

function replace(text: string, changes: Readonly<Record<string, string>>): string {
  return replaceTexts(text, new Map(Object.entries(changes)))
}

function textsOf(text: string): Map<string, string> {
  const body: JsonObject = JSON.parse(text)
  const { segments } = segmentsOf(body, { format: 'openai-chat', direction: 'request' })
  return new Map(segments.map(({ place, text }) => [place, text]))
}

/** Any body with JSON in a string, unusual names and every kind of number. */
const body = fc.record({
  messages: fc.array(
    fc.record({
      role: fc.constantFrom('user', 'assistant', 'tool'),
      content: fc.oneof(fc.string({ unit: 'binary' }), fc.array(part(), { maxLength: 3 })),
      tool_calls: fc.array(
        fc.record({
          id: fc.constant('call_1'),
          function: fc.record({
            name: fc.constant('f'),
            arguments: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
          }),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 4 },
  ),
  other: fc.jsonValue({ maxDepth: 3 }),
})

function part() {
  return fc.record({ type: fc.constant('text'), text: fc.string({ unit: 'grapheme' }) })
}

/** The same JSON with spaces in it and some signs written as escapes. */
function spelled(value: JsonValue): string {
  return JSON.stringify(value, null, 1).replaceAll(
    /[é-￿]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`,
  )
}

describe('replacing texts', () => {
  test('keeps every other byte: spaces, numbers, order, escapes and repeated members', () => {
    const text = String.raw`{ "seed": 1.50e+2, "a\u0041": "\/", "messages" : [ {"content":"Bob","x":1} , {"content" : "\u0042ob"}] }`
    expect(replace(text, { 'messages[1].content': 'a "b"\n' })).toBe(
      String.raw`{ "seed": 1.50e+2, "a\u0041": "\/", "messages" : [ {"content":"Bob","x":1} , {"content" : "a \"b\"\n"}] }`,
    )
  })

  test('reaches names with any signs in them, and the names themselves', () => {
    const text = String.raw`{"a.b":{"":[["x"]],"#json":"y","\"":"z"}}`
    const changes = { '["a.b"][""][0][0]': '1', '["a.b"]["#json"]': '2', '["a.b"]["\\""]': '3' }
    expect(replace(text, changes)).toBe(String.raw`{"a.b":{"":[["1"]],"#json":"2","\"":"3"}}`)
    expect(replace(text, { '["a.b"]#name': 'c' })).toBe(
      String.raw`{"c":{"":[["x"]],"#json":"y","\"":"z"}}`,
    )
  })

  test('reaches into JSON text that stands in a string, whose other bytes stay', () => {
    const args = String.raw`{"to": "Jo\u0068n", "n": 1.0, "card":4111111111111111}`
    const text = JSON.stringify({ arguments: args }).replace('n\\": 1.0', '\\u006e\\": 1.0')
    const changed = replace(text, { 'arguments#jsonto': '"A"\\', 'arguments#jsoncard': '<CARD>' })
    const inner = String.raw`{"to": "\"A\"\\", "n": 1.0, "card":"<CARD>"}`
    expect(JSON.parse(changed)).toEqual({ arguments: inner })
    expect(changed).toContain('\\u006e\\": 1.0')
  })

  test('replaces what follows JSON text, and text in base 64', () => {
    expect(replace('{"a":"{} John \\"x"}', { 'a#json#rest': '"hi"' })).toBe('{"a":"{} \\"hi\\""}')
    const url = `data:text/plain;base64,${Buffer.from('I am Bob').toString('base64')}`
    expect(replace(JSON.stringify({ url }), { 'url#base64': 'I am <1>' })).toBe(
      JSON.stringify({
        url: `data:text/plain;base64,${Buffer.from('I am <1>').toString('base64')}`,
      }),
    )
  })

  test('names a long member by its beginning, and finds it all the same', () => {
    const name = 'x y '.repeat(10_000)
    const text = JSON.stringify({ [name]: { a: 'long', [`${name}!`]: 'longer' } })
    const places = [...textsOf(text).keys()]
    expect(places.every((place) => place.length < 200)).toBe(true)
    const values = places.filter((place) => !place.endsWith('#name'))
    const changed = replaceTexts(text, new Map(values.map((place) => [place, 'new'])))
    expect(JSON.parse(changed)).toEqual({ [name]: { a: 'new', [`${name}!`]: 'new' } })
  })

  test('turns a number into a string, and replaces every occurrence of a repeated member', () => {
    expect(replace('{"a":[12,34]}', { 'a[1]': 'x' })).toBe('{"a":[12,"x"]}')
    expect(replace('{"a":"1","a":"2"}', { a: 'x' })).toBe('{"a":"x","a":"x"}')
  })

  test('empties what is derived', () => {
    const text = '{"a":{"b":1},"c":[1,2],"d":"e","f":"g"}'
    expect(replaceTexts(text, new Map([['f', 'x']]), ['a', 'c', 'd', 'none'])).toBe(
      '{"a":null,"c":[],"d":"","f":"x"}',
    )
  })

  test('passes over places that are not there, and refuses what is none', () => {
    const text = '{"a":["b"]}'
    expect(replace(text, { 'a.b': 'x', 'a[1]': 'x', z: 'x', 'a[0]#jsonq': 'x' })).toBe(text)
    expect(() => replace(text, { 'a[': 'x' })).toThrow(RangeError)
  })

  test('by the same texts changes nothing that a parser could see', () => {
    fc.assert(
      fc.property(body, (value) => {
        const text = spelled(value)
        expect(JSON.parse(replaceTexts(text, stringsOnly(textsOf(text))))).toEqual(JSON.parse(text))
      }),
    )
  })

  test('of one place leaves all bytes before and behind it as they were', () => {
    fc.assert(
      fc.property(
        body,
        fc.nat(),
        fc.string({ unit: 'binary', minLength: 4 }),
        (value, pick, words) => {
          const text = spelled(value)
          const all = [...stringsOnly(textsOf(text))]
          const [place] = all[pick % Math.max(1, all.length)] ?? []
          if (place === undefined) return
          const changed = replaceTexts(text, new Map([[place, words]]))
          const before = commonStart(text, changed)
          const behind = commonStart(reverse(text.slice(before)), reverse(changed.slice(before)))
          const removed = text.slice(before, text.length - behind)
          expect(removed.length).toBeLessThanOrEqual(longestWritten(text))
          expect(textsOf(changed).get(place)).toBe(words)
        },
      ),
    )
  })

  test('there and back gives the first text, and twice is as good as once', () => {
    fc.assert(
      fc.property(body, (value) => {
        const text = JSON.stringify(value)
        const before = stringsOnly(textsOf(text))
        const masked = new Map([...before].map(([place], index) => [place, `<TEXT_${index}>`]))
        const changed = replaceTexts(text, masked)
        expect(replaceTexts(changed, masked)).toBe(changed)
        expect(JSON.parse(replaceTexts(changed, before))).toEqual(JSON.parse(text))
      }),
    )
  })
})

/** Names move the place they stand at, and numbers come back as strings: both are tested by themselves. */
function stringsOnly(texts: ReadonlyMap<string, string>): Map<string, string> {
  const kept = [...texts].filter(
    ([place, text]) => !place.includes('#name') && !/^-?[\d.e+]+$/.test(text),
  )
  return new Map(kept)
}

function commonStart(one: string, other: string): number {
  let at = 0
  while (at < Math.min(one.length, other.length) && one[at] === other[at]) at += 1
  return at
}

function reverse(text: string): string {
  return text.split('').toReversed().join('')
}

function longestWritten(text: string): number {
  return Math.max(0, ...(text.match(/"(?:[^"\\]|\\.)*"/g) ?? []).map((literal) => literal.length))
}
