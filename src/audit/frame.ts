import { createCrc32c } from './crc32c.ts'

/*
 * A frame, all numbers big-endian:
 *
 *   u32 length     bytes of the body; 0 marks the end of the data
 *   u32 crc32c     checksum of the body
 *   body           u32 unsynced, then UTF-8 JSON {"sequence":…,"at":…,…record}
 *
 * `unsynced` counts the bytes before this frame that were not known durable when it was made (perhaps
 * more, when the frame was moved to a new segment). So an intact frame proves that everything earlier
 * was on the device: this is how recovery tells damage (refused) from pages that a power cut kept from
 * being written (dropped). A body of these four bytes alone is a mark: it holds no record, only this
 * proof.
 */

/** Bytes of a frame before its JSON. */
export const frameOverheadBytes = 12
/** Largest body that is written or believed, in bytes. */
export const maxBodyBytes = 64 * 1024 * 1024

const bodyOffset = 8
const unsyncedBytes = 4
const sequencePrefix = '{"sequence":'

/** An intact frame within a buffer. */
export interface Frame {
  readonly type: 'frame'
  /** Length of the whole frame in bytes. */
  readonly frameBytes: number
  readonly unsyncedBytes: number
}

/** What lies at a place where a frame may begin. */
export type FrameCheck = Frame | { readonly type: 'end' | 'invalid' }

/** Writes and checks frames; made once per log or reader, because it owns checksum tables. */
export interface FrameCodec {
  /** Fills in the head of a frame whose `jsonBytes` already stand behind it. */
  seal(buffer: Buffer, at: number, jsonBytes: number, unsynced: number): void
  check(buffer: Buffer, at: number, end: number): FrameCheck
}

/** Makes the frame writer and checker. */
export function createFrameCodec(): FrameCodec {
  const crc32c = createCrc32c()
  return {
    seal(buffer, at, jsonBytes, unsynced) {
      const bodyBytes = unsyncedBytes + jsonBytes
      buffer.writeUInt32BE(bodyBytes, at)
      buffer.writeUInt32BE(unsynced, at + bodyOffset)
      const body = at + bodyOffset
      buffer.writeUInt32BE(crc32c(buffer, body, body + bodyBytes), at + 4)
    },
    check(buffer, at, end) {
      if (at + 4 > end) return { type: end > at ? 'invalid' : 'end' }
      const bodyBytes = buffer.readUInt32BE(at)
      if (bodyBytes === 0) return { type: 'end' }
      const body = at + bodyOffset
      if (!isBodyLength(bodyBytes) || body + bodyBytes > end) return { type: 'invalid' }
      if (crc32c(buffer, body, body + bodyBytes) !== buffer.readUInt32BE(at + 4)) {
        return { type: 'invalid' }
      }
      return {
        type: 'frame',
        frameBytes: bodyOffset + bodyBytes,
        unsyncedBytes: buffer.readUInt32BE(body),
      }
    },
  }
}

/** Returns how long the frame at a place claims to be, or `undefined` when it claims nonsense. */
export function claimedFrameBytes(buffer: Buffer, at: number): number | undefined {
  const bodyBytes = buffer.readUInt32BE(at)
  return isBodyLength(bodyBytes) ? bodyOffset + bodyBytes : undefined
}

/**
 * Reads the sequence number of an intact frame without parsing its JSON: `undefined` for a mark, NaN
 * (which no one expects) when the JSON does not begin as ours does.
 */
export function frameSequence(buffer: Buffer, at: number, frameBytes: number): number | undefined {
  if (frameBytes === frameOverheadBytes) return undefined
  const prefix = at + frameOverheadBytes
  const end = at + frameBytes
  for (let index = 0; index < sequencePrefix.length; index++) {
    if (buffer[prefix + index] !== sequencePrefix.charCodeAt(index)) return NaN
  }
  let digits = prefix + sequencePrefix.length
  let sequence = 0
  for (; digits < end; digits++) {
    const digit = (buffer[digits] ?? 0) - 0x30
    if (digit < 0 || digit > 9) break
    sequence = sequence * 10 + digit
  }
  return digits === prefix + sequencePrefix.length ? NaN : sequence
}

function isBodyLength(bytes: number): boolean {
  return bytes >= unsyncedBytes && bytes <= maxBodyBytes
}
