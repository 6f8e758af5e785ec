import { asObject, isObject, parseJson } from '../../core/json.ts'
import type { JsonValue } from '../../core/json.ts'
import { setMembers } from '../json-edit.ts'
import { outlineJson } from '../json-scan.ts'
import { replaceTexts } from '../texts/replace.ts'
import { newEventId } from './write.ts'

/** Puts another piece of a text in the place of the one that an event brings. */
export function replacePiece(frame: string, piece: string): string {
  return replaceTexts(frame, new Map([['delta', piece]]), besidePieces)
}

/** Makes of the event that brought a piece of a text another event that brings a piece of one's own. */
export function pieceLike(frame: string, piece: string): string {
  const changes = new Map([
    ['delta', piece],
    ['event_id', newEventId()],
  ])
  return replaceTexts(frame, changes, besidePieces)
}

/** What an event says about its piece. */
const besidePieces = ['logprobs', 'obfuscation']

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
