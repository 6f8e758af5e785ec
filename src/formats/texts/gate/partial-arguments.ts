import { asArray, asObject, asString, isObject, parseJson } from '../../../core/json.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'

/** Deepest argument that is put together. */
const maxDepth = 100

/**
 * Puts arguments of Gemini together that came piece by piece, as `{ "jsonPath": "$.to[0]", "stringValue": "a" }`.
 * Strings of one path grow; other values replace what was there. Objects among them are arguments as they are.
 */
export function joinPartialArguments(told: readonly string[]): string {
  if (told.length === 0) return ''
  let all: JsonObject = {}
  let unread: JsonValue[] = []
  for (const text of told) {
    const value = parseJson(text)
    if (isObject(value)) all = { ...all, ...value }
    for (const element of asArray(value)) {
      const piece = asObject(element)
      const steps = stepsOf(asString(piece?.['jsonPath']) ?? '')
      if (piece === undefined || steps === undefined) unread = [...unread, element]
      else put(all, steps, piece)
    }
    if (value === undefined) unread = [...unread, text]
  }
  // What cannot be understood is not left out: who judges the call has to see it.
  return JSON.stringify(unread.length === 0 ? all : { ...all, '': unread })
}

/** Reads a path such as `$.to[0]['a b']`; `undefined` for one that is none. */
function stepsOf(path: string): readonly (string | number)[] | undefined {
  if (!path.startsWith('$')) return undefined
  const steps: (string | number)[] = []
  let at = 1
  const step = /\.([^.[\]]+)|\[(\d{1,6})\]|\['([^']*)'\]|\["([^"]*)"\]/y
  while (at < path.length && steps.length < maxDepth) {
    step.lastIndex = at
    const match = step.exec(path)
    if (match === null) return undefined
    const [all, dotted, index, single, double] = match
    steps.push(index === undefined ? (dotted ?? single ?? double ?? '') : Number(index))
    at += all.length
  }
  const isKnown = at === path.length && steps.length > 0 && !steps.includes('__proto__')
  return isKnown && steps.every((one) => typeof one === 'string' || one < 1_000) ? steps : undefined
}

function put(root: JsonObject, steps: readonly (string | number)[], piece: JsonObject): void {
  let holder: JsonObject | JsonValue[] = root
  for (const [number, step] of steps.entries()) {
    const known: JsonValue | undefined = valueAt(holder, step)
    const next = steps[number + 1]
    if (next === undefined) setAt(holder, step, valueOf(piece, known))
    else if (typeof known === 'object' && known !== null) holder = known
    else {
      const made: JsonObject | JsonValue[] = typeof next === 'number' ? [] : {}
      setAt(holder, step, made)
      holder = made
    }
  }
}

function valueAt(holder: JsonObject | JsonValue[], step: string | number): JsonValue | undefined {
  if (Array.isArray(holder)) return typeof step === 'number' ? holder[step] : undefined
  return Object.hasOwn(holder, step) ? holder[step] : undefined
}

function setAt(holder: JsonObject | JsonValue[], step: string | number, value: JsonValue): void {
  if (!Array.isArray(holder)) holder[step] = value
  else if (typeof step === 'number') {
    while (holder.length < step) holder.push(null)
    holder[step] = value
  }
}

function valueOf(piece: JsonObject, known: JsonValue | undefined): JsonValue {
  const text = asString(piece['stringValue'] ?? piece['string_value'])
  if (text !== undefined) return (asString(known) ?? '') + text
  return (
    piece['numberValue'] ??
    piece['number_value'] ??
    piece['boolValue'] ??
    piece['bool_value'] ??
    // Opened by a string without words, or null.
    known ??
    null
  )
}
