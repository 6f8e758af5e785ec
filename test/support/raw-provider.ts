import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

/** A request as it came over the wire. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  /** Values by lower-case name; repeated headers are joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** One exchange as the script of a raw provider sees it: bytes out, and what the other side does. */
export interface RawExchange {
  readonly request: RawRequest
  /** Sends bytes exactly as given; resolves once the system has taken them, `false` when it is too late. */
  send(data: string | Uint8Array): Promise<boolean>
  /** Closes in order (FIN). */
  end(): void
  /** Breaks off (RST). */
  reset(): void
  /** Resolves with the monotonic time at which the other side closed or broke the connection. */
  readonly closed: Promise<number>
}

/** What a raw provider does with a request. */
export type RawScript = (exchange: RawExchange) => Promise<void> | void

/** A provider on a plain socket that does exactly what it is told, right or wrong. */
export interface RawProvider extends AsyncDisposable {
  /** Base address without a path, such as `http://127.0.0.1:40123`. */
  readonly url: string
  readonly requests: readonly RawRequest[]
  /** Every byte that any connection has sent to this provider. */
  readonly received: () => Buffer
  readonly connections: () => number
  /** Sets what is done with the next requests; the last script stays in force. */
  script(...scripts: readonly RawScript[]): void
  /** Sets what is done with a connection before it has said anything. */
  onAccept(reaction: 'serve' | 'reset' | 'hang'): void
}

/** Starts a raw provider on a free loopback port. */
export async function startRawProvider(...scripts: readonly RawScript[]): Promise<RawProvider> {
  const sockets = new Set<Socket>()
  const received: Buffer[] = []
  const requests: RawRequest[] = []
  let queue = [...scripts]
  let reaction: 'serve' | 'reset' | 'hang' = 'serve'
  let connections = 0

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    connections += 1
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    if (reaction === 'reset') {
      socket.resetAndDestroy()
      return
    }
    const serve = serveConnection(socket, (exchange) => {
      requests.push(exchange.request)
      const script = queue.length > 1 ? queue.shift() : queue[0]
      return script?.(exchange)
    })
    socket.on('data', (data) => {
      const bytes = Buffer.from(data)
      received.push(bytes)
      if (reaction === 'serve') serve(bytes)
    })
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    received: () => Buffer.concat(received),
    connections: () => connections,
    script(...next) {
      queue = [...next]
    },
    onAccept(next) {
      reaction = next
    },
    [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** An address on which nobody listens: connecting is refused. */
export async function closedPort(): Promise<string> {
  const server = createServer()
  const port = await listen(server)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return `http://127.0.0.1:${port}`
}

/** Takes the bytes of one connection and starts a script for every complete request in them. */
function serveConnection(
  socket: Socket,
  answer: (exchange: RawExchange) => Promise<void> | void,
): (data: Buffer) => void {
  const closed = new Promise<number>((resolve) => {
    socket.on('end', () => resolve(performance.now()))
    socket.on('close', () => resolve(performance.now()))
  })
  let rest: Buffer = Buffer.alloc(0)
  return (data) => {
    rest = Buffer.concat([rest, data])
    for (;;) {
      const parsed = parseRequest(rest)
      if (parsed === undefined) return
      rest = parsed.rest
      const exchange = { request: parsed.request, closed, ...controlsOf(socket) }
      Promise.resolve(answer(exchange)).catch(() => socket.destroy())
    }
  }
}

function controlsOf(socket: Socket): Pick<RawExchange, 'send' | 'end' | 'reset'> {
  return {
    send: (data) =>
      new Promise((resolve) => {
        if (socket.destroyed) {
          resolve(false)
          return
        }
        const gone = (): void => resolve(false)
        socket.once('close', gone)
        socket.write(data, (error) => {
          socket.off('close', gone)
          resolve(!(error instanceof Error))
        })
      }),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
  }
}

function parseRequest(bytes: Buffer): { request: RawRequest; rest: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [requestLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const [method = '', path = ''] = requestLine.split(' ')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  const start = headEnd + 4
  const end = start + Number(headers['content-length'] ?? 0)
  if (bytes.length < end) return undefined
  return {
    request: { method, path, headers, body: bytes.subarray(start, end) },
    rest: Buffer.from(bytes.subarray(end)),
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
