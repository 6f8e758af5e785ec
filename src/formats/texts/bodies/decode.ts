import { decodeUtf8 } from '../../../core/text.ts'

/** A text that was bytes, and the way back. */
export interface DecodedText {
  /** Without the mark of its byte order. */
  readonly text: string
  /** Writes a text in the same encoding; what it cannot hold becomes a question mark. */
  readonly encode: (text: string) => Uint8Array
}

/**
 * Decodes a text in UTF-8, or in UTF-16 with the mark of its byte order; where it is said to be a text, in
 * Windows-1252 as well, which has a character for every byte. `undefined` for bytes that are no text.
 * https://encoding.spec.whatwg.org/
 */
export function decodeText(bytes: Uint8Array, isSaidToBe: boolean): DecodedText | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, false)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, true)
  // Most binary data shows what it is at once.
  if (bytes.subarray(0, 4096).includes(0)) return undefined
  const text = decodeUtf8(bytes)
  if (text !== undefined) {
    if (text.includes('\0')) return undefined
    const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
    return { text: text.slice(mark.length), encode: (words) => Buffer.from(mark + words) }
  }
  if (!isSaidToBe || bytes.some(isBinarySign)) return undefined
  return { text: new TextDecoder('windows-1252').decode(bytes), encode: encodeWestern }
}

/** Control characters that no text has; binary formats show one early on. */
function isBinarySign(byte: number): boolean {
  const isOfText = (byte >= 0x07 && byte <= 0x0d) || byte === 0x1b
  return byte < 0x20 && !isOfText
}

function decodeUtf16(bytes: Uint8Array, isBigEndian: boolean): DecodedText | undefined {
  if (bytes.length % 2 === 1) return undefined
  const units = Buffer.from(bytes.subarray(2))
  const text = (isBigEndian ? units.swap16() : units).toString('utf16le')
  if (text.includes('\0') || !text.isWellFormed()) return undefined
  return {
    text,
    encode(words) {
      const written = Buffer.from(`\ufeff${words}`, 'utf16le')
      return isBigEndian ? written.swap16() : written
    },
  }
}

function encodeWestern(text: string): Uint8Array {
  const bytes = new Map<string, number>()
  const decoder = new TextDecoder('windows-1252')
  for (let byte = 0; byte < 256; byte++) bytes.set(decoder.decode(Uint8Array.of(byte)), byte)
  return Uint8Array.from(Array.from(text), (sign) => bytes.get(sign) ?? 0x3f)
}
