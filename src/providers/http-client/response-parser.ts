import { HeaderMap } from './header-map.ts'

/** What a provider sent is not HTTP/1.1 as it should be; the message says what, never the bytes. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** The connection ended before the response did. */
export class IncompleteError extends Error {
  override readonly name = 'IncompleteError'
}

export interface ResponseHead {
  readonly status: number
  readonly headers: HeaderMap
}

/** Told what a response consists of, in order: one head, any data, one end. */
export interface ResponseEvents {
  onHead(head: ResponseHead): void
  /** Bytes of the body: views into what was pushed. */
  onData(bytes: Uint8Array): void
  /** @param keepsAlive the connection can carry another request */
  onEnd(keepsAlive: boolean): void
}

type State =
  'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'done'

const lf = 10
const headEnd = Buffer.from('\r\n\r\n')
const httpPrefix = Buffer.from('HTTP/1.')
const maxLineBytes = 8_192
const maxTrailerBytes = 16_384

/**
 * Parses the one response to one request (RFC 9112), whatever pieces it arrives in. Interim responses
 * are skipped. A message whose length two readers could judge differently is refused.
 */
export class ResponseParser {
  readonly #events: ResponseEvents
  readonly #maxHeadBytes: number
  #state: State = 'head'
  /** Bytes of an incomplete head or line. */
  #held: Buffer | undefined
  /** Bytes of the body, or of the present chunk, that are still to come. */
  #left = 0
  #trailerBytes = 0
  #keepsAlive = true

  constructor(events: ResponseEvents, maxHeadBytes: number) {
    this.#events = events
    this.#maxHeadBytes = maxHeadBytes
  }

  /** Takes the next bytes; throws `ProtocolError` for bytes that cannot be. */
  push(bytes: Buffer): void {
    let rest: Buffer | undefined = bytes
    while (rest !== undefined && rest.byteLength > 0) rest = this.#step(rest)
  }

  /** The peer closed the connection; throws `IncompleteError` when the response is not complete. */
  close(): void {
    if (this.#state === 'until-close') this.#end(false)
    else if (this.#state !== 'done')
      throw new IncompleteError('the connection ended within a response')
  }

  /** Handles the beginning of some bytes and returns the rest, if there is any. */
  #step(bytes: Buffer): Buffer | undefined {
    switch (this.#state) {
      case 'head':
        return this.#head(bytes)
      case 'length':
      case 'chunk':
        return this.#body(bytes)
      case 'until-close':
        this.#events.onData(bytes)
        return undefined
      case 'chunk-size':
        return this.#line(bytes, (line) => this.#chunkSize(line))
      case 'chunk-end':
        return this.#line(bytes, (line) => this.#chunkEnd(line))
      case 'trailers':
        return this.#line(bytes, (line) => this.#trailer(line))
      case 'done':
        throw new ProtocolError('bytes follow a complete response')
    }
  }

  #head(bytes: Buffer): Buffer | undefined {
    const searchFrom = Math.max(0, (this.#held?.byteLength ?? 0) - headEnd.byteLength + 1)
    const buffer = this.#joined(bytes)
    if (!startsAsHttp(buffer)) throw new ProtocolError('the answer is not HTTP/1')
    const end = buffer.indexOf(headEnd, searchFrom)
    if (end < 0 ? buffer.byteLength > this.#maxHeadBytes : end > this.#maxHeadBytes) {
      throw new ProtocolError('the response headers are too large')
    }
    if (end < 0) {
      this.#held = buffer
      return undefined
    }
    this.#readHead(buffer.toString('latin1', 0, end))
    return buffer.subarray(end + headEnd.byteLength)
  }

  #readHead(text: string): void {
    const [statusLine = '', ...lines] = text.split('\r\n')
    const match = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/.exec(statusLine)
    if (match === null) throw new ProtocolError('the response has no valid status line')
    const status = Number(match[2])
    const headers = readHeaders(lines)
    if (status === 101) throw new ProtocolError('the provider switched protocols unasked')
    // Interim responses (RFC 9110 §15.2) announce the one that is meant.
    if (status < 200) return
    const connection = headers.get('connection')?.toLowerCase() ?? ''
    this.#keepsAlive =
      match[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive')
    const length = bodyLength(status, headers)
    this.#events.onHead({ status, headers })
    if (length === 'chunked') this.#state = 'chunk-size'
    else if (length === 'until-close') this.#state = 'until-close'
    else if (length === 0) this.#end(this.#keepsAlive)
    else {
      this.#state = 'length'
      this.#left = length
    }
  }

  #body(bytes: Buffer): Buffer | undefined {
    const taken = bytes.byteLength <= this.#left ? bytes : bytes.subarray(0, this.#left)
    this.#left -= taken.byteLength
    this.#events.onData(taken)
    if (this.#left > 0) return undefined
    if (this.#state === 'chunk') this.#state = 'chunk-end'
    else this.#end(this.#keepsAlive)
    return bytes.subarray(taken.byteLength)
  }

  /** Reads a line that ends with LF, with or without CR before it. */
  #line(bytes: Buffer, read: (line: string) => void): Buffer | undefined {
    const at = bytes.indexOf(lf)
    const line = this.#joined(at < 0 ? bytes : bytes.subarray(0, at))
    if (line.byteLength > maxLineBytes) throw new ProtocolError('a chunk line is too long')
    if (at < 0) {
      this.#held = line
      return undefined
    }
    const text = line.toString('latin1')
    read(text.endsWith('\r') ? text.slice(0, -1) : text)
    return bytes.subarray(at + 1)
  }

  #chunkSize(line: string): void {
    // Extensions behind a semicolon are allowed and mean nothing to us (RFC 9112 §7.1.1).
    const match = /^([0-9a-fA-F]{1,12})[\t ]*(?:;|$)/.exec(line)
    if (match === null) throw new ProtocolError('a chunk has no valid size')
    this.#left = Number.parseInt(match[1] ?? '', 16)
    this.#state = this.#left === 0 ? 'trailers' : 'chunk'
  }

  #chunkEnd(line: string): void {
    if (line !== '') throw new ProtocolError('a chunk is longer than its size')
    this.#state = 'chunk-size'
  }

