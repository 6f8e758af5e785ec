import { asArray, asObject, asString, isObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { Path } from './problem.ts'

/** What a JSON Schema says about places of a given document. */
export interface Shape {
  /** Keys that may stand in the mapping at a path; empty where any may or none is known. */
  keysAt(document: JsonValue, path: Path): readonly string[]
  /** JSON Schema type names permitted at a path; empty where nothing is known about it. */
  typesAt(document: JsonValue, path: Path): ReadonlySet<string>
  /** Texts permitted at a path when it takes one of a few. */
  choicesAt(document: JsonValue, path: Path): readonly string[]
  /**
   * Whether a value may be shown: its place is known to the schema, is not that of a secret, and
   * does not sound like one in a mapping of free keys.
   */
  isShowable(document: JsonValue, path: Path): boolean
  /** Whether the schema turns the value at a path into a `Secret`. */
  isSecret(document: JsonValue, path: Path): boolean
}

const soundsSecret = /auth|cookie|credential|key|password|passwd|secret|session|token/i

/** Reads a JSON Schema (draft 2020-12, as zod writes it) for questions about documents. */
export function createShape(schema: JsonObject): Shape {
  const at = (document: JsonValue, path: Path): JsonObject[] => {
    let value: JsonValue | undefined = document
    let schemas = branches(schema, schema, value)
    for (const step of path) {
      value = childOf(value, step)
      const below = value
      schemas = schemas
        .flatMap((candidate) => childSchemas(candidate, step))
        .flatMap((candidate) => branches(schema, candidate, below))
    }
    return schemas
  }
  return {
    keysAt: (document, path) => [
      ...new Set(
        at(document, path).flatMap((found) => Object.keys(asObject(found['properties']) ?? {})),
      ),
    ],
    typesAt: (document, path) => new Set(at(document, path).flatMap(typesOf)),
    choicesAt: (document, path) => [
      ...new Set(at(document, path).flatMap((found) => choicesOf(found).filter(isString))),
    ],
    isSecret: (document, path) => at(document, path).some((found) => found['writeOnly'] === true),
    isShowable: (document, path) => {
      const found = at(document, path)
      if (found.length === 0 || found.some((schema) => schema['writeOnly'] === true)) return false
      const name = path.findLast((step) => typeof step === 'string')
      const parent = path.slice(0, -1)
      const isNamedBySchema =
        typeof path.at(-1) === 'number' ||
        at(document, parent).some((schema) =>
          Object.hasOwn(asObject(schema['properties']) ?? {}, String(path.at(-1))),
        )
      return isNamedBySchema || name === undefined || !soundsSecret.test(name)
    },
  }
}

function childOf(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

function childSchemas(schema: JsonObject, step: string | number): JsonObject[] {
  if (typeof step === 'number') {
    const prefix = asArray(schema['prefixItems'])[step]
    return [prefix ?? schema['items']].filter(isObject)
  }
  const properties = asObject(schema['properties']) ?? {}
  const property = Object.hasOwn(properties, step) ? properties[step] : undefined
  return [property ?? schema['additionalProperties']].filter(isObject)
}

/** The plain schemas a value may be measured by: references followed, unions opened. */
function branches(
  root: JsonObject,
  schema: JsonObject,
  value: JsonValue | undefined,
  depth = 0,
): JsonObject[] {
  if (depth > 16) return []
  const open = (next: JsonObject): JsonObject[] => branches(root, next, value, depth + 1)
  const reference = asString(schema['$ref'])
  if (reference !== undefined) {
    const target = referenced(root, reference)
    return target === undefined ? [schema] : [...open(target), schema]
  }
  const options = [...asArray(schema['anyOf']), ...asArray(schema['oneOf'])].filter(isObject)
  const parts = asArray(schema['allOf']).filter(isObject)
  if (options.length === 0 && parts.length === 0) return [schema]
  const fitting = options.filter((option) => fits(root, option, value))
  return [schema, ...(fitting.length > 0 ? fitting : options).flatMap(open), ...parts.flatMap(open)]
}

/** Whether the fixed fields of a union member (its discriminator) agree with a value. */
function fits(root: JsonObject, schema: JsonObject, value: JsonValue | undefined): boolean {
  const target = referenced(root, asString(schema['$ref']) ?? '') ?? schema
  if (value === undefined) return true
  const types = typesOf(target)
  if (types.length > 0 && !types.includes(typeNameOf(value))) {
    return typeNameOf(value) === 'integer' && types.includes('number')
  }
  if (!isObject(value)) return true
  return Object.entries(asObject(target['properties']) ?? {}).every(([name, property]) => {
    const choices = choicesOf(asObject(property) ?? {})
    const actual = Object.hasOwn(value, name) ? value[name] : undefined
    return choices.length === 0 || actual === undefined || choices.includes(actual)
  })
}

function referenced(root: JsonObject, reference: string): JsonObject | undefined {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let found: JsonValue | undefined = root
  for (const step of reference.slice(2).split('/')) found = asObject(found)?.[step]
  return asObject(found)
}

function typesOf(schema: JsonObject): string[] {
  const { type } = { type: schema['type'] }
  return (Array.isArray(type) ? type : [type]).filter(isString)
}

function choicesOf(schema: JsonObject): JsonValue[] {
  const fixed = schema['const']
  return fixed === undefined ? [...asArray(schema['enum'])] : [fixed]
}

/** The JSON Schema type of a value; whole numbers are `integer`. */
export function typeNameOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}
