import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { asObject } from '../../src/core/json.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

const users = Array.from({ length: 24 }, (_, index) => ({ name: `user-${index}`, key: newKey() }))
let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({
    keys: users.map(({ name, key }) => `{ name: ${name}, sha256: ${hashKey(key)}, user: ${name} }`),
    yaml: `
providers:
  - { name: one, type: simulated }
  - { name: two, type: simulated, region: us }
  - { name: home, type: simulated, region: eu }
models:
  - { name: new, targets: [{ provider: two, model: "sim-new" }] }
  - name: half
    targets: [{ provider: one, model: "sim-old" }]
    rollout: { percent: 50, to: new }
  - name: all
    targets: [{ provider: one, model: "sim-old" }]
    rollout: { percent: 100, to: { provider: two, model: "sim;error=500" } }
  - name: watched
    targets: [{ provider: one, model: "sim;tokens=30" }]
    shadow: { to: { provider: two, model: "sim;tokens=30" } }
  - name: ill-watched
    targets: [{ provider: one, model: "sim" }]
    shadow: { to: { provider: two, model: "sim;error=500" } }
  - name: slowly-watched
    targets: [{ provider: one, model: "sim" }]
    shadow: { to: { provider: two, model: "sim;latency=5000" } }
  - name: confined
    targets: [{ provider: home, model: "sim" }]
    require: { regions: [eu] }
    rollout: { percent: 100, to: new }
    shadow: { to: new }
`,
  })
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function ask(model: string, key = gateway.key, stream = false) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  const text = await response.text()
  return {
    status: response.status,
    by: response.headers.get('x-smartflow-provider'),
    named: stream ? undefined : asObject(JSON.parse(text))?.['model'],
    text,
  }
}

/** What the admin API tells of the copies of a route, once there are so many. */
async function shadowOf(route: string, copies: number) {
  for (const deadline = Date.now() + 3000; ; await Bun.sleep(10)) {
    const response = await fetch(`${gateway.adminUrl}/api/routing/status`)
    const body: unknown = await response.json()
    const shadows = asObject(asObject(body)?.['data'])?.['shadows']
    const found = (Array.isArray(shadows) ? shadows : [])
      .map((each) => asObject(each) ?? {})
      .find((each) => each['route'] === route)
    const results = Object.values(asObject(found?.['results']) ?? {})
    if (results.reduce((sum: number, each) => sum + Number(each), 0) >= copies) return found
    if (Date.now() > deadline) throw new Error(`There are no ${copies} copies of ${route}.`)
  }
}

describe('a rollout', () => {
  test('moves its share of the callers, each for good, and answers under the asked name', async () => {
    const first = await Promise.all(users.map(({ key }) => ask('half', key)))
    const again = await Promise.all(users.map(({ key }) => ask('half', key)))
    expect(again.map(({ by }) => by)).toEqual(first.map(({ by }) => by))
    const moved = first.filter(({ by }) => by === 'two')
    expect(moved.length).toBeWithin(4, 21)
    for (const { named } of moved) expect(named).toBe('half')
  })

  test('leads back to the targets of the model when it fails', async () => {
    expect(await ask('all')).toMatchObject({ status: 200, by: 'one' })
  })

  test('never takes a call where it may not go', async () => {
    expect(await ask('confined')).toMatchObject({ status: 200, by: 'home' })
    expect(await shadowOf('confined', 1)).toMatchObject({ results: { failed: 1 }, compared: 0 })
  })
})

describe('a shadow', () => {
  test('is compared with what callers got, whole and streamed, and is never shown', async () => {
    for (const stream of [false, true]) {
      expect(await ask('watched', gateway.key, stream)).toMatchObject({ status: 200, by: 'one' })
    }
    expect(await shadowOf('watched', 2)).toMatchObject({
      results: { compared: 2 },
      compared: 2,
      same_stop_rate: 1,
      avg_length_ratio: 1,
      avg_similarity: 1,
    })
  })

  test('neither fails nor delays the call', async () => {
    expect(await ask('ill-watched')).toMatchObject({ status: 200, by: 'one' })
    expect(await shadowOf('ill-watched', 1)).toMatchObject({ results: { failed: 1 } })
    const startedAt = performance.now()
    for (let call = 0; call < 12; call++) {
      expect(await ask('slowly-watched')).toMatchObject({ status: 200, by: 'one' })
    }
    expect(performance.now() - startedAt).toBeLessThan(3000)
    expect(await shadowOf('slowly-watched', 4)).toMatchObject({ results: { skipped: 4 } })
  })

  test('is recorded in numbers, and ends with the gateway', async () => {
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    expect(metrics).toContain('smartflow_shadow_copies_total{result="compared"} 2')
    const startedAt = performance.now()
    const records = await gateway.records()
    expect(performance.now() - startedAt).toBeLessThan(3000)
    const copies = records.filter((record) => record.type === 'shadow')
    const compared = copies.find(({ result }) => result === 'compared')
    expect(compared).toMatchObject({
      route: 'watched',
      provider: 'two',
      model: 'sim;tokens=30',
      status: 200,
      usage: { outputTokens: expect.any(Number) },
      comparison: { similarity: 1, isSameStop: true },
    })
    const decision = records.find(
      (record) => record.type === 'decision' && record.requestId === compared?.requestId,
    )
    expect(decision?.sequence).toBeLessThan(compared?.sequence ?? 0)
    expect(copies.filter(({ route }) => route === 'slowly-watched')).toHaveLength(8)
  })
})
