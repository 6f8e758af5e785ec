import { readFileSync } from 'node:fs'
import type { Server } from 'bun'
import type { ServerConfig } from './config.ts'
import type { Peer } from './data-plane.ts'
import type { SocketEvents } from './realtime-channel.ts'
import { socketHandlers } from './socket-handlers.ts'

/** Address and TLS of one listener. */
export interface ListenOptions {
  readonly listen: string
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined
  readonly allowInsecureBind: boolean
  /** Whether clients may speak HTTP/2; only HTTP/1.1 when absent. */
  readonly http2?: boolean
  /** Largest message of a WebSocket, in bytes; the runtime closes what sends a larger one. */
  readonly maxMessageBytes?: number
}

export interface Listener {
  /** Where it listens, such as `http://127.0.0.1:7775`. */
  readonly url: string
  readonly server: Server<SocketEvents>
  /** Closes connections without a call in progress; returns how many. */
  closeIdle(): number
  /**
   * Stops accepting; resolves when running calls have ended or the time is over, then cuts them.
   * @param endSessions ends the WebSockets that are open when the time is over; resolves with their number
   */
  drain(timeoutMs: number, endSessions?: () => Promise<number>): Promise<{ readonly cut: number }>
}

/** Seconds without any byte after which a connection without a call is closed, the longest the runtime offers. */
const idleTimeoutSeconds = 255

/**
 * Opens a listener. Refuses an address that other machines can reach without TLS unless that is
 * explicitly allowed: keys and prompts would cross the network in the clear.
 */
export function openListener(
  options: ListenOptions,
  handle: (request: Request, peer: Peer) => Response | Promise<Response>,
): Listener {
  const { hostname, port } = splitAddress(options.listen)
  if (options.tls === undefined && !options.allowInsecureBind && !isLoopback(hostname)) {
    throw new Error(
      `Refusing to listen on ${options.listen} without TLS. Set server.tls, or ` +
        'server.allowInsecureBind: true where a proxy in front ends TLS.',
    )
  }
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
    http2: options.http2 ?? false,
    ...(options.tls === undefined
      ? {}
      : {
          tls: {
            cert: readFileSync(options.tls.certFile),
            key: readFileSync(options.tls.keyFile),
          },
        }),
    fetch: (request) => handle(request, peer),
    websocket: socketHandlers(options.maxMessageBytes),
  })
  return {
    url: server.url.href.replace(/\/$/, ''),
    server,
    closeIdle: () => server.closeIdleConnections(),
    async drain(timeoutMs, endSessions) {
      const stopped = server.stop()
      const timeLeft = Promise.withResolvers<void>()
      const timer = setTimeout(timeLeft.resolve, timeoutMs)
      await Promise.race([stopped, timeLeft.promise])
      clearTimeout(timer)
      const cut = server.pendingRequests + ((await endSessions?.()) ?? 0)
      await server.stop(true)
      return { cut }
    },
  }
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
