import type { JsonObject, JsonValue } from '../../core/json.ts'
import type {
  BinarySource,
  CacheMark,
  DocumentPart,
  NeutralPart,
  TextPart,
  ToolResultPart,
} from '../neutral.ts'
import { untraced, type Trace } from '../trace.ts'
import {
  invalidField,
  isAbsent,
  optionalBoolean,
  optionalObject,
  optionalString,
  requireArray,
  requireObject,
  requireString,
  unknownFields,
} from './fields.ts'

/** Paths the neutral form cannot hold, collected while a request is read, and where the rest of it stood. */
export type Inexpressible = string[] & { readonly trace?: Trace }

/** Makes an empty collection. */
export function createLosses(trace?: Trace): Inexpressible {
  return trace === undefined ? [] : Object.assign([], { trace })
}

type BlockReader = (block: JsonObject, path: string, lost: Inexpressible) => readonly NeutralPart[]

/** The places content may stand in; each admits its own kinds of block. */
export type Place = 'user' | 'assistant' | 'system' | 'tool_result'

const readers: Readonly<Record<string, BlockReader>> = {
  text: readText,
  image: readImage,
  document: readDocument,
  search_result: readSearchResult,
  tool_use: readToolUse,
  tool_result: readToolResult,
  thinking: readThinking,
  redacted_thinking: readRedactedThinking,
}

const admitted: Readonly<Record<Place, ReadonlySet<string>>> = {
  user: new Set(['text', 'image', 'document', 'search_result', 'tool_result']),
  assistant: new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']),
  system: new Set(['text']),
  tool_result: new Set(['text', 'image', 'document', 'search_result']),
}

/** Reads content: a string, or an array of blocks. Kinds of block not known here are noted as lost. */
export function readContent(
  value: JsonValue | undefined,
  place: Place,
  at: { readonly path: string; readonly lost: Inexpressible },
): NeutralPart[] {
  const trace = at.lost.trace ?? untraced
  if (typeof value === 'string') return [trace.note({ type: 'text', text: value }, at.path)]
  if (!Array.isArray(value)) throw invalidField(at.path, 'a string or an array of content blocks')
  const parts: NeutralPart[] = []
  for (const [index, each] of value.entries()) {
    const path = `${at.path}[${index}]`
    const block = requireObject(each, path)
    const type = requireString(block['type'], `${path}.type`)
    const reader = Object.hasOwn(readers, type) ? readers[type] : undefined
    if (reader === undefined) {
      at.lost.push(path)
      continue
    }
    if (!admitted[place].has(type)) {
      throw invalidField(`${path}.type`, `one of ${[...admitted[place]].join(', ')}`)
    }
    for (const part of reader(block, path, at.lost)) parts.push(trace.note(part, path))
  }
  return parts
}

const textFields = new Set(['type', 'text', 'cache_control'])

function readText(block: JsonObject, path: string, lost: Inexpressible): readonly [TextPart] {
  const text = requireString(block['text'], `${path}.text`)
  lost.push(...unknownFields(block, textFields, `${path}.`))
  return [{ type: 'text', text, ...readCacheMark(block, path, lost) }]
}

const imageFields = new Set(['type', 'source', 'cache_control'])

function readImage(block: JsonObject, path: string, lost: Inexpressible): readonly NeutralPart[] {
  const source = readSource(requireObject(block['source'], `${path}.source`), `${path}.source`)
  if (source === undefined) {
    lost.push(path)
    return []
  }
  lost.push(...unknownFields(block, imageFields, `${path}.`))
  return [{ type: 'image', source, ...readCacheMark(block, path, lost) }]
}

const documentFields = new Set(['type', 'source', 'title', 'cache_control'])

function readDocument(
  block: JsonObject,
  path: string,
  lost: Inexpressible,
): readonly NeutralPart[] {
  const wire = requireObject(block['source'], `${path}.source`)
  const title = optionalString(block['title'], `${path}.title`)
  lost.push(...unknownFields(block, documentFields, `${path}.`))
  const mark = readCacheMark(block, path, lost)
  const documentOf = (source: DocumentPart['source']): DocumentPart => ({
    type: 'document',
    source,
    ...(title !== undefined && { title }),
    ...mark,
  })
  if (wire['type'] === 'text') {
    return [documentOf({ type: 'text', text: requireString(wire['data'], `${path}.source.data`) })]
  }
  if (wire['type'] === 'content') {
    const at = { path: `${path}.source.content`, lost }
    const parts = readContent(wire['content'], 'tool_result', at)
    const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')
    return [documentOf({ type: 'text', text }), ...parts.filter((part) => part.type !== 'text')]
  }
  const source = readSource(wire, `${path}.source`)
  if (source !== undefined) return [documentOf(source)]
  lost.push(path)
  return []
}

