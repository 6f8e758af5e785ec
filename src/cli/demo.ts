import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { configSchema, createConfigLoader } from '../config/index.ts'
import { systemClock } from '../core/clock.ts'
import { openKeyStore } from '../identity/index.ts'
import type { KeyStore } from '../identity/index.ts'
import { createLogger } from '../telemetry/index.ts'
import { demoConfig, findProviders } from './demo-config.ts'
import { welcome } from './demo-welcome.ts'
import { parseArguments } from './io.ts'
import type { CliIo } from './io.ts'
import { startGateway, untilAskedToStop } from './running.ts'

/**
 * `smartflow demo`: runs the gateway with an embedded store, a simulated provider and a fresh key, offers
 * real models where their keys are in the environment, and prints requests to paste.
 */
export async function runDemoCommand(args: readonly string[], io: CliIo): Promise<number> {
  const { options } = parseArguments(args, ['data', 'listen', 'admin'])
  const dataDir = resolve(io.cwd, options.get('data') ?? 'data')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const found = await findProviders(io.environment)
  const text = demoConfig(found, {
    dataDir,
    listen: options.get('listen') ?? '127.0.0.1:7775',
    admin: options.get('admin') ?? '127.0.0.1:7778',
  })
  const loader = createConfigLoader(configSchema, { environment: io.environment })
  const loaded = await loader.parse(text, resolve(dataDir, 'demo.yaml'))
  const logger = createLogger({
    level: 'warn',
    format: 'text',
    write: io.stderr,
    clock: systemClock,
  })
  await using keys = openKeyStore({ dataDir, clock: systemClock })
  // Made first: a running gateway would notice it only within a second, and the requests work at once.
  const { key, stored } = makeKey(keys)
  // Before anything answers: a signal must not end a gateway without its last records.
  const askedToStop = untilAskedToStop()
  const running = await startGateway({
    config: loaded.config,
    configVersion: loaded.version,
    logger,
  }).catch((error: unknown) => {
    keys.revoke(stored.id)
    throw error
  })
  revokeEarlierKeys(keys, stored.id)
  io.stdout(welcome({ url: running.url, adminUrl: running.adminUrl, key, found }))
  await askedToStop
  io.stdout('\nStopping…\n')
  await running.stop()
  return 0
}

function makeKey(store: KeyStore): ReturnType<KeyStore['create']> {
  return store.create({
    user: 'demo@localhost',
    department: 'demo',
    groups: ['demo'],
    models: ['*'],
    createdBy: demoCreator,
  })
}

/** Only the key on the screen works. A demo that could not start takes no key from one that runs. */
function revokeEarlierKeys(store: KeyStore, currentId: string): void {
  for (const { id, createdBy, revokedAt } of store.list()) {
    if (createdBy === demoCreator && id !== currentId && revokedAt === undefined) store.revoke(id)
  }
}

const demoCreator = 'smartflow demo'
