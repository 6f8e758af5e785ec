/** Someone whose contacts are remembered: ids are told apart by tenant. */
export interface Person {
  readonly id: string
  readonly tenant: string
}

/** A person as the key of a map: no two have the same. */
export function personKey({ id, tenant }: Person): string {
  return `${tenant.length}:${tenant}${id}`
}

/** When someone had contact with a label, in days (UTC) since the Unix epoch. */
export interface Seen {
  readonly firstDay: number
  readonly lastDay: number
}

/** Who has seen which labels. Kept on disk; in memory for look-ups. */
export interface ContactHistory {
  /** The labels someone has seen; `undefined` where there is none. */
  of(person: Person): ReadonlyMap<string, Seen> | undefined
  /**
   * Remembers that someone saw labels on a day. On the disk when it returns; throws when it cannot be kept,
   * and then remembers none of them.
   */
  keep(person: Person, labels: readonly string[], day: number): void
}

/** Leave to have categories across a wall for a while. */
export interface Crossing {
  readonly id: string
  readonly user: string
  readonly tenant: string
  /** Patterns of labels. */
  readonly categories: readonly string[]
  readonly direction: 'send' | 'receive' | 'both'
  /** Milliseconds since the epoch: from the first on, before the second. */
  readonly from: number
  readonly until: number
  /** Name of the approver's key. */
  readonly approver: string
  readonly reason: string
  readonly grantedAt: number
  readonly revokedAt?: number
  readonly revokedBy?: string
}

/** The crossings that count. */
export interface Crossings {
  /** Those of someone that may be in force, now or later. */
  of(person: Person): readonly Crossing[]
}

/** Crossings as administrators see and change them. On the disk when a change returns. */
export interface CrossingLedger extends Crossings {
  /** The newest crossings, past ones as well, the latest grant first; at most 1,000. */
  list(person?: Person): readonly Crossing[]
  find(id: string): Crossing | undefined
  grant(crossing: Crossing): void
  /** Ends one; throws when there is none of this id or it was revoked already. */
  revoke(id: string, by: { readonly revokedBy: string; readonly revokedAt: number }): Crossing
}

/** The day (UTC) of a time in milliseconds since the epoch, counted from the epoch. */
export function dayOf(at: number): number {
  return Math.floor(at / 86_400_000)
}

/** A day as `2026-03-01`. */
export function dayText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}
