import { isObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { formatPath, printable } from './problem.ts'
import type { Path } from './problem.ts'
import { canonicalJson } from './redact.ts'

/**
 * Lists what differs between two documents: `+path` is new, `-path` is gone, `path` has another
 * value. Entries of lists are recognised by their `name`, so moving one is no change to the others.
 */
export function changedPaths(before: JsonValue, after: JsonValue): string[] {
  const changes: string[] = []
  compare(before, after, '', changes)
  return changes
}

/**
 * Writes a path with the names of list entries in place of their numbers, which is what stays the
 * same between versions: `providers[openai].apiKey`. An entry without a name of its own is known by
 * its number and the length of the list.
 */
export function namedPath(document: JsonValue, path: Path): string {
  let value: JsonValue | undefined = document
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') {
      const list: JsonValue[] = Array.isArray(value) ? value : []
      const name = namesOf(list)?.[step]
      text += name === undefined ? `[${step} of ${list.length}]` : `[${printable(name)}]`
      value = list[step]
    } else {
      text = join(text, step)
      value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
    }
  }
  return text
}

function compare(before: JsonValue, after: JsonValue, path: string, changes: string[]): void {
  if (canonicalJson(before) === canonicalJson(after)) return
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)]
  if (old === undefined || fresh === undefined || old.isList !== fresh.isList) {
    changes.push(path === '' ? '(everything)' : path)
    return
  }
  const place = (name: string): string => (old.isList ? `${path}[${name}]` : join(path, name))
  const count = changes.length
  for (const [name, value] of old.fields) {
    const next = fresh.fields.get(name)
    if (next === undefined) changes.push(`-${place(name)}`)
    else compare(value, next, place(name), changes)
  }
  for (const name of fresh.fields.keys()) {
    if (!old.fields.has(name)) changes.push(`+${place(name)}`)
  }
  // Only the order of a list differs, which may well have a meaning.
  if (changes.length === count) changes.push(path)
}

interface Fields {
  readonly isList: boolean
  readonly fields: ReadonlyMap<string, JsonValue>
}

function fieldsOf(value: JsonValue): Fields | undefined {
  if (Array.isArray(value)) {
    const names = namesOf(value)
    const entries = value.map((item, index) => [names?.[index] ?? String(index), item] as const)
    return { isList: true, fields: new Map(entries) }
  }
  if (!isObject(value)) return undefined
  return { isList: false, fields: new Map(definedEntries(value)) }
}

function definedEntries(value: JsonObject): [string, JsonValue][] {
  return Object.entries(value).flatMap(([name, child]) =>
    child === undefined ? [] : [[name, child] as [string, JsonValue]],
  )
}

/** The names of a list's entries, if each has one and no two share it. */
function namesOf(list: readonly JsonValue[]): string[] | undefined {
  const names: string[] = []
  for (const item of list) {
    const name = isObject(item) ? item['name'] : undefined
    if (typeof name !== 'string') return undefined
    names.push(name)
  }
  return new Set(names).size === names.length ? names : undefined
}

function join(path: string, name: string): string {
  const step = formatPath([name])
  return path === '' || step.startsWith('[') ? path + step : `${path}.${step}`
}
