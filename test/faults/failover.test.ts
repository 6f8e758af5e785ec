import { describe, expect, test } from 'bun:test'
import { configSchema, createConfigLoader } from '../../src/config/index.ts'
import { hashKey } from '../../src/identity/index.ts'
import { createSimulatedProvider } from '../../src/providers/simulated/index.ts'
import { chat } from '../support/chat-client.ts'
import type { ChatResult } from '../support/chat-client.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

const perSecond = 200

/** A provider that can be killed and come back at the same address. */
interface MortalProvider extends AsyncDisposable {
  readonly url: string
  readonly asked: () => number
  kill(): Promise<void>
  revive(): void
}

function startMortal(): MortalProvider {
  const simulated = createSimulatedProvider()
  let asked = 0
  const serve = (port: number) =>
    Bun.serve({
      hostname: '127.0.0.1',
      port,
      development: false,
      fetch(request) {
        asked += 1
        return simulated.fetch(request)
      },
    })
  let server = serve(0)
  const port = server.port ?? 0
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked: () => asked,
    kill: () => server.stop(true),
    revive: () => void (server = serve(port)),
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

function yamlOf(urls: readonly string[]): string {
  const names = urls.map((_, index) => `p${index}`)
  const providers = urls.map(
    (url, index) => `  - { name: p${index}, type: openai, apiKey: key-of-p, baseUrl: "${url}" }`,
  )
  const targets = names.map((name) => `{ provider: ${name}, model: m }`)
  return [
    'providers:',
    ...providers,
    `models: [{ name: m, strategy: round-robin, targets: [${targets.join(', ')}] }]`,
    'routing: { breaker: { openMs: 400, maxOpenMs: 400 } }',
  ].join('\n')
}

/** Calls at a constant rate, plain and streamed in turn. */
async function callFor(
  gateway: TestGateway,
  seconds: number,
  during: (elapsedMs: number) => void = () => undefined,
): Promise<ChatResult[]> {
  const calls: Promise<ChatResult>[] = []
  const startedAt = performance.now()
  const total = perSecond * seconds
  while (calls.length < total) {
    const elapsedMs = performance.now() - startedAt
    during(elapsedMs)
    while (calls.length < Math.min(total, (elapsedMs / 1000) * perSecond)) {
      calls.push(chat(gateway, { dialect: 'openai', stream: calls.length % 2 === 0 }))
    }
    await Bun.sleep(2)
  }
  return Promise.all(calls)
}

function stateOf({ running }: TestGateway, provider: string): string | undefined {
  return running.gateway.routingStatus().find((each) => each.provider === provider)?.state
}

/** Puts the same configuration in force once more, as a changed file would. */
async function reload({ running, key, dataDir }: TestGateway, yaml: string): Promise<void> {
  const text = [
    `data: { dir: ${JSON.stringify(dataDir)} }`,
    `keys: [{ name: test, sha256: ${hashKey(key)}, user: test@example.com, models: ["*"] }]`,
    yaml,
  ].join('\n')
  const loader = createConfigLoader(configSchema, { environment: {} })
  const { config } = await loader.parse(text, `${dataDir}/smartflow.yaml`)
  running.gateway.apply(config, 'reloaded')
}

describe('a target that is killed under load', () => {
  test('costs no client its answer, is left alone, and is found well again by a probe', async () => {
    await using one = startMortal()
    await using two = startMortal()
    await using gateway = await startTestGateway({ yaml: yamlOf([one.url, two.url]) })
    let killedAt: number | undefined
    let openedAt: number | undefined
    const results = await callFor(gateway, 2, (elapsedMs) => {
      if (elapsedMs > 500 && killedAt === undefined) {
        killedAt = elapsedMs
        void one.kill()
      }
      if (killedAt !== undefined && stateOf(gateway, 'p0') !== 'closed') openedAt ??= elapsedMs
    })
    expect((openedAt ?? Infinity) - (killedAt ?? 0)).toBeLessThan(2000)
    const broken = results.filter(({ status, error, terminated }) => {
      return status !== 200 || error !== undefined || !terminated
    })
    // Only a stream that was on its way when its provider died may end with an error, behind its words.
    for (const { status, said } of broken) {
      expect(status).toBe(200)
      expect(said).not.toBe('')
    }
    expect(broken.length).toBeLessThanOrEqual(3)

    one.revive()
    const askedBefore = one.asked()
    for (const { status } of await callFor(gateway, 1)) expect(status).toBe(200)
    expect(stateOf(gateway, 'p0')).toBe('closed')
    expect(one.asked() - askedBefore).toBeGreaterThan(20)

    const failed = (await gateway.records()).flatMap((record) =>
      record.type === 'outcome' ? record.attempts.filter((each) => each.failureClass) : [],
    )
    expect(failed.length).toBeGreaterThanOrEqual(5)
    // Those it took to open, those that were on their way then, and probes that came too early.
    expect(failed.length).toBeLessThan(30)
    for (const each of failed) expect(each).toMatchObject({ provider: 'p0' })
  }, 15_000)

  test('stays left alone over a reload of the configuration', async () => {
    await using one = startMortal()
    await using two = startMortal()
    const yaml = yamlOf([one.url, two.url]).replaceAll(': 400', ': 60000')
    await using gateway = await startTestGateway({ yaml })
    await one.kill()
    for (let call = 0; call < 12; call++) {
      expect((await chat(gateway, { dialect: 'openai', stream: true })).status).toBe(200)
    }
    expect(stateOf(gateway, 'p0')).toBe('open')
    await reload(gateway, yaml)
    expect(stateOf(gateway, 'p0')).toBe('open')
    for (let call = 0; call < 4; call++) {
      const { headers } = await chat(gateway, { dialect: 'openai', stream: false })
      expect(headers.get('x-smartflow-provider')).toBe('p1')
    }
  })
})
