import { GatewayError } from '../../core/errors.ts'
import { asNumber, asString, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { untraced, type Trace } from '../trace.ts'

/** Throws `invalid_request` that names the field and what it must be, never what it was. */
export function refuse(param: string, expected: string): never {
  throw new GatewayError('invalid_request', `${param} must be ${expected}.`, { param })
}

/** Joins a path and a field name: `messages[2]` and `content` give `messages[2].content`. */
export function fieldPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** Returns an optional string field; null counts as absent. Throws `invalid_request` for anything else. */
export function optionalString(object: JsonObject, key: string, path = ''): string | undefined {
  return optional(object, key, path, { read: asString, expected: 'a string' })
}

/** Returns an optional number field; null counts as absent. */
export function optionalNumber(object: JsonObject, key: string, path = ''): number | undefined {
  return optional(object, key, path, { read: asNumber, expected: 'a number' })
}

/** Returns an optional boolean field; null counts as absent. */
export function optionalBoolean(object: JsonObject, key: string, path = ''): boolean | undefined {
  return optional(object, key, path, {
    read: (value) => (typeof value === 'boolean' ? value : undefined),
    expected: 'true or false',
  })
}

/** Returns an optional field that must be an object; null counts as absent. */
export function optionalObject(object: JsonObject, key: string, path = ''): JsonObject | undefined {
  return optional(object, key, path, {
    read: (value) => (isObject(value) ? value : undefined),
    expected: 'an object',
  })
}

/** Returns an optional field that must be an array; null counts as absent. */
export function optionalArray(
  object: JsonObject,
  key: string,
  path = '',
): readonly JsonValue[] | undefined {
  return optional(object, key, path, {
    read: (value) => (Array.isArray(value) ? value : undefined),
    expected: 'an array',
  })
}

/** Returns an optional whole number of at least `least`; null counts as absent. */
export function optionalInteger(
  object: JsonObject,
  key: string,
  least: number,
): number | undefined {
  return optional(object, key, '', {
    read: (value) => (isIntegerFrom(value, least) ? value : undefined),
    expected: least === -Infinity ? 'a whole number' : `a whole number of at least ${least}`,
  })
}

/** Returns a string field that must be there. */
export function requiredString(object: JsonObject, key: string, path = ''): string {
  return optionalString(object, key, path) ?? refuse(fieldPath(path, key), 'a string')
}

/** Returns a string field that must be there and hold something. */
export function requiredName(object: JsonObject, key: string, path = ''): string {
  const name = optionalString(object, key, path)
  return name ? name : refuse(fieldPath(path, key), 'a string that is not empty')
}

/** Returns an object field that must be there. */
export function requiredObject(object: JsonObject, key: string, path = ''): JsonObject {
  return optionalObject(object, key, path) ?? refuse(fieldPath(path, key), 'an object')
}

/** Returns an element of an array that must be an object. */
export function objectElement(value: JsonValue, path: string): JsonObject {
  return isObject(value) ? value : refuse(path, 'an object')
}

/** Paths of fields that the neutral form cannot hold. */
export interface LossList {
  /** Where what was read stood. */
  readonly trace: Trace
  add(path: string): void
  /** Adds every field of an object that is set and not in `known`. */
  addUnknown(object: JsonObject, known: ReadonlySet<string>, path: string): void
  readonly paths: readonly string[]
}

const maxPaths = 100
const printableKey = /^[\w.:-]{1,64}$/

/** Makes an empty list; it keeps at most 100 paths, and no key that could carry content. */
export function createLossList(trace: Trace = untraced): LossList {
  const paths = new Set<string>()
  const add = (path: string) => {
    if (paths.size < maxPaths) paths.add(path)
  }
  return {
    trace,
    add,
    addUnknown(object, known, path) {
      for (const [key, value] of Object.entries(object)) {
        if (known.has(key) || isUnset(value)) continue
        add(fieldPath(path, printableKey.test(key) ? key : '?'))
      }
    },
    get paths() {
      return [...paths]
    },
  }
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined }

/** Returns the object without its undefined fields. */
export function pruned<T extends object>(fields: Loose<T>): T {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as T
}

interface Kind<T> {
  readonly read: (value: unknown) => T | undefined
  readonly expected: string
}

function optional<T>(object: JsonObject, key: string, path: string, kind: Kind<T>): T | undefined {
  const value = object[key]
  if (value === undefined || value === null) return undefined
  return kind.read(value) ?? refuse(fieldPath(path, key), kind.expected)
}

function isIntegerFrom(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least
}

/** SDKs echo answers with empty fields (`annotations: []`, `audio: null`): nothing is lost with them. */
function isUnset(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}
