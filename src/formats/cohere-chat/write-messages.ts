import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type {
  BinarySource,
  DocumentPart,
  NeutralMessage,
  NeutralPart,
  ToolResultPart,
} from '../neutral.ts'

/** A conversation as Cohere takes it. */
export interface Conversation {
  readonly messages: readonly JsonObject[]
  readonly documents: readonly JsonObject[]
}

interface Options {
  /** Whether documents go beside the messages; otherwise their text stands where they stood. */
  readonly takesDocuments: boolean
  readonly warn: Warn
}

interface Place extends Options {
  readonly path: string
  readonly documents: JsonObject[]
}

/** Writes the turns; system messages move to the top, as Cohere wants them. */
export function writeConversation(
  messages: readonly NeutralMessage[],
  options: Options,
): Conversation {
  const documents: JsonObject[] = []
  const system: JsonObject[] = []
  const turns: JsonObject[] = []
  for (const [index, message] of messages.entries()) {
    const at: Place = { ...options, documents, path: `messages[${index}]` }
    if (message.name !== undefined) options.warn({ type: 'dropped', field: `${at.path}.name` })
    if (message.role !== 'system') {
      turns.push(...writeTurn(message, at))
      continue
    }
    if (turns.length > 0) {
      options.warn({ type: 'changed', field: at.path, detail: 'moved to the top' })
    }
    system.push(...writeTexts('system', message.content, at))
  }
  return { messages: [...system, ...turns], documents }
}

function writeTurn(message: NeutralMessage, at: Place): JsonObject[] {
  switch (message.role) {
    case 'tool':
      return message.content.flatMap((part, index) => {
        const place = { ...at, path: `${at.path}.content[${index}]` }
        return part.type === 'tool-result' ? [writeToolResult(part, place)] : dropped(place)
      })
    case 'assistant':
      return writeAssistant(message.content, at)
    case 'user':
      return writeUser(message.content, at)
    case 'system':
      return writeTexts('system', message.content, at)
    default:
      return message.role satisfies never
  }
}

function writeTexts(role: 'system', content: readonly NeutralPart[], at: Place): JsonObject[] {
  const parts = content.flatMap((part, index) => {
    const place = { ...at, path: `${at.path}.content[${index}]` }
    return part.type === 'text' ? writeText(part, place) : dropped(place)
  })
  return parts.length === 0 ? [] : [{ role, content: simplest(parts) }]
}

function writeUser(content: readonly NeutralPart[], at: Place): JsonObject[] {
  // Cohere refuses empty turns: one of documents alone says what they say itself.
  const hasOthers = content.some((part) => part.type !== 'document')
  const takesDocuments = at.takesDocuments && hasOthers
  const parts = content.flatMap((part, index) =>
    writeUserPart(part, { ...at, takesDocuments, path: `${at.path}.content[${index}]` }),
  )
  return parts.length === 0 ? [] : [{ role: 'user', content: simplest(parts) }]
}

function writeUserPart(part: NeutralPart, at: Place): JsonObject[] {
  if (part.type === 'text') return writeText(part, at)
  if (part.type === 'document') return writeDocument(part, at)
  if (part.type !== 'image' || part.source.type === 'file') return dropped(at)
  warnOfMark(part, at)
  const { detail } = part
  return [
    {
      type: 'image_url',
      image_url: { url: urlOf(part.source), ...(detail !== undefined && { detail }) },
    },
  ]
}

/** Writes text; Cohere refuses empty parts. */
function writeText(part: Extract<NeutralPart, { type: 'text' }>, at: Place): JsonObject[] {
  warnOfMark(part, at)
  return part.text === '' ? [] : [{ type: 'text', text: part.text }]
}

/** Writes a document of text; Cohere reads no other. */
function writeDocument(part: DocumentPart, at: Place): JsonObject[] {
  const text = textOf(part.source)
  if (text === undefined) return dropped(at)
  warnOfMark(part, at)
  if (!at.takesDocuments) {
    at.warn({ type: 'changed', field: at.path, detail: 'sent as text' })
    return [{ type: 'text', text: part.title === undefined ? text : `${part.title}\n\n${text}` }]
  }
  at.warn({ type: 'changed', field: at.path, detail: 'sent beside the messages' })
  at.documents.push({ data: documentData(part.title, text) })
  return []
}

