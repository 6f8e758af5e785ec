import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type {
  DocumentPart,
  ImagePart,
  NeutralMessage,
  NeutralPart,
  TextPart,
  ToolResultPart,
} from '../neutral.ts'
import { joinText, writeToolCall } from './answer-writer.ts'
import { writeDataUrl } from './media.ts'
import { takesCacheMarks, takesReasoningBack } from './model-traits.ts'
import { foreignSignature, ownSignature } from '../origin.ts'
import { isThinking, writeReasoning } from './reasoning.ts'

/** Writes the messages of a request; what chat completions cannot say is reported to `warn`. */
export function writeMessages(
  messages: readonly NeutralMessage[],
  options: { readonly model: string; readonly warn: Warn },
): JsonObject[] {
  const written: JsonObject[] = []
  /** Media of tool results, which wait until all results of the turn are written. */
  let beside: JsonObject[] = []
  const release = (): void => {
    if (beside.length > 0) written.push({ role: 'user', content: beside })
    beside = []
  }
  for (const [index, message] of messages.entries()) {
    const at: Place = { path: `messages[${index}]`, ...options }
    if (message.role !== 'tool') release()
    written.push(...writeMessage(message, at))
    if (message.role === 'tool') beside.push(...writeBeside(message, at))
  }
  release()
  return written
}

interface Place {
  readonly path: string
  readonly model: string
  readonly warn: Warn
}

function writeMessage(message: NeutralMessage, at: Place): JsonObject[] {
  const { role, name, content } = message
  switch (role) {
    case 'tool':
      return content.flatMap((part, index) => {
        const place = { ...at, path: `${at.path}.content[${index}]` }
        return part.type === 'tool-result' ? [writeToolResult(part, place)] : dropped(place)
      })
    case 'assistant':
      return [{ role, name, ...writeAssistant(content, at) }]
    case 'system':
    case 'user':
      return [{ role, name, content: writeContent(content, role === 'user', at) }]
    default:
      return role satisfies never
  }
}

function writeContent(parts: readonly NeutralPart[], withMedia: boolean, at: Place): JsonValue {
  return simplest(
    parts.flatMap((part, index) => {
      const place = { ...at, path: `${at.path}.content[${index}]` }
      if (part.type === 'text') return [writeText(part, place)]
      return withMedia ? writeMedia(part, place) : dropped(place)
    }),
  )
}

/** One plain text is written as a string, which every server takes. */
function simplest(parts: readonly JsonObject[]): JsonValue {
  const [first] = parts
  if (first === undefined) return ''
  const isPlain = parts.length === 1 && first['type'] === 'text' && !('cache_control' in first)
  return isPlain ? (first['text'] ?? '') : [...parts]
}

function writeMedia(part: NeutralPart, at: Place): JsonObject[] {
  if (part.type === 'image') return writeImage(part, at)
  if (part.type === 'document') return writeDocument(part, at)
  if (part.type !== 'audio') return dropped(at)
  return [{ type: 'input_audio', input_audio: { data: part.data, format: part.format } }]
}

function writeText(part: TextPart, at: Place): JsonObject {
  return { type: 'text', text: part.text, ...writeCacheMark(part, at) }
}

function writeImage(part: ImagePart, at: Place): JsonObject[] {
  const { source, detail } = part
  // Ids of uploaded files mean nothing to another provider, and images have no place for them.
  if (source.type === 'file') return dropped(at)
  const url = source.type === 'url' ? source.url : writeDataUrl(source)
  return [{ type: 'image_url', image_url: { url, detail }, ...writeCacheMark(part, at) }]
}

function writeDocument(part: DocumentPart, at: Place): JsonObject[] {
  const { source, title } = part
  const mark = writeCacheMark(part, at)
  switch (source.type) {
    case 'file':
      return [{ type: 'file', file: { file_id: source.fileId, filename: title }, ...mark }]
    case 'base64': {
      const filename = title ?? 'document.pdf'
      return [{ type: 'file', file: { file_data: writeDataUrl(source), filename }, ...mark }]
    }
    case 'text':
      at.warn({ type: 'changed', field: at.path, detail: 'sent as text' })
      return [{ type: 'text', text: documentText(source.text, title), ...mark }]
    case 'url':
      // Only some servers fetch documents; those that do take the URL in place of the data.
      return [{ type: 'file', file: { file_data: source.url, filename: title }, ...mark }]
    default:
      return source satisfies never
  }
}

