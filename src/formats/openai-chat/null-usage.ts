import { setMembers } from '../json-edit.ts'
import { outlineJson } from '../json-scan.ts'
import type { SseFrame } from '../sse.ts'

const usual = Buffer.from(',"usage":null')
/** What a chunk mostly ends with. */
const usualEnd = Buffer.from(',"usage":null}\n\n')

/**
 * Returns the bytes of a chunk without its `"usage":null`, and every other byte as it was; `undefined` where
 * it does not stand in one piece. Once usage was asked for, servers write it into all chunks but the last, and
 * clients that did not ask may take it for a mistake.
 * @param frame a chunk whose `usage` is null
 */
export function withoutNullUsage(frame: SseFrame): Uint8Array | undefined {
  const bytes = bufferOf(frame.bytes)
  const endAt = bytes.byteLength - usualEnd.byteLength
  if (endAt > 0 && bytes.compare(usualEnd, 0, usualEnd.byteLength, endAt) === 0) {
    return without(bytes, endAt)
  }
  const at = bytes.lastIndexOf(usual)
  // No string holds these bytes, since a quote in one has a backslash before it; a member of a member may.
  if (at >= 0 && bytes.indexOf(usual) === at) return without(bytes, at)
  const { data = '' } = frame
  const text = bytes.toString()
  const start = text.indexOf(data)
  if (start < 0) return undefined
  const changed = setMembers(data, outlineJson(data, Infinity), { usage: undefined })
  return Buffer.from(text.slice(0, start) + changed + text.slice(start + data.length))
}

function without(bytes: Buffer, at: number): Uint8Array {
  const rest = Buffer.allocUnsafe(bytes.byteLength - usual.byteLength)
  bytes.copy(rest, 0, 0, at)
  bytes.copy(rest, at, at + usual.byteLength)
  return rest
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
