import type { Clock } from '../../core/clock.ts'
import { hashText } from '../strategies/turns.ts'

/** Conversations that have gone to the capable lane. It outlives configuration versions, not the process. */
export interface LaneMemory {
  /** Conversations that are remembered. */
  readonly size: number
  /** Tells whether a conversation of a route went there lately; if so it is remembered for as long again. */
  isCapable(route: string, conversation: number, ttlMs: number): boolean
  keep(route: string, conversation: number, ttlMs: number): void
  forget(route: string, conversation: number): void
}

/** Makes an empty memory. When it is full, the conversation that was asked for longest ago is forgotten. */
export function createLaneMemory(
  clock: Pick<Clock, 'monotonic'>,
  maxConversations = 65_536,
): LaneMemory {
  /** When each is forgotten, in monotonic milliseconds; the least recently used first. */
  const expiries = new Map<number, number>()

  function keep(key: number, ttlMs: number): void {
    expiries.delete(key)
    if (expiries.size >= maxConversations) expiries.delete(expiries.keys().next().value ?? 0)
    expiries.set(key, clock.monotonic() + ttlMs)
  }

  return {
    get size() {
      return expiries.size
    },
    isCapable(route, conversation, ttlMs) {
      const key = keyOf(route, conversation)
      const expiresAt = expiries.get(key)
      if (expiresAt === undefined) return false
      if (clock.monotonic() >= expiresAt) {
        expiries.delete(key)
        return false
      }
      keep(key, ttlMs)
      return true
    },
    keep: (route, conversation, ttlMs) => keep(keyOf(route, conversation), ttlMs),
    forget: (route, conversation) => void expiries.delete(keyOf(route, conversation)),
  }
}

/** Puts the two hashes into one number that is exact: 21 bits and 32. */
function keyOf(route: string, conversation: number): number {
  return (hashText(route, 0) >>> 11) * 2 ** 32 + conversation
}
