import type { JsonObject } from '../../core/json.ts'
import type { BinarySource, DocumentPart, NeutralPart } from '../neutral.ts'
import { audioFormats, documentFormatOf, formatOfName, imageFormatOf, s3UriOf } from './media.ts'
import type { WritePosition } from './write-blocks.ts'

type MediaPart = Extract<NeutralPart, { type: 'image' | 'document' | 'audio' }>

/** Writes images, documents and audio. */
export interface MediaWriter {
  /** Returns `undefined` for media Bedrock does not take: other formats, and what lies elsewhere than in S3. */
  write(part: MediaPart, at: WritePosition): JsonObject | undefined
}

/** Opens a writer of the media of one request; no two documents of a request may have the same name. */
export function createMediaWriter(): MediaWriter {
  const names = new Set<string>()
  /** The number that the next document of a name may get: those before it are taken. */
  const nextNumbers = new Map<string, number>()

  function nameOf(title: string | undefined, at: WritePosition): string {
    const plain = plainName(title ?? '')
    let name = plain
    let number = nextNumbers.get(plain) ?? 2
    while (names.has(name)) name = `${plain} ${number++}`
    nextNumbers.set(plain, number)
    names.add(name)
    if (title !== undefined && name !== title) {
      at.warn({ type: 'changed', field: `${at.path}.title`, detail: 'to a name Bedrock takes' })
    }
    return name
  }

  return {
    write(part, at) {
      switch (part.type) {
        case 'image':
          if (part.detail !== undefined && part.detail !== 'auto') {
            at.warn({ type: 'dropped', field: `${at.path}.image_url.detail` })
          }
          return writeImage(part.source)
        case 'audio':
          return audioFormats.has(part.format)
            ? { audio: { format: part.format, source: { bytes: part.data } } }
            : undefined
        case 'document': {
          const body = writeDocument(part)
          return body && { document: { ...body, name: nameOf(part.title, at) } }
        }
        default:
          return part satisfies never
      }
    },
  }
}

function writeImage(source: BinarySource): JsonObject | undefined {
  const place = writePlace(source, true)
  return place && { image: place }
}

function writeDocument({ source }: DocumentPart): JsonObject | undefined {
  if (source.type !== 'text') return writePlace(source, false)
  if (source.text === '') return undefined
  return { format: 'txt', source: { bytes: Buffer.from(source.text).toString('base64') } }
}

function writePlace(source: BinarySource, isImage: boolean): JsonObject | undefined {
  if (source.type === 'base64') {
    const { mediaType, data } = source
    const format = isImage ? imageFormatOf(mediaType) : documentFormatOf(mediaType)
    return format && data !== '' ? { format, source: { bytes: data } } : undefined
  }
  const uri = source.type === 'url' ? s3UriOf(source.url) : undefined
  const format = uri === undefined ? undefined : formatOfName(uri, isImage)
  return format ? { format, source: { s3Location: { uri: uri ?? '' } } } : undefined
}

/**
 * Returns a name in the characters Bedrock takes: letters, digits, single spaces, dashes, brackets.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html
 */
function plainName(title: string): string {
  const plain = title
    .replace(/[^A-Za-z0-9\-()[\]]+/g, ' ')
    .slice(0, 180)
    .trim()
  return plain === '' ? 'document' : plain
}
