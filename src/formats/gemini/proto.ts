import type { JsonObject, JsonValue } from '../../core/json.ts'
import { isObject } from '../../core/json.ts'
import { fieldPath, objectElement, optionalObject, refuse } from '../openai-chat/fields.ts'

/**
 * Returns a message with its fields under their camel-case names: protocol buffers in JSON may be written
 * either way, and the vendor's own examples use both.
 * https://protobuf.dev/programming-guides/json/#field-names
 */
export function message(object: JsonObject): JsonObject {
  const keys = Object.keys(object)
  if (!keys.some((key) => key.includes('_', 1))) return object
  return Object.fromEntries(keys.map((key) => [camelCase(key), object[key]]))
}

/** Returns a field that must be a message; null counts as absent. */
export function optionalMessage(owner: JsonObject, key: string, path = ''): JsonObject | undefined {
  const value = optionalObject(owner, key, path)
  return value === undefined ? undefined : message(value)
}

/** Returns an element of an array that must be a message. */
export function messageElement(value: JsonValue, path: string): JsonObject {
  return message(objectElement(value, path))
}

/** Returns a repeated field, empty when absent or null. Throws `invalid_request` for anything else. */
export function repeated(owner: JsonObject, key: string, path = ''): readonly JsonValue[] {
  const value = owner[key]
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : refuse(fieldPath(path, key), 'an array')
}

/** Returns a whole number; 64-bit ones may be written as text. */
export function optionalWhole(
  owner: JsonObject,
  key: string,
  at: { readonly path: string; readonly least?: number },
): number | undefined {
  const value = owner[key]
  if (value === undefined || value === null) return undefined
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  const { least = -Infinity } = at
  if (Number.isSafeInteger(number) && Number(number) >= least) return Number(number)
  const bound = least === -Infinity ? '' : ` of at least ${least}`
  return refuse(fieldPath(at.path, key), `a whole number${bound}`)
}

/** Tells whether a value says anything: absent, null, empty lists and empty messages do not. */
export function isSet(value: JsonValue | undefined): value is JsonValue {
  if (value === undefined || value === null) return false
  if (Array.isArray(value)) return value.length > 0
  return !isObject(value) || Object.keys(value).length > 0
}

function camelCase(key: string): string {
  return key.replace(/(?<=[A-Za-z0-9])_([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
