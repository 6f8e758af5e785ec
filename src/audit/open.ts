import { dirname, resolve } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { nodeFiles, settled, syncFile } from './files.ts'
import type { AuditFiles } from './files.ts'
import { createFrameCodec } from './frame.ts'
import type { FrameCodec } from './frame.ts'
import { lockDirectory } from './lock.ts'
import { DurableLog } from './log.ts'
import { recoverLog } from './recover.ts'
import type { RecoveredLog } from './recover.ts'
import { removeUnfinishedSegments } from './segment.ts'
import { prepareSegment, SegmentWriter } from './segment-writer.ts'
import { LogStats } from './stats.ts'
import { LogStore } from './store.ts'
import type { AuditFault, AuditLog } from './types.ts'

export interface AuditLogOptions {
  /** Made when it does not exist, mode 0700; belongs to one log and one process. */
  readonly directory: string
  readonly clock: Clock
  /** Size at which a new segment file is begun. */
  readonly segmentBytes?: number
  /** Longest time a record waits for a synchronisation to begin. */
  readonly maxCommitDelayMs?: number
  /** Most memory for records that are not durable yet; half of it is kept for outcomes. */
  readonly maxUnsyncedBytes?: number
  /** Pause between attempts to make an unwritable log writable again. */
  readonly retryDelayMs?: number
  /** How long callers wait for a device that hangs before they are refused, in milliseconds. */
  readonly syncTimeoutMs?: number
  /** How many bytes of earlier segments are checked before the log is continued. */
  readonly verifyBytes?: number
  readonly files?: AuditFiles
  /** Keeps other writers out of the directory; throws when there is one. */
  readonly lockDirectory?: (directory: string) => Promise<AsyncDisposable>
  /** Told what an operator should know; called at most once for each change. */
  readonly onFault?: (fault: AuditFault) => void
}

type Options = Required<AuditLogOptions>

const defaults = {
  segmentBytes: 64 * 1024 * 1024,
  maxCommitDelayMs: 2,
  maxUnsyncedBytes: 64 * 1024 * 1024,
  retryDelayMs: 1_000,
  syncTimeoutMs: 5_000,
  verifyBytes: 64 * 1024 * 1024,
  files: nodeFiles,
  lockDirectory,
  onFault: () => {},
} as const

/**
 * Opens the log in a directory, or begins one. Bytes of a write that was interrupted are cut off and
 * a `recovered` record says how many. Throws `AuditDamageError` when durable records are damaged,
 * and an error naming the process when another one writes the log.
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const given: Options = { ...defaults, ...options, directory: resolve(options.directory) }
  const { files, directory } = given
  files.makeDirectory(directory)
  await settled((done) => files.syncDirectory(dirname(directory), done))
  const lock = await given.lockDirectory(directory)
  try {
    const codec = createFrameCodec()
    removeUnfinishedSegments(files, directory)
    const recovered = await recoverLog({ ...given, codec })
    const segment = recovered
      ? await continueSegment(given, recovered)
      : await beginFirstSegment(given)
    const log = createLog({ given, codec, segment, lock, lastSequence: recovered?.lastSequence })
    if (recovered !== undefined && recovered.droppedBytes > 0) {
      await tellOfTornTail(given, log, recovered)
    }
    return log
  } catch (error) {
    await lock[Symbol.asyncDispose]()
    throw error
  }
}

interface LogToBe {
  readonly given: Options
  readonly codec: FrameCodec
  readonly segment: SegmentWriter
  readonly lock: AsyncDisposable
  readonly lastSequence: number | undefined
}

function createLog({ given, codec, segment, lock, lastSequence = 0 }: LogToBe): AuditLog {
  const stats = new LogStats()
  const store = new LogStore({ ...given, codec, segment, lastSequence, stats })
  return new DurableLog({ ...given, store, stats, lock })
}

async function beginFirstSegment(given: Options): Promise<SegmentWriter> {
  const segment = await prepareSegment({ ...given, purpose: 'next' })
  try {
    segment.install(1)
    await settled((done) => segment.sync(done))
    return segment
  } catch (error) {
    segment.discard()
    throw error
  }
}

async function continueSegment(given: Options, recovered: RecoveredLog): Promise<SegmentWriter> {
  const segment = new SegmentWriter({ ...given, ...recovered })
  try {
    if (segment.extensionNeed !== 'none') segment.extend()
    await syncFile(given.files, recovered.descriptor)
    return segment
  } catch (error) {
    given.files.close(recovered.descriptor)
    throw error
  }
}

async function tellOfTornTail(
  given: Options,
  log: AuditLog,
  recovered: RecoveredLog,
): Promise<void> {
  const { path, offset, droppedBytes } = recovered
  const message = `${droppedBytes} bytes of an interrupted write were dropped from ${path} at byte ${offset}`
  given.onFault({ type: 'torn_tail', message })
  try {
    await log.append({ type: 'lifecycle', event: 'recovered', droppedBytes })
  } catch (error) {
    await log[Symbol.asyncDispose]()
    throw error
  }
}
