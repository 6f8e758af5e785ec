import type { Clock } from '../core/clock.ts'

/** A provider that an operator has forced on all calls for a while. */
export interface Override {
  readonly provider: string
  /** Name of the administrator. */
  readonly setBy: string
  /** Milliseconds since the epoch. */
  readonly setAt: number
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** Where an override outlives the process. */
export interface OverrideStore {
  load(): Override | undefined
  save(override: Override | undefined): void
}

/** The override in force, if there is one. */
export interface Overrides {
  /** Returns it; `undefined` once it has expired. Cheap: asked for every call. */
  current(): Override | undefined
  /** Puts one in force instead of any before it. Throws when it cannot be kept: then nothing changes. */
  set(override: Pick<Override, 'provider' | 'setBy'> & { readonly ttlMs: number }): Override
  /** Ends it; returns what was in force. */
  clear(): Override | undefined
}

/** Takes up the override that was in force when the process ended, unless it has expired since. */
export function createOverrides(store: OverrideStore, clock: Pick<Clock, 'now'>): Overrides {
  let kept = store.load()
  const current = (): Override | undefined =>
    kept !== undefined && clock.now() < kept.expiresAt ? kept : undefined

  return {
    current,
    set({ provider, setBy, ttlMs }) {
      const setAt = clock.now()
      const next = { provider, setBy, setAt, expiresAt: setAt + ttlMs }
      store.save(next)
      kept = next
      return next
    },
    clear() {
      const was = current()
      if (kept !== undefined) store.save(undefined)
      kept = undefined
      return was
    },
  }
}
