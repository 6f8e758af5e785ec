import type { Clock } from '../core/clock.ts'
import type { AuditRecord } from '../core/record.ts'
import { settled } from './files.ts'
import type { AuditFiles, SyncDone } from './files.ts'
import type { FrameCodec } from './frame.ts'
import { segmentHeaderBytes } from './segment.ts'
import { prepareSegment } from './segment-writer.ts'
import type { NewSegment, SegmentWriter } from './segment-writer.ts'
import type { LogStats } from './stats.ts'
import type { AuditFault } from './types.ts'
import { UnsyncedFrames } from './unsynced-frames.ts'

const prepareAheadBytes = 4 * 1024 * 1024
const prepareRetryMs = 1_000

export interface StoreParts {
  readonly files: AuditFiles
  readonly codec: FrameCodec
  readonly clock: Clock
  readonly directory: string
  /** The last segment, everything in it durable. */
  readonly segment: SegmentWriter
  readonly lastSequence: number
  readonly segmentBytes: number
  readonly stats: LogStats
  readonly onFault: (fault: AuditFault) => void
}

/** A segment that is no longer written to; behind `length` it holds nothing that counts. */
interface Abandoned {
  readonly segment: SegmentWriter
  readonly length: number
}

/**
 * The records of an open log on their way to the device: encoded in memory, handed to the operating
 * system, synchronised. It decides nothing about when; `DurableLog` does.
 *
 * INVARIANT: the oldest unsynced frame stands (or will stand) at `#durableOffset` of `#segment` and
 * carries sequence number `durableSequence + 1`. A new segment therefore always begins with a copy of
 * all unsynced frames: what an earlier segment holds from there on is superseded.
 */
export class LogStore {
  readonly #parts: StoreParts
  readonly #unsynced: UnsyncedFrames
  #segment: SegmentWriter
  #durableOffset: number
  #lastSequence: number
  #durableSequence: number
  #spare: SegmentWriter | undefined
  #preparing: Promise<void> | undefined
  #prepareNotBefore = -Infinity
  #abandoned: Abandoned[] = []
  #finishing: Promise<void> | undefined

  constructor(parts: StoreParts) {
    this.#parts = parts
    this.#unsynced = new UnsyncedFrames(parts.codec)
    this.#segment = parts.segment
    this.#durableOffset = parts.segment.offset
    this.#lastSequence = parts.lastSequence
    this.#durableSequence = parts.lastSequence
  }

  get lastSequence(): number {
    return this.#lastSequence
  }

  get durableSequence(): number {
    return this.#durableSequence
  }

  get unsyncedBytes(): number {
    return this.#unsynced.byteLength
  }

  get path(): string {
    return this.#segment.path
  }

  /** Adds a record behind the others, in memory; throws when it cannot be encoded. */
  add(record: AuditRecord): void {
    const { stats, clock } = this.#parts
    const before = this.#unsynced.byteLength
    const sequence = this.#lastSequence + 1
    // Joined as text: copying the record into a larger object first would cost as much as writing it.
    const place = `{"sequence":${sequence},"at":${clock.now()},`
    this.#unsynced.add(place + JSON.stringify(record).slice(1))
    this.#lastSequence = sequence
    stats.records++
    stats.bytes += this.#unsynced.byteLength - before
  }

  /** Gives the operating system what it does not have yet; throws when it does not take it. */
  handOver(): void {
    const written = this.#segment.offset - this.#durableOffset
    if (written < this.#unsynced.byteLength) this.#segment.write(this.#unsynced.bytesFrom(written))
  }

  /** Tells whether idle time should be used to extend the file. */
  get wantsExtension(): boolean {
    return this.#segment.extensionNeed !== 'none'
  }

  /**
   * Hands everything over and synchronises it. Throws when the operating system does not take it;
   * `done` tells how the synchronisation ended. One at a time, and none after a failure.
   */
  sync(isUrgent: boolean, done: SyncDone): void {
    if (this.#mayRotate()) this.#rotate()
    this.handOver()
    const need = this.#segment.extensionNeed
    if (need === 'now' || (need === 'soon' && !isUrgent)) this.#segment.extend()
    const { offset } = this.#segment
    const sequence = this.#lastSequence
    this.#segment.sync((error) => {
      if (!error) {
        this.#unsynced.drop(offset - this.#durableOffset)
        this.#durableOffset = offset
        this.#durableSequence = sequence
        this.#finishAbandoned()
        this.#prepareSpare()
      }
      done(error)
    })
  }

