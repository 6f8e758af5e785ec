import { GatewayError } from '../../core/errors.ts'
import { isObject, parseJson, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type {
  BinarySource,
  CacheMark,
  DocumentPart,
  NeutralMessage,
  NeutralPart,
} from '../neutral.ts'
import { foreignSignature, ownSignature } from '../origin.ts'
import { toolIdOf } from './tool-id.ts'

/** Where a part stands, for warnings and errors. */
interface Position {
  readonly role: NeutralMessage['role']
  readonly path: string
  readonly warn: Warn
}

/** Writes the parts of one message as blocks; what Anthropic has no block for is warned about. */
export function writeBlocks(
  message: NeutralMessage,
  path: string,
  warn: Warn,
): readonly JsonObject[] {
  const blocks: JsonObject[] = []
  let calls = 0
  for (const [index, part] of message.content.entries()) {
    const at = { role: message.role, warn }
    const block =
      part.type === 'tool-call'
        ? writeToolCall(part, { ...at, path: `${path}.tool_calls[${calls++}]` })
        : writeBlock(part, { ...at, path: `${path}.content[${index}]` })
    if (block !== undefined) blocks.push(block)
  }
  return blocks
}

/** Writes blocks as Anthropic's shorthand where one plain text is all there is. */
export function shorten(blocks: readonly JsonObject[]): JsonValue {
  const [only] = blocks
  const isPlain = blocks.length === 1 && only?.['type'] === 'text' && !('cache_control' in only)
  return isPlain ? (only?.['text'] ?? '') : [...blocks]
}

/** Writes a prompt-cache mark as the part of an object that holds it. */
export function writeCacheMark(mark: CacheMark | undefined): JsonObject {
  if (mark === undefined) return {}
  return { cache_control: { type: 'ephemeral', ...(mark.ttl !== undefined && { ttl: mark.ttl }) } }
}

function writeBlock(part: NeutralPart, at: Position): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return writeText(part.text, part.cacheMark, at)
    case 'image':
      return writeImage(part, at)
    case 'document':
      return writeDocument(part, at)
    case 'tool-result':
      return writeToolResult(part, at)
    case 'reasoning':
      return writeReasoning(part, at)
    case 'redacted-reasoning':
      return { type: 'redacted_thinking', data: part.data }
    case 'refusal':
      at.warn({ type: 'changed', field: at.path, detail: 'sent as text' })
      return writeText(part.text, undefined, at)
    case 'audio':
    case 'tool-call':
      return drop(at)
    default:
      return part satisfies never
  }
}

function drop(at: Position, detail?: string): undefined {
  at.warn({ type: 'dropped', field: at.path, ...(detail !== undefined && { detail }) })
  return undefined
}

/** Writes text; Anthropic refuses blocks without a visible character. */
function writeText(
  text: string,
  mark: CacheMark | undefined,
  at: Position,
): JsonObject | undefined {
  if (text === '') return undefined
  if (at.role !== 'tool' && text.trim() === '') return drop(at)
  return { type: 'text', text, ...writeCacheMark(mark) }
}

function writeImage(
  part: Extract<NeutralPart, { type: 'image' }>,
  at: Position,
): JsonObject | undefined {
  if (at.role === 'system' || at.role === 'assistant') return drop(at)
  if (part.detail !== undefined && part.detail !== 'auto') {
    at.warn({ type: 'dropped', field: `${at.path}.image_url.detail` })
  }
  return { type: 'image', source: writeSource(part.source), ...writeCacheMark(part.cacheMark) }
}

function writeDocument(part: DocumentPart, at: Position): JsonObject | undefined {
  if (at.role === 'system' || at.role === 'assistant') return drop(at)
  const source = writeDocumentSource(part.source)
  if (source === undefined) return drop(at)
  const title = part.title === undefined ? {} : { title: part.title }
  return { type: 'document', source, ...title, ...writeCacheMark(part.cacheMark) }
}

/** Writes a document's source: Anthropic takes PDF in base64, other text only as plain text. */
function writeDocumentSource(source: DocumentPart['source']): JsonObject | undefined {
  if (source.type === 'text') return plainText(source.text)
  if (source.type !== 'base64' || source.mediaType === 'application/pdf') return writeSource(source)
  if (!/^(?:text\/|application\/json)/.test(source.mediaType)) return undefined
  const text = Buffer.from(source.data, 'base64').toString('utf8')
  return text === '' ? undefined : plainText(text)
}

function plainText(data: string): JsonObject {
  return { type: 'text', media_type: 'text/plain', data }
}

function writeSource(source: BinarySource): JsonObject {
  switch (source.type) {
    case 'base64':
      return { type: 'base64', media_type: source.mediaType, data: source.data }
    case 'url':
      return { type: 'url', url: source.url }
    case 'file':
      return { type: 'file', file_id: source.fileId }
    default:
      return source satisfies never
  }
}

function writeToolResult(
  part: Extract<NeutralPart, { type: 'tool-result' }>,
  at: Position,
): JsonObject {
  const content = part.content
    .map((each, index) => {
      const inside = { ...at, role: 'tool', path: `${at.path}.content[${index}]` } as const
      const fits = each.type === 'text' || each.type === 'image' || each.type === 'document'
      return fits ? writeBlock(each, inside) : drop(inside)
    })
    .filter((block) => block !== undefined)
  return {
    type: 'tool_result',
    tool_use_id: toolIdOf(part.callId),
    ...(content.length > 0 && { content: shorten(content) }),
    ...(part.isError === true && { is_error: true }),
    ...writeCacheMark(part.cacheMark),
  }
}

/** Writes reasoning; without its signature Anthropic refuses it, so it cannot be sent back. */
function writeReasoning(
  part: Extract<NeutralPart, { type: 'reasoning' }>,
  at: Position,
): JsonObject | undefined {
  const signature = ownSignature(part.signature, 'claude')
  if (signature !== undefined) return { type: 'thinking', thinking: part.text, signature }
  return drop(at, part.signature === undefined ? undefined : foreignSignature)
}

function writeToolCall(
  part: Extract<NeutralPart, { type: 'tool-call' }>,
  at: Position,
): JsonObject | undefined {
  if (at.role !== 'assistant') return drop(at)
  const input = inputOf(part.arguments)
  if (input === undefined) {
    const param = `${at.path}.function.arguments`
    throw new GatewayError('invalid_request', `${param} must be the text of a JSON object.`, {
      param,
    })
  }
  return {
    type: 'tool_use',
    id: toolIdOf(part.id),
    name: part.name,
    input,
    ...writeCacheMark(part.cacheMark),
  }
}

/** Returns the arguments of a call as an object; no arguments at all are an empty one. */
export function inputOf(text: string): JsonObject | undefined {
  const value = text.trim() === '' ? null : parseJson(text)
  if (value === null) return {}
  return isObject(value) ? value : undefined
}
