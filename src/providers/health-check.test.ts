import { expect, test } from 'bun:test'
import { providersConfigSchema } from './config.ts'
import { isProviderHealthy } from './health-check.ts'
import { traitsOf } from './index.ts'
import type { FetchInit } from './provider.ts'
import { openProvider } from './transport.ts'
import { systemClock } from '../core/clock.ts'

const own = 'https://models.example.com'

async function check(
  status: number,
  url = `${own}/health`,
  body: string | ReadableStream<Uint8Array> = '{}',
) {
  const sent: FetchInit[] = []
  const entry = { name: 'p', type: 'openai', apiKey: 'provider-key', baseUrl: `${own}/v1` }
  const [config] = providersConfigSchema.parse([entry])
  if (config === undefined) throw new Error('no provider')
  await using provider = openProvider(config, (runtime) => traitsOf(config, runtime), {
    clock: systemClock,
    fetch: (_url, init) => {
      sent.push(init)
      return Promise.resolve(new Response(body, { status }))
    },
  })
  const isHealthy = await isProviderHealthy(provider, url, new AbortController().signal)
  return { isHealthy, sent: sent[0] }
}

test('a provider is well unless it says that its server is not', async () => {
  for (const [status, isHealthy] of [
    [200, true],
    [301, true],
    [401, true],
    [404, true],
    [429, true],
    [500, false],
    [503, false],
  ] as const) {
    expect((await check(status)).isHealthy).toBe(isHealthy)
  }
})

test('a body without an end is not taken in', async () => {
  let given = 0
  let isCancelled = false
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      given += 16_384
      controller.enqueue(new Uint8Array(16_384))
    },
    cancel: () => void (isCancelled = true),
  })
  expect((await check(200, undefined, endless)).isHealthy).toBeTrue()
  expect(isCancelled).toBeTrue()
  expect(given).toBeLessThan(200_000)
})

test('credentials go only where calls go', async () => {
  expect((await check(200)).sent?.headers['authorization']).toBe('Bearer provider-key')
  const elsewhere = await check(200, 'https://status.example.com/health')
  expect(JSON.stringify(elsewhere.sent)).not.toContain('provider-key')
})