function readSource(source: JsonObject, path: string): BinarySource | undefined {
  const type = requireString(source['type'], `${path}.type`)
  if (type === 'base64') {
    const mediaType = requireString(source['media_type'], `${path}.media_type`)
    return { type, mediaType, data: requireString(source['data'], `${path}.data`) }
  }
  if (type === 'url') return { type, url: requireString(source['url'], `${path}.url`) }
  if (type !== 'file') return undefined
  return { type, fileId: requireString(source['file_id'], `${path}.file_id`) }
}

const searchResultFields = new Set(['type', 'source', 'title', 'content', 'cache_control'])

/** Reads a search result as text: title, source and content stand one below the other. */
function readSearchResult(
  block: JsonObject,
  path: string,
  lost: Inexpressible,
): readonly NeutralPart[] {
  const at = { path: `${path}.content`, lost }
  requireArray(block['content'], at.path)
  const content = readContent(block['content'], 'system', at)
  const text = [
    requireString(block['title'], `${path}.title`),
    requireString(block['source'], `${path}.source`),
    ...content.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
  ].join('\n')
  lost.push(...unknownFields(block, searchResultFields, `${path}.`))
  return [{ type: 'text', text, ...readCacheMark(block, path, lost) }]
}

const toolUseFields = new Set(['type', 'id', 'name', 'input', 'cache_control', 'caller'])

function readToolUse(block: JsonObject, path: string, lost: Inexpressible): readonly NeutralPart[] {
  const { input } = block
  const id = requireString(block['id'], `${path}.id`)
  const name = requireString(block['name'], `${path}.name`)
  // Text is not Anthropic's form, but what this gateway writes when a model's arguments are no JSON.
  const text = typeof input === 'string' ? input : undefined
  const args = text ?? JSON.stringify(requireObject(input, `${path}.input`))
  const caller = optionalObject(block['caller'], `${path}.caller`)
  if (caller !== undefined && caller['type'] !== 'direct') lost.push(`${path}.caller`)
  lost.push(...unknownFields(block, toolUseFields, `${path}.`))
  const mark = readCacheMark(block, path, lost)
  return [{ type: 'tool-call', id, name, arguments: args, ...mark }]
}

const toolResultFields = new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control'])

function readToolResult(
  block: JsonObject,
  path: string,
  lost: Inexpressible,
): readonly [ToolResultPart] {
  const callId = requireString(block['tool_use_id'], `${path}.tool_use_id`)
  const isError = optionalBoolean(block['is_error'], `${path}.is_error`)
  const { content } = block
  const at = { path: `${path}.content`, lost }
  lost.push(...unknownFields(block, toolResultFields, `${path}.`))
  return [
    {
      type: 'tool-result',
      callId,
      content: isAbsent(content) ? [] : readContent(content, 'tool_result', at),
      ...(isError === true && { isError }),
      ...readCacheMark(block, path, lost),
    },
  ]
}

function readThinking(block: JsonObject, path: string): readonly NeutralPart[] {
  const text = requireString(block['thinking'], `${path}.thinking`)
  const signature = optionalString(block['signature'], `${path}.signature`)
  // An empty signature is what this gateway writes for reasoning of models that do not sign.
  return [
    { type: 'reasoning', text, ...(signature !== undefined && signature !== '' && { signature }) },
  ]
}

function readRedactedThinking(block: JsonObject, path: string): readonly NeutralPart[] {
  return [{ type: 'redacted-reasoning', data: requireString(block['data'], `${path}.data`) }]
}

/** Reads `cache_control` as the part of an object that holds the mark. */
export function readCacheMark(
  owner: JsonObject,
  path: string,
  lost: Inexpressible,
): { readonly cacheMark?: CacheMark } {
  const control = optionalObject(owner['cache_control'], `${path}.cache_control`)
  if (control === undefined) return {}
  const { ttl } = control
  if (isAbsent(ttl)) return { cacheMark: {} }
  if (ttl === '5m' || ttl === '1h') return { cacheMark: { ttl } }
  lost.push(`${path}.cache_control.ttl`)
  return { cacheMark: {} }
}
