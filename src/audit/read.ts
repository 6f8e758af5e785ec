import { isObject, parseJson } from '../core/json.ts'
import { nodeFiles } from './files.ts'
import type { AuditFiles } from './files.ts'
import { createFrameCodec } from './frame.ts'
import type { FrameCodec } from './frame.ts'
import { checkComplete } from './recover.ts'
import { scanFrames } from './scan.ts'
import type { ScannedFrame } from './scan.ts'
import {
  AuditDamageError,
  checkSegmentHeader,
  listSegments,
  segmentHeaderBytes,
} from './segment.ts'
import type { Segment } from './segment.ts'
import type { StoredRecord } from './types.ts'

export interface ReadOptions {
  readonly files?: AuditFiles
  /** First record to return; segments before it are not opened. */
  readonly fromSequence?: number
}

const pauseEveryBytes = 1024 * 1024

/**
 * Reads the records of a log in order, also while it is being written. It ends before an unfinished
 * write at the end, and throws `AuditDamageError` where records are damaged or missing.
 */
export async function* readAuditLog(
  directory: string,
  options: ReadOptions = {},
): AsyncIterable<StoredRecord> {
  const { files = nodeFiles, fromSequence = 1 } = options
  const codec = createFrameCodec()
  const segments = listSegments(files, directory)
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]
    if (next !== undefined && next.firstSequence <= fromSequence) continue
    yield* readSegment({ files, codec, segment, next, fromSequence })
  }
}

interface SegmentRead {
  readonly files: AuditFiles
  readonly codec: FrameCodec
  readonly segment: Segment
  /** What this segment holds from the next one's first record on is superseded. */
  readonly next: Segment | undefined
  readonly fromSequence: number
}

async function* readSegment(read: SegmentRead): AsyncIterable<StoredRecord> {
  const { files, segment, next } = read
  const descriptor = files.open(segment.path, 'read')
  try {
    checkSegmentHeader(files, descriptor, segment)
    const end = next === undefined ? Infinity : next.firstSequence - 1
    let lastSequence = segment.firstSequence - 1
    let endOffset = segmentHeaderBytes
    let pauseAt = pauseEveryBytes
    const frames = scanFrames({ files, descriptor, segment, codec: read.codec })
    while (lastSequence < end) {
      const step = frames.next()
      if (step.done) break
      endOffset = step.value.endOffset
      if (step.value.sequence === undefined) continue
      lastSequence = step.value.sequence
      if (lastSequence >= read.fromSequence) yield parseRecord(segment, step.value)
      if (endOffset < pauseAt) continue
      pauseAt = endOffset + pauseEveryBytes
      // Reading is synchronous: other work of the process gets its turn between large pieces.
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (next !== undefined) checkComplete(segment, { endOffset, lastSequence }, next)
  } finally {
    files.close(descriptor)
  }
}

function parseRecord(segment: Segment, frame: ScannedFrame): StoredRecord {
  const record: unknown = parseJson(Buffer.from(frame.json).toString())
  if (!isStoredRecord(record)) {
    throw new AuditDamageError(segment.path, frame.offset, 'the frame holds no audit record')
  }
  return record
}

/** The checksum vouches for the fields; what is checked is that it is a record at all. */
function isStoredRecord(value: unknown): value is StoredRecord {
  return isObject(value) && typeof value['type'] === 'string' && typeof value['at'] === 'number'
}
