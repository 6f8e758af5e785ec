import { asArray, asNumber, asObject, asString } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'

const maxDepth = 32
const maxItems = 1_000
/** Schemas that are looked at for one value; references can make more of them than there are atoms. */
const maxSteps = 2_000
/** Characters of a given value that count as one of them: what is given once may be asked for often. */
const charactersPerStep = 100
const maxStringLength = 10_000

const stringsByFormat: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'PT0S',
  email: 'simulated@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

/**
 * Builds a small value that satisfies a JSON Schema: required properties only, first alternative of
 * `anyOf` and `oneOf`, `const`, `enum`, `default` and `examples` taken as they are, local `$ref`
 * followed. `pattern`, `not`, `if` and remote references are not solved.
 */
export function instanceOf(schema: JsonValue | undefined): JsonValue {
  return build(schema, { schema: asObject(schema) ?? {}, stepsLeft: maxSteps }, 0)
}

/** The whole schema, and how much of it may still be looked at. */
interface Root {
  readonly schema: JsonObject
  stepsLeft: number
}

function build(asked: JsonValue | undefined, root: Root, depth: number): JsonValue {
  const schema = flatten(asObject(asked) ?? {}, root, depth)
  const [listed, example] = [schema['enum'], schema['examples']].map((each) => asArray(each)[0])
  const given = [schema['const'], listed, schema['default'], example]
  const ready = given.find((each) => each !== undefined)
  if (ready !== undefined && root.stepsLeft > 0) {
    root.stepsLeft -= Math.floor(JSON.stringify(ready).length / charactersPerStep)
    return ready
  }
  if (depth > maxDepth || root.stepsLeft <= 0) return null
  const type = typeOf(schema) ?? 'null'
  switch (type) {
    case 'object':
      return buildObject(schema, root, depth)
    case 'array':
      return buildArray(schema, root, depth)
    case 'string':
      return buildString(schema)
    case 'integer':
      return buildNumber(schema, 1)
    case 'number':
      return buildNumber(schema, 0)
    case 'boolean':
      return true
    default:
      return null
  }
}

/** Resolves `$ref`, `allOf` and the first alternative into one schema without them. */
function flatten(schema: JsonObject, root: Root, depth: number): JsonObject {
  root.stepsLeft -= 1
  if (depth > maxDepth || root.stepsLeft <= 0) return {}
  const { $ref, allOf, anyOf, oneOf, ...own } = schema
  const parts = [
    asString($ref) === undefined ? undefined : resolve(root.schema, asString($ref) ?? ''),
    ...asArray(allOf),
    asArray(anyOf)[0],
    asArray(oneOf)[0],
  ]
  let merged: JsonObject = own
  for (const part of parts) {
    if (part === undefined) continue
    const flat = flatten(asObject(part) ?? {}, root, depth + 1)
    merged = {
      ...flat,
      ...merged,
      properties: { ...asObject(flat['properties']), ...asObject(merged['properties']) },
      required: [...asArray(flat['required']), ...asArray(merged['required'])],
    }
  }
  return merged
}

function resolve(root: JsonObject, reference: string): JsonValue | undefined {
  if (!reference.startsWith('#')) return undefined
  let value: JsonValue | undefined = root
  for (const step of reference.slice(1).split('/').slice(1)) {
    const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~')
    const parent: JsonObject | undefined = asObject(value)
    value = parent !== undefined && Object.hasOwn(parent, key) ? parent[key] : undefined
  }
  return value
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    // A malformed escape names no property: the reference leads nowhere.
    return step
  }
}

function typeOf(schema: JsonObject): string | undefined {
  const named = asString(schema['type']) ?? asString(asArray(schema['type'])[0])
  if (named !== undefined) return named
  if (Object.keys(asObject(schema['properties']) ?? {}).length > 0) return 'object'
  if (schema['items'] !== undefined) return 'array'
  if (schema['minimum'] !== undefined || schema['maximum'] !== undefined) return 'number'
  return schema['minLength'] === undefined && schema['format'] === undefined ? undefined : 'string'
}

function buildObject(schema: JsonObject, root: Root, depth: number): JsonObject {
  const properties = asObject(schema['properties']) ?? {}
  const result: JsonObject = {}
  for (const name of asArray(schema['required'])) {
    if (typeof name !== 'string' || name === '__proto__') continue
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    result[name] = build(property, root, depth + 1)
  }
  return result
}

function buildArray(schema: JsonObject, root: Root, depth: number): JsonValue[] {
  const prefix = asArray(schema['prefixItems'])
  const length = Math.min(asNumber(schema['minItems']) ?? prefix.length, maxItems)
  return Array.from({ length }, (_, index) =>
    build(prefix[index] ?? schema['items'], root, depth + 1),
  )
}

function buildString(schema: JsonObject): string {
  const format = asString(schema['format']) ?? ''
  const known = Object.hasOwn(stringsByFormat, format) ? stringsByFormat[format] : undefined
  if (known !== undefined) return known
  const min = Math.min(asNumber(schema['minLength']) ?? 0, maxStringLength)
  const max = asNumber(schema['maxLength']) ?? Infinity
  return 'simulated'.padEnd(min, '.').slice(0, Math.max(max, min))
}

function buildNumber(schema: JsonObject, integerStep: 0 | 1): number {
  const step = asNumber(schema['multipleOf']) ?? integerStep
  const above = asNumber(schema['exclusiveMinimum'])
  const below = asNumber(schema['exclusiveMaximum'])
  const min = asNumber(schema['minimum']) ?? -Infinity
  const max = asNumber(schema['maximum']) ?? Infinity
  const fits = (value: number) =>
    value >= min &&
    value <= max &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  if (fits(0)) return 0
  const low = Math.max(min, above ?? -Infinity)
  const high = Math.min(max, below ?? Infinity)
  if (step > 0) {
    const from = Number.isFinite(low) ? Math.ceil(low / step) : Math.floor(high / step)
    const found = [from, from + 1, from - 1].map((n) => n * step).find(fits)
    return found ?? from * step
  }
  if (fits(low)) return low
  if (fits(high)) return high
  return Number.isFinite(low) && Number.isFinite(high)
    ? (low + high) / 2
    : Number.isFinite(low)
      ? low + 1
      : high - 1
}
