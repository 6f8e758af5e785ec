import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { prompt } from './chat-client.ts'

/** A client on a plain socket, for requests and pauses that no library would make. */
export interface RawClient extends Disposable {
  readonly socket: Socket
  /** Sends bytes exactly as given. */
  send(data: string | Uint8Array): void
  readonly received: () => Buffer
  /** Resolves with everything received once that holds `mark`, or once the connection has closed. */
  until(mark: string): Promise<string>
  /** Resolves with the monotonic time at which the connection closed. */
  readonly closed: Promise<number>
}

/** Connects to the address of a URL. */
export async function connectRaw(url: string): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  const chunks: Buffer[] = []
  let wake: (() => void) | undefined
  const closed = new Promise<number>((resolve) => {
    socket.on('close', () => {
      resolve(performance.now())
      wake?.()
    })
  })
  socket.on('error', () => socket.destroy())
  socket.on('data', (data) => {
    chunks.push(Buffer.from(data))
    wake?.()
  })
  await once(socket, 'connect')
  const received = (): Buffer => Buffer.concat(chunks)
  return {
    socket,
    received,
    closed,
    send: (data) => void socket.write(data),
    async until(mark) {
      while (!socket.destroyed && !received().includes(mark)) {
        await new Promise<void>((resolve) => (wake = resolve))
      }
      return received().toString('latin1')
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

/** The bytes of a request; the length of the body is added unless a header already says how it is framed. */
export function rawRequest(
  requestLine: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string {
  const isFramed = Object.keys(headers).some((name) =>
    ['content-length', 'transfer-encoding'].includes(name.toLowerCase()),
  )
  const all = { host: 'gateway.test', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = isFramed ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`
  return `${requestLine} HTTP/1.1\r\n${lines.join('')}${length}\r\n${body}`
}

/** The bytes of an OpenAI chat call. */
export function rawChat(
  gateway: { readonly key: string },
  options: { readonly stream: boolean; readonly headers?: Readonly<Record<string, string>> },
): string {
  const body = JSON.stringify({
    model: 'm',
    stream: options.stream,
    messages: [{ role: 'user', content: prompt }],
  })
  return rawRequest(
    'POST /v1/chat/completions',
    {
      authorization: `Bearer ${gateway.key}`,
      'content-type': 'application/json',
      ...options.headers,
    },
    body,
  )
}
