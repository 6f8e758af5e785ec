import { GatewayError } from '../core/errors.ts'

/** Where the value of a form field stands in a multipart body: byte offsets, `end` exclusive. */
export interface FieldSpan {
  readonly start: number
  readonly end: number
}

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
  const delimiter = Buffer.from(`--${boundary}`, 'latin1')
  let found: FieldSpan | undefined
  let at = buffer.indexOf(delimiter)
  while (at >= 0) {
    const head = at + delimiter.length
    const start = buffer.indexOf(headEnd, head)
    const next = buffer.indexOf(delimiter, head)
    if (start < 0 || next < 0) break
    if (start < next && isPlainField(buffer.toString('latin1', head, start), name)) {
      if (found !== undefined) {
        throw new GatewayError('invalid_request', 'A form field is given twice.', { param: name })
      }
      found = { start: start + headEnd.length, end: Math.max(start + headEnd.length, next - 2) }
    }
    at = next
  }
  return found
}

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

function boundaryOf(contentType: string): string | undefined {
  if (!contentType.toLowerCase().startsWith('multipart/form-data')) return undefined
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType)
  return match?.[1] ?? match?.[2]
}

function isPlainField(head: string, name: string): boolean {
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? ''
  return disposition.includes(`name="${name}"`) && !/;\s*filename/i.test(disposition)
}
