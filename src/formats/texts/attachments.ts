import { asObject, asString } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type { AttachmentFact } from '../../core/facts.ts'
import { dataUrlHead, fromBase64 } from './encoded.ts'
import { kindOfMediaType, kindOfName } from './file-types.ts'
import type { FileKind } from './file-types.ts'

/** Something that is attached to a body. */
export interface Attachment {
  readonly type: AttachmentFact['type']
  /** Its text is among the texts of the body. */
  readonly isReadable: boolean
}

/** Tells what the value of a member attaches; `undefined` where it attaches nothing. */
export type FindAttachment = (value: JsonObject | string) => Attachment | undefined

/** An attachment of this kind; of a kind nobody told a file. */
export function attachmentOf(kind: FileKind | undefined): Attachment {
  if (kind === 'text') return { type: 'document', isReadable: true }
  return { type: kind ?? 'file', isReadable: false }
}

/** An attachment whose data is there in base 64; text that is none cannot be read. */
function inlineAttachment(kind: FileKind | undefined, data: string): Attachment {
  const isText = kind === 'text' && fromBase64(data.slice(dataUrlHead(data).length)) !== undefined
  return attachmentOf(kind === 'text' && !isText ? 'document' : kind)
}

/** For members that always hold the same kind. */
export function always(type: AttachmentFact['type']): FindAttachment {
  const attachment: Attachment = { type, isReadable: false }
  return (value) => (value === '' ? undefined : attachment)
}

/** Returns what a file is by the data URL that holds it, or by its name. */
export function kindOfFile(
  data: string | undefined,
  name: string | undefined,
): FileKind | undefined {
  const head = data === undefined ? '' : dataUrlHead(data)
  const byType = head === '' ? undefined : kindOfMediaType(head.slice('data:'.length))
  // Data without a type is read where the name tells a text, and data elsewhere cannot be read at all.
  const byName = name === undefined ? undefined : kindOfName(name)
  if (byType !== undefined) return byType
  return byName === 'text' && data === undefined ? 'document' : byName
}

/** The file of a part, in the words of OpenAI: data, or the id or the address of data that is elsewhere. */
export const openAiFile: FindAttachment = (value) => {
  if (typeof value === 'string') return undefined
  const data = asString(value['file_data'])
  return inlineAttachment(kindOfFile(data, asString(value['filename'])), data ?? '')
}

/** Tells whether the data of such a file is text. */
export function isTextFile(file: JsonObject): boolean {
  const data = asString(file['file_data'])
  return data !== undefined && kindOfFile(data, asString(file['filename'])) === 'text'
}

/** A part of content in the words of OpenAI's Responses API. */
export const responsesPart: FindAttachment = (value) => {
  if (typeof value === 'string') return undefined
  switch (asString(value['type']) ?? '') {
    case 'input_image':
    case 'computer_screenshot':
      return { type: 'image', isReadable: false }
    case 'input_audio':
      return { type: 'audio', isReadable: false }
    case 'input_file':
      return openAiFile(value)
    default:
      return undefined
  }
}

/** A content block in the words of Anthropic. */
export const anthropicBlock: FindAttachment = (value) => {
  if (typeof value === 'string') return undefined
  switch (asString(value['type']) ?? '') {
    case 'image':
      return { type: 'image', isReadable: false }
    case 'document': {
      const source = asObject(value['source'])
      const isText = source?.['type'] === 'text' || source?.['type'] === 'content'
      const kind = kindOfMediaType(asString(source?.['media_type']) ?? '')
      const inline = inlineAttachment(kind, asString(source?.['data']) ?? '')
      return { type: 'document', isReadable: isText || inline.isReadable }
    }
    case 'container_upload':
      return { type: 'file', isReadable: false }
    default:
      return undefined
  }
}

/** A blob in the words of Gemini, with its data or with the address of it. */
export const geminiBlob: FindAttachment = (value) => {
  if (typeof value === 'string') return undefined
  const kind = kindOfMediaType(asString(value['mimeType'] ?? value['mime_type']) ?? '')
  return inlineAttachment(kind, asString(value['data']) ?? '')
}

const converseTexts: ReadonlySet<unknown> = new Set<unknown>(['txt', 'csv', 'html', 'md'])

/** A document in the words of Bedrock's Converse. */
export const converseDocument: FindAttachment = (value) => {
  if (typeof value === 'string') return undefined
  const source = asObject(value['source'])
  const isInline =
    converseTexts.has(value['format']) &&
    inlineAttachment('text', asString(source?.['bytes']) ?? '').isReadable
  const isText = source?.['text'] !== undefined || source?.['content'] !== undefined
  return { type: 'document', isReadable: isInline || isText }
}
