import { describe, expect, test } from 'bun:test'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
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
