import { GatewayError } from '../../core/errors.ts'
import { isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type {
  BinarySource,
  DocumentPart,
  NeutralMessage,
  NeutralPart,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from '../neutral.ts'
import { traitsOfModel } from './models.ts'
import { foreignSignature, ownSignature } from '../origin.ts'
import { noSignature, splitCallId } from './signature.ts'

/** What writing the parts of a conversation needs to know. */
export interface WritePlace {
  readonly path: string
  readonly role: NeutralMessage['role']
  readonly model: string
  /** Names of the functions called so far, by the id of the call. */
  readonly names: Map<string, string>
  readonly warn: Warn
}

/** Writes the parts of one message; what Gemini has no part for is warned about. */
export function writeParts(message: NeutralMessage, at: WritePlace): readonly JsonObject[] {
  const parts = message.content.flatMap((part, index) =>
    writePart(part, { ...at, path: `${at.path}.content[${index}]` }),
  )
  if (message.role !== 'assistant') return parts
  const signed = joinSignatures(parts)
  addMissingSignature(signed, at.model)
  return signed
}

/** Puts a signature that travelled by itself, in formats whose calls have no place for it, to its call. */
function joinSignatures(parts: readonly JsonObject[]): JsonObject[] {
  const joined: JsonObject[] = []
  for (const part of parts) {
    const { text, thoughtSignature } = joined.at(-1) ?? {}
    const isAlone = text === '' && thoughtSignature !== undefined
    const isCall = part['functionCall'] !== undefined && part['thoughtSignature'] === undefined
    if (isAlone && isCall) joined[joined.length - 1] = { ...part, thoughtSignature }
    else joined.push(part)
  }
  return joined
}

function addMissingSignature(parts: readonly JsonObject[], model: string): void {
  const first = parts.find((part) => part['functionCall'] !== undefined)
  if (first === undefined || traitsOfModel(model).version < 3) return
  first['thoughtSignature'] ??= noSignature
}

function writePart(part: NeutralPart, at: WritePlace): readonly JsonObject[] {
  if ('cacheMark' in part && part.cacheMark !== undefined) {
    // Gemini finds the common beginning of prompts by itself.
    at.warn({ type: 'dropped', field: `${at.path}.cache_control` })
  }
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'refusal':
      at.warn({ type: 'changed', field: at.path, detail: 'sent as text' })
      return [{ text: part.text }]
    case 'image':
      if (part.detail !== undefined && part.detail !== 'auto') {
        at.warn({ type: 'dropped', field: `${at.path}.image_url.detail` })
      }
      return writeBinary(part.source, 'image/jpeg', at)
    case 'document':
      return writeDocument(part, at)
    case 'audio':
      return [{ inlineData: { mimeType: `audio/${part.format}`, data: part.data } }]
    case 'reasoning':
      return writeReasoning(part, at)
    case 'tool-call':
      return [writeCall(part, at)]
    case 'tool-result':
      return writeResult(part, at)
    case 'redacted-reasoning':
      return dropped(at)
    default:
      return part satisfies never
  }
}

function dropped(at: WritePlace): [] {
  at.warn({ type: 'dropped', field: at.path })
  return []
}

function writeDocument(part: DocumentPart, at: WritePlace): readonly JsonObject[] {
  const { source, title } = part
  if (source.type !== 'text') {
    // Only results of functions may name their files.
    if (title !== undefined) at.warn({ type: 'dropped', field: `${at.path}.title` })
    return writeBinary(source, 'application/pdf', at)
  }
  at.warn({ type: 'changed', field: at.path, detail: 'sent as text' })
  return [{ text: title === undefined ? source.text : `${title}\n\n${source.text}` }]
}

/** Writes data or its address; an address needs a type, which its ending tells. */
function writeBinary(
  source: BinarySource,
  usualType: string,
  at: WritePlace,
): readonly JsonObject[] {
  switch (source.type) {
    case 'base64':
      return [{ inlineData: { mimeType: source.mediaType, data: source.data } }]
    case 'url':
      return [{ fileData: { fileUri: source.url, mimeType: typeOfUrl(source.url) ?? usualType } }]
    case 'file':
      // Ids of files that were uploaded elsewhere mean nothing to Google.
      return dropped(at)
    default:
      return source satisfies never
  }
}

function typeOfUrl(url: string): string | undefined {
  const ending = /\.([a-z0-9]{2,5})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(typeOfEnding, ending) ? typeOfEnding[ending] : undefined
}

const typeOfEnding: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
}

/** Writes thinking; a signature of another provider would be refused, the words are not. */
function writeReasoning(part: ReasoningPart, at: WritePlace): readonly JsonObject[] {
  const signature = ownSignature(part.signature, 'gemini')
  if (signature !== undefined) {
    const isThought = part.text === '' ? {} : { thought: true }
    return [{ text: part.text, ...isThought, thoughtSignature: signature }]
  }
  if (part.signature !== undefined) {
    at.warn({ type: 'changed', field: at.path, detail: `${foreignSignature} left out` })
  }
  return part.text === '' ? [] : [{ text: part.text, thought: true }]
}

function writeCall(part: ToolCallPart, at: WritePlace): JsonObject {
  const args = part.arguments.trim() === '' ? {} : parseJson(part.arguments)
  if (!isObject(args)) {
    const param = `${at.path}.arguments`
    const text = `${param} must be the text of a JSON object.`
    throw new GatewayError('invalid_request', text, { param })
  }
  const { id, signature } = splitCallId(part.id)
  at.names.set(part.id, part.name)
  return {
    functionCall: { id, name: part.name, args },
    ...(signature === undefined ? {} : { thoughtSignature: signature }),
  }
}

function writeResult(part: ToolResultPart, at: WritePlace): readonly JsonObject[] {
  const name = at.names.get(part.callId)
  if (name === undefined) {
    const text = `${at.path} must be the result of a tool call before it.`
    throw new GatewayError('invalid_request', text, { param: at.path })
  }
  const text = part.content.flatMap((each) => (each.type === 'text' ? [each.text] : [])).join('')
  const media = part.content.flatMap((each, index) =>
    each.type === 'text' ? [] : writePart(each, { ...at, path: `${at.path}.content[${index}]` }),
  )
  const { id } = splitCallId(part.callId)
  const response = part.isError === true ? { error: text } : responseOf(text)
  if (media.length === 0 || traitsOfModel(at.model).version >= 3) {
    const parts = media.length === 0 ? {} : { parts: media }
    return [{ functionResponse: { id, name, response, ...parts } }]
  }
  at.warn({ type: 'changed', field: at.path, detail: 'media sent beside the result' })
  return [{ functionResponse: { id, name, response } }, ...media]
}

/** A JSON object is what the function gave back; anything else stands for it. */
function responseOf(text: string): JsonObject {
  const value = text.startsWith('{') ? parseJson(text) : undefined
  const isAmbiguous = isObject(value) && ('output' in value || 'error' in value)
  return isObject(value) && !isAmbiguous ? value : { output: text }
}
