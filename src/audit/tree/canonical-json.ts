import type { JsonObject, JsonValue } from '../../core/json.ts'

/** Deepest nesting of a value that is written. */
export const maxCanonicalDepth = 64

/** Printable ASCII without quotation mark and backslash. */
const plainText = /^[ !#-[\]-~]*$/

/**
 * Writes a value as canonical JSON (RFC 8785): no white space, members in the order of the UTF-16 code units
 * of their names, numbers and escapes as ECMAScript writes them. Members that are `undefined` are left out.
 * Throws `TypeError` for what has no canonical form: numbers that are not finite, text with half a
 * surrogate pair, values nested deeper than 64.
 */
export function canonicalJson(value: JsonValue): string {
  return write(value, 0)
}

/** Writes a value as the bytes that are hashed and signed: canonical JSON in UTF-8. */
export function canonicalBytes(value: JsonValue): Buffer {
  return Buffer.from(canonicalJson(value))
}

/** Reads canonical JSON; `undefined` for bytes that any other writer of RFC 8785 would have written otherwise. */
export function readCanonicalBytes(bytes: Uint8Array): JsonValue | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: JsonValue = JSON.parse(text)
    return canonicalJson(value) === text ? value : undefined
  } catch {
    // Not UTF-8, not JSON, or without a canonical form: all of that is an answer, not a failure.
    return undefined
  }
}

function write(value: JsonValue, depth: number): string {
  if (typeof value === 'string') return writeText(value)
  if (typeof value === 'number') return writeNumber(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (depth >= maxCanonicalDepth) {
    throw new TypeError(`a value is nested deeper than ${maxCanonicalDepth}`)
  }
  return Array.isArray(value) ? writeList(value, depth) : writeObject(value, depth)
}

function writeList(items: readonly JsonValue[], depth: number): string {
  let list = ''
  for (const item of items) list += `${list === '' ? '' : ','}${write(item, depth + 1)}`
  return `[${list}]`
}

function writeObject(object: JsonObject, depth: number): string {
  let members = ''
  for (const name of sortedNames(object)) {
    const member = object[name]
    if (member === undefined) continue
    members += `${members === '' ? '' : ','}${writeText(name)}:${write(member, depth + 1)}`
  }
  return `{${members}}`
}

function sortedNames(object: JsonObject): readonly string[] {
  const names = Object.keys(object)
  // Both compare by UTF-16 code units, as RFC 8785 §3.2.3 demands. Most objects are in order already.
  const isSorted = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name)
  return isSorted ? names : names.sort()
}

function writeText(text: string): string {
  // Most texts have nothing to escape: telling so is faster than having them written.
  if (plainText.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new TypeError('a text holds half a surrogate pair')
  // ECMAScript escapes what RFC 8785 §3.2.2.2 demands, in the same way, and nothing else.
  return JSON.stringify(text)
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} is not a number of JSON`)
  return value === 0 ? '0' : String(value)
}
