import type { JsonValue } from '../../core/json.ts'
import {
  invalidField,
  isAbsent,
  optionalString,
  requireObject,
  requireString,
  unknownFields,
} from '../anthropic-messages/fields.ts'
import type { BinarySource, DocumentPart, NeutralPart } from '../neutral.ts'
import { documentTypeOf, imageTypeOf } from './media.ts'
import { memberOf, readTexts, type Position } from './union.ts'

const imageFields = new Set(['format', 'source'])

/** Reads an image block. */
export function readImage(value: JsonValue, at: Position): readonly NeutralPart[] {
  const block = requireObject(value, at.path)
  const format = requireString(block['format'], `${at.path}.format`)
  const mediaType = imageTypeOf(format)
  if (mediaType === undefined) throw invalidField(`${at.path}.format`, 'png, jpeg, gif or webp')
  at.lost.push(...unknownFields(block, imageFields, `${at.path}.`))
  const source = readSource(block['source'], mediaType, inside(at, 'source'))
  if (source !== undefined) return [{ type: 'image', source }]
  at.lost.push(at.path)
  return []
}

const documentFields = new Set(['format', 'name', 'source', 'context', 'citations'])

/** Reads a document block; plain text becomes text, other formats stay bytes. */
export function readDocument(value: JsonValue, at: Position): readonly NeutralPart[] {
  const block = requireObject(value, at.path)
  const format = optionalString(block['format'], `${at.path}.format`) ?? 'txt'
  const title = requireString(block['name'], `${at.path}.name`)
  const mediaType = documentTypeOf(format)
  if (mediaType === undefined) throw invalidField(`${at.path}.format`, 'a format of documents')
  for (const field of ['context', 'citations'] as const) {
    if (!isAbsent(block[field])) at.lost.push(`${at.path}.${field}`)
  }
  at.lost.push(...unknownFields(block, documentFields, `${at.path}.`))
  const source = readDocumentSource(block['source'], mediaType, inside(at, 'source'))
  if (source !== undefined) return [{ type: 'document', source, title }]
  at.lost.push(at.path)
  return []
}

function readDocumentSource(
  value: JsonValue | undefined,
  mediaType: string,
  at: Position,
): DocumentPart['source'] | undefined {
  const [name, member] = memberOf(value ?? null, at.path)
  const path = `${at.path}.${name}`
  if (name === 'text') return { type: 'text', text: requireString(member, path) }
  if (name === 'content') return { type: 'text', text: readTexts(member, path).join('\n\n') }
  if (name === 'bytes' && mediaType === 'text/plain') {
    const bytes = Buffer.from(requireString(member, path), 'base64')
    return { type: 'text', text: bytes.toString() }
  }
  return readSource(value, mediaType, at)
}

const audioFields = new Set(['format', 'source'])

/** Reads an audio block; one that lies in a bucket has no neutral form. */
export function readAudio(value: JsonValue, at: Position): readonly NeutralPart[] {
  const block = requireObject(value, at.path)
  const format = requireString(block['format'], `${at.path}.format`)
  const source = readSource(block['source'], format, inside(at, 'source'))
  at.lost.push(...unknownFields(block, audioFields, `${at.path}.`))
  if (source?.type === 'base64') return [{ type: 'audio', data: source.data, format }]
  at.lost.push(at.path)
  return []
}

function inside(at: Position, field: string): Position {
  return { path: `${at.path}.${field}`, lost: at.lost }
}

/** Reads where bytes are: in the body, or in a bucket; `undefined` for places not known here. */
function readSource(
  value: JsonValue | undefined,
  mediaType: string,
  at: Position,
): BinarySource | undefined {
  const [name, member] = memberOf(value ?? null, at.path)
  const path = `${at.path}.${name}`
  if (name === 'bytes') return { type: 'base64', mediaType, data: requireString(member, path) }
  if (name !== 's3Location') return undefined
  const location = requireObject(member, path)
  if (!isAbsent(location['bucketOwner'])) at.lost.push(`${path}.bucketOwner`)
  return { type: 'url', url: requireString(location['uri'], `${path}.uri`) }
}
