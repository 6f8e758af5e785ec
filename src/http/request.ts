import { GatewayError } from '../core/errors.ts'
import type { Operation } from '../core/record.ts'

/** Headers that must be given once: two readers could otherwise understand two different requests. */
const singleHeaders = ['host', 'content-length', 'content-type', 'transfer-encoding'] as const

/** The runtime's own limit of a header block, in bytes; below it the configured one is checked. */
const runtimeHeaderBytes = 16_384

/**
 * Refuses conflicting or oversized headers. The runtime has refused malformed ones before; repeated
 * headers reach us joined by commas. Throws `invalid_request`, `headers_too_large`.
 */
export function checkHeaders(headers: Headers, maxHeaderBytes: number): void {
  for (const name of singleHeaders) {
    const value = headers.get(name)
    if (value !== null && value.includes(',')) {
      throw new GatewayError('invalid_request', `The header '${name}' is given more than once.`)
    }
  }
  if (maxHeaderBytes >= runtimeHeaderBytes) return
  let length = 0
  // Four bytes a line: colon, space, CR and LF.
  headers.forEach((value, name) => (length += name.length + value.length + 4))
  if (length > maxHeaderBytes) {
    throw new GatewayError(
      'headers_too_large',
      `The request headers are larger than the ${maxHeaderBytes} bytes this gateway accepts.`,
    )
  }
}

/** Endpoints that take files, and with them the limits of uploads. */
const operationsWithForms: ReadonlySet<Operation> = new Set(['audio', 'images', 'files'])

/** Tells whether the body of a request is a form with files, at an endpoint that takes them. */
export function isForm(headers: Headers, operation: Operation): boolean {
  const type = headers.get('content-type')?.toLowerCase() ?? ''
  return type.startsWith('multipart/form-data') && operationsWithForms.has(operation)
}

/** Up to this length it is cheaper to take in a body nobody wants than to open a new connection. */
const maxUnreadBytes = 65_536

/** Tells whether a request may have more of a body to come than is worth taking in after a refusal. */
export function leavesLargeBody({ headers, bodyUsed }: Request): boolean {
  if (bodyUsed) return false
  const length = headers.get('content-length')
  return length === null ? headers.has('transfer-encoding') : Number(length) > maxUnreadBytes
}

/** Splits a request URL into its path and its query with the question mark (`''` without one). */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  // Where the host is none the runtime gives the path alone.
  const pathAt = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('//') + 2)
  if (pathAt < 0) return { path: '/', query: '' }
  const queryAt = url.indexOf('?', pathAt)
  if (queryAt < 0) return { path: url.slice(pathAt), query: '' }
  return { path: url.slice(pathAt, queryAt), query: url.slice(queryAt) }
}
