import { isObject } from '../core/json.ts'

/** Freezes plain objects and lists all the way down, and returns the value. */
export function deepFreeze<T>(value: T): T {
  if (Array.isArray(value) || isPlain(value)) {
    if (Object.isFrozen(value)) return value
    Object.freeze(value)
    for (const child of Object.values(value)) deepFreeze(child)
  }
  return value
}

function isPlain(value: unknown): value is object {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
