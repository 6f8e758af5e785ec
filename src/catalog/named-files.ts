import type { CallBody } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { isObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'

/** How the formats write that a provider is to read a file it keeps; also within `file_ids` and `input_file_id`. */
const words = ['file_id', 'fileUri', 'file_uri'] as const
/** A letter, a digit or `_` written as an escape: the words may hide behind it. */
const escapedAscii = /\\u00[3-7]/i

/**
 * Returns the ids of the files that a body wants its provider to read, wherever they stand: parts of
 * messages, results of tools, containers of code, images to edit. What only tells of a file (citations, calls
 * of tools and their schemas) names none. Throws `invalid_request` when such a body gives a field twice,
 * since its provider could then read another file than the one that was checked.
 */
export function namedFiles({ text, json }: Pick<CallBody, 'text' | 'json'>): readonly string[] {
  if (text === undefined || json === undefined || !mayNameFiles(text)) return []
  const found = new Set<string>()
  const members = visit(json, found)
  if (found.size > 0 && members !== countMembers(text)) {
    throw new GatewayError(
      'invalid_request',
      'The request body names a file, and gives a field of one of its objects twice.',
    )
  }
  return [...found]
}

// Most bodies name no file: looking for words is all they cost.
function mayNameFiles(text: string): boolean {
  if (words.some((word) => text.includes(word))) return true
  return text.includes('\\u00') && escapedAscii.test(text)
}

/** Members whose value is data of an application, or tells of what was done with files before. */
const opaqueMembers: ReadonlySet<string> = new Set([
  'annotations',
  'args',
  'arguments',
  'citations',
  'input_schema',
  'inputSchema',
  'json',
  'json_schema',
  'metadata',
  'outputs',
  'parameters',
  'parametersJsonSchema',
  'response',
  'results',
  'schema',
])

/** Objects that tell of a file, in the words of what the model said before. */
const mentions: ReadonlySet<string> = new Set([
  'bash_code_execution_output',
  'code_execution_output',
  'container_file_citation',
  'file_citation',
  'file_path',
])

/** Collects the files that a value names; returns how many members its objects have. */
function visit(value: JsonValue | undefined, found: Set<string> | undefined): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + visit(item, found), 0)
  if (!isObject(value)) return 0
  const { type } = value
  const isMention = typeof type === 'string' && mentions.has(type)
  let members = 0
  for (const [name, member] of Object.entries(value)) {
    if (found !== undefined && !isMention) collect(name, member, found)
    members += 1 + visit(member, isOpaque(name, value) ? undefined : found)
  }
  return members
}

/** The input of a tool stands beside what says that it is one; that of a model stands elsewhere. */
function isOpaque(name: string, { type, toolUseId }: JsonObject): boolean {
  if (name !== 'input') return opaqueMembers.has(name)
  return toolUseId !== undefined || (typeof type === 'string' && type.endsWith('tool_use'))
}

function collect(name: string, value: JsonValue | undefined, found: Set<string>): void {
  switch (name) {
    case 'file_id':
      if (typeof value === 'string' && value !== '') found.add(value)
      return
    case 'file_ids':
      for (const id of Array.isArray(value) ? value : []) collect('file_id', id, found)
      return
    case 'fileUri':
    case 'file_uri': {
      const id = typeof value === 'string' ? googleFile.exec(value)?.[1] : undefined
      if (id !== undefined) found.add(id)
      return
    }
    default:
  }
}

/**
 * A file kept by Gemini's API, whose addresses are `https://HOST/v1beta/files/ID`; other addresses are those
 * of what everyone, or the project of the provider, may read. https://ai.google.dev/api/files#File
 */
const googleFile = /^(?:https?:\/\/[^/]+\/(?:[^?#]*\/)?)?(files\/[^/?#]+)/

/** Counts the members of all objects in a JSON text, those included that a parser drops. */
function countMembers(text: string): number {
  let count = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    at = endOfString(text, at)
    while (text.charCodeAt(at) <= 0x20) at += 1
    if (text.charAt(at) === ':') count += 1
  }
  return count
}

/** Returns the offset behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
  return at + 1
}
