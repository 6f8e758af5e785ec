import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { askChat, makeConfig, readyUrl, runCli, startCli, untilStatus } from '../support/cli.ts'
import type { CliProcess, ConfigFolder } from '../support/cli.ts'
import { startUpstream } from '../support/upstream.ts'
import type { Upstream } from '../support/upstream.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

let upstream: Upstream
let config: ConfigFolder
let gateway: CliProcess
let url: string
let env: Record<string, string>

/** A configuration with models of these names, whose provider has a name of its own as well. */
function yamlWith(provider: string, ...models: readonly string[]): string {
  return [
    'providers:',
    `  - { name: ${provider}, type: openai, baseUrl: ${upstream.url}/v1, apiKey: "\${env:PROVIDER_KEY}" }`,
    'models:',
    ...models.map(
      (name) =>
        `  - { name: ${name}, targets: [{ provider: ${provider}, model: "${name};tps=20" }] }`,
    ),
  ].join('\n')
}

const ask = (model: string, stream = false) => askChat(url, config.key, model, { stream })

beforeAll(async () => {
  upstream = startUpstream()
  env = { PROVIDER_KEY: upstream.key }
  config = makeConfig(yamlWith('first', 'one'))
  gateway = startCli(['serve', '--config', config.path], { env })
  url = await readyUrl(gateway)
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

// These tests build on each other: they are the life of one gateway.
describe('a changed configuration', () => {
  test('is in force within a second, and a stream of the old one goes on to its end', async () => {
    const running = await ask('one', true)
    const text = running.text()
    await Bun.sleep(50)
    // Neither the model nor the provider of the stream is in the new configuration.
    config.write(yamlWith('second', 'two'))
    const { tookMs } = await untilStatus(200, () => quick('two'))
    expect(tookMs).toBeLessThan(1000)
    expect((await ask('one')).status).toBe(404)
    expect(await text).toEndWith('data: [DONE]\n\n')
    await gateway.waitFor(/"configuration changed"/)
  })

  test('that is wrong is named with line and column, and the running one stays', async () => {
    config.write(`${yamlWith('second', 'two')}\ntelemetri: {}`)
    const [entry] = await gateway.waitFor(/^.*"configuration rejected.*$/m)
    expect(entry).toMatch(/smartflow\.yaml:\d+:1\b/)
    expect(entry).toContain('telemetry')
    expect(entry).not.toContain(upstream.key)
    expect((await quick('two')).status).toBe(200)
    const check = await runCli(['config', 'check', config.path], { env })
    expect(check).toMatchObject({ code: 1, stderr: expect.stringContaining('telemetri') })
  })

  test('that names a provider which is not there is refused as a whole', async () => {
    config.write(yamlWith('second', 'two').replace('provider: second', 'provider: secnd'))
    await gateway.waitFor(/secnd/)
    expect((await quick('two')).status).toBe(200)
  })

  test('comes back with one command', async () => {
    config.write(yamlWith('third', 'three'))
    await untilStatus(200, () => quick('three'))
    const history = await runCli(['config', 'history', config.path, '--json'], { env })
    const entries: unknown = JSON.parse(history.stdout)
    expect(entries).toMatchObject([
      { sequence: 3, author: 'tester' },
      { sequence: 2 },
      { sequence: 1, note: 'loaded at start' },
    ])
    expect(history.stdout).not.toContain(upstream.key)
    const rollback = await runCli(['config', 'rollback', 'previous', config.path], { env })
    expect(rollback).toMatchObject({ code: 0, stderr: '' })
    const { tookMs } = await untilStatus(200, () => quick('two'))
    expect(tookMs).toBeLessThan(1000)
    expect((await quick('three')).status).toBe(404)
    expect(await Bun.file(config.path).text()).toContain('second')
    const after = await runCli(['config', 'history', config.path], { env })
    expect(after.stdout).toContain('rollback')
  })

  test('is named where it asks for what only a restart can give', async () => {
    const text = await Bun.file(config.path).text()
    expect(gateway.stderr()).not.toContain('after a restart')
    const moved = text.replace('listen: 127.0.0.1:0', 'listen: 127.0.0.1:1')
    await Bun.write(config.path, `${moved}\ntelemetry: { log: { level: warn } }`)
    const [entry] = await gateway.waitFor(/^.*after a restart.*$/m)
    expect(entry).toContain('"settings":["server.listen","telemetry"]')
    await Bun.write(config.path, text)
  })

  test('revokes a key that is no longer in it', async () => {
    const text = await Bun.file(config.path).text()
    await Bun.write(config.path, text.replace(/^keys:.*$/m, 'keys: []'))
    const { tookMs } = await untilStatus(401, () => quick('two'))
    expect(tookMs).toBeLessThan(1000)
  })
})

/** Whether a model is offered, without waiting for its slow answer. */
function quick(model: string): Promise<Response> {
  return fetch(`${url}/v1/models/${model}`, { headers: { 'x-api-key': config.key } })
}
