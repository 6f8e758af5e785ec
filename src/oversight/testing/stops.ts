import type { Clock } from '../../core/clock.ts'
import { openEmergencyStops } from '../emergency-stops.ts'
import type { EmergencyStops, StopOptions } from '../emergency-stops.ts'
import { HoldRefused } from '../hold.ts'
import type { Holds } from '../holds.ts'
import type { StopStore } from '../stop-store.ts'

/** A store that keeps nothing. */
export const forgetful: StopStore = {
  load: () => [],
  put: () => undefined,
  remove: () => undefined,
}

/** Opens stops that nothing keeps, for gateways whose calls all read unless `more` says otherwise. */
export function openStops(
  clock: Pick<Clock, 'now'>,
  more: Partial<StopOptions> = {},
): EmergencyStops {
  return openEmergencyStops({
    store: forgetful,
    clock,
    settings: () => ({ twoPersonRelease: false, releaseTtlMs: 900_000 }),
    writes: () => undefined,
    onlyReading: (_, answer) => answer,
    onStopped: () => undefined,
    onNotKept: () => undefined,
    ...more,
  })
}

/** An approval queue that nothing ever waited in. */
export const noHolds: Pick<Holds, 'list' | 'get' | 'preview' | 'propose' | 'decide'> = {
  list: () => [],
  get: () => undefined,
  preview: () => undefined,
  propose: refuse,
  decide: refuse,
}

function refuse(): never {
  throw new HoldRefused('unknown', 'There is no such hold.')
}
