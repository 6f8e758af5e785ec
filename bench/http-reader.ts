/** What a reader reports; `onBody` gets the body without its transfer coding. */
export interface HttpReaderEvents {
  onHead(head: string): void
  onBody(bytes: Uint8Array): void
  onEnd(): void
}

const crlf = Buffer.from('\r\n')
const headEnd = Buffer.from('\r\n\r\n')

/**
 * Reads HTTP/1.1 messages, requests or responses, from a connection, however the bytes are split.
 * Knows `content-length` and chunked bodies; a message with neither has no body. Enough for a
 * benchmark on loopback whose both ends are known, not for the open internet.
 */
export class HttpReader {
  readonly #events: HttpReaderEvents
  #state: 'head' | 'fixed' | 'size' | 'chunk' | 'chunk-end' | 'trailer' = 'head'
  #carry: Buffer | undefined
  #left = 0

  constructor(events: HttpReaderEvents) {
    this.#events = events
  }

  feed(given: Buffer): void {
    let data = given
    if (this.#carry !== undefined) {
      data = Buffer.concat([this.#carry, given])
      this.#carry = undefined
    }
    let at = 0
    while (at < data.length) {
      const next = this.#step(data, at)
      if (next < 0) {
        this.#carry = data.subarray(at)
        return
      }
      at = next
    }
  }

  /** Reads one element from `at`; returns where the next one starts, or -1 when bytes are missing. */
  #step(data: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(data, at)
      case 'fixed':
      case 'chunk': {
        const end = Math.min(at + this.#left, data.length)
        this.#left -= end - at
        const wasChunk = this.#state === 'chunk'
        this.#events.onBody(data.subarray(at, end))
        if (this.#left === 0) {
          if (wasChunk) this.#state = 'chunk-end'
          else this.#finish()
        }
        return end
      }
      case 'size': {
        const end = data.indexOf(crlf, at)
        if (end < 0) return -1
        this.#left = readHex(data, at, end)
        this.#state = this.#left === 0 ? 'trailer' : 'chunk'
        return end + 2
      }
      case 'chunk-end':
        if (data.length - at < 2) return -1
        this.#state = 'size'
        return at + 2
      case 'trailer': {
        const end = data.indexOf(crlf, at)
        if (end < 0) return -1
        if (end === at) this.#finish()
        return end + 2
      }
      default:
        return this.#state satisfies never
    }
  }

  #readHead(data: Buffer, at: number): number {
    const end = data.indexOf(headEnd, at)
    if (end < 0) return -1
    const head = data.toString('latin1', at, end)
    const length = /\r\ncontent-length:\s*(\d+)/i.exec(head)
    this.#left = length === null ? 0 : Number(length[1])
    this.#events.onHead(head)
    if (length === null && /\r\ntransfer-encoding:\s*chunked/i.test(head)) this.#state = 'size'
    else if (this.#left > 0) this.#state = 'fixed'
    else this.#finish()
    return end + 4
  }

  #finish(): void {
    this.#state = 'head'
    this.#events.onEnd()
  }
}

function readHex(data: Buffer, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) {
    const code = data[at] ?? 0
    const digit = code <= 57 ? code - 48 : (code | 32) - 87
    // A chunk extension begins with ";" and says nothing about the size.
    if (digit < 0 || digit > 15) break
    value = value * 16 + digit
  }
  return value
}
