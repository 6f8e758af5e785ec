import { randomBytes } from 'node:crypto'
import { systemClock } from '../core/clock.ts'
import type { GatewayConfig } from '../gateway.ts'
import { createMaestro, openDetection } from '../maestro.ts'
import type { Maestro } from '../maestro.ts'

/** Builds what inspects content, and nothing that listens, writes or remembers: nobody has seen anything. */
export function openOffline(config: GatewayConfig): Maestro {
  const key = randomBytes(32)
  return createMaestro(config, {
    clock: systemClock,
    barriers: {
      history: {
        of: () => undefined,
        keep() {
          throw new Error('A test keeps nothing.')
        },
      },
      crossings: { of: () => [] },
    },
    // Nothing is compared by its hash here.
    detection: { ...openDetection(config.data.dir), hashKey: () => key },
    holds: { ask: () => Promise.resolve({ state: 'waiting' }) },
    clientFormats: new Map(),
    maxFrameBytes: config.server.limits.maxFrameBytes,
  })
}
