import { createHmac, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

const keyBytes = 32

/** Returns the key of a data folder, and makes it when there is none. Throws when it cannot be read or made. */
export function openActionKey(dataDir: string): Uint8Array {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'oversight.key')
  try {
    writeFileSync(path, `${randomBytes(keyBytes).toString('hex')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    // It is there already, which is the usual case.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  chmodSync(path, 0o600)
  const text = readFileSync(path, 'latin1').trim()
  if (/^[0-9a-f]{64}$/.test(text)) return Uint8Array.fromHex(text)
  throw new Error(`The file ${path} holds no key of ${keyBytes} bytes; delete it for a new one.`)
}
