import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../../src/cli/running.ts'
import type { RunningGateway } from '../../src/cli/running.ts'
import { configSchema, createConfigLoader } from '../../src/config/index.ts'
import { systemClock } from '../../src/core/clock.ts'
import { readAuditLog } from '../../src/audit/index.ts'
import type { StoredRecord } from '../../src/audit/index.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'

/** A gateway on free ports, with a key and a data folder of its own. */
export interface TestGateway extends AsyncDisposable {
  readonly url: string
  readonly adminUrl: string
  /** A key that may use every model. */
  readonly key: string
  readonly dataDir: string
  readonly running: RunningGateway
  /** Everything the operational log has said. */
  readonly logged: () => string
  /** Stops the gateway and reads its audit log. */
  readonly records: () => Promise<StoredRecord[]>
}

export interface TestGatewayOptions {
  /** YAML of the sections `providers` and `models`, or more; server, data and a key are added. */
  readonly yaml?: string
  /** YAML lines of `server.limits`, such as `maxBodyBytes: 2048`. */
  readonly limits?: readonly string[]
  /** YAML lines of `server`, such as `realtime: { maxSessions: 1 }`. */
  readonly server?: readonly string[]
  /** Entries of `server.admin.keys`, each in one line of YAML. */
  readonly adminKeys?: readonly string[]
  /** Names by which the admin listener may be asked. */
  readonly adminHosts?: readonly string[]
  /** Further entries of the section `keys`, each in one line of YAML. */
  readonly keys?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly dataDir?: string
}

const simulatedYaml = `
providers:
  - { name: simulated, type: simulated }
models:
  - { name: simulated, targets: [{ provider: simulated, model: simulated }] }
`

/** Starts a gateway the way `smartflow serve` does, in this process. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'smartflow-test-'))
  const key = newKey()
  const limits = options.limits ?? []
  const yaml = [
    'server:',
    '  listen: 127.0.0.1:0',
    `  admin: { listen: 127.0.0.1:0, keys: [${(options.adminKeys ?? []).join(', ')}], hosts: [${(options.adminHosts ?? []).join(', ')}] }`,
    ...(options.server ?? []).map((line) => `  ${line}`),
    ...(limits.length === 0 ? [] : ['  limits:', ...limits.map((line) => `    ${line}`)]),
    `data: { dir: ${JSON.stringify(dataDir)} }`,
    'keys:',
    `  - { name: test, sha256: ${hashKey(key)}, user: test@example.com, models: ["*"] }`,
    ...(options.keys ?? []).map((entry) => `  - ${entry}`),
    options.yaml ?? simulatedYaml,
  ].join('\n')
  const loader = createConfigLoader(configSchema, { environment: options.environment ?? {} })
  const loaded = await loader.parse(yaml, join(dataDir, 'smartflow.yaml'))
  let log = ''
  const logger = createLogger({
    level: 'debug',
    format: 'json',
    write: (text) => (log += text),
    clock: systemClock,
  })
  const running = await startGateway({
    config: loaded.config,
    configVersion: loaded.version,
    logger,
  })
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= running.stop())
  return {
    url: running.url,
    adminUrl: running.adminUrl,
    key,
    dataDir,
    running,
    logged: () => log,
    async records() {
      await stop()
      return Array.fromAsync(readAuditLog(join(dataDir, 'audit')))
    },
    [Symbol.asyncDispose]: stop,
  }
}
