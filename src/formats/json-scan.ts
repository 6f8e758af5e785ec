import { GatewayError } from '../core/errors.ts'
import type { JsonValue } from '../core/json.ts'

/** Where a value stands in a JSON text: offsets in UTF-16 code units, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Where a member's value stands, and where its key begins. */
export interface MemberSpan extends Span {
  readonly keyStart: number
}

/** The top-level members of a JSON object text, found without parsing their values. */
export interface JsonOutline {
  /** Span of each member's value by key, in the order of the text. */
  readonly members: ReadonlyMap<string, MemberSpan>
  /** Offset of the closing brace. */
  readonly close: number
}

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const colon = 0x3a
const comma = 0x2c

/**
 * Outlines a JSON object in one pass and checks its nesting, before any parser runs. Only positions are
 * found: whether the text is valid JSON is for the parser to say. Throws `invalid_request` when the text
 * is no object, is nested deeper than `maxDepth`, or names a top-level member twice (two readers could
 * then understand two different requests).
 */
export function outlineJson(text: string, maxDepth: number): JsonOutline {
  const members = new Map<string, MemberSpan>()
  let at = skipSpace(text, 0)
  if (text.charCodeAt(at) !== openBrace) {
    throw new GatewayError('invalid_request', 'The request body must be a JSON object.')
  }
  at = skipSpace(text, at + 1)
  while (at < text.length && text.charCodeAt(at) === quote) {
    const keyStart = at
    const keyEnd = skipString(text, at)
    const key = text.slice(at + 1, keyEnd - 1)
    at = skipSpace(text, keyEnd)
    if (text.charCodeAt(at) !== colon) break
    const start = skipSpace(text, at + 1)
    const end = skipValue(text, start, maxDepth)
    addMember(members, key, { start, end: trimEnd(text, start, end), keyStart })
    at = end
    if (text.charCodeAt(at) !== comma) break
    at = skipSpace(text, at + 1)
  }
  return { members, close: at }
}

/**
 * Tells whether an object somewhere in a JSON text names a member twice: of two values parsers keep the
 * last, and others may believe the first.
 * @param parsed what a parser made of the text
 */
export function hasRepeatedMember(text: string, parsed: JsonValue): boolean {
  return countColons(text) !== countMembers(parsed)
}

/** Every colon outside of strings stands behind the name of a member. */
function countColons(text: string): number {
  let count = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === colon) count += 1
    at = code === quote ? skipString(text, at) : at + 1
  }
  return count
}

function countMembers(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0
  const values = Array.isArray(value) ? value : Object.values(value)
  const own = Array.isArray(value) ? 0 : values.length
  return values.reduce<number>((count, each) => count + countMembers(each), own)
}

function addMember(members: Map<string, MemberSpan>, rawKey: string, span: MemberSpan): void {
  const key = rawKey.includes('\\') ? unescapeKey(rawKey) : rawKey
  if (members.has(key)) {
    throw new GatewayError('invalid_request', 'A field of the request body is given twice.', {
      param: key.slice(0, 64),
    })
  }
  members.set(key, span)
}

function unescapeKey(rawKey: string): string {
  try {
    const key: unknown = JSON.parse(`"${rawKey}"`)
    return typeof key === 'string' ? key : rawKey
  } catch {
    // Not valid JSON: the parser that follows will say so with its position.
    return rawKey
  }
}

/** Returns the offset behind a value: at the comma or brace that follows it. */
function skipValue(text: string, start: number, maxDepth: number): number {
  let depth = 1
  let at = start
  while (at < text.length) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = skipString(text, at)
        continue
      case openBrace:
      case openBracket:
        depth += 1
        if (depth > maxDepth) {
          throw new GatewayError(
            'invalid_request',
            `The request body is nested deeper than ${maxDepth} levels.`,
          )
        }
        break
      case closeBrace:
      case closeBracket:
        if (depth === 1) return at
        depth -= 1
        break
      case comma:
        if (depth === 1) return at
        break
      default:
    }
    at += 1
  }
  return at
}

/** Returns the offset behind the closing quote of the string that begins at `start`. */
export function skipString(text: string, start: number): number {
  let at = start
  for (;;) {
    at = text.indexOf('"', at + 1)
    if (at < 0) return text.length
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes += 1
    if (slashes % 2 === 0) return at + 1
  }
}

/** Returns the offset of the first sign from `start` on that is no white space. */
export function skipSpace(text: string, start: number): number {
  let at = start
  while (isSpace(text.charCodeAt(at))) at += 1
  return at
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end
  while (at > start && isSpace(text.charCodeAt(at - 1))) at -= 1
  return at
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
