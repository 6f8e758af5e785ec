/** A frame of RFC 6455 §5.2, its payload unmasked. */
export interface WebSocketFrame {
  readonly isLast: boolean
  readonly opcode: number
  readonly payload: Uint8Array
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A violation of the protocol, with the close code that says so. */
export class WebSocketError extends Error {
  override readonly name = 'WebSocketError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Cuts the bytes of a client into frames. Throws `WebSocketError` for unmasked frames (§5.1), reserved
 * bits and frames beyond the limit.
 */
export function createFrameSplitter(
  maxFrameBytes: number,
): (chunk: Uint8Array) => WebSocketFrame[] {
  /** Pieces of a frame that is not complete; joined once, so that a long one costs its length. */
  let pieces: Uint8Array[] = []
  let held = 0
  let needed = 0
  return (chunk) => {
    pieces.push(chunk)
    held += chunk.byteLength
    const frames: WebSocketFrame[] = []
    if (held < needed) return frames
    let rest: Uint8Array = pieces.length === 1 ? chunk : Buffer.concat(pieces)
    for (;;) {
      const found = readFrame(rest, maxFrameBytes)
      if (typeof found !== 'number') {
        frames.push(found.frame)
        rest = rest.subarray(found.length)
        continue
      }
      pieces = [rest]
      held = rest.byteLength
      needed = found
      return frames
    }
  }
}

/** Reads the frame that bytes begin with; how many are needed when it is not there yet. */
function readFrame(
  bytes: Uint8Array,
  maxFrameBytes: number,
): { readonly frame: WebSocketFrame; readonly length: number } | number {
  if (bytes.byteLength < 2) return 2
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [first, second] = [view.getUint8(0), view.getUint8(1)]
  if ((first & 0x70) !== 0) throw new WebSocketError(1002, 'A reserved bit is set.')
  if ((second & 0x80) === 0) throw new WebSocketError(1002, 'A frame of a client is not masked.')
  const short = second & 0x7f
  const headLength = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + 4
  if (bytes.byteLength < headLength) return headLength
  const length =
    short === 126 ? view.getUint16(2) : short === 127 ? Number(view.getBigUint64(2)) : short
  if (length > maxFrameBytes) throw new WebSocketError(1009, 'A frame is too large.')
  if (bytes.byteLength < headLength + length) return headLength + length
  const mask = bytes.subarray(headLength - 4, headLength)
  const payload = bytes.slice(headLength, headLength + length)
  for (let index = 0; index < length; index++)
    payload[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0)
  const frame = { isLast: (first & 0x80) !== 0, opcode: first & 0x0f, payload }
  return { frame, length: headLength + length }
}

/** Writes one unfragmented frame of a server, which is not masked. */
export function writeFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const { byteLength } = payload
  const head =
    byteLength < 126
      ? Buffer.from([0x80 | opcode, byteLength])
      : byteLength < 65_536
        ? Buffer.from([0x80 | opcode, 126, byteLength >> 8, byteLength & 0xff])
        : longHead(opcode, byteLength)
  return Buffer.concat([head, payload])
}

function longHead(opcode: number, byteLength: number): Buffer {
  const head = Buffer.alloc(10)
  head[0] = 0x80 | opcode
  head[1] = 127
  head.writeBigUInt64BE(BigInt(byteLength), 2)
  return head
}

/** Writes the frame that closes a connection. */
export function writeClose(code: number, reason = ''): Uint8Array {
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)])
  return writeFrame(opcodes.close, payload)
}