  #trailer(line: string): void {
    this.#trailerBytes += line.length
    if (this.#trailerBytes > maxTrailerBytes) throw new ProtocolError('the trailers are too large')
    if (line === '') this.#end(this.#keepsAlive)
  }

  #joined(bytes: Buffer): Buffer {
    const held = this.#held
    this.#held = undefined
    return held === undefined ? bytes : Buffer.concat([held, bytes])
  }

  #end(keepsAlive: boolean): void {
    this.#state = 'done'
    this.#events.onEnd(keepsAlive)
  }
}

/** Judges as many bytes as there are: another protocol may never send what a head ends with. */
function startsAsHttp(bytes: Buffer): boolean {
  const length = Math.min(bytes.byteLength, httpPrefix.byteLength)
  return bytes.compare(httpPrefix, 0, length, 0, length) === 0
}

function readHeaders(lines: readonly string[]): HeaderMap {
  const headers = new HeaderMap()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0))
    // Also refuses folded lines, which begin with white space (RFC 9112 §5.2).
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw new ProtocolError('a response header is malformed')
    }
    const value = line.slice(colon + 1).trim()
    if (/[\0\r\n]/.test(value)) throw new ProtocolError('a response header is malformed')
    headers.append(name, value)
  }
  return headers
}

/** How long the body is (RFC 9112 §6.3), in bytes where that is known. */
function bodyLength(status: number, headers: HeaderMap): number | 'chunked' | 'until-close' {
  if (status === 204 || status === 304) return 0
  const coding = headers.get('transfer-encoding')
  const length = headers.get('content-length')
  if (coding !== null) {
    if (coding.toLowerCase() !== 'chunked') throw new ProtocolError('unknown transfer coding')
    if (length !== null) throw new ProtocolError('the response has two lengths')
    return 'chunked'
  }
  if (length === null) return 'until-close'
  const [first = '', ...others] = length.split(',').map((value) => value.trim())
  if (!/^\d{1,15}$/.test(first) || others.some((value) => value !== first)) {
    throw new ProtocolError('the response has no valid length')
  }
  return Number(first)
}
