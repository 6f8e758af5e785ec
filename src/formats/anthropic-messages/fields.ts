import { GatewayError } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'

/** Makes the error for a field that is not as it must be; says what was expected, never what was sent. */
export function invalidField(param: string, expected: string): GatewayError {
  return new GatewayError('invalid_request', `${param} must be ${expected}.`, { param })
}

/** Returns the value as an object or throws `invalid_request`. */
export function requireObject(value: JsonValue | undefined, param: string): JsonObject {
  if (!isObject(value)) throw invalidField(param, 'an object')
  return value
}

/** Returns the value as a string or throws `invalid_request`. */
export function requireString(value: JsonValue | undefined, param: string): string {
  if (typeof value !== 'string') throw invalidField(param, 'a string')
  return value
}

/** Returns the value as an array or throws `invalid_request`. */
export function requireArray(value: JsonValue | undefined, param: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw invalidField(param, 'an array')
  return value
}

/** Returns a string, `undefined` when absent or null; throws `invalid_request` for anything else. */
export function optionalString(value: JsonValue | undefined, param: string): string | undefined {
  return isAbsent(value) ? undefined : requireString(value, param)
}

/** Returns an object, `undefined` when absent or null; throws `invalid_request` for anything else. */
export function optionalObject(
  value: JsonValue | undefined,
  param: string,
): JsonObject | undefined {
  return isAbsent(value) ? undefined : requireObject(value, param)
}

/** Returns an array, empty when absent or null; throws `invalid_request` for anything else. */
export function optionalArray(value: JsonValue | undefined, param: string): readonly JsonValue[] {
  return isAbsent(value) ? [] : requireArray(value, param)
}

/** Returns a boolean, `undefined` when absent or null; throws `invalid_request` for anything else. */
export function optionalBoolean(value: JsonValue | undefined, param: string): boolean | undefined {
  if (isAbsent(value)) return undefined
  if (typeof value !== 'boolean') throw invalidField(param, 'true or false')
  return value
}

/** Returns a whole number of at least `least`, `undefined` when absent or null. */
export function optionalInteger(
  value: JsonValue | undefined,
  param: string,
  least: number,
): number | undefined {
  if (isAbsent(value)) return undefined
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    throw invalidField(param, `a whole number of at least ${least}`)
  }
  return value
}

/** Returns a number from 0 to 1, `undefined` when absent or null. */
export function optionalFraction(value: JsonValue | undefined, param: string): number | undefined {
  if (isAbsent(value)) return undefined
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
    throw invalidField(param, 'a number from 0 to 1')
  }
  return value
}

/** Tells whether a field was left out; Anthropic treats null the same. */
export function isAbsent(value: JsonValue | undefined): value is null | undefined {
  return value === undefined || value === null
}

/** Returns the paths of the fields of `object` that are set and not among `known`. */
export function unknownFields(
  object: JsonObject,
  known: ReadonlySet<string>,
  prefix = '',
): string[] {
  return Object.keys(object)
    .filter((key) => !known.has(key) && !isAbsent(object[key]))
    .map((key) => prefix + (plainName.test(key) ? key : '(unnamed)'))
}

// Paths go into headers and records: a name that could carry content or line breaks is not repeated.
const plainName = /^[A-Za-z0-9_-]{1,64}$/
