import { asObject, isObject, parseJson } from '../../core/json.ts'
import type { JsonValue } from '../../core/json.ts'
import { setMembers } from '../json-edit.ts'
import { outlineJson } from '../json-scan.ts'
import { visitTexts } from './texts.ts'

/**
 * Puts texts in the place of those of an event, one for one in the order in which they were read. Only the
 * top-level members that hold a changed text are written anew; all others keep their bytes.
 */
export function replaceTexts(frame: string, texts: readonly string[]): string {
  const json = parseJson(frame)
  if (!isObject(json)) return frame
  const type = typeof json['type'] === 'string' ? json['type'] : undefined
  const changed = new Set<string>()
  let index = 0
  visitTexts(json, type, (_path, text, member) => {
    const replacement = texts[index] ?? ''
    index += 1
    if (replacement !== text) changed.add(member)
    return replacement
  })
  return setTopLevel(frame, Object.fromEntries([...changed].map((key) => [key, json[key]])))
}

/** Names another model where an event names one for the session or for a response. */
export function replaceModel(frame: string, model: string): string {
  const json = asObject(parseJson(frame)) ?? {}
  const changes: Record<string, JsonValue> = {}
  for (const member of ['session', 'response']) {
    const value = json[member]
    if (isObject(value) && value['model'] !== undefined) changes[member] = { ...value, model }
  }
  return setTopLevel(frame, changes)
}

/** Takes what was said out of the event that ends a response; how it ended and what it used stay. */
export function withoutOutput(frame: string): string {
  const response = asObject(asObject(parseJson(frame))?.['response'])
  if (response === undefined) return frame
  return setTopLevel(frame, { response: { ...response, output: [] } })
}

function setTopLevel(
  frame: string,
  changes: Readonly<Record<string, JsonValue | undefined>>,
): string {
  if (Object.keys(changes).length === 0) return frame
  return setMembers(frame, outlineJson(frame, Infinity), changes)
}
