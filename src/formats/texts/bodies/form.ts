import { GatewayError } from '../../../core/errors.ts'
import { decodeUtf8 } from '../../../core/text.ts'
import { readHead } from './form-head.ts'
import type { FormHead } from './form-head.ts'

/** A part of a form: what its head says, and where its content stands in the body, in bytes. */
export interface FormPart {
  readonly head: FormHead
  /** Where the head stands, without the empty line behind it. */
  readonly headStart: number
  readonly headEnd: number
  readonly start: number
  readonly end: number
}

/** Parts of a form that are taken in. */
const maxParts = 1024
/** Bytes of the head of a part. */
const maxHeadBytes = 16_384

const crlf = Buffer.from('\r\n')
const headEnd = Buffer.from('\r\n\r\n')
const [tab, lf, cr, space, dash] = [0x09, 0x0a, 0x0d, 0x20, 0x2d]

/** Tells whether a content type is that of a form with parts. */
export function isFormType(contentType: string): boolean {
  return /^multipart\/form-data[ \t]*(?:;|$)/i.test(contentType)
}

/**
 * Parses a `multipart/form-data` body (RFC 7578, RFC 2046 §5.1.1) as strictly as it can be: what one reader
 * could take for a part and another one could not is refused. Throws `invalid_request`.
 */
export function parseForm(body: Uint8Array, contentType: string): readonly FormPart[] {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const delimiter = Buffer.from(`--${boundaryOf(contentType)}`, 'latin1')
  const parts: FormPart[] = []
  // An empty preamble may have a line end of its own.
  let at = startsWith(buffer, crlf, 0) ? crlf.length : 0
  if (!startsWith(buffer, delimiter, at)) throw broken('it does not begin with its boundary')
  for (;;) {
    const behind = at + delimiter.length
    if (buffer[behind] === dash && buffer[behind + 1] === dash) {
      checkEpilogue(buffer, behind + 2)
      return parts
    }
    if (parts.length === maxParts) throw broken(`it has more than ${maxParts} parts`)
    const part = partAt(buffer, delimiterEnd(buffer, behind), delimiter)
    parts.push(part)
    at = part.end + crlf.length
  }
}

/** Returns the offset behind the line of a delimiter. */
function delimiterEnd(buffer: Buffer, at: number): number {
  const end = skipPadding(buffer, at)
  if (startsWith(buffer, crlf, end)) return end + crlf.length
  throw broken('a line begins like its boundary and is none')
}

function partAt(buffer: Buffer, headStart: number, delimiter: Buffer): FormPart {
  const headLimit = buffer.subarray(0, headStart + maxHeadBytes + headEnd.length)
  const end = headLimit.indexOf(headEnd, headStart)
  if (end < 0) throw broken(`the head of a part does not end within ${maxHeadBytes} bytes`)
  const text = decodeUtf8(buffer.subarray(headStart, end))
  if (text === undefined) throw broken('the head of a part is not valid UTF-8')
  const start = end + headEnd.length
  return {
    head: readHead(text),
    headStart,
    headEnd: end,
    start,
    end: contentEnd(buffer, start, delimiter),
  }
}

/** Returns where the line end before the next delimiter stands. */
function contentEnd(buffer: Buffer, start: number, delimiter: Buffer): number {
  let at = buffer.indexOf(delimiter, start)
  while (at >= 0) {
    const isLine = buffer[at - 1] === lf && buffer[at - 2] === cr
    if (isLine && at - crlf.length >= start) return at - crlf.length
    if (at === start || buffer[at - 1] === lf || buffer[at - 1] === cr) {
      throw broken('its boundary stands in it where a line begins')
    }
    at = buffer.indexOf(delimiter, at + 1)
  }
  throw broken('its final boundary is missing')
}

/** Nothing that anybody could read may stand behind the end. */
function checkEpilogue(buffer: Buffer, at: number): void {
  const end = skipPadding(buffer, at)
  const isOver = end === buffer.length
  const isLineEnd = startsWith(buffer, crlf, end) && end + crlf.length === buffer.length
  if (!isOver && !isLineEnd) throw broken('something stands behind its final boundary')
}

function skipPadding(buffer: Buffer, at: number): number {
  let end = at
  while (buffer[end] === space || buffer[end] === tab) end += 1
  return end
}

function startsWith(buffer: Buffer, bytes: Buffer, at: number): boolean {
  return buffer.subarray(at, at + bytes.length).equals(bytes)
}

const boundaryPattern = /;[ \t]*boundary=(?:"([^"]*)"|([^\s;"]*))[ \t]*(?=;|$)/gi
/** RFC 2046 §5.1.1, `bchars`. */
const boundaryCharacters = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/

function boundaryOf(contentType: string): string {
  const named = contentType.match(/boundary/gi)?.length ?? 0
  const [match, second] = contentType.matchAll(boundaryPattern)
  const boundary = match?.[1] ?? match?.[2] ?? ''
  if (second === undefined && named === 1 && boundaryCharacters.test(boundary)) return boundary
  if (second === undefined && named > 1 && boundaryCharacters.test(boundary)) {
    // The word may stand in the boundary itself.
    const inside = boundary.match(/boundary/gi)?.length ?? 0
    if (named === inside + 1) return boundary
  }
  throw broken('its content type does not name one boundary')
}

function broken(fault: string): GatewayError {
  return new GatewayError('invalid_request', `The form of the request body is not valid: ${fault}.`)
}
