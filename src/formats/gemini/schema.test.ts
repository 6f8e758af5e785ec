import { expect, test } from 'bun:test'
import { jsonSchemaOf } from './schema.ts'

test('a schema in the form of Gemini becomes JSON Schema', () => {
  expect(
    jsonSchemaOf({
      type: 'OBJECT',
      nullable: true,
      propertyOrdering: ['b', 'a'],
      properties: {
        a: { type: 'STRING', format: 'enum', enum: ['x', 'y'], nullable: true },
        b: { type: 'ARRAY', items: { type: 'NUMBER' }, minItems: '1', maxItems: 3 },
        c: { any_of: [{ type: 'INTEGER' }, { type: 'BOOLEAN' }], nullable: true },
        type: { type: 'TYPE_UNSPECIFIED', description: 'a property of that name' },
        snake_case: { type: 'string', example: 'left out' },
      },
      required: ['a', 'snake_case'],
    }),
  ).toEqual({
    type: ['object', 'null'],
    properties: {
      a: { type: ['string', 'null'], enum: ['x', 'y', null] },
      b: { type: 'array', items: { type: 'number' }, minItems: 1, maxItems: 3 },
      c: { anyOf: [{ anyOf: [{ type: 'integer' }, { type: 'boolean' }] }, { type: 'null' }] },
      type: { description: 'a property of that name' },
      snake_case: { type: 'string' },
    },
    required: ['a', 'snake_case'],
  })
})

test('JSON Schema itself stays as it is', () => {
  const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^a' } } }
  expect(jsonSchemaOf(schema)).toEqual(schema)
})
