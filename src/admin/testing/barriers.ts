import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askBarriers, createBarriers, openBarrierStore } from '../../compliance/index.ts'
import type { KnownCaller } from '../../compliance/index.ts'
import { barriersConfigSchema } from '../../compliance/barrier/config.ts'
import type { BarriersAdministration } from '../barriers-api.ts'

/** Barriers of a section as it stands in a file, with a store in a folder of its own. */
export function administeredBarriers(
  section: unknown,
  clock: { now(): number },
  callers: readonly KnownCaller[] = [],
): BarriersAdministration & AsyncDisposable {
  const config = barriersConfigSchema.parse(section)
  const dataDir = mkdtempSync(join(tmpdir(), 'smartflow-admin-barriers-'))
  const store = openBarrierStore({ dataDir, clock })
  const { version, explain } = createBarriers(config, { ...store, clock })
  let grants = 0
  return {
    ...store,
    config: () => config,
    version: () => version,
    ask: (question) => askBarriers(question, callers, explain),
    now: () => clock.now(),
    newId: () => `crossing_${++grants}`,
  }
}
