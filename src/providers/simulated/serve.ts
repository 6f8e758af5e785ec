import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createSimulatedProvider } from './provider.ts'
import type { SimulatedProvider, SimulatedProviderOptions } from './provider.ts'
import { serveRealtime } from './realtime-serve.ts'
import type { ResettableSocket } from './realtime-serve.ts'
import { ConnectionCut } from './reply.ts'

const maxBodyBytes = 256 * 2 ** 20

/** Where the server listens, and how its provider is set up. */
export interface ServeOptions extends SimulatedProviderOptions {
  /** Default 0: any free port. */
  readonly port?: number
  readonly hostname?: string
}

/** A running server of a simulated provider. */
export interface SimulatedServer extends AsyncDisposable {
  /** Base address without a path, such as `http://127.0.0.1:40123`. */
  readonly url: string
  readonly port: number
  /** Connections that clients closed before their answer was complete, so that tests can see an abort arrive. */
  readonly abortedCalls: () => number
}

/**
 * Serves a simulated provider over real sockets; `x-simulate` is obeyed. Built on `node:http`, not
 * on `Bun.serve`, because only there can a handler drop its own connection before or amid an answer.
 */
export async function serveSimulatedProvider(options: ServeOptions = {}): Promise<SimulatedServer> {
  const provider = createSimulatedProvider({ obeyHeader: true, ...options })
  let aborted = 0
  const server = createServer((incoming, outgoing) => {
    void serveCall(provider, { incoming, outgoing, onAbort: () => aborted++ })
  })
  const sockets = new Set<ResettableSocket>()
  server.on('upgrade', (incoming: IncomingMessage, socket: ResettableSocket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    void serveRealtime(incoming, socket, (request) => provider.accept(request))
  })
  const hostname = options.hostname ?? '127.0.0.1'
  const port = await listen(server, options.port ?? 0, hostname)
  const host = hostname.includes(':') ? `[${hostname}]` : hostname
  return {
    url: `http://${host}:${port}`,
    port,
    abortedCalls: () => aborted,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await close(server)
    },
  }
}

interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly onAbort: () => void
}

async function serveCall(
  provider: SimulatedProvider,
  { incoming, outgoing, onAbort }: Exchange,
): Promise<void> {
  const abort = new AbortController()
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) abort.abort()
  })
  try {
    const request = await readRequest(incoming, abort.signal)
    if (request === undefined) {
      outgoing.writeHead(413, { connection: 'close' }).end()
      return
    }
    const answer = await provider.answer(request)
    outgoing.writeHead(answer.status, answer.headers)
    outgoing.flushHeaders()
    for await (const chunk of answer.body) await write(outgoing, chunk, abort.signal)
    outgoing.end()
  } catch (error) {
    const isReset = error instanceof ConnectionCut && error.reset
    if (isReset) incoming.socket.resetAndDestroy()
    else incoming.socket.destroy()
    if (!(error instanceof ConnectionCut)) onAbort()
  }
}

async function readRequest(
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<Request | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of incoming) {
    if (!(chunk instanceof Uint8Array)) continue
    size += chunk.length
    if (size > maxBodyBytes) return undefined
    chunks.push(chunk)
  }
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  const method = incoming.method ?? 'GET'
  const url = new URL(incoming.url ?? '/', 'http://simulated.invalid').href
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const body = hasBody ? Buffer.concat(chunks) : null
  return new Request(url, { method, headers, signal, body })
}

/** Writes one piece; waits until the client takes more, so that a slow reader slows the provider. */
function write(outgoing: ServerResponse, chunk: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    outgoing.write(chunk, (error) => {
      signal.removeEventListener('abort', stop)
      if (error instanceof Error) reject(error)
      else resolve()
    })
  })
}

function listen(server: Server, port: number, hostname: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, hostname, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
