import type { SocketHandler } from 'bun'
import type { FetchInit, ProviderResponse } from '../provider.ts'
import { ConnectionError } from './connection.ts'
import type { Connection } from './connection.ts'
import { ConnectionPool } from './pool.ts'
import type { PoolOptions } from './pool.ts'
import { toProviderResponse } from './response.ts'
import { createOriginReader } from './origin.ts'
import type { Origin } from './origin.ts'

export interface HttpClientOptions extends PoolOptions {
  /** Certificate authorities in PEM that servers are verified against. */
  readonly certificateAuthorities: string | readonly string[]
}

/**
 * Sends requests to providers over HTTP/1.1 with a pool of its own. The runtime's `fetch` hands every
 * request to another thread and keeps at most 64 unused connections; this one stays on the event loop,
 * which costs half of the processor time, and keeps as many as it is told (docs/decisions/0006).
 */
export interface HttpClient extends Disposable {
  send(url: string, init: FetchInit): Promise<ProviderResponse>
}

/** How soon a connection that was closed before it was used shows it, in milliseconds. */
const staleWithinMs = 1_000

/** Makes a client; its connections are shared by all calls to the same host. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const readOrigin = createOriginReader()
  const encodeRequest = createRequestEncoder()
  const pool = new ConnectionPool(options)

  async function open(origin: Origin): Promise<Connection> {
    const connection = pool.admit(origin.key)
    await connect(connection, origin, options.certificateAuthorities)
    return connection
  }

  return {
    async send(url, init) {
      const origin = readOrigin(url)
      const request = encodeRequest(origin, init)
      const reused = pool.take(origin.key)
      if (reused !== undefined) {
        const sentAt = performance.now()
        try {
          return await exchange(reused, request, init)
        } catch (error) {
          // A server that closed a kept connection just as it was used again has not seen the request. One
          // that takes longer may have begun to work on it: asking twice would be paid twice.
          const isStale = isUnusedConnection(error) && performance.now() - sentAt < staleWithinMs
          if (!isStale || init.signal.aborted) throw error
        }
      }
      const connection = await abortable(open(origin), openingSignal(init))
      return exchange(connection, request, init)
    },
    [Symbol.dispose]: () => pool.close(),
  }
}

async function exchange(
  connection: Connection,
  request: Uint8Array,
  init: FetchInit,
): Promise<ProviderResponse> {
  const { response, abort } = connection.send(request)
  if (init.onAbort === undefined) abortWith(init.signal, abort)
  else init.onAbort(abort)
  return toProviderResponse(await response)
}

/** Fires when nobody wants a connection any more, or when it has taken too long to open. */
function openingSignal({ signal, connectTimeoutMs }: FetchInit): AbortSignal {
  if (connectTimeoutMs === undefined) return signal
  return AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)])
}

/** The signal belongs to one call alone, so the listener goes with it. */
function abortWith(signal: AbortSignal, abort: (reason: unknown) => void): void {
  const onAbort = (): void => abort(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort)
}

/** A connection that is still being opened when nobody wants it any more is closed as soon as it is open. */
async function abortable(opening: Promise<Connection>, signal: AbortSignal): Promise<Connection> {
  const gone = Promise.withResolvers<never>()
  const onAbort = (): void => gone.reject(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([opening, gone.promise])
  } catch (error) {
    opening.then(
      (connection) => connection.destroy(),
      () => {
        // It never opened: there is nothing to close.
      },
    )
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function isUnusedConnection(error: unknown): boolean {
  return error instanceof ConnectionError && !error.hadBytes
}

function connect(
  connection: Connection,
  origin: Origin,
  certificateAuthorities: string | readonly string[],
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const handler: SocketHandler<Connection> = {
    open(socket) {
      if (!origin.isSecure) {
        connection.attach(socket)
        resolve()
      }
    },
    handshake(socket, isVerified, error) {
      if (!isVerified) {
        reject(new Error('the certificate of the provider is not valid', { cause: error }))
        socket.terminate()
        return
      }
      connection.attach(socket)
      resolve()
    },
    data: (_socket, bytes) => connection.receive(bytes),
    drain: () => connection.drain(),
    end: () => connection.closed(),
    close() {
      connection.closed()
      reject(new Error('the connection was closed while it was being opened'))
    },
    error(_socket, error) {
      connection.fail('the connection failed', error)
      reject(error)
    },
    connectError(_socket, error) {
      reject(error)
    },
  }
  const { hostname, port, isSecure } = origin
  const tls = {
    ca:
      typeof certificateAuthorities === 'string'
        ? certificateAuthorities
        : [...certificateAuthorities],
    serverName: hostname,
    // Said explicitly, or NODE_TLS_REJECT_UNAUTHORIZED would decide.
    rejectUnauthorized: true,
  }
  Bun.connect({
    hostname,
    port,
    socket: handler,
    data: connection,
    ...(isSecure ? { tls } : {}),
  }).catch(reject)
  return promise
}

const emptyBody = new Uint8Array()
const encoder = new TextEncoder()

/** Makes the writer of requests; headers that stand for many requests are checked and joined once. */
function createRequestEncoder(): (origin: Origin, init: FetchInit) => Uint8Array {
  const standing = new WeakMap<FetchInit['headers'], string>()

  function linesOf(headers: FetchInit['headers']): string {
    const known = standing.get(headers)
    if (known !== undefined) return known
    const lines = headerLines(headers)
    if (Object.isFrozen(headers)) standing.set(headers, lines)
    return lines
  }

  return (origin, init) => {
    const { method } = init
    const body =
      typeof init.body === 'string' ? encoder.encode(init.body) : (init.body ?? emptyBody)
    const length =
      method === 'GET' || method === 'HEAD' ? '' : `content-length: ${body.byteLength}\r\n`
    const head = `${method} ${origin.target} HTTP/1.1\r\nhost: ${origin.host}\r\n${linesOf(init.headers)}${length}\r\n`
    const request = Buffer.allocUnsafe(head.length + body.byteLength)
    request.write(head, 0, 'latin1')
    request.set(body, head.length)
    return request
  }
}

function headerLines(headers: FetchInit['headers']): string {
  let lines = ''
  for (const name in headers) {
    const value = headers[name] ?? ''
    // INVARIANT: no value ends its line; configuration and clients have a say in them.
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw new Error(`The request header ${JSON.stringify(name)} is not valid.`)
    }
    lines += `${name}: ${value}\r\n`
  }
  return lines
}
