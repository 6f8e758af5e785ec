import { kindOfBytes, kindOfMediaType, kindOfName } from '../file-types.ts'
import type { AttachmentFact } from '../../../core/facts.ts'
import { decodeText } from './decode.ts'
import type { DecodedText } from './decode.ts'

/** A file that was looked at: its text, or what it is instead. */
export type LookedAt =
  | { readonly type: 'text'; readonly decoded: DecodedText }
  | { readonly type: 'binary'; readonly kind: AttachmentFact['type']; readonly reason: string }

/** Longest file whose text is read, in bytes: reading stops everything else. */
export const maxTextBytes = 16_777_216

/** What is said about a file, or about bytes that are none. */
export interface Said {
  readonly mediaType: string
  /** Name of the file; `''` where it has none. */
  readonly name: string
  /** Only a file may be a document: elsewhere what looks like text is one, whatever it begins with. */
  readonly isFile: boolean
}

/**
 * Finds out what a file is. Its bytes decide: what is said about it only tells apart what bytes leave open,
 * so nothing that is text passes unread because it is called a picture.
 */
export function lookAt(bytes: Uint8Array, { mediaType, name, isFile }: Said): LookedAt {
  // Most bodies that are no files are JSON.
  const plain = isFile ? undefined : decodeText(bytes, false)
  if (plain !== undefined) return { type: 'text', decoded: plain }
  const kinds = [kindOfMediaType(mediaType), kindOfName(name)]
  const magic = kindOfBytes(bytes)
  // Other bodies have limits of their own.
  if (!isFile || bytes.length <= maxTextBytes) {
    const decoded = decodeText(bytes, kinds.includes('text') && magic === undefined)
    const isDocument = isFile && magic === 'document'
    if (decoded !== undefined && !isDocument) return { type: 'text', decoded }
  } else if (decodeText(bytes.subarray(0, 4096), true) !== undefined && !isMedia(magic)) {
    const reason = `a text of more than ${maxTextBytes} bytes`
    return { type: 'binary', kind: 'document', reason }
  }
  return binary(kindOf(magic, kinds))
}

type Kinds = readonly ReturnType<typeof kindOfName>[]

function kindOf(magic: ReturnType<typeof kindOfBytes>, kinds: Kinds): AttachmentFact['type'] {
  const named = kinds.filter((kind) => kind !== 'text').find((kind) => kind !== undefined)
  if (magic === undefined || magic === 'text') return named ?? 'file'
  // Office documents are archives, and one kind of container holds pictures, sound and film.
  if (magic === 'file') return kinds.includes('document') ? 'document' : 'file'
  return magic === 'video' && isMedia(named) ? (named ?? magic) : magic
}

function isMedia(kind: string | undefined): boolean {
  return kind === 'image' || kind === 'audio' || kind === 'video'
}

function binary(kind: AttachmentFact['type']): LookedAt {
  return { type: 'binary', kind, reason: `a ${kind} that is no text` }
}

/** Tells whether something binary may hold texts: pictures, sound and film are looked at, not read. */
export function mayHoldText({ kind }: { readonly kind: AttachmentFact['type'] }): boolean {
  return !isMedia(kind)
}
