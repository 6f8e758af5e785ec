import type { Clock } from '../core/clock.ts'
import type { Hold, HoldState } from './hold.ts'

/** The holds that wait, who waits for them, and what may be shown of them. */
export interface Waiting extends Disposable {
  readonly count: number
  countOf(tenant: string, requester: string): number
  add(hold: Hold, preview?: string): void
  /** The hold waits no more: everyone who waits for it is told. */
  settle(hold: Hold): void
  preview(id: string): string | undefined
  /** Resolves once the hold is settled, or as it is after a time or when the signal fires; `undefined` for one that does not wait. */
  wait(id: string, ms: number, signal: AbortSignal): Promise<HoldState> | undefined
}

interface Entry {
  readonly caller: string
  readonly preview: string | undefined
  readonly timer: ReturnType<typeof setTimeout>
  readonly settled: PromiseWithResolvers<HoldState>
}

/** Longest time a timer can take. */
const maxTimerMs = 2 ** 31 - 1

/** @param onExpired told the id of a hold whose time is over */
export function createWaiting({
  clock,
  onExpired,
}: {
  readonly clock: Pick<Clock, 'now'>
  readonly onExpired: (id: string) => void
}): Waiting {
  const entries = new Map<string, Entry>()
  const perCaller = new Map<string, number>()

  return {
    get count() {
      return entries.size
    },
    countOf: (tenant, requester) => perCaller.get(callerOf(tenant, requester)) ?? 0,
    add({ id, facts, waitUntil }, preview) {
      const caller = callerOf(facts.tenant, facts.requester)
      const leftMs = Math.min(Math.max(waitUntil - clock.now(), 0), maxTimerMs)
      // Only the process's own end may wait for it.
      const timer = setTimeout(() => onExpired(id), leftMs).unref()
      entries.set(id, { caller, preview, timer, settled: Promise.withResolvers() })
      perCaller.set(caller, (perCaller.get(caller) ?? 0) + 1)
    },
    settle({ id, state }) {
      const entry = entries.get(id)
      if (entry === undefined) return
      entries.delete(id)
      const left = (perCaller.get(entry.caller) ?? 1) - 1
      if (left > 0) perCaller.set(entry.caller, left)
      else perCaller.delete(entry.caller)
      clearTimeout(entry.timer)
      entry.settled.resolve(state)
    },
    preview: (id) => entries.get(id)?.preview,
    wait(id, ms, signal) {
      const entry = entries.get(id)
      return entry === undefined ? undefined : settledWithin(entry.settled.promise, ms, signal)
    },
    [Symbol.dispose]() {
      for (const { timer, settled } of entries.values()) {
        clearTimeout(timer)
        settled.resolve('waiting')
      }
      entries.clear()
    },
  }
}

async function settledWithin(
  settled: Promise<HoldState>,
  ms: number,
  signal: AbortSignal,
): Promise<HoldState> {
  if (signal.aborted || ms <= 0) return 'waiting'
  const { promise, resolve } = Promise.withResolvers<HoldState>()
  const giveUp = (): void => resolve('waiting')
  const timer = setTimeout(giveUp, Math.min(ms, maxTimerMs))
  signal.addEventListener('abort', giveUp)
  try {
    return await Promise.race([settled, promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

function callerOf(tenant: string, requester: string): string {
  return JSON.stringify([tenant, requester])
}
