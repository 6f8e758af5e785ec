import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { message } from './proto.ts'

/**
 * Turns a schema in Gemini's own form (a subset of OpenAPI 3.0) into JSON Schema. Anything that is no
 * schema comes back as it is. https://ai.google.dev/api/caching#Schema
 */
export function jsonSchemaOf(schema: JsonValue | undefined): JsonValue | undefined {
  if (!isObject(schema)) return schema
  const from = message(schema)
  const to: JsonObject = {}
  for (const [key, value] of Object.entries(from)) {
    if (value === undefined || value === null || leftOut.has(key)) continue
    const convert = Object.hasOwn(converters, key) ? converters[key] : undefined
    to[key] = convert === undefined ? value : convert(value)
  }
  return from['nullable'] === true ? nullable(to) : to
}

/** Fields that say nothing in JSON Schema. */
const leftOut = new Set(['nullable', 'propertyOrdering', 'example'])

const converters: Readonly<Record<string, (value: JsonValue) => JsonValue | undefined>> = {
  type: (value) => (typeof value === 'string' ? typeOf(value) : value),
  format: (value) => (value === 'enum' ? undefined : value),
  items: jsonSchemaOf,
  anyOf: (value) => (Array.isArray(value) ? value.map((each) => jsonSchemaOf(each) ?? {}) : value),
  properties: (value) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonSchemaOf(each)]))
      : value,
  ...Object.fromEntries(
    ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'].map(
      (key) => [key, wholeNumber],
    ),
  ),
}

function typeOf(type: string): JsonValue | undefined {
  return type === 'TYPE_UNSPECIFIED' ? undefined : type.toLowerCase()
}

/** Protocol buffers write 64-bit numbers as text. */
function wholeNumber(value: JsonValue): JsonValue {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
}

function nullable(schema: JsonObject): JsonObject {
  const { type } = schema
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] }
  const allowed = schema['enum']
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(allowed) ? { enum: [...allowed, null] } : {}),
  }
}
