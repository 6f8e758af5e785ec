import { frameOverheadBytes, maxBodyBytes } from './frame.ts'
import type { FrameCodec } from './frame.ts'

const initialBytes = 256 * 1024
const largestIdleBytes = 8 * 1024 * 1024

/**
 * The encoded frames that are not known durable yet, oldest first: a part of them may already be
 * in the file. They are kept until a synchronisation succeeded, so that they can be written again
 * elsewhere when one fails.
 */
export class UnsyncedFrames {
  readonly #codec: FrameCodec
  #buffer = Buffer.allocUnsafeSlow(initialBytes)
  #start = 0
  #end = 0

  constructor(codec: FrameCodec) {
    this.#codec = codec
  }

  get byteLength(): number {
    return this.#end - this.#start
  }

  /** Adds a frame around this JSON; an empty text makes a mark. Throws when it is too large. */
  add(json: string): void {
    this.#reserve(frameOverheadBytes + json.length * 3)
    const jsonBytes = this.#buffer.write(json, this.#end + frameOverheadBytes)
    if (jsonBytes > maxBodyBytes - frameOverheadBytes) {
      throw new RangeError(`an audit record of ${jsonBytes} bytes is too large`)
    }
    // What the frame has to say of the bytes before it: those kept here are not known durable.
    this.#codec.seal(this.#buffer, this.#end, jsonBytes, this.byteLength)
    this.#end += frameOverheadBytes + jsonBytes
  }

  /** Returns the frames from this distance behind the oldest one; valid until the next change. */
  bytesFrom(distance: number): Uint8Array {
    return this.#buffer.subarray(this.#start + distance, this.#end)
  }

  /** Forgets the oldest frames: they are durable now. */
  drop(bytes: number): void {
    this.#start += bytes
    if (this.#start < this.#end) return
    this.#start = 0
    this.#end = 0
    if (this.#buffer.byteLength > largestIdleBytes) {
      this.#buffer = Buffer.allocUnsafeSlow(initialBytes)
    }
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.byteLength) return
    const live = this.byteLength
    const needed = live + bytes
    let capacity = this.#buffer.byteLength
    while (capacity < needed * 2) capacity *= 2
    // Frames are handed out only for the length of a synchronous write, so they may move.
    const target =
      capacity === this.#buffer.byteLength ? this.#buffer : Buffer.allocUnsafeSlow(capacity)
    this.#buffer.copy(target, 0, this.#start, this.#end)
    this.#buffer = target
    this.#start = 0
    this.#end = live
  }
}
