import { describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, configSchema, createConfigLoader } from '../src/config/index.ts'
import { systemClock } from '../src/core/clock.ts'
import { createGateway } from '../src/gateway.ts'
import type { GatewayConfig } from '../src/gateway.ts'
import { createLogger } from '../src/telemetry/index.ts'
import { examplesFolder as folder, valueOf, variablesOf } from './support/example.ts'

const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const logger = createLogger({
  level: 'silent',
  format: 'json',
  write: () => {},
  clock: systemClock,
})

function load(name: string, environment: Readonly<Record<string, string>>) {
  return createConfigLoader(configSchema, { environment }).load(join(folder, name))
}

async function loadWithVariables(name: string) {
  const text = await Bun.file(join(folder, name)).text()
  const values = variablesOf(text).map((variable) => [variable, valueOf(variable)])
  return load(name, Object.fromEntries(values))
}

/** The configuration of an example with a data folder and addresses for a test. */
function forTest(config: GatewayConfig): GatewayConfig {
  const { server } = config
  const listen = '127.0.0.1:0'
  return {
    ...config,
    server: { ...server, listen, tls: undefined, admin: { ...server.admin, listen } },
    data: { ...config.data, dir: mkdtempSync(join(tmpdir(), 'smartflow-example-')) },
  }
}

test('there are examples', () => {
  expect(names.toSorted()).toEqual([
    'any-provider.yaml',
    'azure-apim.yaml',
    'bank.yaml',
    'claude-bedrock-vertex.yaml',
    'credentials-by-identity.yaml',
    'eu-residency.yaml',
    'failover.yaml',
    'hospital.yaml',
    'local-first.yaml',
    'minimal.yaml',
    'openai-and-anthropic.yaml',
    'prefix-cache.yaml',
    'public-body.yaml',
    'two-lanes.yaml',
  ])
})

describe.each(names)('the example %s', (name) => {
  test('is valid once its variables are set, and holds no secret itself', async () => {
    const { config, masked } = await loadWithVariables(name)
    expect(masked).toEqual([])
    expect(config.models.length).toBeGreaterThan(0)
  })

  test('names in its heading every variable it needs, and misses each', async () => {
    const text = await Bun.file(join(folder, name)).text()
    const heading = text.slice(0, text.search(/^[^#]/m))
    for (const variable of variablesOf(text)) {
      expect(heading).toContain(`${variable}=`)
      const others = variablesOf(text).filter((other) => other !== variable)
      const environment = Object.fromEntries(others.map((other) => [other, valueOf(other)]))
      const error = await load(name, environment).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ConfigError)
      expect(String(error)).toContain(variable)
    }
  })

  test('builds a gateway that offers its models', async () => {
    const { config, version } = await loadWithVariables(name)
    await using gateway = await createGateway({
      config: forTest(config),
      configVersion: version,
      clock: systemClock,
      logger,
      isFull: () => false,
    })
    expect(gateway.status()).toMatchObject({
      isReady: true,
      models: config.models.map((model) => model.name),
      providers: config.providers.map((provider) => provider.name),
    })
  })
})
