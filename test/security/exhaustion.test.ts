import { describe, expect, test } from 'bun:test'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import { startUpstream } from '../support/upstream.ts'
import type { Upstream } from '../support/upstream.ts'

/** What one caller can do to everybody else with requests that cost it little. */

const modelsOf = (upstream: Upstream): string => `
providers:
  - { name: p, type: openai, apiKey: ${upstream.key}, baseUrl: ${upstream.url}/v1 }
models:
  - { name: m, targets: [{ provider: p, model: simulated }] }
`

function ask(gateway: TestGateway, path: string, body: string): Promise<Response> {
  return fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body,
  })
}

describe('the audit log', () => {
  test('is not filled by fields that a translation has to leave out', async () => {
    await using upstream = startUpstream()
    await using gateway = await startTestGateway({ yaml: modelsOf(upstream) })
    const unknown = Array.from({ length: 200_000 }, (_, index) => `"unknown${index}":1`).join()
    const body = `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}],${unknown}}`
    const response = await ask(gateway, '/v1/messages', body)
    expect(response.status).toBe(200)
    await response.text()
    const outcome = (await gateway.records()).find(({ type }) => type === 'outcome')
    if (outcome?.type !== 'outcome') throw new Error('There is no outcome.')
    expect(outcome.warnings.length).toBeWithin(90, 110)
    expect(outcome.warnings.at(-1)).toBe('more was lost or changed')
    expect(JSON.stringify(outcome).length).toBeLessThan(20_000)
  })
})

describe('a call that becomes many requests', () => {
  test('leaves none of them behind when its client leaves', async () => {
    let open = 0
    await using provider = await startRawProvider(async ({ closed }) => {
      open += 1
      await closed
      open -= 1
    })
    const keys = 'accessKeyId: AKIAEXAMPLE, secretAccessKey: secret-of-aws'
    await using gateway = await startTestGateway({
      yaml: `
providers:
  - { name: p, type: bedrock, region: eu-central-1, baseUrl: "${provider.url}", auth: { type: keys, ${keys} } }
models:
  - { name: m, targets: [{ provider: p, model: amazon.titan-embed-text-v2:0 }] }
`,
    })
    const leave = new AbortController()
    const input = Array.from({ length: 100 }, () => 'a')
    const call = fetch(`${gateway.url}/v1/embeddings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', input }),
      signal: leave.signal,
    }).catch(() => 'left')
    await until(() => open === 4)
    leave.abort()
    expect(await call).toBe('left')
    await until(() => open === 0)
    expect(provider.requests).toHaveLength(4)
    const outcomes = (await gateway.records()).filter(({ type }) => type === 'outcome')
    expect(outcomes).toHaveLength(1)
  })
})

/** Waits until something holds; throws after two seconds. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (holds()) return
    await Bun.sleep(10)
  }
  throw new Error('It did not come about.')
}
