import { join } from 'node:path'
import { migrate, openDatabase, openKeyFile } from '../storage/index.ts'
import { openEmergencyStops } from './emergency-stops.ts'
import type { EmergencyStops, StopOptions } from './emergency-stops.ts'
import { holdMigration, openHoldStore } from './hold-store.ts'
import { openHolds } from './holds.ts'
import type { HoldOptions, Holds } from './holds.ts'
import { openStopStore, stopMigration } from './stop-store.ts'

export interface OversightOptions {
  readonly dataDir: string
  readonly stops: Omit<StopOptions, 'store'>
  readonly holds: Omit<HoldOptions, 'store' | 'key'>
}

/** What people decide about while calls run; it outlives configuration versions. */
export interface Oversight extends AsyncDisposable {
  readonly stops: EmergencyStops
  readonly holds: Holds
}

/** Opens what people have decided in a data folder. Throws when it cannot be read: a stop may be in it. */
export function openOversight({ dataDir, stops, holds }: OversightOptions): Oversight {
  const database = openDatabase(join(dataDir, 'oversight.sqlite'))
  migrate(database, [stopMigration, holdMigration])
  const key = openKeyFile(join(dataDir, 'oversight.key'))
  const queue = openHolds({ ...holds, key, store: openHoldStore(database) })
  return {
    stops: openEmergencyStops({ ...stops, store: openStopStore(database) }),
    holds: queue,
    async [Symbol.asyncDispose]() {
      queue[Symbol.dispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}
