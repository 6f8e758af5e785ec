import type { JsonValue } from '../../core/json.ts'
import {
  invalidField,
  isAbsent,
  requireArray,
  requireObject,
  requireString,
} from '../anthropic-messages/fields.ts'
import type { Inexpressible } from '../anthropic-messages/read-blocks.ts'

/** Where content stands, and the paths of what the neutral form cannot hold. */
export interface Position {
  readonly path: string
  readonly lost: Inexpressible
}

/** Returns the one member of a union; AWS knows no other way to tell kinds apart. */
export function memberOf(value: JsonValue, path: string): readonly [string, JsonValue] {
  const members = Object.entries(requireObject(value, path)).filter(([, each]) => !isAbsent(each))
  const [only, ...others] = members
  if (only === undefined || others.length > 0 || isAbsent(only[1])) {
    throw invalidField(path, 'an object with exactly one member')
  }
  // Paths go into headers and records: a name that could carry content is not repeated.
  return [/^[A-Za-z0-9]{1,64}$/.test(only[0]) ? only[0] : '(unnamed)', only[1]]
}

/** Reads an array of `{text}` objects. */
export function readTexts(value: JsonValue | undefined, path: string): string[] {
  return requireArray(value, path).map((each, index) =>
    requireString(requireObject(each, `${path}[${index}]`)['text'], `${path}[${index}].text`),
  )
}
