import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { configSchema, createConfigLoader } from '../config/index.ts'
import { systemClock } from '../core/clock.ts'
import { openKeyStore } from '../identity/index.ts'
import type { KeyStore } from '../identity/index.ts'
import { createLogger } from '../telemetry/index.ts'
import { demoConfig, findProviders } from './demo-config.ts'
import type { FoundProviders } from './demo-config.ts'
import { parseArguments } from './io.ts'
import type { CliIo } from './io.ts'
import { relaunchWithRuntimeSettings } from './relaunch.ts'
import { startGateway, untilAskedToStop } from './running.ts'

/**
 * `smartflow demo`: runs the gateway with an embedded store, a simulated provider and a fresh key, offers
 * real models where their keys are in the environment, and prints requests to paste.
 */
export async function runDemoCommand(args: readonly string[], io: CliIo): Promise<number> {
  const { options } = parseArguments(args, ['data', 'listen', 'admin'])
  relaunchWithRuntimeSettings(io)
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
  await untilAskedToStop()
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

function welcome(facts: {
  readonly url: string
  readonly adminUrl: string
  readonly key: string
  readonly found: FoundProviders
}): string {
  const { url, adminUrl, key, found } = facts
  const real = found.models.map(({ name, from }) => `  ${name.padEnd(24)} ${from}\n`).join('')
  const offer =
    real === ''
      ? 'Set OPENAI_API_KEY or ANTHROPIC_API_KEY, or start Ollama, and real models are offered too.\n'
      : `Also offered, since credentials or a local server were found:\n${real}`
  return `
Smartflow is running. Everything stays on this machine: the provider is simulated.

  Gateway   ${url}
  Status    ${adminUrl}
  Key       ${key}   (user demo@localhost)

A plain request:

  curl -s ${url}/v1/chat/completions \\
    -H 'authorization: Bearer ${key}' -H 'content-type: application/json' \\
    -d '{"model":"simulated","messages":[{"role":"user","content":"Hello"}]}'

A streamed one, in Anthropic's format:

  curl -sN ${url}/anthropic/v1/messages \\
    -H 'x-api-key: ${key}' -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json' \\
    -d '{"model":"simulated","max_tokens":256,"stream":true,"messages":[{"role":"user","content":"Hello"}]}'

${offer}
Stop with Ctrl-C.
`
}
