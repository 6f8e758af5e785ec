import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { JsonTextScanner } from './json-text.ts'
import type { JsonLeaf } from './leaf.ts'
import { leavesOf } from './replace.ts'

interface Read {
  readonly type: string
  readonly place: string
  readonly key: string | undefined
  text: string
  readonly leaf: JsonLeaf
}

function read(pieces: readonly string[]): Read[] {
  const leaves: Read[] = []
  const scanner = new JsonTextScanner({
    open: (leaf) =>
      leaves.push({ type: leaf.type, place: leaf.place(), key: leaf.key, text: '', leaf }),
    text(text) {
      const last = leaves.at(-1)
      if (last !== undefined) last.text += text
    },
    close: () => undefined,
  })
  for (const piece of pieces) scanner.push(piece)
  scanner.end()
  return leaves.filter(({ text }) => text !== '')
}

function places(text: string): readonly (readonly [string, string])[] {
  return leavesOf(text).map(({ leaf, text }) => [leaf.place(), text])
}

const anyJson = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value))
/** JSON text, and JSON text with a sign put in or taken out. */
const nearlyJson = fc.oneof(
  anyJson,
  fc
    .tuple(anyJson, fc.nat(), fc.constantFrom('"', '\\', '{', '}', ']', ',', ':', 'x', ' ', ''))
    .map(([text, at, sign]) => {
      const cut = at % (text.length + 1)
      return text.slice(0, cut) + sign + text.slice(cut + (sign === '' ? 1 : 0))
    }),
  fc.string(),
)

describe('JSON text', () => {
  test('is read as its strings, long numbers and unusual names, with their places', () => {
    const text = String.raw`{"to": "Jo\u0068n \"J\"\n", "at": [1, {"iban": "X"}, 4111111111111111], "Ana Lima": true, "n": 12.5e3}`
    expect(places(text)).toEqual([
      ['to', 'John "J"\n'],
      ['at[1].iban', 'X'],
      ['at[2]', '4111111111111111'],
      ['["Ana Lima"]#name', 'Ana Lima'],
    ])
  })

  test('that goes on behind a number as no JSON does is one text from that number on', () => {
    const rest = (text: string): readonly string[] => leavesOf(text).map(({ text: said }) => said)
    expect(rest('{"a": 4539 5787 6362 1486}')).toEqual(['4539 5787 6362 1486}'])
    expect(rest('{"a": "b", "c": 411111111 1111111, "d": 1}')).toEqual([
      'b',
      '411111111 1111111, "d": 1}',
    ])
    expect(rest('4539 5787')).toEqual(['4539 5787'])
    expect(rest('{"a": 4111111111111111 , "b": [4111111111111112 ], "c": true\n}')).toEqual([
      '4111111111111111',
      '4111111111111112',
    ])
    expect(rest(' 4111111111111111 ')).toEqual(['4111111111111111'])
  })

  test('tells the member that holds a text, through arrays', () => {
    expect(leavesOf('{"ssn":["123"],"a":{"b":[["x"]]}}').map(({ leaf }) => leaf.key)).toEqual([
      'ssn',
      'b',
    ])
  })

  test.each([
    ['no JSON at all', 'call John Smith', [['#rest', 'call John Smith']]],
    [
      'what follows the value',
      '{"a":"b"} and John',
      [
        ['a', 'b'],
        ['#rest', 'and John'],
      ],
    ],
    [
      'two values',
      '{"a":"b"}{"c":"d"}',
      [
        ['a', 'b'],
        ['#rest', '{"c":"d"}'],
      ],
    ],
    [
      'a missing comma',
      '["a" "b"]',
      [
        ['[0]', 'a'],
        ['#rest', '"b"]'],
      ],
    ],
    ['a missing name', '{:"b"}', [['#rest', ':"b"}']]],
    ['words that are none', '{"a": John}', [['#rest', 'John}']]],
    ['an end within a string', '{"a":"Joh', [['a', 'Joh']]],
    ['an end within a name', '{"John Smi', [['["John Smi"]#name', 'John Smi']]],
    ['an end within a number', '[123456789', [['[0]', '123456789']]],
    ['a bare string', '"John"', [['', 'John']]],
    ['nothing', '', []],
  ])('is read to its end with %s', (_, text, expected) => {
    expect(places(text)).toEqual(expected as [string, string][])
  })

  test('nested without end is one text beyond a depth', () => {
    const text = '['.repeat(5000) + '"John"'
    const [last] = leavesOf(text).slice(-1)
    expect(last?.text).toEndWith('"John"')
  })

  test('reads the same however it is split', () => {
    fc.assert(
      fc.property(nearlyJson, fc.array(fc.nat({ max: 60 })), (text, cuts) => {
        const at = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].sort(
          (a, b) => a - b,
        )
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end))
        const facts = (leaves: readonly Read[]) =>
          leaves.map(({ type, place, key, text, leaf }) => ({
            type,
            place,
            key,
            text,
            written: [leaf.written(0), leaf.written(text.length)],
          }))
        expect(facts(read(pieces))).toEqual(facts(read([text])))
      }),
    )
  })

  test('finds every string of JSON, and leads back to how it is written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.boolean(), (value, isEscaped) => {
        const plain = JSON.stringify(value)
        const text = isEscaped ? escapeSome(plain) : plain
        for (const { leaf, text: said } of leavesOf(text)) {
          const written = text.slice(leaf.written(0), leaf.written(said.length))
          const literal = leaf.type === 'number' ? written : `"${written}"`
          expect(String(JSON.parse(literal))).toBe(said)
        }
        const strings = leavesOf(text).filter(({ leaf }) => leaf.type === 'string')
        expect(strings.map(({ text }) => text)).toEqual(stringsOf(JSON.parse(text)))
      }),
    )
  })
})

function escapeSome(text: string): string {
  return text.replaceAll(/[a-m](?![^"]*\\)/g, (sign, at: number) =>
    text[at - 1] === '\\' || !isInString(text, at)
      ? sign
      : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function isInString(text: string, at: number): boolean {
  let isIn = false
  for (let index = 0; index < at; index++) {
    if (text[index] === '\\') index += 1
    else if (text[index] === '"') isIn = !isIn
  }
  return isIn
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (Array.isArray(value)) return value.flatMap(stringsOf)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}
