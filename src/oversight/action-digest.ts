import { createHmac } from 'node:crypto'
import { isObject } from '../core/json.ts'
import type { JsonValue } from '../core/json.ts'

/** What a digest is made of. */
export interface DigestedAction {
  readonly tenant: string
  readonly requester: string
  readonly kind: string
  /** Canonical text of what is to be done. */
  readonly content: string
}

/** Returns the digest of an action, in hex; without the key nobody can try out contents. */
export function digestOf(key: Uint8Array, action: DigestedAction): string {
  const { tenant, requester, kind, content } = action
  // As JSON, so that no two actions have the same text.
  const head = JSON.stringify([tenant, requester, kind])
  return createHmac('sha256', key).update(head).update('\n').update(content).digest('hex')
}

/** Returns the canonical text of a tool call: the order of members says nothing. */
export function toolCallContent(name: string, given: JsonValue | undefined): string {
  return JSON.stringify([name, given === undefined ? null : sorted(given)])
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  const members = Object.entries(value).flatMap(([name, inner]): [string, JsonValue][] =>
    inner === undefined ? [] : [[name, sorted(inner)]],
  )
  return Object.fromEntries(members.toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
