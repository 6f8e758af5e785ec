import type { Clock } from '../core/clock.ts'
import type { Principal } from '../core/principal.ts'

/** One kept response with what was new in its request. Immutable. */
export interface Turn {
  /** Id of the response. */
  readonly id: string
  /** The turn it goes on from; kept as long as this one. */
  readonly parent: Turn | undefined
  /** The new input items as JSON, joined by commas. */
  readonly input: Uint8Array
  /** The response object as JSON. */
  readonly response: Uint8Array
  /** Number of items up to and with this turn. */
  readonly itemCount: number
  /** Ids of its output items. */
  readonly itemIds: readonly string[]
}

/** How much is kept. */
export interface TurnLimits {
  readonly maxBytes: number
  readonly maxResponses: number
  readonly maxResponseBytes: number
  readonly ttlMs: number
}

/**
 * Keeps turns in memory, each for the principal it was made for: to others it does not exist. What was
 * not named for longest goes first, and whatever was not named for the time it is kept.
 */
export interface TurnStore {
  /** Keeps a turn, in place of one with the same id. Returns `false` when it is too large. */
  keep(turn: Turn, principal: Principal): boolean
  find(id: string, principal: Principal): Turn | undefined
  /** Returns the turn that an output item is of. */
  findByItem(itemId: string, principal: Principal): Turn | undefined
  /** Forgets a turn. Turns that go on from it still hold what it said. */
  forget(id: string, principal: Principal): boolean
  /** What is kept at present, turns that only later ones hold included. */
  size(): { readonly responses: number; readonly bytes: number }
}

interface Entry {
  readonly key: string
  readonly turn: Turn
  readonly itemKeys: readonly string[]
  usedAt: number
}

/** Memory an entry takes beside its texts, about. */
const entryBytes = 512

interface StoreOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Asked each time, so that a new configuration holds at once. */
  readonly limits: () => TurnLimits
}

/** Makes an empty store. */
export function createTurnStore(options: StoreOptions): TurnStore {
  return new BoundedTurns(options)
}

class BoundedTurns implements TurnStore {
  readonly #clock: StoreOptions['clock']
  readonly #limits: StoreOptions['limits']
  /** In the order in which they were last named. */
  readonly #entries = new Map<string, Entry>()
  readonly #entryOfItem = new Map<string, Entry>()
  readonly #memory = countMemory()

  constructor({ clock, limits }: StoreOptions) {
    this.#clock = clock
    this.#limits = limits
  }

  keep(turn: Turn, principal: Principal): boolean {
    const { maxBytes, maxResponseBytes } = this.#limits()
    const bytes = bytesOf(turn)
    if (bytes > maxResponseBytes || bytes > maxBytes) return false
    const key = keyOf(principal, turn.id)
    const replaced = this.#entries.get(key)
    const itemKeys = turn.itemIds.map((id) => keyOf(principal, id))
    const entry = { key, turn, itemKeys, usedAt: this.#clock.monotonic() }
    this.#memory.hold(turn)
    if (replaced !== undefined) this.#drop(replaced)
    this.#entries.set(key, entry)
    for (const itemKey of itemKeys) this.#entryOfItem.set(itemKey, entry)
    this.#trim()
    return this.#entries.has(key)
  }

  find(id: string, principal: Principal): Turn | undefined {
    return this.#use(this.#entries.get(keyOf(principal, id)))
  }

  findByItem(itemId: string, principal: Principal): Turn | undefined {
    return this.#use(this.#entryOfItem.get(keyOf(principal, itemId)))
  }

  forget(id: string, principal: Principal): boolean {
    const entry = this.#entries.get(keyOf(principal, id))
    if (entry !== undefined) this.#drop(entry)
    return entry !== undefined
  }

  size(): { readonly responses: number; readonly bytes: number } {
    this.#trim()
    return { responses: this.#entries.size, bytes: this.#memory.bytes() }
  }

  #use(entry: Entry | undefined): Turn | undefined {
    this.#trim()
    if (entry === undefined || !this.#entries.has(entry.key)) return undefined
    entry.usedAt = this.#clock.monotonic()
    this.#entries.delete(entry.key)
    this.#entries.set(entry.key, entry)
    return entry.turn
  }

  /** INVARIANT: every turn in memory is reached from an entry, so without entries nothing is held. */
  #trim(): void {
    const { maxBytes, maxResponses, ttlMs } = this.#limits()
    const staleBefore = this.#clock.monotonic() - ttlMs
    for (const entry of this.#entries.values()) {
      const isOver = this.#memory.bytes() > maxBytes || this.#entries.size > maxResponses
      if (!isOver && entry.usedAt >= staleBefore) return
      this.#drop(entry)
    }
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.key)
    for (const itemKey of entry.itemKeys) {
      if (this.#entryOfItem.get(itemKey) === entry) this.#entryOfItem.delete(itemKey)
    }
    this.#memory.release(entry.turn)
  }
}

/** Counts the bytes of all turns that are held, by entries or by turns that go on from them. */
function countMemory() {
  const holders = new Map<Turn, number>()
  let bytes = 0
  return {
    bytes: () => bytes,
    hold(turn: Turn): void {
      for (let each: Turn | undefined = turn; each !== undefined; each = each.parent) {
        const count = holders.get(each) ?? 0
        holders.set(each, count + 1)
        // One that was held already holds those before it.
        if (count > 0) return
        bytes += bytesOf(each)
      }
    },
    release(turn: Turn): void {
      for (let each: Turn | undefined = turn; each !== undefined; each = each.parent) {
        const count = holders.get(each) ?? 0
        if (count > 1) {
          holders.set(each, count - 1)
          return
        }
        holders.delete(each)
        bytes -= bytesOf(each)
      }
    },
  }
}

function bytesOf({ input, response, itemIds }: Turn): number {
  return input.byteLength + response.byteLength + entryBytes * (1 + itemIds.length / 4)
}

function keyOf({ tenant, id: user }: Principal, id: string): string {
  return JSON.stringify([tenant, user, id])
}
