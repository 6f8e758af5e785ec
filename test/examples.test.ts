import { describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { startGateway } from '../src/cli/running.ts'
import { ConfigError, configSchema, createConfigLoader } from '../src/config/index.ts'
import { systemClock } from '../src/core/clock.ts'
import { createGateway } from '../src/gateway.ts'
import type { GatewayConfig } from '../src/gateway.ts'
import { openKeyStore } from '../src/identity/index.ts'
import { createLogger } from '../src/telemetry/index.ts'

const folder = join(import.meta.dir, '../examples')
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const logger = createLogger({
  level: 'silent',
  format: 'json',
  write: () => {},
  clock: systemClock,
})

/** The variables an example needs: those its file names without a default. */
function variablesOf(text: string): string[] {
  return Array.from(text.matchAll(/\$\{env:([A-Z0-9_]+)\}/g), ([, name = '']) => name)
}

function load(name: string, environment: Readonly<Record<string, string>>) {
  return createConfigLoader(configSchema, { environment }).load(join(folder, name))
}

async function loadWithVariables(name: string) {
  const text = await Bun.file(join(folder, name)).text()
  const values = variablesOf(text).map((variable) => [variable, valueOf(variable)])
  return load(name, Object.fromEntries(values))
}

function valueOf(variable: string): string {
  return variable.endsWith('SHA256') ? 'ab'.repeat(32) : `value-of-${variable.toLowerCase()}`
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
    'minimal.yaml',
    'openai-and-anthropic.yaml',
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

test('the smallest example answers', async () => {
  const loaded = await load('minimal.yaml', {})
  const config = forTest(loaded.config)
  await using keys = openKeyStore({ dataDir: config.data.dir, clock: systemClock })
  const { key } = keys.create({ user: 'you@example.com', createdBy: 'test' })
  const running = await startGateway({ config, configVersion: loaded.version, logger })
  const openai = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: key, maxRetries: 0 })
  const answer = await openai.chat.completions.create({
    model: 'simulated',
    messages: [{ role: 'user', content: 'Hello' }],
  })
  expect(answer.choices[0]?.message.content).toStartWith('This is a simulated answer')
  await running.stop()
})
