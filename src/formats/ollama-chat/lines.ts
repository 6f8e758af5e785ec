import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SseFrame, SseSplitter } from '../sse.ts'

/** Writes one line of a stream. */
export function lineOf(body: JsonObject): string {
  return `${JSON.stringify(body)}\n`
}

const lineFeed = 10

/** Cuts a stream of JSON lines, however its bytes were split; every line is a frame with its text as data. */
export function createLineSplitter(options: { readonly maxFrameBytes: number }): SseSplitter {
  /** Pieces of a line that has not ended; joined once, so that a line that drips in costs its length. */
  let pieces: Uint8Array[] = []
  let heldBytes = 0

  function hold(piece: Uint8Array): void {
    heldBytes += piece.length
    if (heldBytes > options.maxFrameBytes) {
      const cause = new Error(`a line of the stream exceeds ${options.maxFrameBytes} bytes`)
      throw new GatewayError('provider_bad_answer', undefined, { cause })
    }
    if (piece.length > 0) pieces.push(piece)
  }

  function release(): Buffer {
    const bytes = Buffer.concat(pieces)
    pieces = []
    heldBytes = 0
    return bytes
  }

  return {
    push(chunk) {
      const frames: SseFrame[] = []
      let start = 0
      for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
        hold(chunk.subarray(start, end + 1))
        frames.push(frameOf(release()))
        start = end + 1
      }
      hold(chunk.subarray(start))
      return frames
    },
    rest: () => Buffer.concat(pieces),
    isBetweenFrames: () => heldBytes === 0,
    flush() {
      return heldBytes === 0 ? undefined : frameOf(release())
    },
  }
}

function frameOf(bytes: Buffer): SseFrame {
  const text = bytes.toString('utf8').trim()
  return { bytes, event: '', data: text === '' ? undefined : text }
}
