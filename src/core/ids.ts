const safeRequestId = /^[A-Za-z0-9._~:-]{1,128}$/
// W3C Trace Context §3.2: version 00, no all-zero ids.
const traceparentPattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** Accepts a caller's request id if it is safe to log and to send back, otherwise makes a new one. */
export function requestIdFrom(value: string | null): string {
  return value !== null && safeRequestId.test(value) ? value : newRequestId()
}

/** Makes a request id: `req_` and a UUIDv7 without dashes, so that ids sort by time. */
export function newRequestId(): string {
  return 'req_' + Bun.randomUUIDv7('buffer').toHex()
}

/** Returns a `traceparent` header value when it is well-formed, otherwise `undefined`. */
export function traceparentFrom(value: string | null): string | undefined {
  return value !== null && traceparentPattern.test(value) ? value : undefined
}