function documentData(title: string | undefined, text: string): JsonObject {
  return { ...(title !== undefined && { title }), text }
}

function textOf(source: DocumentPart['source']): string | undefined {
  if (source.type === 'text') return source.text
  if (source.type !== 'base64') return undefined
  if (!/^(?:text\/|application\/json)/.test(source.mediaType)) return undefined
  return Buffer.from(source.data, 'base64').toString('utf8')
}

function urlOf(source: Exclude<BinarySource, { type: 'file' }>): string {
  return source.type === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`
}

/** Writes an assistant turn. Words before tool calls are their plan, as Cohere calls it. */
function writeAssistant(content: readonly NeutralPart[], at: Place): JsonObject[] {
  const calls: JsonObject[] = []
  const parts: JsonObject[] = []
  let plan = ''
  const hasCalls = content.some((part) => part.type === 'tool-call')
  for (const [index, part] of content.entries()) {
    const place = { ...at, path: `${at.path}.content[${index}]` }
    if (part.type === 'tool-call') {
      warnOfMark(part, { ...at, path: `${at.path}.tool_calls[${calls.length}]` })
      calls.push(writeCall(part))
      continue
    }
    const text = writeSpoken(part, place)
    if (text === undefined) parts.push(...writeReasoning(part, place))
    else if (hasCalls) plan += text
    else if (text !== '') parts.push({ type: 'text', text })
  }
  if (parts.length === 0 && calls.length === 0) return []
  return [
    {
      role: 'assistant',
      ...(parts.length > 0 && { content: simplest(parts) }),
      ...(plan !== '' && { tool_plan: plan }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  ]
}

/** Returns what the assistant said in this part; `undefined` for a part that is not speech. */
function writeSpoken(part: NeutralPart, at: Place): string | undefined {
  if (part.type !== 'text' && part.type !== 'refusal') return undefined
  if (part.type === 'text') warnOfMark(part, at)
  else at.warn({ type: 'changed', field: at.path, detail: 'sent as text' })
  return part.text
}

/** Cohere signs no thinking: what is signed was thought elsewhere and means nothing to it. */
function writeReasoning(part: NeutralPart, at: Place): JsonObject[] {
  if (part.type !== 'reasoning' || part.signature !== undefined) return dropped(at)
  return part.text === '' ? [] : [{ type: 'thinking', thinking: part.text }]
}

function writeCall(part: Extract<NeutralPart, { type: 'tool-call' }>): JsonObject {
  const args = part.arguments === '' ? '{}' : part.arguments
  return { id: part.id, type: 'function', function: { name: part.name, arguments: args } }
}

function writeToolResult(part: ToolResultPart, at: Place): JsonObject {
  warnOfMark(part, at)
  if (part.isError === true) {
    at.warn({ type: 'changed', field: `${at.path}.is_error`, detail: 'the text alone tells' })
  }
  const parts = part.content.flatMap((inner, index): JsonObject[] => {
    const place = { ...at, path: `${at.path}.content[${index}]` }
    if (inner.type === 'text') return writeText(inner, place)
    const text = inner.type === 'document' ? textOf(inner.source) : undefined
    if (inner.type !== 'document' || text === undefined) return dropped(place)
    return [{ type: 'document', document: { data: documentData(inner.title, text) } }]
  })
  return { role: 'tool', tool_call_id: part.callId, content: simplest(parts) }
}

/** One plain text is written as a string, which every model takes. */
function simplest(parts: readonly JsonObject[]): JsonValue {
  const [first] = parts
  if (first === undefined) return ''
  return parts.length === 1 && first['type'] === 'text' ? (first['text'] ?? '') : [...parts]
}

function warnOfMark(part: { readonly cacheMark?: unknown }, at: Place): void {
  if (part.cacheMark !== undefined) at.warn({ type: 'dropped', field: `${at.path}.cache_control` })
}

function dropped(at: Place): [] {
  at.warn({ type: 'dropped', field: at.path })
  return []
}
