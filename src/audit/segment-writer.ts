import { dirname, join } from 'node:path'
import { syncFile } from './files.ts'
import type { AuditFiles, SyncDone } from './files.ts'
import { segmentHeader, segmentName } from './segment.ts'

const largestExtensionBytes = 1024 * 1024

/** Where a writer begins: an existing segment, or a fresh file. */
export interface WriterStart {
  readonly files: AuditFiles
  readonly path: string
  readonly descriptor: number
  /** Where the data ends. */
  readonly offset: number
  /** Where the file ends; between the two there are only zeros. */
  readonly fileBytes: number
  readonly segmentBytes: number
}

/** Appends bytes to one segment file, which is kept longer than its data so that syncing is cheap. */
export class SegmentWriter {
  readonly #files: AuditFiles
  readonly #descriptor: number
  /** What the file is extended by. */
  readonly #zeros: Uint8Array
  #path: string
  #offset: number
  #fileBytes: number
  #hasUnsyncedName = false
  #mayExtend = true

  constructor(start: WriterStart) {
    this.#files = start.files
    this.#path = start.path
    this.#descriptor = start.descriptor
    this.#offset = start.offset
    this.#fileBytes = start.fileBytes
    this.#zeros = new Uint8Array(Math.min(largestExtensionBytes, start.segmentBytes))
  }

  get path(): string {
    return this.#path
  }

  /** Where the next byte goes. */
  get offset(): number {
    return this.#offset
  }

  /** Hands bytes to the operating system; throws when it does not take all of them. */
  write(bytes: Uint8Array): void {
    this.#offset = this.#writeAt(bytes, this.#offset)
    this.#fileBytes = Math.max(this.#fileBytes, this.#offset)
  }

  /** How urgently the file needs more zeros ahead of its data. */
  get extensionNeed(): 'none' | 'soon' | 'now' {
    const ahead = this.#fileBytes - this.#offset
    const step = this.#zeros.byteLength
    if (!this.#mayExtend || ahead >= step / 2) return 'none'
    return ahead >= step / 8 ? 'soon' : 'now'
  }

  /**
   * Writes zeros ahead of the data, so that a synchronisation after an append need not commit a new
   * file size. When there is no space for them the log works on without, as long as records fit.
   */
  extend(): void {
    try {
      this.#fileBytes = this.#writeAt(this.#zeros, this.#fileBytes)
    } catch {
      // Only speed is lost. What a failed write left behind is zeros beyond the data.
      this.#mayExtend = false
    }
  }

  /** Makes everything written so far durable, the file's name included. */
  sync(done: SyncDone): void {
    this.#files.sync(this.#descriptor, (error) => {
      if (error || !this.#hasUnsyncedName) {
        done(error)
        return
      }
      this.#files.syncDirectory(dirname(this.#path), (directoryError) => {
        if (!directoryError) this.#hasUnsyncedName = false
        done(directoryError)
      })
    })
  }

  /** Gives a prepared segment its place in the log, replacing what stood there. */
  install(firstSequence: number): void {
    const target = join(dirname(this.#path), segmentName(firstSequence))
    this.#files.rename(this.#path, target)
    this.#path = target
    this.#hasUnsyncedName = true
  }

  /** Closes the file; with a length, cuts off what stands behind it first and makes that durable. */
  async finish(length?: number): Promise<void> {
    try {
      if (length !== undefined) {
        this.#files.truncate(this.#descriptor, length)
        await syncFile(this.#files, this.#descriptor)
      }
    } finally {
      this.#files.close(this.#descriptor)
    }
  }

  /** Closes the file of a segment that never got its place, and removes it. */
  discard(): void {
    discardFile(this.#files, this.#descriptor, this.#path)
  }

  #writeAt(bytes: Uint8Array, position: number): number {
    let written = 0
    while (written < bytes.byteLength) {
      const rest = written === 0 ? bytes : bytes.subarray(written)
      const taken = this.#files.write(this.#descriptor, rest, position + written)
      if (taken <= 0) throw new Error('the file system took no bytes of an audit record')
      written += taken
    }
    return position + written
  }
}

/** What a new segment file is made from. */
export interface NewSegment {
  readonly files: AuditFiles
  readonly directory: string
  /** Word in the temporary name, so that two preparations never meet. */
  readonly purpose: 'next' | 'repair'
  readonly segmentBytes: number
  /** Frames to begin with. */
  readonly frames?: Uint8Array
}

/** Prepares a segment under a temporary name: header, frames and zeros ahead, all durable. */
export async function prepareSegment(options: NewSegment): Promise<SegmentWriter> {
  const { files, directory, purpose, segmentBytes, frames } = options
  const path = join(directory, `audit-${purpose}.tmp`)
  files.remove(path)
  const descriptor = files.open(path, 'create')
  try {
    const writer = new SegmentWriter({
      files,
      path,
      descriptor,
      offset: 0,
      fileBytes: 0,
      segmentBytes,
    })
    writer.write(segmentHeader())
    if (frames) writer.write(frames)
    writer.extend()
    await syncFile(files, descriptor)
    return writer
  } catch (error) {
    discardFile(files, descriptor, path)
    throw error
  }
}

function discardFile(files: AuditFiles, descriptor: number, path: string): void {
  for (const step of [() => files.close(descriptor), () => files.remove(path)]) {
    try {
      step()
    } catch {
      // Nothing of value is lost: the file is unfinished, and the next start removes it.
    }
  }
}
