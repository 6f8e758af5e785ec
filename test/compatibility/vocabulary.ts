import { isObject } from '../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'

/**
 * What one side says to the other, in no format at all. The clients and providers of these tests write it
 * in their own format and read it there without a line of the gateway's: so they can judge what it made of it.
 */

export type Mark = '5m' | '1h'

export type Part =
  | { readonly type: 'text'; readonly text: string; readonly mark?: Mark }
  | { readonly type: 'image'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'image-url'; readonly url: string }
  | {
      readonly type: 'document'
      readonly mediaType: string
      readonly data: string
      readonly title?: string
    }
  | {
      readonly type: 'result'
      readonly call: Call
      readonly parts: readonly Part[]
      readonly isError?: boolean
    }

/** A call of a tool. */
export interface Call {
  readonly id: string
  readonly name: string
  readonly args: JsonObject
}

export type Turn =
  | { readonly role: 'user'; readonly parts: readonly Part[] }
  | {
      readonly role: 'assistant'
      readonly thoughts?: readonly Thought[]
      readonly text?: string
      readonly calls?: readonly Call[]
      /** The answer as its client keeps it, which it sends back instead of the other members. */
      readonly kept?: readonly JsonObject[]
    }

export interface Thought {
  readonly text: string
  readonly signature?: string
  /** The words themselves are sealed in this. */
  readonly sealed?: string
}

export interface Tool {
  readonly name: string
  readonly description: string
  readonly schema: JsonObject
  readonly mark?: Mark
}

export type Choice = 'auto' | 'none' | 'required' | { readonly name: string }

/** What a client asks. */
export interface Ask {
  readonly system?: string
  readonly systemMark?: Mark
  readonly turns: readonly Turn[]
  readonly tools?: readonly Tool[]
  readonly choice?: Choice
  /** At most one call of a tool. */
  readonly single?: boolean
  /** JSON Schema of the answer, or any JSON. */
  readonly shape?: JsonObject | 'json'
  readonly reasons?: boolean
  readonly limit?: number
  readonly temperature?: number
  readonly topP?: number
  readonly stops?: readonly string[]
}

export type Stop = 'end' | 'max-tokens' | 'stop-sequence' | 'tool-calls' | 'blocked'

/** Tokens; `input` includes those from and to the cache, `output` those of reasoning. */
export interface Usage {
  readonly input: number
  readonly output: number
  readonly read?: number
  readonly written?: number
  readonly reasoning?: number
}

/** What a provider answers. */
export interface Say {
  readonly thoughts?: readonly Thought[]
  readonly text?: string
  /** Address of a source of the text. */
  readonly cites?: string
  readonly calls?: readonly Call[]
  readonly stop: Stop
  readonly usage: Usage
}

/** An answer as a client understood it. */
export interface Heard extends Omit<Say, 'stop'> {
  /** Every reason that its word for the end may stand for. */
  readonly stops: readonly Stop[]
  readonly model: string
  /** What the client keeps of it and sends back as the assistant's turn. */
  readonly kept: readonly JsonObject[]
}

export type FaultKind = 'rate-limit' | 'context-window' | 'overloaded' | 'invalid'

/** An error as a client understood it. */
export interface HeardFault {
  readonly kind: FaultKind | 'other'
  readonly message: string
  /** Path of the field that is at fault, in dialects that have a place for it. */
  readonly param?: string
}

/** Writes JSON so that equal values are equal texts. */
export function canonical(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value ?? null)
  const members = Object.entries(value).filter(([, each]) => each !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`
}

/** Throws with what is wrong about a message; for the checks of clients and providers. */
export function fault(what: string): never {
  throw new Error(what)
}

/** Parses the text of a JSON object. */
export function parseObject(text: string, what: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Said below.
  }
  return fault(`${what} is no JSON object: ${text.slice(0, 80)}`)
}

/** Returns an object without members that are undefined. */
export function compact(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
