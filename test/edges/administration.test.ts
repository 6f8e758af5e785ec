import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asObject, isObject } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

const adminKey = 'correct-horse-battery-staple-7775'
const sha256 = new Bun.CryptoHasher('sha256').update(adminKey).digest('hex')
const chains = '/api/routing/fallback-chains'

const yaml = `
providers:
  - { name: one, type: simulated }
  - { name: two, type: simulated }
models:
  - { name: gpt, targets: [{ provider: one, model: "sim-gpt" }] }
  - { name: broken, targets: [{ provider: one, model: "sim;error=500" }] }
  - { name: spare, targets: [{ provider: two, model: "sim-spare" }] }
  - { name: lonely, targets: [{ provider: one, model: "sim-lonely" }] }
tiers:
  - { name: only, models: { one: sim-gpt, two: sim-two } }
`

let dataDir: string
let gateway: TestGateway

function start(): Promise<TestGateway> {
  return startTestGateway({ dataDir, yaml, adminKeys: [`{ name: ana, sha256: ${sha256} }`] })
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'smartflow-administration-'))
  gateway = await start()
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(dataDir, { recursive: true, force: true })
})

async function admin(
  method: string,
  path: string,
  body?: JsonObject,
): Promise<{ readonly status: number; readonly json: JsonObject }> {
  const response = await fetch(gateway.adminUrl + path, {
    method,
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const json: unknown = await response.json()
  if (!isObject(json)) throw new Error('no object')
  return { status: response.status, json }
}

/** Asks for a model and tells who answered and under which name. */
async function ask(model: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.key}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  const json: unknown = await response.json()
  return {
    status: response.status,
    by: response.headers.get('x-smartflow-provider'),
    as: response.headers.get('x-smartflow-model'),
    named: asObject(json)?.['model'],
  }
}

describe('an override', () => {
  test('sends every call that has a counterpart there to its provider, and ends when it is cleared', async () => {
    expect(await ask('gpt')).toMatchObject({ by: 'one', as: 'sim-gpt' })
    const set = await admin('POST', '/api/routing/override', { provider: 'two', ttl_minutes: 1 })
    expect(set).toMatchObject({ status: 200, json: { data: { provider: 'two', set_by: 'ana' } } })
    expect(await ask('gpt')).toEqual({ status: 200, by: 'two', as: 'sim-two', named: 'gpt' })
    expect(await ask('gpt', { 'x-smartflow-provider': 'one' })).toMatchObject({ by: 'two' })
    expect(await ask('lonely')).toMatchObject({ status: 200, by: 'one' })
    await admin('DELETE', '/api/routing/override')
    expect(await ask('gpt')).toMatchObject({ by: 'one', as: 'sim-gpt' })
  })

  test('is over when its time is', async () => {
    await admin('POST', '/api/routing/override', { provider: 'two', ttl_minutes: 0.002 })
    expect(await ask('gpt')).toMatchObject({ by: 'two' })
    await Bun.sleep(150)
    expect(await ask('gpt')).toMatchObject({ by: 'one' })
    expect((await admin('GET', '/api/routing/override')).json).toEqual({ data: null })
  })
})

describe('a fallback chain', () => {
  test('holds from the moment it is set, survives a restart, and ends when it is removed', async () => {
    expect(await ask('broken')).toMatchObject({ status: 500 })
    const body = { name: 'outage', model: 'broken', steps: [{ models: ['spare'] }] }
    expect((await admin('POST', chains, body)).status).toBe(201)
    expect(await ask('broken')).toMatchObject({ status: 200, by: 'two', as: 'sim-spare' })
    await gateway[Symbol.asyncDispose]()
    gateway = await start()
    expect(await ask('broken')).toMatchObject({ status: 200, by: 'two' })
    await admin('PUT', `${chains}/outage`, {
      provider: 'one',
      steps: [{ on: ['timeout'], models: ['spare'] }],
    })
    expect(await ask('broken')).toMatchObject({ status: 500 })
    await admin('PUT', `${chains}/outage`, { provider: 'one', steps: [{ models: ['spare'] }] })
    expect(await ask('broken')).toMatchObject({ status: 200, by: 'two' })
    await admin('DELETE', `${chains}/outage`)
    expect(await ask('broken')).toMatchObject({ status: 500 })
  })

  test('that names no model of the configuration is refused', async () => {
    const refused = await admin('PUT', `${chains}/x`, {
      model: 'gpt',
      steps: [{ models: ['nil'] }],
    })
    expect(refused).toMatchObject({ status: 400, json: { error: { param: 'steps.0.models.0' } } })
  })
})

describe('the state of routing', () => {
  test('tells how providers have done', async () => {
    await ask('gpt')
    await ask('broken')
    const { json } = await admin('GET', '/api/providers/perf')
    const snapshots = asObject(json['data'])?.['snapshots']
    expect(snapshots).toMatchObject([
      { provider: 'one', requests: expect.any(Number), last_updated: expect.any(String) },
      { provider: 'two' },
    ])
    const [one] = Array.isArray(snapshots) ? snapshots : []
    expect(asObject(one)?.['error_rate']).toBeGreaterThan(0)
  })

  test('tells of every target', async () => {
    const { json } = await admin('GET', '/api/routing/status')
    expect(json['data']).toMatchObject({
      override: null,
      fallback_chains: [],
      targets: expect.arrayContaining([
        expect.objectContaining({ provider: 'one', model: 'sim-gpt', state: 'closed' }),
      ]),
    })
  })
})

describe('a change', () => {
  test('is in the audit log and in the operational log, who made it and what was there before', async () => {
    await admin('POST', '/api/routing/override', { provider: 'two' })
    await fetch(`${gateway.adminUrl}/api/routing/override`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer guessed' },
    })
    const log = gateway.logged()
    const records = await gateway.records()
    gateway = await start()
    const [last] = records.filter((record) => record.type === 'administration').slice(-1)
    expect(last).toMatchObject({
      type: 'administration',
      actor: 'ana',
      sourceAddress: '127.0.0.1',
      action: 'routing.override.set',
      before: null,
      after: { provider: 'two', ttl_minutes: 5 },
      result: 'done',
    })
    expect(log).toContain('"message":"administration"')
    expect(log).toContain('"message":"administration refused"')
    expect(log).not.toContain('guessed')
    expect(log).not.toContain(adminKey)
    // The override was in force when the gateway stopped, and its time is not over.
    expect(await ask('gpt')).toMatchObject({ by: 'two' })
    await admin('DELETE', '/api/routing/override')
  })
})
