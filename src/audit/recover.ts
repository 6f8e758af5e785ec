import { syncFile } from './files.ts'
import type { AuditFiles } from './files.ts'
import type { FrameCodec } from './frame.ts'
import { scanFrames } from './scan.ts'
import type { SegmentSource } from './scan.ts'
import {
  AuditDamageError,
  checkSegmentHeader,
  listSegments,
  segmentHeaderBytes,
} from './segment.ts'
import type { Segment } from './segment.ts'

/** Where an existing log is to be continued. */
export interface RecoveredLog {
  readonly path: string
  readonly descriptor: number
  /** Where the intact data of the last segment ends. */
  readonly offset: number
  readonly fileBytes: number
  readonly lastSequence: number
  /** Bytes of an unfinished write that were cut off. */
  readonly droppedBytes: number
}

export interface RecoveryOptions {
  readonly files: AuditFiles
  readonly codec: FrameCodec
  readonly directory: string
  /** How many bytes of earlier segments are checked before the log is continued. */
  readonly verifyBytes: number
}

interface Extent {
  readonly endOffset: number
  readonly durableOffset: number
  readonly lastSequence: number
  readonly tornBytes: number
}

/**
 * Finds the end of the log in a directory, cuts off what an interrupted write left there and makes
 * the rest durable. Returns `undefined` for an empty directory; throws `AuditDamageError` when
 * records that had been durable are damaged or missing.
 */
export async function recoverLog(options: RecoveryOptions): Promise<RecoveredLog | undefined> {
  const { files, directory } = options
  const segments = listSegments(files, directory)
  const last = segments.at(-1)
  if (last === undefined) return undefined
  verifyEarlier(options, segments)
  const descriptor = files.open(last.path, 'append')
  try {
    const source = { files, descriptor, segment: last, codec: options.codec }
    const extent = measure(source, Infinity)
    let fileBytes = files.size(descriptor)
    if (extent.tornBytes > 0) {
      files.truncate(descriptor, extent.endOffset)
      fileBytes = extent.endOffset
    }
    rewrite(source, extent)
    await syncFile(files, descriptor)
    return {
      path: last.path,
      descriptor,
      offset: extent.endOffset,
      fileBytes,
      lastSequence: extent.lastSequence,
      droppedBytes: extent.tornBytes,
    }
  } catch (error) {
    files.close(descriptor)
    throw error
  }
}

/** Checks that a segment holds all its records up to the first one of the next segment. */
export function checkComplete(
  segment: Segment,
  extent: Pick<Extent, 'endOffset' | 'lastSequence'>,
  next: Segment,
): void {
  if (extent.lastSequence >= next.firstSequence - 1) return
  const detail =
    `record ${extent.lastSequence + 1} is missing or not intact, ` +
    `though ${next.name} follows with record ${next.firstSequence}`
  throw new AuditDamageError(segment.path, extent.endOffset, detail)
}

/** Checks headers of all earlier segments and the frames of the newest of them. */
function verifyEarlier(options: RecoveryOptions, segments: readonly Segment[]): void {
  let budget = options.verifyBytes
  for (let index = segments.length - 2; index >= 0; index--) {
    const segment = segments[index]
    const next = segments[index + 1]
    if (segment === undefined || next === undefined) return
    const descriptor = options.files.open(segment.path, 'read')
    try {
      const source = { files: options.files, descriptor, segment, codec: options.codec }
      checkSegmentHeader(options.files, descriptor, segment)
      // The segment before the last is always checked: the last one has to continue it.
      if (budget > 0 || index === segments.length - 2) {
        budget -= options.files.size(descriptor)
        checkComplete(segment, measure(source, next.firstSequence - 1), next)
      }
    } finally {
      options.files.close(descriptor)
    }
  }
}

/** Finds how far the frames of a segment reach, looking no further than `lastSequence`. */
function measure(source: SegmentSource, lastSequence: number): Extent {
  const { files, descriptor, segment } = source
  checkSegmentHeader(files, descriptor, segment)
  let reached = segment.firstSequence - 1
  let durableOffset = segmentHeaderBytes
  let endOffset = segmentHeaderBytes
  const frames = scanFrames(source)
  for (;;) {
    if (reached >= lastSequence) break
    const step = frames.next()
    if (step.done) {
      const { offset, tornBytes } = step.value
      return { endOffset: offset, durableOffset, lastSequence: reached, tornBytes }
    }
    reached = step.value.sequence ?? reached
    durableOffset = Math.max(durableOffset, step.value.durableOffset)
    endOffset = step.value.endOffset
  }
  return { endOffset, durableOffset, lastSequence: reached, tornBytes: 0 }
}

/**
 * Writes the frames that nothing proves durable once more. After a failed synchronisation the page
 * cache can show data as written that never reached the device; only a new write makes the next
 * synchronisation say something about it.
 */
function rewrite(source: SegmentSource, extent: Extent): void {
  const { files, descriptor } = source
  const bytes = Buffer.alloc(extent.endOffset - extent.durableOffset)
  if (files.read(descriptor, bytes, extent.durableOffset) !== bytes.byteLength) {
    throw new Error(`${source.segment.path} became shorter while it was read`)
  }
  let written = 0
  while (written < bytes.byteLength) {
    const rest = bytes.subarray(written)
    const taken = files.write(descriptor, rest, extent.durableOffset + written)
    if (taken <= 0) throw new Error(`the file system took no bytes for ${source.segment.path}`)
    written += taken
  }
}
