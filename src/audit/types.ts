import type { AuditRecord } from '../core/record.ts'

/** A record as it stands in the log. */
export type StoredRecord = AuditRecord & {
  /** Position in the log: 1, 2, 3 and so on without a gap. */
  readonly sequence: number
  /** When the record was appended, in milliseconds since the Unix epoch. */
  readonly at: number
}

/** Something about the log that an operator should know; never content. */
export interface AuditFault {
  readonly type: 'unwritable' | 'restored' | 'torn_tail' | 'rotation_delayed' | 'record_lost'
  readonly message: string
  readonly cause?: unknown
}

/** Whether the log can be relied on right now. */
export interface AuditHealth {
  readonly state: 'ok' | 'failed'
  /** Why it failed; absent while `ok`. */
  readonly reason?: string
  /** Records that are not known durable yet. */
  readonly pending: number
  /** Outcome records that only this process holds, because the log is unwritable. */
  readonly waitingOutcomes: number
  /** Outcome records that were given up since the log was opened. */
  readonly lostOutcomes: number
  readonly lastSequence: number
  readonly durableSequence: number
}

/** Counts of observations by upper bound; `counts` has one entry more than `bounds`, for the rest. */
export interface DurationCounts {
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
  /** Sum of all observations, in seconds. */
  readonly sum: number
}

/** What the log did since it was opened; all numbers only grow. */
export interface AuditStats {
  readonly records: number
  readonly bytes: number
  /** Synchronisations that succeeded. */
  readonly commits: number
  /** How often the log became unwritable. */
  readonly failures: number
  readonly rotations: number
  /** Records refused with `audit_unavailable`. */
  readonly rejectedAppends: number
  /** Outcome records that had to wait in memory because the log was unwritable. */
  readonly delayedOutcomes: number
  readonly lostOutcomes: number
  /** How long synchronisations took. */
  readonly syncSeconds: DurationCounts
}

/** The local log every decision has to reach before content leaves. */
export interface AuditLog extends AsyncDisposable {
  /**
   * Resolves when the record is durable. Rejects with `audit_unavailable` when it is not known to be:
   * then it may or may not be in the log, but never twice.
   */
  append(record: AuditRecord): Promise<void>
  /**
   * Records how a call ended. The operating system has the record when this returns, so it survives
   * the end of this process; it is durable `maxCommitDelayMs` later at most. Never throws: while the
   * log is unwritable records are kept in memory, and counted when that is full.
   */
  appendOutcome(record: AuditRecord): void
  health(): AuditHealth
  /** Counters, kept up to date in place. */
  readonly stats: AuditStats
  /** Makes everything durable and closes the log; never rejects. */
  [Symbol.asyncDispose](): Promise<void>
}
