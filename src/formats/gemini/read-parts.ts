import { isObject, type JsonObject } from '../../core/json.ts'
import type { NeutralPart, ToolResultPart } from '../neutral.ts'
import {
  optionalBoolean,
  optionalString,
  refuse,
  requiredName,
  requiredObject,
  requiredString,
  type LossList,
} from '../openai-chat/fields.ts'
import type { CallBook } from './call-book.ts'
import { message, messageElement, optionalMessage, repeated } from './proto.ts'
import { unwrapForeign } from './signature.ts'

/** What reading parts needs to know and collects. */
export interface PartPlace {
  readonly path: string
  readonly lost: LossList
  readonly calls: CallBook
}

/** Reads the parts of a user's content; results of functions are among them. */
export function readUserPart(part: JsonObject, at: PartPlace): readonly NeutralPart[] {
  switch (kindOf(part, at.path)) {
    case 'text': {
      const text = optionalString(part, 'text', at.path) ?? ''
      return text === '' ? [] : [{ type: 'text', text }]
    }
    case 'inlineData':
      return readInline(part, at)
    case 'fileData':
      return readFile(part, at)
    case 'functionResponse':
      return [readResponse(part, at)]
    case 'functionCall':
      return refuse(`${at.path}.functionCall`, 'in a content of the role model')
    case 'executableCode':
    case 'codeExecutionResult':
    case 'toolCall':
    case 'toolResponse':
      return lose(at)
  }
}

/** Reads the parts of the model's content. */
export function readModelPart(part: JsonObject, at: PartPlace): readonly NeutralPart[] {
  switch (kindOf(part, at.path)) {
    case 'text':
      return readModelText(part, at)
    case 'functionCall': {
      const call = message(requiredObject(part, 'functionCall', at.path))
      const path = `${at.path}.functionCall`
      const name = requiredName(call, 'name', path)
      const args = call['args'] ?? {}
      if (!isObject(args)) return refuse(`${path}.args`, 'an object')
      const id = at.calls.open(name, optionalString(call, 'id', path))
      return [{ type: 'tool-call', id, name, arguments: JSON.stringify(args) }]
    }
    case 'inlineData':
      return readInline(part, at)
    case 'functionResponse':
      return refuse(`${at.path}.functionResponse`, 'in a content of the role user')
    case 'fileData':
      return readFile(part, at)
    case 'executableCode': // Code and tools that ran at Google.
    case 'codeExecutionResult':
    case 'toolCall':
    case 'toolResponse':
      return lose(at)
  }
}

function lose(at: PartPlace): [] {
  at.lost.add(at.path)
  return []
}

/** A part holds one kind of data; the rest of its fields describe it. */
const kinds = [
  'functionCall',
  'functionResponse',
  'inlineData',
  'fileData',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
  'text',
] as const
const knownFields = new Set<string>([...kinds, 'thought', 'thoughtSignature'])

function kindOf(part: JsonObject, path: string): (typeof kinds)[number] {
  const given = kinds.filter((kind) => part[kind] !== undefined && part[kind] !== null)
  if (given.length > 1) return refuse(path, 'a part with one kind of data')
  // Gemini itself sends parts with nothing but a signature.
  if (given[0] === undefined && part['thoughtSignature'] === undefined) {
    return refuse(path, 'a part with data, such as text')
  }
  return given[0] ?? 'text'
}

/** Notes fields of a part that say more about its data than the neutral form can. */
export function noteUnknownFields(part: JsonObject, at: PartPlace): void {
  at.lost.addUnknown(part, knownFields, at.path)
}

