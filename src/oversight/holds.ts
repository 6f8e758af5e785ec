import type { Clock } from '../core/clock.ts'
import { asOf, decide, HoldRefused, isInForce } from './hold.ts'
import type { Hold, HoldFacts, HoldState, HoldTerms, Verdict } from './hold.ts'
import { digestOf } from './action-digest.ts'
import type { HoldFilter, HoldStore } from './hold-store.ts'
import type { HoldRecord } from '../core/record.ts'
import { createWaiting } from './waiting.ts'
import type { Waiting } from './waiting.ts'

/** Something that somebody wants to do and that people have to approve. */
export interface HeldAction {
  readonly facts: HoldFacts
  /** Canonical text of what is to be done: it enters the digest, and is not kept. */
  readonly content: string
  /** What an approver may see of it, redacted; only in memory, and only while it waits. */
  readonly preview?: string | undefined
  /** How many different people have to approve; as configured when absent. */
  readonly approvers?: number | undefined
}

/** What is known about an action that was asked for. */
export interface HoldAnswer {
  readonly state: HoldState
  /** Absent where nothing could be kept: then it is denied. */
  readonly holdId?: string
  /** When it expires undecided, in milliseconds since the Unix epoch. */
  readonly waitUntil?: number
}

export interface HoldSettings extends HoldTerms {
  /** How long a hold waits for people, in milliseconds. */
  readonly waitMs: number
  readonly approvers: number
  /** Most that wait at once, of all callers and of one. */
  readonly maxWaiting: number
  readonly maxWaitingPerCaller: number
  /** How long decided holds are kept, in milliseconds. */
  readonly retentionMs: number
}

export interface HoldOptions {
  readonly store: HoldStore
  readonly clock: Pick<Clock, 'now'>
  readonly key: Uint8Array
  readonly settings: () => HoldSettings
  /** Resolves when a record is durable; rejects when it cannot be. */
  readonly record: (record: HoldRecord) => Promise<void>
  /** Told when something could not be kept or recorded; the action is denied then. */
  readonly onError: (error: unknown) => void
}

/** The approval queue. */
export interface Holds extends Disposable {
  /** How many actions wait. */
  readonly waiting: number
  /** Asks whether an action may be done now, and opens a hold if nobody has decided. Never throws. */
  ask(action: HeldAction): Promise<HoldAnswer>
  /** Resolves with the state once it is decided, or as it is after a time or when the signal fires. */
  wait(holdId: string, ms: number, signal: AbortSignal): Promise<HoldState>
  list(filter: HoldFilter): readonly Hold[]
  get(id: string): Hold | undefined
  /** What an approver may see of an action that waits. */
  preview(id: string): string | undefined
  /** Returns what a hold would be after a verdict. Throws `HoldRefused`. Changes nothing. */
  propose(id: string, verdict: Omit<Verdict, 'at'>): Hold
  /** Takes the verdict of a person. Throws `HoldRefused`, or when it cannot be kept: then nothing has changed. */
  decide(id: string, verdict: Omit<Verdict, 'at'>): Hold
}

/** Most holds that are kept. */
const maxKept = 100_000
const maxPreviewLength = 4_000
const denied: HoldAnswer = { state: 'denied' }

/** Takes up the holds of a store. Throws when they cannot be read. */
export function openHolds(options: HoldOptions): Holds {
  return new HoldQueue(options)
}

class HoldQueue implements Holds {
  readonly #options: HoldOptions
  readonly #waiting: Waiting
  /** By id, and the latest of each action by digest: those that wait or whose decision may be in force. */
  readonly #live = new Map<string, Hold>()
  readonly #latest = new Map<string, Hold>()

  constructor(options: HoldOptions) {
    const { clock, store } = options
    this.#options = options
    this.#waiting = createWaiting({ clock, onExpired: (id) => this.#expireById(id) })
    for (const hold of store.live(clock.now())) {
      this.#remember(hold)
      if (hold.state === 'waiting') this.#waiting.add(hold)
    }
  }

  get waiting(): number {
    return this.#waiting.count
  }

  async ask(action: HeldAction): Promise<HoldAnswer> {
    const { clock, key, record, onError } = this.#options
    try {
      const digest = digestOf(key, { ...action.facts, content: action.content })
      const now = clock.now()
      const hold = this.#latest.get(digest)
      if (hold !== undefined && asOf(hold, now).state === 'expired') this.#expire(hold)
      else if (hold !== undefined && isInForce(hold, now)) {
        const { state, id: holdId, waitUntil } = hold
        if (state === 'approved') {
          // Used up before anything is waited for: of two that come at once one passes.
          this.#keep({ ...hold, usesLeft: hold.usesLeft - 1 })
          await record(recordOf(hold, 'used', action.facts.requestId))
        }
        return { state, holdId, waitUntil }
      }
      return await this.#open(action, digest)
    } catch (error) {
      // What cannot be kept or recorded was not approved.
      onError(error)
      return denied
    }
  }

