import type { Server } from 'bun'
import type { ServerConfig } from './config.ts'
import type { Peer } from './data-plane.ts'
import type { SocketEvents } from './realtime-channel.ts'
import { socketHandlers } from './socket-handlers.ts'
import { readTls } from './tls.ts'
import type { TlsFiles, TlsMaterial } from './tls.ts'

/** Address and TLS of one listener. */
export interface ListenOptions {
  readonly listen: string
  readonly tls?: TlsFiles | undefined
  readonly allowInsecureBind: boolean
  /** Whether clients may speak HTTP/2; only HTTP/1.1 when absent. */
  readonly http2?: boolean
  /** Largest message of a WebSocket, in bytes; the runtime closes what sends a larger one. */
  readonly maxMessageBytes?: number
}

export interface Listener {
  /** Where it listens, such as `http://127.0.0.1:7775`. */
  readonly url: string
  /** Closes connections without a call in progress; returns how many. */
  closeIdle(): number
  /**
   * Proves itself to new connections with another certificate; calls in progress end on the old ones, which
   * then close. Does nothing when it is the same, or when it listens without TLS; returns whether it did.
   */
  renew(tls: TlsMaterial): boolean
  /**
   * Stops accepting; resolves when running calls have ended or the time is over, then cuts them.
   * @param endSessions ends the WebSockets that are open when the time is over; resolves with their number
   */
  drain(timeoutMs: number, endSessions?: () => Promise<number>): Promise<{ readonly cut: number }>
}

type Handle = (request: Request, peer: Peer) => Response | Promise<Response>

/** Seconds without any byte after which a connection without a call is closed, the longest the runtime offers. */
const idleTimeoutSeconds = 255

/**
 * Opens a listener. Refuses an address that other machines can reach without TLS unless that is
 * explicitly allowed: keys and prompts would cross the network in the clear.
 */
export function openListener(options: ListenOptions, handle: Handle): Listener {
  const { hostname, port } = splitAddress(options.listen)
  if (options.tls === undefined && !options.allowInsecureBind && !isLoopback(hostname)) {
    throw new Error(
      `Refusing to listen on ${options.listen} without TLS. Set server.tls, or ` +
        'server.allowInsecureBind: true where a proxy in front ends TLS.',
    )
  }
  let tls = options.tls === undefined ? undefined : readTls(options.tls)
  if (tls !== undefined && port !== 0) requireFree(hostname, port)
  let current = serve({ ...options, hostname, port, tls }, handle)
  const url = current.url.href.replace(/\/$/, '')
  const boundPort = current.port ?? port
  /** Those with an old certificate, until their last call ended. */
  const retired = new Set<Server<SocketEvents>>()
  const all = (): Server<SocketEvents>[] => [current, ...retired]

  function retire(server: Server<SocketEvents>): void {
    retired.add(server)
    const forget = (): boolean => retired.delete(server)
    server.stop().then(forget, forget)
  }

  return {
    url,
    closeIdle: () => all().reduce((sum, server) => sum + server.closeIdleConnections(), 0),
    renew(next) {
      if (tls === undefined || (tls.cert === next.cert && tls.key === next.key)) return false
      const former = current
      // The new one listens before the old one stops: nobody is refused in between.
      current = serve({ ...options, hostname, port: boundPort, tls: next }, handle)
      tls = next
      retire(former)
      return true
    },
    async drain(timeoutMs, endSessions) {
      const stopped = Promise.all(all().map((server) => server.stop()))
      const timeLeft = Promise.withResolvers<void>()
      const timer = setTimeout(timeLeft.resolve, timeoutMs)
      await Promise.race([stopped, timeLeft.promise])
      clearTimeout(timer)
      const pending = all().reduce((sum, server) => sum + server.pendingRequests, 0)
      const cut = pending + ((await endSessions?.()) ?? 0)
      await Promise.all(all().map((server) => server.stop(true)))
      return { cut }
    },
  }
}

interface Binding extends Omit<ListenOptions, 'tls'> {
  readonly hostname: string
  readonly port: number
  readonly tls: TlsMaterial | undefined
}

function serve(binding: Binding, handle: Handle): Server<SocketEvents> {
  const { hostname, port, tls } = binding
  const peer: Peer = {
    address: (request) => server.requestIP(request)?.address,
    keepOpen: (request) => server.timeout(request, 0),
    mayIdle: (request) => server.timeout(request, idleTimeoutSeconds),
    upgrade: (request, events, headers) => server.upgrade(request, { data: events, headers }),
  }
  const server: Server<SocketEvents> = Bun.serve<SocketEvents>({
    hostname,
    port,
    idleTimeout: idleTimeoutSeconds,
    // The data plane checks sizes itself, so that the refusal is in the client's dialect.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    development: false,
    // Some SDKs (AWS's for JavaScript) speak nothing else to an address that is not theirs.
    http2: binding.http2 ?? false,
    // The successor of one with an old certificate listens at the same port for a moment.
    ...(tls === undefined ? {} : { tls: { cert: tls.cert, key: tls.key }, reusePort: true }),
    fetch: (request) => handle(request, peer),
    websocket: socketHandlers(binding.maxMessageBytes),
  })
  return server
}

/** Throws when somebody listens at a port: sharing it with a second gateway would go unnoticed. */
function requireFree(hostname: string, port: number): void {
  void Bun.serve({ hostname, port, fetch: () => new Response() }).stop(true)
}

/** Returns the listen options of the data plane. */
export function dataPlaneOptions(config: ServerConfig): ListenOptions {
  return {
    listen: config.listen,
    tls: config.tls,
    allowInsecureBind: config.allowInsecureBind,
    http2: config.http2,
    maxMessageBytes: config.realtime.maxFrameBytes,
  }
}

/** Returns the listen options of the admin listener. */
export function adminOptions(config: ServerConfig): ListenOptions {
  return {
    listen: config.admin.listen,
    tls: config.admin.tls,
    allowInsecureBind: config.allowInsecureBind,
  }
}

function splitAddress(address: string): { hostname: string; port: number } {
  const at = address.lastIndexOf(':')
  return {
    hostname: address.slice(0, at).replace(/^\[|\]$/g, ''),
    port: Number(address.slice(at + 1)),
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || hostname.startsWith('127.')
}
