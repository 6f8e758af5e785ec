import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { instanceOf } from './schema-instance.ts'

test('const, enum, default and examples are taken as they are', () => {
  expect(instanceOf({ const: 7 })).toBe(7)
  expect(instanceOf({ enum: ['a', 'b'] })).toBe('a')
  expect(instanceOf({ type: 'string', default: 'd' })).toBe('d')
  expect(instanceOf({ type: 'string', examples: ['e'] })).toBe('e')
})

test('references and combinations are followed, recursion ends', () => {
  const node = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
    },
    required: ['name'],
  }
  expect(instanceOf({ $defs: { node }, allOf: [{ $ref: '#/$defs/node' }] })).toEqual({
    name: 'simulated',
  })
  const endless = {
    $defs: { a: { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, required: ['a'] } },
    $ref: '#/$defs/a',
  }
  expect(JSON.stringify(instanceOf(endless)).length).toBeLessThan(2_000)
  expect(instanceOf({ $ref: '#' })).toBeNull()
})

test('schemas made to be endless, or endlessly large, end soon and small', () => {
  const twice = { allOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] }
  const names = Array.from({ length: 20 }, (_, index) => `p${index}`)
  const many = Object.fromEntries(names.map((name) => [name, { $ref: '#' }]))
  const list = (items: JsonValue): JsonObject => ({ type: 'array', minItems: 1000, items })
  const long = 'x'.repeat(1_000_000)
  const schemas: JsonObject[] = [
    { $defs: { a: twice }, ...twice },
    { anyOf: [{ $ref: '#' }], oneOf: [{ $ref: '#' }], allOf: [{ $ref: '#' }] },
    { type: 'object', properties: many, required: names },
    list(list(list(list({ type: 'string', minLength: 1_000_000 })))),
    list({ const: long }),
    list({ enum: [long] }),
    { allOf: names.flatMap(() => names.map((name) => ({ properties: { [name]: {} } }))) },
    { $ref: '#/%' },
  ]
  const startedAt = performance.now()
  for (const each of schemas) {
    expect(JSON.stringify(instanceOf(each)).length).toBeLessThan(25_000_000)
  }
  expect(performance.now() - startedAt).toBeLessThan(2000)
})

test('formats and bounds are kept', () => {
  expect(instanceOf({ type: 'string', format: 'date' })).toBe('2026-01-01')
  expect(instanceOf({ type: 'array', items: { type: 'boolean' }, minItems: 2 })).toEqual([
    true,
    true,
  ])
  expect(instanceOf({ type: 'number', exclusiveMinimum: 0, maximum: 1 })).toBe(1)
  expect(instanceOf({ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 })).toBe(0.5)
  expect(instanceOf({ type: ['integer', 'null'], maximum: -3 })).toBe(-3)
})

const leaf: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ type: fc.constant('string'), minLength: fc.nat(20) }),
  fc.record({ type: fc.constant('integer'), minimum: fc.integer({ min: -99, max: 99 }) }),
  fc.record({ type: fc.constant('integer'), maximum: fc.integer({ min: -99, max: 99 }) }),
  fc.record({ type: fc.constant('boolean') }),
)
const schema = fc.letrec<{ node: JsonObject }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ type: fc.constant('array'), items: tie('node'), minItems: fc.nat(3) }),
    fc
      .dictionary(
        fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== '__proto__'),
        tie('node'),
      )
      .map((properties) => ({ type: 'object', properties, required: Object.keys(properties) })),
  ),
})).node

test('the instance satisfies the schema it was built from', () => {
  fc.assert(fc.property(schema, (given) => satisfies(given, instanceOf(given))))
})

function satisfies(given: JsonValue | undefined, value: JsonValue | undefined): boolean {
  if (!isObject(given)) return false
  if (typeof value === 'string')
    return given['type'] === 'string' && value.length >= Number(given['minLength'])
  if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = given
    return Number.isInteger(value) && value >= Number(minimum) && value <= Number(maximum)
  }
  if (typeof value === 'boolean') return given['type'] === 'boolean'
  if (Array.isArray(value)) {
    return (
      value.length === given['minItems'] && value.every((item) => satisfies(given['items'], item))
    )
  }
  const properties = given['properties']
  return (
    isObject(value) &&
    isObject(properties) &&
    Object.keys(properties).every((name) => satisfies(properties[name], value[name]))
  )
}
