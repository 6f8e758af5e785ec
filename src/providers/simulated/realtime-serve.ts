import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { ConnectionCut } from './reply.ts'
import type { Handshake, RealtimeWire } from './realtime-handshake.ts'
import type { RealtimeSession } from './realtime-session.ts'
import {
  createFrameSplitter,
  opcodes,
  WebSocketError,
  writeClose,
  writeFrame,
} from './websocket-frames.ts'
import type { WebSocketFrame } from './websocket-frames.ts'

const maxMessageBytes = 64 * 2 ** 20
/** RFC 6455 §1.3. */
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** A socket of `node:net`, which can end without a farewell. */
export type ResettableSocket = Duplex & { resetAndDestroy?: () => unknown }

/**
 * Serves realtime sessions on upgraded sockets. A WebSocket of its own, since a simulated provider has to be
 * able to break off wherever it is told to.
 */
export async function serveRealtime(
  incoming: IncomingMessage,
  socket: ResettableSocket,
  accept: (request: Request) => Promise<Handshake>,
): Promise<void> {
  socket.on('error', () => socket.destroy())
  const abort = new AbortController()
  socket.on('close', () => abort.abort())
  try {
    const handshake = await accept(requestOf(incoming, abort.signal))
    if (handshake.type === 'session') return establish(incoming, socket, handshake.open)
    const { status, headers, body } = handshake.reply
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const length = Buffer.byteLength(body)
    socket.write(
      `HTTP/1.1 ${status} Refused\r\n${lines.join('')}content-length: ${length}\r\nconnection: close\r\n\r\n`,
    )
    socket.end(body)
  } catch (error) {
    drop(socket, error instanceof ConnectionCut && error.reset)
  }
}

function establish(
  incoming: IncomingMessage,
  socket: ResettableSocket,
  open: (wire: RealtimeWire) => RealtimeSession,
): void {
  const key = incoming.headers['sec-websocket-key'] ?? ''
  const accept = createHash('sha1')
    .update(key + acceptSuffix)
    .digest('base64')
  const offered = (incoming.headers['sec-websocket-protocol'] ?? '').split(',')
  const protocol = offered.some((name) => name.trim() === 'realtime')
    ? 'sec-websocket-protocol: realtime\r\n'
    : ''
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
      `sec-websocket-accept: ${accept}\r\n${protocol}x-simulated: true\r\n\r\n`,
  )
  const session = open({
    send: (text) => write(socket, writeFrame(opcodes.text, Buffer.from(text))),
    cut: ({ reset }) => drop(socket, reset),
  })
  const split = createFrameSplitter(maxMessageBytes)
  const read = createMessageReader(socket, session)
  socket.on('close', () => session.end())
  socket.on('data', (chunk: Uint8Array) => {
    try {
      for (const frame of split(chunk)) read(frame)
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error
      socket.end(writeClose(error.code, error.message))
    }
  })
}

/** Joins fragments to messages and answers control frames (RFC 6455 §5.4, §5.5). */
function createMessageReader(
  socket: Duplex,
  session: RealtimeSession,
): (frame: WebSocketFrame) => void {
  let begun: { readonly opcode: number; readonly parts: Uint8Array[]; bytes: number } | undefined
  return ({ isLast, opcode, payload }) => {
    if (opcode === opcodes.ping) return void socket.write(writeFrame(opcodes.pong, payload))
    if (opcode === opcodes.pong) return
    if (opcode === opcodes.close) return void socket.end(writeFrame(opcodes.close, payload))
    if ((opcode === opcodes.continuation) === (begun === undefined)) {
      throw new WebSocketError(1002, 'A fragment is out of order.')
    }
    begun ??= { opcode, parts: [], bytes: 0 }
    begun.parts.push(payload)
    begun.bytes += payload.byteLength
    if (begun.bytes > maxMessageBytes) throw new WebSocketError(1009, 'A message is too large.')
    if (!isLast) return
    const message = Buffer.concat(begun.parts)
    const isText = begun.opcode === opcodes.text
    begun = undefined
    session.receive(isText ? message.toString() : message)
  }
}

/** Writes; returns what to wait for when the reader is slow. */
function write(socket: Duplex, bytes: Uint8Array): Promise<void> | undefined {
  if (socket.destroyed || socket.write(bytes)) return undefined
  return new Promise((resolve) => {
    const go = (): void => {
      socket.off('drain', go)
      socket.off('close', go)
      resolve()
    }
    socket.on('drain', go)
    socket.on('close', go)
  })
}

function drop(socket: ResettableSocket, reset: boolean): void {
  if (reset && socket.resetAndDestroy !== undefined) socket.resetAndDestroy()
  else socket.destroy()
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  const url = new URL(incoming.url ?? '/', 'http://simulated.invalid').href
  return new Request(url, { method: 'GET', headers, signal })
}