  /** Leaves a segment that failed and writes all unsynced frames into a new one. */
  async repair(): Promise<void> {
    const { files, directory, segmentBytes } = this.#parts
    const bytes = this.#unsynced.byteLength
    const sequence = this.#lastSequence
    const segment = await prepareSegment({
      files,
      directory,
      segmentBytes,
      purpose: 'repair',
      frames: this.#unsynced.bytesFrom(0),
    })
    try {
      segment.install(this.#durableSequence + 1)
      await settled((done) => segment.sync(done))
    } catch (error) {
      // Whether it got its name is unknown. The next attempt uses the same name, so that does no harm.
      segment.discard()
      throw error
    }
    this.#replaceSegment(segment)
    this.#unsynced.drop(bytes)
    this.#durableOffset = segmentHeaderBytes + bytes
    this.#durableSequence = sequence
    this.#finishAbandoned()
  }

  /** Closes all files. A log with nothing unsynced is marked complete and cut to its length. */
  async close(): Promise<void> {
    await this.#preparing
    this.#spare?.discard()
    await this.#finishing
    const isComplete = this.#unsynced.byteLength === 0
    try {
      if (isComplete) {
        this.#unsynced.add('')
        this.handOver()
      }
      await this.#segment.finish(isComplete ? this.#segment.offset : undefined)
    } catch {
      // All records were durable before. Without its mark the file looks like one after a power cut.
    }
  }

  #mayRotate(): boolean {
    return (
      this.#spare !== undefined &&
      this.#finishing === undefined &&
      this.#segment.offset >= this.#parts.segmentBytes
    )
  }

  /** Continues in the prepared segment. Throws when it is unknown which segment is the last now. */
  #rotate(): void {
    const spare = this.#spare
    if (spare === undefined) return
    this.#spare = undefined
    try {
      spare.write(this.#unsynced.bytesFrom(0))
    } catch (error) {
      spare.discard()
      this.#delayRotation(error)
      return
    }
    try {
      spare.install(this.#durableSequence + 1)
    } catch (error) {
      spare.discard()
      throw error
    }
    this.#replaceSegment(spare)
    this.#durableOffset = segmentHeaderBytes
    this.#parts.stats.rotations++
  }

  #replaceSegment(segment: SegmentWriter): void {
    this.#abandoned.push({ segment: this.#segment, length: this.#durableOffset })
    this.#segment = segment
  }

  #finishAbandoned(): void {
    if (this.#abandoned.length === 0 || this.#finishing !== undefined) return
    const abandoned = this.#abandoned
    this.#abandoned = []
    this.#finishing = this.#finish(abandoned)
  }

  async #finish(abandoned: readonly Abandoned[]): Promise<void> {
    // A rejection only means that superseded bytes stay at the end of a file; readers skip them.
    await Promise.allSettled(abandoned.map(({ segment, length }) => segment.finish(length)))
    this.#finishing = undefined
  }

  #prepareSpare(): void {
    const { files, directory, segmentBytes, clock } = this.#parts
    const dueAt = segmentBytes - Math.min(prepareAheadBytes, segmentBytes / 2)
    if (this.#segment.offset < dueAt || this.#spare || this.#preparing) return
    if (clock.monotonic() < this.#prepareNotBefore) return
    this.#preparing = this.#prepareFrom({ files, directory, segmentBytes, purpose: 'next' })
  }

  async #prepareFrom(options: NewSegment): Promise<void> {
    try {
      this.#spare = await prepareSegment(options)
    } catch (error) {
      this.#delayRotation(error)
    } finally {
      this.#preparing = undefined
    }
  }

  #delayRotation(cause: unknown): void {
    this.#prepareNotBefore = this.#parts.clock.monotonic() + prepareRetryMs
    const message = `no new audit segment could be made; ${this.#segment.path} is continued`
    this.#parts.onFault({ type: 'rotation_delayed', message, cause })
  }
}
