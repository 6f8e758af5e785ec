import type { Socket } from 'bun'
import { ByteBody } from './byte-body.ts'
import type { HeaderMap } from './header-map.ts'
import { ResponseParser } from './response-parser.ts'
import type { ResponseHead } from './response-parser.ts'

/** A response whose body is still on its way. */
export interface WireResponse {
  readonly status: number
  readonly headers: HeaderMap
  readonly body: ByteBody
}

/** The connection broke; `hadBytes` tells whether anything of a response had arrived. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly hadBytes: boolean

  constructor(message: string, hadBytes: boolean, options?: ErrorOptions) {
    super(message, options)
    this.hadBytes = hadBytes
  }
}

export interface ConnectionOptions {
  readonly maxHeadBytes: number
  /** Called when the connection can carry another request. */
  readonly onIdle: (connection: Connection) => void
  /** Called once, when it can carry none any more. */
  readonly onGone: (connection: Connection) => void
}

/** A request that was handed to a connection. */
export interface SentRequest {
  /** Resolves when the head of the response is there. */
  readonly response: Promise<WireResponse>
  /** Gives the request up and closes the connection; does nothing once the response is complete. */
  readonly abort: (reason: unknown) => void
}

/** One request on its way. */
interface Exchange {
  readonly parser: ResponseParser
  readonly answer: PromiseWithResolvers<WireResponse>
  readonly body: ByteBody
  hadBytes: boolean
}

/** A connection to a provider: one request at a time, its response parsed as it arrives. */
export class Connection {
  readonly #options: ConnectionOptions
  #socket: Socket<Connection> | undefined
  #exchange: Exchange | undefined
  #unsent: Uint8Array | undefined
  #isGone = false
  /** Monotonic milliseconds since when it waits for work. */
  idleSince = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Takes over an open socket. */
  attach(socket: Socket<Connection>): void {
    this.#socket = socket
    socket.setNoDelay(true)
  }

  /** Sends a request; the connection must be idle. */
  send(request: Uint8Array): SentRequest {
    const answer = Promise.withResolvers<WireResponse>()
    const body = new ByteBody({
      onPressure: (isHigh) => (isHigh ? this.#socket?.pause() : this.#socket?.resume()),
      onCancel: () => this.destroy(),
    })
    const parser = new ResponseParser(
      {
        onHead: ({ status, headers }: ResponseHead) => answer.resolve({ status, headers, body }),
        onData: (bytes) => body.push(bytes),
        onEnd: (keepsAlive) => this.#finish(keepsAlive),
      },
      this.#options.maxHeadBytes,
    )
    const exchange: Exchange = { parser, answer, body, hadBytes: false }
    this.#exchange = exchange
    if (this.#isGone) this.fail('the connection is closed')
    else this.#write(request)
    return {
      response: answer.promise,
      abort: (reason) => {
        // The connection may carry another request by now.
        if (this.#exchange === exchange) this.#break(reason)
      },
    }
  }

  /** Bytes of the provider. */
  receive(bytes: Buffer): void {
    const exchange = this.#exchange
    if (exchange === undefined) {
      // Nothing was asked: whatever this is, it must not become the answer to the next request.
      this.destroy()
      return
    }
    exchange.hadBytes = true
    try {
      exchange.parser.push(bytes)
    } catch (error) {
      this.#break(error)
      return
    }
    exchange.body.flush()
  }

  /** The socket takes bytes again. */
  drain(): void {
    const rest = this.#unsent
    this.#unsent = undefined
    if (rest !== undefined) this.#write(rest)
  }

  /** The provider closed the connection. */
  closed(): void {
    const exchange = this.#exchange
    if (exchange !== undefined) {
      try {
        exchange.parser.close()
      } catch (error) {
        this.#break(error)
      }
    }
    this.#leave()
  }

  /** The connection failed. */
  fail(message: string, cause?: unknown): void {
    this.#break(new Error(message, { cause }))
  }

  /** Closes the connection at once, whatever it carries. */
  destroy(): void {
    this.#break(new Error('the request was given up'))
  }

  #write(bytes: Uint8Array): void {
    const socket = this.#socket
    if (socket === undefined) return
    const written = socket.write(bytes)
    if (written < 0) this.fail('the connection is closed')
    else if (written < bytes.byteLength) this.#unsent = bytes.subarray(written)
  }

  #finish(keepsAlive: boolean): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    // A provider that answers before it has the whole request does not read the rest.
    const isReusable = keepsAlive && this.#unsent === undefined && !this.#isGone
    exchange?.body.end()
    if (isReusable) this.#options.onIdle(this)
    else this.#leave()
  }

  #break(cause: unknown): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    if (exchange !== undefined) {
      const message = cause instanceof Error ? cause.message : 'the connection broke'
      const error = new ConnectionError(message, exchange.hadBytes, { cause })
      exchange.answer.reject(error)
      exchange.body.fail(error)
    }
    this.#leave()
  }

  #leave(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#unsent = undefined
    this.#socket?.terminate()
    this.#options.onGone(this)
  }
}