  wait(id: string, ms: number, signal: AbortSignal): Promise<HoldState> {
    return this.#waiting.wait(id, ms, signal) ?? Promise.resolve(this.#stateOf(id))
  }

  list(filter: HoldFilter): readonly Hold[] {
    const { store, clock } = this.#options
    return store.list(filter).map((hold) => asOf(hold, clock.now()))
  }

  get(id: string): Hold | undefined {
    const hold = this.#live.get(id) ?? this.#options.store.get(id)
    return hold === undefined ? undefined : asOf(hold, this.#options.clock.now())
  }

  preview(id: string): string | undefined {
    return this.#waiting.preview(id)
  }

  propose(id: string, verdict: Omit<Verdict, 'at'>): Hold {
    const hold = this.get(id)
    if (hold === undefined) throw new HoldRefused('unknown', 'There is no such hold.')
    const { clock, settings } = this.#options
    return decide(hold, { ...verdict, at: clock.now() }, settings())
  }

  decide(id: string, verdict: Omit<Verdict, 'at'>): Hold {
    const hold = this.propose(id, verdict)
    this.#keep(hold)
    return hold
  }

  [Symbol.dispose](): void {
    this.#waiting[Symbol.dispose]()
  }

  async #open(action: HeldAction, digest: string): Promise<HoldAnswer> {
    const { settings, clock, record } = this.#options
    const { waitMs, approvers, maxWaiting, maxWaitingPerCaller } = settings()
    const now = clock.now()
    const { tenant, requester } = action.facts
    const queued = this.#waiting
    if (queued.count >= maxWaiting || queued.countOf(tenant, requester) >= maxWaitingPerCaller) {
      throw new Error('The approval queue is full: the action was denied.')
    }
    const hold: Hold = {
      id: `hold_${Bun.randomUUIDv7('buffer').toHex()}`,
      digest,
      facts: action.facts,
      state: 'waiting',
      createdAt: now,
      waitUntil: now + waitMs,
      approvers: action.approvers ?? approvers,
      verdicts: [],
      validUntil: 0,
      usesLeft: 0,
    }
    this.#keep(hold)
    queued.add(hold, action.preview?.slice(0, maxPreviewLength))
    try {
      await record(recordOf(hold, 'opened'))
    } catch (error) {
      this.#expire(hold)
      throw error
    }
    return { state: 'waiting', holdId: hold.id, waitUntil: hold.waitUntil }
  }

  #keep(hold: Hold): void {
    this.#options.store.put(hold)
    this.#remember(hold)
    if (hold.state !== 'waiting') this.#waiting.settle(hold)
  }

  #remember(hold: Hold): void {
    this.#live.set(hold.id, hold)
    this.#latest.set(hold.digest, hold)
    const { settings, clock } = this.#options
    if (this.#live.size <= 2 * settings().maxWaiting) return
    for (const old of this.#live.values()) if (!isInForce(old, clock.now())) this.#forget(old)
  }

  #forget(hold: Hold): void {
    this.#live.delete(hold.id)
    if (this.#latest.get(hold.digest)?.id === hold.id) this.#latest.delete(hold.digest)
  }

  #expireById(id: string): void {
    const hold = this.#live.get(id)
    if (hold?.state === 'waiting') this.#expire(hold)
  }

  #expire(hold: Hold): void {
    const { store, clock, settings, record, onError } = this.#options
    const expired: Hold = { ...hold, state: 'expired' }
    this.#forget(hold)
    this.#waiting.settle(expired)
    try {
      store.put(expired)
      store.prune(clock.now() - settings().retentionMs, maxKept)
    } catch (error) {
      onError(error)
    }
    record(recordOf(expired, 'expired')).catch(onError)
  }

  /** What cannot be read was not approved. */
  #stateOf(id: string): HoldState {
    try {
      return this.get(id)?.state ?? 'denied'
    } catch (error) {
      this.#options.onError(error)
      return 'denied'
    }
  }
}

function recordOf(
  { id, facts, approvers, waitUntil }: Hold,
  event: HoldRecord['event'],
  requestId = facts.requestId,
): HoldRecord {
  return { type: 'hold', event, holdId: id, ...facts, requestId, approvers, waitUntil }
}
