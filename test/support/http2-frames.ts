import { connectRaw } from './raw-client.ts'

/** Types of frames, RFC 9113 §6. */
export const frameTypes = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

export const endStream = 1
export const endHeaders = 4

/** A frame as it came from the other side. */
export interface ReceivedFrame {
  readonly type: number
  readonly stream: number
  readonly payload: Buffer
}

type Field = readonly [name: string, value: string]

/** A client that writes frames by hand, for what no library would send. */
export interface FrameClient extends Disposable {
  send(...frames: readonly Uint8Array[]): void
  /** Every whole frame that came so far. */
  readonly received: () => ReceivedFrame[]
  /** Resolves with the first frame that fits, `undefined` once the connection has closed without one. */
  until(isIt: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame | undefined>
  readonly isClosed: () => boolean
  readonly closed: Promise<number>
  /** Stops and goes on taking bytes from the socket. */
  readonly pause: () => void
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** Opens a connection and begins it as every HTTP/2 client does. */
export async function connectFrames(url: string): Promise<FrameClient> {
  const raw = await connectRaw(url)
  raw.send(Buffer.concat([preface, frame(frameTypes.settings, 0, 0)]))
  const received = (): ReceivedFrame[] => readFrames(raw.received())
  return {
    send: (...frames) => raw.send(Buffer.concat(frames)),
    received,
    async until(isIt) {
      for (;;) {
        const found = received().find(isIt)
        if (found !== undefined || raw.socket.destroyed) return found
        await Bun.sleep(2)
      }
    },
    isClosed: () => raw.socket.destroyed,
    closed: raw.closed,
    pause: () => void raw.socket.pause(),
    [Symbol.dispose]: () => raw[Symbol.dispose](),
  }
}

/** The bytes of one frame. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.byteLength, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A frame whose payload is one number of four bytes: RST_STREAM, WINDOW_UPDATE. */
export function numberFrame(type: number, stream: number, value: number): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(value)
  return frame(type, 0, stream, payload)
}

/** A block of header fields, each written out without compression (RFC 7541 §6.2.2). */
export function headerBlock(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]),
  )
}

/** The fields every request begins with, and more. */
export function requestFields(method: string, path: string, more: readonly Field[] = []): Field[] {
  const pseudo = { ':method': method, ':scheme': 'http', ':path': path, ':authority': 'gw.test' }
  return [...Object.entries(pseudo), ...more]
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  return Buffer.concat([integer(bytes.length), bytes])
}

/** An integer with a prefix of seven bits, RFC 7541 §5.1. */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.of(value)
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}

function readFrames(bytes: Buffer): ReceivedFrame[] {
  const frames: ReceivedFrame[] = []
  for (let at = 0; at + 9 <= bytes.length;) {
    const end = at + 9 + bytes.readUIntBE(at, 3)
    if (end > bytes.length) break
    const payload = bytes.subarray(at + 9, end)
    frames.push({ type: bytes.readUInt8(at + 3), stream: bytes.readUInt32BE(at + 5), payload })
    at = end
  }
  return frames
}
