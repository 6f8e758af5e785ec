import { join } from 'node:path'
import { migrate, openDatabase } from '../storage/index.ts'
import { openEmergencyStops } from './emergency-stops.ts'
import type { EmergencyStops, StopOptions } from './emergency-stops.ts'
import { openStopStore, stopMigration } from './stop-store.ts'

export interface OversightOptions extends Omit<StopOptions, 'store'> {
  readonly dataDir: string
}

/** What people decide about while calls run; it outlives configuration versions. */
export interface Oversight extends AsyncDisposable {
  readonly stops: EmergencyStops
}

/** Opens what people have decided in a data folder. Throws when it cannot be read: a stop may be in it. */
export function openOversight(options: OversightOptions): Oversight {
  const database = openDatabase(join(options.dataDir, 'oversight.sqlite'))
  migrate(database, [stopMigration])
  return {
    stops: openEmergencyStops({ ...options, store: openStopStore(database) }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
