import type { AuditFiles } from './files.ts'
import { claimedFrameBytes, frameOverheadBytes, frameSequence } from './frame.ts'
import type { FrameCodec } from './frame.ts'
import { AuditDamageError, segmentHeaderBytes } from './segment.ts'
import type { Segment } from './segment.ts'

const windowBytes = 1024 * 1024

/** An open segment file. */
export interface SegmentSource {
  readonly files: AuditFiles
  readonly descriptor: number
  readonly segment: Segment
  readonly codec: FrameCodec
}

/** An intact frame of a segment; `json` is valid until the next one is asked for. */
export interface ScannedFrame {
  /** Absent for a mark, which holds no record. */
  readonly sequence: number | undefined
  readonly json: Uint8Array
  readonly offset: number
  readonly endOffset: number
  /** Everything before this offset was durable when the frame was written. */
  readonly durableOffset: number
}

/** Where the intact frames of a segment end, and how many bytes behind them are unusable. */
export interface ScanEnd {
  readonly offset: number
  readonly tornBytes: number
}

/**
 * Walks the frames of a segment, which must carry consecutive sequence numbers. Returns where they
 * end; throws `AuditDamageError` when bytes are damaged that are proven to have been durable. A file
 * that is being appended to may be scanned.
 */
export function* scanFrames(source: SegmentSource): Generator<ScannedFrame, ScanEnd> {
  const { codec, segment } = source
  const window = new Window(source)
  let expected = segment.firstSequence
  let offset = segmentHeaderBytes
  for (;;) {
    const { buffer, at, end } = window.frameAt(offset)
    const check = codec.check(buffer, at, end)
    if (check.type !== 'frame') {
      const verdict = judgeTail(source, offset, expected)
      if (verdict !== 'continue') return verdict
      window.forget()
      continue
    }
    const sequence = frameSequence(buffer, at, check.frameBytes)
    if (sequence !== undefined && sequence !== expected) {
      const detail = `record ${sequence} stands where record ${expected} belongs`
      throw new AuditDamageError(segment.path, offset, detail)
    }
    const endOffset = offset + check.frameBytes
    yield {
      sequence,
      json: buffer.subarray(at + frameOverheadBytes, at + check.frameBytes),
      offset,
      endOffset,
      durableOffset: offset - check.unsyncedBytes,
    }
    offset = endOffset
    if (sequence !== undefined) expected++
  }
}

/** A part of the file in memory that moves forward with the scan. */
class Window {
  readonly #source: SegmentSource
  #buffer = Buffer.alloc(windowBytes)
  #offset = 0
  #bytes = 0

  constructor(source: SegmentSource) {
    this.#source = source
  }

  /** Brings the whole frame at a file offset into memory, as far as the file has it. */
  frameAt(offset: number): { buffer: Buffer; at: number; end: number } {
    if (offset + frameOverheadBytes > this.#offset + this.#bytes) this.#load(offset)
    if (offset + 4 <= this.#offset + this.#bytes) {
      const claimed = claimedFrameBytes(this.#buffer, offset - this.#offset)
      if (claimed !== undefined && offset + claimed > this.#offset + this.#bytes) {
        if (claimed > this.#buffer.byteLength) this.#buffer = Buffer.alloc(claimed)
        this.#load(offset)
      }
    }
    return { buffer: this.#buffer, at: offset - this.#offset, end: this.#bytes }
  }

  forget(): void {
    this.#offset = 0
    this.#bytes = 0
  }

  #load(offset: number): void {
    const { files, descriptor } = this.#source
    this.#offset = offset
    this.#bytes = files.read(descriptor, this.#buffer, offset)
  }
}

/**
 * Decides what the bytes from `offset` on mean, where no intact frame was seen. It reads them
 * afresh, so a frame that was being written a moment ago lets the scan continue.
 */
function judgeTail(source: SegmentSource, offset: number, expected: number): ScanEnd | 'continue' {
  const tail = readFrom(source, offset)
  if (source.codec.check(tail, 0, tail.byteLength).type === 'frame') return 'continue'
  const usedBytes = lengthWithoutZeros(tail)
  if (usedBytes === 0) return { offset, tornBytes: 0 }
  const proof = findProof(source.codec, tail, { usedBytes, expected })
  if (proof === undefined) return { offset, tornBytes: usedBytes }
  // The proof was read after the hole: with a live writer the hole may be filled by now.
  const again = readFrom(source, offset)
  if (source.codec.check(again, 0, again.byteLength).type === 'frame') return 'continue'
  const detail = `record ${expected} is not intact, though a later one at byte ${offset + proof} proves that it was written`
  throw new AuditDamageError(source.segment.path, offset, detail)
}

/** Finds an intact later frame that was written when the start of `tail` was already durable. */
function findProof(
  codec: FrameCodec,
  tail: Buffer,
  { usedBytes, expected }: { usedBytes: number; expected: number },
): number | undefined {
  for (let at = 1; at < usedBytes; at++) {
    const frame = codec.check(tail, at, tail.byteLength)
    if (frame.type !== 'frame' || at - frame.unsyncedBytes <= 0) continue
    const sequence = frameSequence(tail, at, frame.frameBytes)
    if (sequence === undefined || sequence >= expected) return at
  }
  return undefined
}

function readFrom(source: SegmentSource, offset: number): Buffer {
  const { files, descriptor } = source
  const tail = Buffer.alloc(Math.max(0, files.size(descriptor) - offset))
  return tail.subarray(0, files.read(descriptor, tail, offset))
}

function lengthWithoutZeros(bytes: Uint8Array): number {
  let length = bytes.byteLength
  while (length > 0 && bytes[length - 1] === 0) length--
  return length
}
