import { isObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'

/**
 * Members that hold what people and models say, write and are told, in any event: those of today and those
 * of tomorrow, in the words of the beta and of the GA interface. Their strings are texts; what lies in
 * other members is identifiers, settings and media. Variables of a stored prompt (`variables`) have any name.
 * https://platform.openai.com/docs/api-reference/realtime
 */
const textMembers: ReadonlySet<string> = new Set([
  'text',
  'transcript',
  'delta',
  'instructions',
  'arguments',
  'output',
  'input',
  'content',
  'refusal',
  'prompt',
  'description',
])

/** Deeper than any event is; beyond it an event counts as unreadable. */
export const maxTextDepth = 64

/**
 * Receives one text, where it stands, and the top-level member that holds it; returns what is to stand
 * there.
 */
export type VisitText = (path: string, text: string, member: string) => string

/** An event that is nested too deeply to be searched. */
export class TooDeepError extends Error {
  override readonly name = 'TooDeepError'
}

/**
 * Visits every text of an event in order, and puts what the visitor returns in its place. Throws
 * `TooDeepError`.
 * @param type of the event: `delta` is base64 in those that carry audio
 */
export function visitTexts(event: JsonObject, type: string | undefined, visit: VisitText): void {
  const carriesAudio = type?.endsWith('audio.delta') === true
  for (const [top, value] of Object.entries(event)) {
    const visitString: VisitString = (member, path, text) => {
      const isText = textMembers.has(member) && !(member === 'delta' && carriesAudio)
      return isText ? visit(path, text, top) : text
    }
    if (typeof value === 'string') setIfChanged(event, top, visitString(top, top, value))
    else if (value !== undefined)
      visitWithin(value, { member: top, path: top, depth: 1 }, visitString)
  }
}

type VisitString = (member: string, path: string, text: string) => string

interface Place {
  /** Name of the member that holds the value; lists have the one of their own. */
  readonly member: string
  readonly path: string
  readonly depth: number
}

function visitWithin(value: JsonValue, { member, path, depth }: Place, visit: VisitString): void {
  if (depth > maxTextDepth) throw new TooDeepError(path.slice(0, 100))
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      const place = { member, path: `${path}[${index}]`, depth: depth + 1 }
      if (typeof element === 'string') value[index] = visit(member, place.path, element)
      else visitWithin(element, place, visit)
    }
    return
  }
  if (!isObject(value)) return
  for (const [key, element] of Object.entries(value)) {
    const place = { member: key, path: `${path}.${key}`, depth: depth + 1 }
    if (typeof element === 'string') {
      setIfChanged(value, key, visit(member === 'variables' ? 'text' : key, place.path, element))
    } else if (element !== undefined) visitWithin(element, place, visit)
  }
}

function setIfChanged(object: JsonObject, key: string, text: string): void {
  if (object[key] !== text) object[key] = text
}