function documentText(text: string, title: string | undefined): string {
  return title === undefined ? text : `${title}\n\n${text}`
}

/** Writes the images and documents of tool results, which have no place in a `tool` message. */
function writeBeside(message: NeutralMessage, at: Place): JsonObject[] {
  return message.content.flatMap((part, index) => {
    if (part.type !== 'tool-result') return []
    const path = `${at.path}.content[${index}]`
    return part.content.flatMap((inner, place) =>
      isInline(inner) ? [] : writeMedia(inner, { ...at, path: `${path}.content[${place}]` }),
    )
  })
}

/** Tells whether a part is media that can be sent; what cannot is reported where it is written. */
function isWritable(part: NeutralPart): boolean {
  if (part.type === 'image') return part.source.type !== 'file'
  return part.type === 'document' || part.type === 'audio'
}

/** Tells whether a part of a result is text, as a `tool` message takes it. */
function isInline(part: NeutralPart): boolean {
  return part.type === 'text' || (part.type === 'document' && part.source.type === 'text')
}

function writeToolResult(part: ToolResultPart, at: Place): JsonObject {
  if (part.isError === true) {
    at.warn({ type: 'changed', field: `${at.path}.is_error`, detail: 'the text alone tells' })
  }
  const texts = part.content.flatMap((inner, index) => {
    const place = { ...at, path: `${at.path}.content[${index}]` }
    if (inner.type === 'text') return [writeText(inner, place)]
    if (isInline(inner)) return writeMedia(inner, place)
    if (isWritable(inner)) {
      at.warn({ type: 'changed', field: place.path, detail: 'sent beside the result' })
    }
    return []
  })
  const last = texts.at(-1)
  if (last !== undefined) Object.assign(last, writeCacheMark(part, at))
  return { role: 'tool', tool_call_id: part.callId, content: simplest(texts) }
}

function writeAssistant(content: readonly NeutralPart[], at: Place): JsonObject {
  const keepsReasoning = takesReasoningBack(at.model)
  const calls = content.filter((part) => part.type === 'tool-call')
  const texts = content.flatMap((part, index) => {
    const place = { ...at, path: `${at.path}.content[${index}]` }
    if (part.type === 'text') return [writeText(part, place)]
    if (isThinking(part)) return keepsReasoning ? [] : dropped(place)
    return part.type === 'tool-call' || part.type === 'refusal' ? [] : dropped(place)
  })
  const refusal = joinText(content, 'refusal')
  // Tool calls have no place for a mark with any model.
  for (const call of calls) writeCacheMark(call, { ...at, model: '' })
  return {
    content: texts.length === 0 && (calls.length > 0 || refusal) ? null : simplest(texts),
    refusal,
    ...(keepsReasoning ? writeReasoning(thoughtsFor(content, at)) : {}),
    tool_calls: calls.length === 0 ? undefined : calls.map(writeToolCall),
  }
}

/** Returns the thoughts without proofs that are known to be of another provider. */
function thoughtsFor(content: readonly NeutralPart[], at: Place): NeutralPart[] {
  return content.flatMap((part, index): NeutralPart[] => {
    const isForeign =
      part.type === 'reasoning' &&
      part.signature !== undefined &&
      ownSignature(part.signature, 'claude') === undefined
    if (!isForeign) return [part]
    const field = `${at.path}.content[${index}]`
    at.warn({ type: 'changed', field, detail: `${foreignSignature} left out` })
    return part.text === '' ? [] : [{ type: 'reasoning', text: part.text }]
  })
}

/** Writes `cache_control` for models that know it; for others the mark is dropped and reported. */
export function writeCacheMark(
  marked: Pick<TextPart, 'cacheMark'>,
  at: { readonly model: string; readonly path: string; readonly warn: Warn },
): JsonObject {
  const { cacheMark } = marked
  if (cacheMark === undefined) return {}
  if (takesCacheMarks(at.model)) return { cache_control: { type: 'ephemeral', ...cacheMark } }
  at.warn({ type: 'dropped', field: `${at.path}.cache_control` })
  return {}
}

function dropped(at: Place): [] {
  at.warn({ type: 'dropped', field: at.path })
  return []
}
