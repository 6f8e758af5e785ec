import { isObject, type JsonValue } from '../../core/json.ts'
import {
  invalidField,
  isAbsent,
  optionalString,
  requireArray,
  requireObject,
  requireString,
  unknownFields,
} from '../anthropic-messages/fields.ts'
import type { CacheMark, NeutralPart, ToolResultPart } from '../neutral.ts'
import { untraced } from '../trace.ts'
import { readAudio, readDocument, readImage } from './read-media.ts'
import { memberOf, readTexts, type Position } from './union.ts'

/** The places content may stand in; each admits its own kinds of block. */
export type Place = 'user' | 'assistant' | 'system' | 'toolResult'

type MemberReader = (value: JsonValue, at: Position) => readonly NeutralPart[]

const readers: Readonly<Record<string, MemberReader>> = {
  text: (value, at) => [{ type: 'text', text: requireString(value, at.path) }],
  json: (value) => [{ type: 'text', text: JSON.stringify(value) }],
  image: readImage,
  document: readDocument,
  audio: readAudio,
  toolUse: readToolUse,
  toolResult: readToolResult,
  reasoningContent: readReasoning,
  guardContent: readGuardContent,
  searchResult: readSearchResult,
  citationsContent: readCitations,
}

const common = ['text', 'image', 'document', 'searchResult'] as const
const admitted: Readonly<Record<Place, ReadonlySet<string>>> = {
  user: new Set([...common, 'audio', 'toolResult', 'guardContent']),
  assistant: new Set([...common, 'toolUse', 'reasoningContent', 'citationsContent']),
  system: new Set(['text', 'guardContent']),
  toolResult: new Set([...common, 'json']),
}

/**
 * Reads an array of content blocks. A cache point marks the part before it. Kinds of block not known here
 * (video, changes of the tools) are noted as lost.
 */
export function readContent(
  value: JsonValue | undefined,
  place: Place,
  at: Position,
): NeutralPart[] {
  const parts: NeutralPart[] = []
  const trace = at.lost.trace ?? untraced
  for (const [index, each] of requireArray(value, at.path).entries()) {
    const path = `${at.path}[${index}]`
    const [name, member] = memberOf(each, path)
    const inside = { path: `${path}.${name}`, lost: at.lost }
    if (name === 'cachePoint') {
      markLast(parts, readCachePoint(member, inside), inside)
      continue
    }
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
    if (reader === undefined) at.lost.push(path)
    else if (admitted[place].has(name)) {
      for (const part of reader(member, inside)) parts.push(trace.note(part, inside.path))
    } else throw invalidField(path, `one of ${[...admitted[place]].join(', ')} here`)
  }
  return parts
}

/** Reads a cache point; one of a kind or lifetime not known here is noted as lost. */
export function readCachePoint(value: JsonValue, at: Position): CacheMark {
  const point = requireObject(value, at.path)
  requireString(point['type'], `${at.path}.type`)
  const { ttl } = point
  if (isAbsent(ttl)) return {}
  if (ttl === '5m' || ttl === '1h') return { ttl }
  at.lost.push(`${at.path}.ttl`)
  return {}
}

function markLast(parts: NeutralPart[], cacheMark: CacheMark, at: Position): void {
  const last = parts.at(-1)
  const isMarkable =
    last !== undefined && last.type !== 'audio' && last.type !== 'refusal' && !isReasoning(last)
  if (isMarkable) {
    parts[parts.length - 1] = (at.lost.trace ?? untraced).move(last, { ...last, cacheMark })
  } else at.lost.push(at.path)
}

function isReasoning(
  part: NeutralPart,
): part is Extract<NeutralPart, { type: 'reasoning' | 'redacted-reasoning' }> {
  return part.type === 'reasoning' || part.type === 'redacted-reasoning'
}

const toolUseFields = new Set(['toolUseId', 'name', 'input', 'type'])

function readToolUse(value: JsonValue, at: Position): readonly NeutralPart[] {
  const use = requireObject(value, at.path)
  if (!isAbsent(use['type'])) {
    // A tool that ran at the provider.
    at.lost.push(at.path)
    return []
  }
  const id = requireString(use['toolUseId'], `${at.path}.toolUseId`)
  const name = requireString(use['name'], `${at.path}.name`)
  const { input } = use
  // Text is not Bedrock's form, but what this gateway writes when a model's arguments are no JSON.
  const text = typeof input === 'string' ? input : undefined
  const args = text ?? JSON.stringify(requireObject(input, `${at.path}.input`))
  at.lost.push(...unknownFields(use, toolUseFields, `${at.path}.`))
  return [{ type: 'tool-call', id, name, arguments: args }]
}

const toolResultFields = new Set(['toolUseId', 'content', 'status', 'type'])

function readToolResult(value: JsonValue, at: Position): readonly [ToolResultPart] {
  const result = requireObject(value, at.path)
  const callId = requireString(result['toolUseId'], `${at.path}.toolUseId`)
  const status = optionalString(result['status'], `${at.path}.status`)
  if (status !== undefined && status !== 'success' && status !== 'error') {
    throw invalidField(`${at.path}.status`, 'success or error')
  }
  if (!isAbsent(result['type'])) at.lost.push(`${at.path}.type`)
  at.lost.push(...unknownFields(result, toolResultFields, `${at.path}.`))
  const content = readContent(result['content'], 'toolResult', {
    path: `${at.path}.content`,
    lost: at.lost,
  })
  return [{ type: 'tool-result', callId, content, ...(status === 'error' && { isError: true }) }]
}

function readReasoning(value: JsonValue, at: Position): readonly NeutralPart[] {
  const [name, member] = memberOf(value, at.path)
  const path = `${at.path}.${name}`
  if (name === 'redactedContent') {
    return [{ type: 'redacted-reasoning', data: requireString(member, path) }]
  }
  if (name !== 'reasoningText') {
    at.lost.push(path)
    return []
  }
  const reasoning = requireObject(member, path)
  const text = requireString(reasoning['text'], `${path}.text`)
  const signature = optionalString(reasoning['signature'], `${path}.signature`)
  const isSigned = signature !== undefined && signature !== ''
  return [{ type: 'reasoning', text, ...(isSigned && { signature }) }]
}

/** Reads content for a guardrail: its text stays text, that it was meant for the guardrail is lost. */
function readGuardContent(value: JsonValue, at: Position): readonly NeutralPart[] {
  const [name, member] = memberOf(value, at.path)
  at.lost.push(at.path)
  if (name !== 'text') return name === 'image' ? readImage(member, at) : []
  const text = requireObject(member, `${at.path}.text`)['text']
  return [{ type: 'text', text: requireString(text, `${at.path}.text.text`) }]
}

/** Reads a search result as text: title, source and content stand one below the other. */
function readSearchResult(value: JsonValue, at: Position): readonly NeutralPart[] {
  const result = requireObject(value, at.path)
  const content = readTexts(result['content'], `${at.path}.content`)
  const text = [
    requireString(result['title'], `${at.path}.title`),
    requireString(result['source'], `${at.path}.source`),
    ...content,
  ].join('\n')
  if (isObject(result['citations'])) at.lost.push(`${at.path}.citations`)
  return [{ type: 'text', text }]
}

/** Reads an answer that cites its sources: the words stay, the citations are lost. */
function readCitations(value: JsonValue, at: Position): readonly NeutralPart[] {
  const block = requireObject(value, at.path)
  at.lost.push(`${at.path}.citations`)
  if (isAbsent(block['content'])) return []
  return [{ type: 'text', text: readTexts(block['content'], `${at.path}.content`).join('') }]
}
