import type { Clock } from '../core/clock.ts'
import { isStricter, scopeKey, strictest } from './stop-scope.ts'
import type { EmergencyStop, StopMode, StopScope, StopSubject } from './stop-scope.ts'
import type { StopStore } from './stop-store.ts'

/** What an administrator asks for. */
export interface StopRequest {
  readonly mode: StopMode
  readonly scope: StopScope
  readonly reason: string
  readonly by: string
}

/** What a request means, before anything is changed. */
export interface StopChange {
  /**
   * `tighten` takes effect whatever fails; `release` and `ask-release` only once they are recorded.
   * `ask-release` waits for a second person.
   */
  readonly type: 'tighten' | 'release' | 'ask-release'
  readonly scope: StopScope
  readonly before: EmergencyStop | undefined
  readonly after: EmergencyStop | undefined
}

/** Why a request changes nothing. */
export class StopRefused extends Error {
  override readonly name = 'StopRefused'
}

export interface StopBookOptions {
  readonly store: StopStore
  readonly clock: Pick<Clock, 'now'>
  readonly settings: () => { readonly twoPersonRelease: boolean; readonly releaseTtlMs: number }
  /** Told when a stop is in force and could not be kept for after a restart. */
  readonly onNotKept: (error: unknown) => void
}

/** The stops in force. */
export interface StopBook {
  readonly list: () => readonly EmergencyStop[]
  readonly modeFor: (subject: StopSubject) => StopMode
  /** Says what a request means. Throws `StopRefused` for one that changes nothing. */
  readonly propose: (request: StopRequest) => StopChange
  /**
   * Makes a change; returns whether what is in force now outlives a restart. One that releases is kept first,
   * and throws when it cannot be, or when the stop has changed since: then all is as it was.
   */
  readonly apply: (change: StopChange) => boolean
}

/** Most stops at once. */
const maxStops = 1000

/** Takes up the stops that were in force when the process ended. Throws when they cannot be read. */
export function openStopBook({ store, clock, settings, onNotKept }: StopBookOptions): StopBook {
  const stops = new Map(store.load().map((stop) => [scopeKey(stop.scope), stop]))
  let inForce: readonly EmergencyStop[] = [...stops.values()]

  function put(scope: StopScope, stop: EmergencyStop | undefined): void {
    if (stop === undefined) stops.delete(scopeKey(scope))
    else stops.set(scopeKey(scope), stop)
    inForce = [...stops.values()]
  }

  function tighten(stop: EmergencyStop): boolean {
    put(stop.scope, stop)
    try {
      store.put(stop)
      return true
    } catch (error) {
      onNotKept(error)
      return false
    }
  }

  return {
    list: () => inForce,
    modeFor: (subject) => (inForce.length === 0 ? 'normal' : strictest(inForce, subject)),
    propose(request) {
      const before = stops.get(scopeKey(request.scope))
      if (before === undefined && request.mode === 'normal') {
        throw new StopRefused('No emergency stop is in force for exactly this scope.')
      }
      if (before === undefined && stops.size >= maxStops) {
        throw new StopRefused(`There are ${maxStops} emergency stops already: use a wider scope.`)
      }
      return changeOf(request, before, { ...settings(), now: clock.now() })
    },
    apply({ type, scope, before, after }) {
      if (type === 'tighten' && after !== undefined) return tighten(after)
      if (stops.get(scopeKey(scope)) !== before) {
        throw new StopRefused('The stop was changed meanwhile: look again.')
      }
      if (after === undefined) store.remove(scope)
      else store.put(after)
      put(scope, after)
      return true
    },
  }
}

function changeOf(
  { mode, scope, reason, by }: StopRequest,
  before: EmergencyStop | undefined,
  asking: ReturnType<StopBookOptions['settings']> & { readonly now: number },
): StopChange {
  const { now, twoPersonRelease, releaseTtlMs } = asking
  const after = mode === 'normal' ? undefined : { mode, scope, reason, setBy: by, setAt: now }
  if (before === undefined || !isStricter(before.mode, mode)) {
    return { type: 'tighten', scope, before, after }
  }
  const { release } = before
  const isSecond =
    release !== undefined &&
    release.by !== by &&
    release.to === mode &&
    now < release.at + releaseTtlMs
  if (!twoPersonRelease || isSecond) return { type: 'release', scope, before, after }
  const asked = { ...before, release: { to: mode, by, at: now, reason } }
  return { type: 'ask-release', scope, before, after: asked }
}
