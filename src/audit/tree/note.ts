import { decodeBase64 } from './base64.ts'
import { isKeyName } from './note-keys.ts'

/** Largest note that is read, in UTF-16 code units. */
export const maxNoteLength = 256 * 1024
/** Most signatures of a note that is read. */
export const maxNoteSignatures = 64

/** One line below the text of a note; who it is from is known only when it was verified. */
export interface NoteSignature {
  readonly name: string
  /** Key id in hexadecimal. */
  readonly keyId: string
  readonly bytes: Buffer
}

/** A text with signatures (C2SP signed-note). */
export interface SignedNote {
  /** The signed text, with the newline at its end. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Decodes the bytes of a note as strict UTF-8; `undefined` when they are not. */
export function decodeNote(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // Not UTF-8 is an answer here, not a failure.
    return undefined
  }
}

/** Reads a note without verifying anything; `undefined` unless it is written exactly as it has to be. */
export function parseNote(note: string): SignedNote | undefined {
  if (note.length > maxNoteLength || !isNoteText(note) || !note.endsWith('\n')) return undefined
  const split = note.lastIndexOf('\n\n')
  if (split < 0) return undefined
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > maxNoteSignatures) return undefined
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const signature = parseSignature(line)
    if (signature === undefined) return undefined
    signatures.push(signature)
  }
  return { text: note.slice(0, split + 1), signatures }
}

/** Writes a note. Throws `TypeError` for a text that cannot be one. */
export function formatNote({ text, signatures }: SignedNote): string {
  if (!isNoteText(text) || !text.endsWith('\n')) {
    throw new TypeError(
      'the text of a note ends with a newline and has no other control characters',
    )
  }
  return `${text}\n${signatures.map(formatSignature).join('')}`
}

/** Writes one signature of a note, with the newline at its end. */
export function formatSignature({ name, keyId, bytes }: NoteSignature): string {
  const data = Buffer.concat([Buffer.from(keyId, 'hex'), bytes])
  return `— ${name} ${data.toString('base64')}\n`
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name = '', base64 = ''] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? []
  const data = decodeBase64(base64)
  if (!isKeyName(name) || data === undefined || data.length < 5) return undefined
  return { name, keyId: data.toString('hex', 0, 4), bytes: data.subarray(4) }
}

/** Tells whether a text has no control characters but newlines, and no halves of surrogate pairs. */
function isNoteText(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- exactly these are forbidden
  return !/[\u0000-\u0009\u000b-\u001f]/.test(text) && text.isWellFormed()
}