function readModelText(part: JsonObject, at: PartPlace): readonly NeutralPart[] {
  const text = optionalString(part, 'text', at.path) ?? ''
  const given = optionalString(part, 'thoughtSignature', at.path)
  // A signature of Gemini itself proves nothing to the providers a translated call goes to.
  const foreign = given === undefined ? undefined : unwrapForeign(given)
  if (foreign?.type === 'redacted') return [{ type: 'redacted-reasoning', data: foreign.value }]
  if (optionalBoolean(part, 'thought', at.path) !== true) {
    return text === '' ? [] : [{ type: 'text', text }]
  }
  if (text === '' && foreign === undefined) return []
  return [{ type: 'reasoning', text, ...(foreign && { signature: foreign.value }) }]
}

function readInline(part: JsonObject, at: PartPlace): readonly NeutralPart[] {
  const path = `${at.path}.inlineData`
  const inline = message(requiredObject(part, 'inlineData', at.path))
  const mediaType = requiredName(inline, 'mimeType', path).toLowerCase()
  const data = requiredString(inline, 'data', path)
  const [kind = '', format = ''] = mediaType.split(';')[0]?.split('/') ?? []
  if (kind === 'image') return [{ type: 'image', source: { type: 'base64', mediaType, data } }]
  if (kind === 'audio') return [{ type: 'audio', data, format: audioFormats[format] ?? format }]
  if (kind === 'video') {
    at.lost.add(path)
    return []
  }
  const title = optionalString(inline, 'displayName', path)
  const source = { type: 'base64', mediaType, data } as const
  return [{ type: 'document', source, ...(title !== undefined && { title }) }]
}

const audioFormats: Readonly<Record<string, string>> = {
  mpeg: 'mp3',
  'x-wav': 'wav',
  wave: 'wav',
  'vnd.wave': 'wav',
}

/** Reads a file by its address. One that only Google can open means nothing to another provider. */
function readFile(part: JsonObject, at: PartPlace): readonly NeutralPart[] {
  const path = `${at.path}.fileData`
  const file = message(requiredObject(part, 'fileData', at.path))
  const url = requiredName(file, 'fileUri', path)
  const mediaType = (optionalString(file, 'mimeType', path) ?? '').toLowerCase()
  const isPublic = /^https?:\/\//i.test(url) && !googleFiles.test(url)
  const source = { type: 'url', url } as const
  if (isPublic && mediaType.startsWith('image/')) return [{ type: 'image', source }]
  if (isPublic && /^(?:application|text)\//.test(mediaType)) return [{ type: 'document', source }]
  at.lost.add(path)
  return []
}

const googleFiles =
  /^https?:\/\/(?:generativelanguage\.googleapis\.com|(?:www\.)?youtube\.com|youtu\.be)\//i

function readResponse(part: JsonObject, at: PartPlace): ToolResultPart {
  const path = `${at.path}.functionResponse`
  const response = message(requiredObject(part, 'functionResponse', at.path))
  const name = requiredName(response, 'name', path)
  const callId = at.calls.answer(name, optionalString(response, 'id', path))
  if (callId === undefined) return refuse(path, 'the response to a functionCall before it')
  const said = requiredObject(response, 'response', path)
  const media = repeated(response, 'parts', path).flatMap((each, index) => {
    const place = { ...at, path: `${path}.parts[${index}]` }
    const inner = messageElement(each, place.path)
    const isInline = optionalMessage(inner, 'inlineData', place.path) !== undefined
    const parts = isInline ? readInline(inner, place) : readFile(inner, place)
    return parts.map((read) => at.lost.trace.note(read, place.path))
  })
  const error = soleMember(said, 'error')
  const text = error ?? soleMember(said, 'output') ?? JSON.stringify(said)
  return {
    type: 'tool-result',
    callId,
    content: [at.lost.trace.note({ type: 'text', text }, `${path}.response`), ...media],
    ...(error !== undefined && { isError: true }),
  }
}

/** Gemini's own words for what a function gave back: `output` and `error`, each alone. */
function soleMember(response: JsonObject, key: 'output' | 'error'): string | undefined {
  const value = response[key]
  if (Object.keys(response).length !== 1 || value === undefined) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}
