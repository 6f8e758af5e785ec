import type { Socket } from 'bun'
import { HttpReader } from './http-reader.ts'

/** Where a load tool sends its requests. */
export interface Aim {
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
}

/** What one exchange ended with. */
export interface Ended {
  readonly status: number
  readonly endedAt: number
}

/** A keep-alive connection for one exchange at a time. */
export interface Connection {
  /** Sends a request; `onBody` sees each piece of the answer as it comes. Rejects when the connection breaks. */
  exchange(request: Uint8Array, onBody?: (bytes: Uint8Array) => void): Promise<Ended>
  /** Drops the connection at once. */
  close(): void
}

/** Builds the bytes of a chat request. */
export function chatRequest(aim: Aim, body: string): Buffer {
  const headers = Object.entries(aim.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head =
    `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:${aim.port}\r\n` +
    `content-type: application/json\r\n${headers.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(head + body)
}

/** Opens a raw connection to a port of this machine. */
export async function connect(port: number): Promise<Connection> {
  let status = 0
  let unsent: Uint8Array | undefined
  let onBody: ((bytes: Uint8Array) => void) | undefined
  let current: { resolve(ended: Ended): void; reject(error: Error): void } | undefined
  const reader = new HttpReader({
    onHead: (head) => (status = Number(head.slice(9, 12))),
    onBody: (bytes) => onBody?.(bytes),
    onEnd: () => current?.resolve({ status, endedAt: performance.now() }),
  })
  const flush = (socket: Socket) => {
    if (unsent === undefined) return
    const written = Math.max(socket.write(unsent), 0)
    unsent = written < unsent.length ? unsent.subarray(written) : undefined
  }
  const fail = (error?: Error | null) =>
    current?.reject(error instanceof Error ? error : new Error('The connection was closed.'))
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data: (_, bytes) => reader.feed(bytes),
      drain: flush,
      close: (_, error) => fail(error instanceof Error ? error : null),
      error: (_, error) => fail(error),
    },
  })
  socket.setNoDelay(true)
  return {
    exchange(request, listener) {
      onBody = listener
      unsent = request
      const { promise, resolve, reject } = Promise.withResolvers<Ended>()
      current = { resolve, reject }
      flush(socket)
      return promise
    },
    close: () => {
      socket.terminate()
    },
  }
}
