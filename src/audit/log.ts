import type { Clock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import type { AuditRecord } from '../core/record.ts'
import { CommitTiming } from './commit-timing.ts'
import type { LogStats } from './stats.ts'
import type { LogStore } from './store.ts'
import type { AuditFault, AuditHealth, AuditLog, AuditStats } from './types.ts'

export interface LogParts {
  readonly store: LogStore
  readonly stats: LogStats
  readonly clock: Clock
  readonly maxCommitDelayMs: number
  readonly maxUnsyncedBytes: number
  readonly retryDelayMs: number
  /** How long callers wait for a device that hangs before they are refused. */
  readonly syncTimeoutMs: number
  readonly lock: AsyncDisposable
  readonly onFault: (fault: AuditFault) => void
}

/** Calls that wait for the same commit; they share its promise. */
interface Batch extends PromiseWithResolvers<void> {
  waiting: number
}

/**
 * Decides what is synchronised together, who waits for it, and what happens after a failure. At most
 * one synchronisation runs. After a failure nothing is written or synchronised until a repair, which
 * is tried again and again, has moved the log to a new segment.
 */
export class DurableLog implements AuditLog {
  readonly #parts: LogParts
  readonly #store: LogStore
  readonly #stats: LogStats
  readonly #timing: CommitTiming
  #batch: Batch | undefined
  #syncing: Promise<void> | undefined
  #failure: Error | undefined
  #waitingOutcomes = 0
  #repairTimer: ReturnType<typeof setTimeout> | undefined
  #repairing: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(parts: LogParts) {
    this.#parts = parts
    this.#store = parts.store
    this.#stats = parts.stats
    this.#timing = new CommitTiming({
      clock: parts.clock,
      maxCommitDelayMs: parts.maxCommitDelayMs,
      commit: () => this.#commit(),
      isWanted: () => this.#batch !== undefined && this.#syncing === undefined,
    })
  }

  get stats(): AuditStats {
    return this.#stats
  }

  health(): AuditHealth {
    const { lastSequence, durableSequence } = this.#store
    return {
      state: this.#failure ? 'failed' : 'ok',
      ...(this.#failure && { reason: this.#failure.message }),
      pending: lastSequence - durableSequence,
      waitingOutcomes: this.#waitingOutcomes,
      lostOutcomes: this.#stats.lostOutcomes,
      lastSequence,
      durableSequence,
    }
  }

  append(record: AuditRecord): Promise<void> {
    // Half of the memory is kept for outcomes: what began has to be able to end.
    const refusal = this.#failure ?? this.#add(record, this.#parts.maxUnsyncedBytes / 2)
    if (refusal) {
      this.#stats.rejectedAppends++
      return Promise.reject(unavailable(refusal))
    }
    const batch = (this.#batch ??= { ...Promise.withResolvers(), waiting: 0 })
    batch.waiting++
    if (!this.#syncing) this.#timing.soon()
    return batch.promise
  }

  appendOutcome(record: AuditRecord): void {
    const refusal = this.#add(record, this.#parts.maxUnsyncedBytes)
    if (refusal) {
      this.#lose(1, refusal)
      return
    }
    if (!this.#failure) this.#attempt(() => this.#store.handOver())
    if (this.#failure) {
      this.#waitingOutcomes++
      this.#stats.delayedOutcomes++
    } else if (!this.#syncing) {
      this.#timing.later()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Adds a record in memory; returns why it cannot. */
  #add(record: AuditRecord, maxUnsyncedBytes: number): Error | undefined {
    if (this.#closing) return new Error('the audit log is closed')
    if (this.#store.unsyncedBytes > maxUnsyncedBytes) {
      return new Error('too many records wait for the audit log')
    }
    try {
      this.#store.add(record)
      return undefined
    } catch (error) {
      return asError(error)
    }
  }

  /** Synchronises everything added so far, unless that is under way or cannot be. */
  #commit(): void {
    this.#timing.cancel()
    if (this.#syncing || this.#failure) return
    const batch = this.#batch
    this.#batch = undefined
    const startedAt = this.#parts.clock.monotonic()
    this.#timing.began(startedAt, batch?.waiting ?? 0)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#syncing = promise
    const giveUp = (error: Error): void => {
      this.#fail(error)
      batch?.reject(unavailable(error))
    }
    const watchdog = setTimeout(() => giveUp(hangingDevice(this.#parts)), this.#parts.syncTimeoutMs)
    const ended = (error: Error | null) => {
      clearTimeout(watchdog)
      this.#syncing = undefined
      if (error) {
        giveUp(error)
      } else {
        this.#stats.commits++
        this.#stats.syncSeconds.add((this.#parts.clock.monotonic() - startedAt) / 1000)
        batch?.resolve()
        this.#continue()
      }
      resolve()
    }
    try {
      this.#store.sync(batch !== undefined, ended)
    } catch (error) {
      ended(asError(error))
    }
  }

  /** Sees to what came in while a commit was under way. */
  #continue(): void {
    if (this.#failure) return
    if (this.#batch) this.#timing.soon()
    else if (this.#store.unsyncedBytes > 0) this.#timing.later()
    else if (this.#store.wantsExtension) this.#commit()
  }

  #attempt(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#fail(asError(error))
    }
  }

  /** Refuses everyone who waits for a later commit than the one under way, and all who come. */
  #fail(error: Error): void {
    if (this.#failure) return
    this.#failure = error
    this.#stats.failures++
    this.#timing.cancel()
    this.#batch?.reject(unavailable(error))
    this.#batch = undefined
    const message = `the audit log cannot be written: ${error.message} (${this.#store.path})`
    this.#report({ type: 'unwritable', message, cause: error })
    this.#repairLater()
  }

  #repairLater(): void {
    if (this.#closing) return
    this.#repairTimer = setTimeout(() => {
      this.#repairing = this.#repair().finally(() => {
        this.#repairing = undefined
      })
    }, this.#parts.retryDelayMs)
  }

  async #repair(): Promise<void> {
    await this.#syncing
    try {
      await this.#store.repair()
    } catch {
      // The reason for the failure was reported; the state says that it lasts.
      this.#repairLater()
      return
    }
    this.#failure = undefined
    this.#waitingOutcomes = 0
    this.#report({ type: 'restored', message: `the audit log continues in ${this.#store.path}` })
    this.#attempt(() => this.#store.handOver())
    this.#continue()
  }

  async #close(): Promise<void> {
    clearTimeout(this.#repairTimer)
    await this.#repairing
    await this.#drain()
    if (this.#failure) {
      await this.#repair()
      await this.#drain()
    }
    if (this.#failure) this.#lose(this.#waitingOutcomes, this.#failure)
    await this.#store.close()
    await this.#parts.lock[Symbol.asyncDispose]()
  }

  async #drain(): Promise<void> {
    while (this.#syncing || (!this.#failure && this.#store.unsyncedBytes > 0)) {
      this.#commit()
      await this.#syncing
    }
  }

  #lose(outcomes: number, cause: Error): void {
    if (outcomes === 0) return
    this.#stats.lostOutcomes += outcomes
    const message = `${outcomes} outcome records could not be kept: ${cause.message}`
    this.#report({ type: 'record_lost', message, cause })
  }

  #report(fault: AuditFault): void {
    try {
      this.#parts.onFault(fault)
    } catch {
      // A log must not fail because its observer did; the fault also shows in `health`.
    }
  }
}

function hangingDevice({ syncTimeoutMs }: LogParts): Error {
  return new Error(`the device did not synchronise within ${syncTimeoutMs} ms`)
}

function unavailable(cause: Error): GatewayError {
  return new GatewayError('audit_unavailable', undefined, { cause })
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('an unknown failure', { cause: thrown })
}
