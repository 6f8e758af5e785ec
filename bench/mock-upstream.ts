import type { Socket } from 'bun'
import { HttpReader } from './http-reader.ts'
import { paceMs, plainAnswer, streamFrames } from './payloads.ts'

/** A stream whose reader left before its end: when, in milliseconds since the epoch, and after how many frames. */
export interface AbortedStream {
  readonly at: number
  readonly framesSent: number
}

interface Connection {
  readonly reader: HttpReader
  /** First and last bytes of the request body: fields before and after the messages, in any order. */
  opening: string
  closing: string
  isStats: boolean
  /** Frames sent of the running stream; -1 when none runs. */
  sent: number
  slot: number
  /** Bytes the socket did not take yet. */
  pending: Buffer | undefined
}

const edgeLength = 512
const streamFlag = /"stream": ?true/
const plainReply = Buffer.concat([
  Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n' +
      `x-request-id: req_bench\r\ncontent-length: ${plainAnswer.length}\r\n\r\n`,
  ),
  plainAnswer,
])
const streamHead = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n' +
    'x-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n',
)
const chunks = streamFrames.map((frame, index) => {
  const end = index === streamFrames.length - 1 ? '\r\n0\r\n\r\n' : '\r\n'
  return Buffer.concat([Buffer.from(frame.length.toString(16) + '\r\n'), frame, Buffer.from(end)])
})
const firstWrite = Buffer.concat([streamHead, chunks[0] ?? Buffer.alloc(0)])

/**
 * Serves canned answers over raw sockets: a plain answer at once, a stream one frame every 20 ms.
 * All streams share one timer of 1 ms; each belongs to the slot of the millisecond it began in.
 */
export function serveMockUpstream(port: number): { readonly port: number; stop(): void } {
  const slots = Array.from({ length: paceMs }, () => new Set<Socket<Connection>>())
  const aborted: AbortedStream[] = []
  let doneTick = Math.floor(performance.now())

  const advance = () => {
    const now = Math.floor(performance.now())
    for (; doneTick < now; doneTick++) {
      for (const socket of slots[(doneTick + 1) % paceMs] ?? []) sendFrame(socket)
    }
  }
  const sendFrame = (socket: Socket<Connection>) => {
    const { data } = socket
    const chunk = chunks[data.sent]
    if (chunk === undefined) return
    send(socket, chunk)
    data.sent++
    if (data.sent === chunks.length) leaveSlot(socket)
  }
  const leaveSlot = (socket: Socket<Connection>) => {
    slots[socket.data.slot]?.delete(socket)
    socket.data.sent = -1
  }
  const answer = (socket: Socket<Connection>) => {
    const { data } = socket
    if (data.isStats) {
      const body = JSON.stringify({ aborted })
      aborted.length = 0
      send(socket, Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`))
    } else if (streamFlag.test(data.opening) || streamFlag.test(data.closing)) {
      send(socket, firstWrite)
      data.sent = 1
      data.slot = (doneTick + 1) % paceMs
      slots[data.slot]?.add(socket)
    } else {
      send(socket, plainReply)
    }
  }
  const timer = setInterval(advance, 1)
  const listener = Bun.listen<Connection>({
    hostname: '127.0.0.1',
    port,
    socket: {
      open(socket) {
        socket.data = newConnection(() => answer(socket))
        socket.setNoDelay(true)
      },
      data: (socket, bytes) => socket.data.reader.feed(bytes),
      drain(socket) {
        const { pending } = socket.data
        socket.data.pending = undefined
        if (pending !== undefined) send(socket, pending)
      },
      close(socket) {
        if (socket.data.sent < 0) return
        aborted.push({ at: Date.now(), framesSent: socket.data.sent })
        leaveSlot(socket)
      },
      error: () => {},
    },
  })
  const stop = () => {
    clearInterval(timer)
    listener.stop(true)
  }
  return { port: listener.port, stop }
}

function newConnection(onRequest: () => void): Connection {
  const connection: Connection = {
    reader: new HttpReader({
      onHead(head) {
        connection.opening = ''
        connection.closing = ''
        connection.isStats = head.startsWith('GET /stats')
      },
      onBody(bytes) {
        const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        const room = edgeLength - connection.opening.length
        if (room > 0) connection.opening += buffer.toString('latin1', 0, room)
        const tail = buffer.toString('latin1', Math.max(buffer.length - edgeLength, 0))
        connection.closing = (connection.closing + tail).slice(-edgeLength)
      },
      onEnd: onRequest,
    }),
    opening: '',
    closing: '',
    isStats: false,
    sent: -1,
    slot: 0,
    pending: undefined,
  }
  return connection
}

function send(socket: Socket<Connection>, bytes: Buffer): void {
  const { data } = socket
  if (data.pending !== undefined) {
    data.pending = Buffer.concat([data.pending, bytes])
    return
  }
  const written = Math.max(socket.write(bytes), 0)
  if (written < bytes.length) data.pending = bytes.subarray(written)
}

if (import.meta.main) {
  const server = serveMockUpstream(Number(process.argv[2] ?? 0))
  console.log(JSON.stringify({ port: server.port }))
}
