import { GatewayError } from '../core/errors.ts'

/** Where the value of a form field stands in a multipart body: byte offsets, `end` exclusive. */
export interface FieldSpan {
  readonly start: number
  readonly end: number
}

const crlf = Buffer.from('\r\n')
const headEnd = Buffer.from('\r\n\r\n')

/**
 * Finds a plain field of a `multipart/form-data` body (RFC 7578) without touching the files in it.
 * Returns `undefined` when the body is no such form or has no such field. Throws `invalid_request` when
 * the field is given twice: two readers could then understand two different requests.
 */
export function findMultipartField(
  body: Uint8Array,
  contentType: string,
  name: string,
): FieldSpan | undefined {
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) return undefined
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  let found: FieldSpan | undefined
  for (const part of partsOf(buffer, Buffer.from(`--${boundary}`, 'latin1'))) {
    // The head may be empty: then its end begins with the line end of the delimiter.
    const start = buffer.indexOf(headEnd, part.start - crlf.length)
    if (start < 0 || start + headEnd.length > part.end) continue
    if (!isPlainField(buffer.toString('latin1', part.start, start), name)) continue
    if (found !== undefined) {
      throw new GatewayError('invalid_request', 'A form field is given twice.', { param: name })
    }
    found = { start: start + headEnd.length, end: part.end }
  }
  return found
}

/** Yields where parts stand: behind the line of one delimiter, before the line end of the next. */
function* partsOf(buffer: Buffer, delimiter: Buffer): Generator<FieldSpan> {
  let start: number | undefined
  let at = buffer.indexOf(delimiter)
  while (at >= 0) {
    const lineEnd = delimiterLineEnd(buffer, at, at + delimiter.length)
    if (lineEnd !== undefined) {
      if (start !== undefined) yield { start, end: Math.max(start, at - crlf.length) }
      if (lineEnd === 'last') return
      start = lineEnd
    }
    at = buffer.indexOf(delimiter, at + delimiter.length)
  }
}

/**
 * Returns where the line of a delimiter ends, `last` for the closing one, `undefined` for bytes that only
 * look like one (RFC 2046 §5.1.1): a delimiter begins a line and has nothing but white space behind it.
 */
function delimiterLineEnd(buffer: Buffer, at: number, end: number): number | 'last' | undefined {
  const beginsLine = at === 0 || buffer.indexOf(crlf, at - crlf.length) === at - crlf.length
  if (!beginsLine) return undefined
  if (buffer[end] === dash && buffer[end + 1] === dash) return 'last'
  let behind = end
  while (buffer[behind] === space || buffer[behind] === tab) behind += 1
  const isLine = buffer[behind] === cr && buffer[behind + 1] === lf
  return isLine ? behind + crlf.length : undefined
}

const [tab, lf, cr, space, dash] = [0x09, 0x0a, 0x0d, 0x20, 0x2d]

/** Returns the text of a plain field, or `undefined`. */
export function readMultipartField(
  body: Uint8Array,
  contentType: string,
  name: string,
): string | undefined {
  const span = findMultipartField(body, contentType, name)
  return span === undefined
    ? undefined
    : new TextDecoder().decode(body.subarray(span.start, span.end))
}

/** Returns the body with a plain field's value replaced; unchanged when there is no such field. */
export function setMultipartField(
  body: Uint8Array,
  contentType: string,
  field: { readonly name: string; readonly value: string },
): Uint8Array {
  const span = findMultipartField(body, contentType, field.name)
  if (span === undefined) return body
  return Buffer.concat([
    body.subarray(0, span.start),
    Buffer.from(field.value),
    body.subarray(span.end),
  ])
}

/** Returns the body with a plain field put before all others; unchanged when it is no form. */
export function addMultipartField(
  body: Uint8Array,
  contentType: string,
  field: { readonly name: string; readonly value: string },
): Uint8Array {
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) return body
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${field.name}"`
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n${field.value}\r\n`), body])
}

function boundaryOf(contentType: string): string | undefined {
  if (!contentType.toLowerCase().startsWith('multipart/form-data')) return undefined
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType)
  return match?.[1] ?? match?.[2]
}

/** Tells whether the head of a part is that of a field of this name which is no file. */
function isPlainField(head: string, name: string): boolean {
  const disposition = /^content-disposition[ \t]*:[ \t]*form-data(.*)$/im.exec(head)?.[1] ?? ''
  let isNamed = false
  for (const [, key = '', quoted, token] of disposition.matchAll(parameter)) {
    if (/^filename\*?$/i.test(key)) return false
    if (key.toLowerCase() === 'name') isNamed = (quoted ?? token) === name
  }
  return isNamed
}

const parameter = /;\s*([^\s=;"]+)\s*=\s*(?:"([^"]*)"|([^\s;]*))/g
