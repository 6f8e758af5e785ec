import * as fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'

/** Makes something else of what stood in a place; `undefined` takes it out. */
export type Change = (before: JsonValue | undefined) => JsonValue | undefined

function nested(depth: number): JsonValue {
  let value: JsonValue = 'x'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** An object as parsers make it, whose keys are those of prototypes. */
const prototypeKeys: JsonObject = JSON.parse(
  '{"__proto__":{"role":"user","type":"text"},"constructor":{"prototype":{"x":1}},"toString":"x","hasOwnProperty":1}',
)

/** Values that have no place anywhere, and those that nearly have one. */
const strange: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  Number.MAX_SAFE_INTEGER,
  2 ** 63,
  '',
  ' ',
  'x',
  '\ud800',
  'a\udc00b',
  '\u0000',
  '\u2028',
  'x'.repeat(70_000),
  '__proto__',
  'constructor',
  'data:,',
  'data:image/png;base64,%%%',
  'data:image/png;base64,',
  'https://',
  '{"a":',
  '[]',
  [],
  {},
  [null],
  [[]],
  [{}],
  { type: 'text' },
  { type: '__proto__' },
  { type: 'toString', text: 1 },
  { role: 'constructor' },
  { text: null },
  prototypeKeys,
  nested(40),
]

/** Any change of a place: another value, none, the same twice, inside of something, under another name. */
export const badValue: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(...strange).map(
      (value): Change =>
        () =>
          value,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.jsonValue({ maxDepth: 3 }).map(
      (value): Change =>
        () =>
          copy(value),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Change>(() => undefined) },
  { weight: 1, arbitrary: fc.constant<Change>((before) => [before ?? null, before ?? null]) },
  { weight: 1, arbitrary: fc.constant<Change>((before) => ({ value: before })) },
  {
    weight: 1,
    arbitrary: fc.constant<Change>((before) =>
      typeof before === 'object' && before !== null && !Array.isArray(before)
        ? JSON.parse(JSON.stringify(before).replace(/^\{"[^"]*"/, '{"__proto__"'))
        : before,
    ),
  },
)

function copy(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value))
}
