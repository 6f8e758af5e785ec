import { beforeEach, describe, expect, test } from 'bun:test'
import { asObject, isObject } from '../core/json.ts'
import type { AdministrationRecord } from '../core/record.ts'
import { createOverrides, createPerformanceLog } from '../routing/index.ts'
import type { FallbackChain } from '../routing/index.ts'
import { noHolds, openStops } from '../oversight/testing/stops.ts'
import { createAdminApi } from './api.ts'
import type { AdminDependencies, ReportedChange } from './api.ts'
import type { StopAdministration } from './stop-api.ts'
import { administeredBarriers } from './testing/barriers.ts'
import { notTried } from './testing/compliance.ts'

const key = 'an-admin-key-of-sufficient-length'
const sha256 = new Bun.CryptoHasher('sha256').update(key).digest('hex')
const now = Date.parse('2026-03-01T12:00:00Z')

let records: AdministrationRecord[]
let changes: ReportedChange[]
let chains: FallbackChain[]
let api: ReturnType<typeof createAdminApi>
let stops: StopAdministration

function setUp(more: Partial<AdminDependencies> = {}): void {
  records = []
  changes = []
  chains = []
  const clock = { now: () => now, monotonic: () => 0 }
  const overrides = createOverrides({ load: () => undefined, save: () => undefined }, clock)
  const performance = createPerformanceLog(clock)
  stops = { ...openStops(clock), models: () => ['gpt'], twoPersonRelease: () => false }
  performance.record([{ provider: 'openai', model: 'gpt', durationMs: 120, status: 200 }])
  api = createAdminApi({
    status: () => ({
      version: '1.0.0',
      configVersion: 'abc',
      startedAt: now,
      isReady: true,
      isDraining: false,
      inFlight: 0,
      providers: ['openai', 'anthropic'],
      models: ['gpt', 'claude'],
      keys: 1,
      audit: { state: 'ok', lastSequence: 1 },
    }),
    metrics: () => 'metric 1\n',
    hosts: () => ['admin.corp.example'],
    now: () => now,
    keys: () => [
      { name: 'other', sha256: sha256.replace(/./, 'f') },
      { name: 'ana', sha256 },
    ],
    routing: {
      providers: () => ['openai', 'anthropic'],
      models: () => ['gpt', 'claude'],
      targets: () => [],
      performance: () => performance.snapshot(['openai', 'anthropic']),
      shadows: () => [],
      lanes: () => [],
      override: () => overrides.current(),
      setOverride: (override) => overrides.set(override),
      clearOverride: () => void overrides.clear(),
      chains: () => chains,
      putChain(chain) {
        chains = [...chains.filter(({ name }) => name !== chain.name), chain]
      },
      removeChain(name) {
        chains = chains.filter((chain) => chain.name !== name)
      },
    },
    stops,
    holds: noHolds,
    compliance: notTried,
    barriers: administeredBarriers({}, clock),
    record: (record) => {
      records.push(record)
      return Promise.resolve()
    },
    onChange: (change) => void changes.push(change),
    newRequestId: () => 'req_1',
    ...more,
  })
}
beforeEach(() => setUp())

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly json: Record<string, unknown>
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${key}` },
): Promise<Answered> {
  const request = new Request(`http://admin${path}`, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const response = await api(request, { address: '10.0.0.9' })
  const json: unknown = await response.json()
  if (!isObject(json)) throw new Error('every answer is an object')
  return { status: response.status, headers: response.headers, json }
}

const chainsPath = '/api/routing/fallback-chains'

describe('reading', () => {
  test('needs no key', async () => {
    for (const path of [
      '/api/routing/status',
      '/api/routing/override',
      chainsPath,
      '/api/providers/perf',
    ]) {
      expect((await ask('GET', path, undefined, {})).status).toBe(200)
    }
    expect(records).toEqual([])
  })

  test('tells how providers do, in the words of the product', async () => {
    const { json } = await ask('GET', '/api/providers/perf')
    expect(json).toEqual({
      data: {
        snapshots: [
          {
            provider: 'openai',
            status: 'healthy',
            avg_latency_ms: 120,
            success_rate: 1,
            error_rate: 0,
            rate_limit_rate: 0,
            requests: 1,
            last_updated: '2026-03-01T12:00:00.000Z',
          },
          expect.objectContaining({ provider: 'anthropic', requests: 0, last_updated: null }),
        ],
      },
    })
  })

  test('answers HEAD, and 404 or 405 as JSON', async () => {
    expect((await api(new Request('http://admin/metrics', { method: 'HEAD' }))).status).toBe(200)
    expect(await ask('GET', '/api/nothing')).toMatchObject({
      status: 404,
      json: { error: { code: 'not_found' } },
    })
    expect(await ask('POST', '/api/providers/perf', {})).toMatchObject({
      status: 405,
      json: { error: { message: 'POST is not accepted here, only GET, HEAD.' } },
    })
    expect(await ask('GET', `${chainsPath}/none`)).toMatchObject({ status: 404 })
  })
})

describe('changing', () => {
  test('is refused without the key of an administrator, and refusals are reported', async () => {
    const body = { provider: 'openai' }
    for (const [headers, code] of [
      [{}, 'missing_key'],
      [{ authorization: 'Basic YTpi' }, 'missing_key'],
      [{ authorization: 'Bearer wrong' }, 'invalid_key'],
      [{ authorization: `Bearer ${key}x` }, 'invalid_key'],
      [{ authorization: `Bearer ${sha256}` }, 'invalid_key'],
    ] as const) {
      const refused = await ask('POST', '/api/routing/override', body, headers)
      expect(refused).toMatchObject({ status: 401, json: { error: { code } } })
      expect(refused.headers.get('www-authenticate')).toStartWith('Bearer')
    }
    expect(records).toEqual([])
    expect(changes.map(({ status, actor }) => [status, actor])).toEqual(
      Array.from({ length: 5 }, () => [401, undefined]),
    )
    expect(JSON.stringify(changes)).not.toContain('wrong')
  })

  test('is refused with an explanation where no key is configured', async () => {
    setUp({ keys: () => [] })
    expect(await ask('POST', '/api/routing/override', { provider: 'openai' })).toMatchObject({
      status: 403,
      json: { error: { message: expect.stringContaining('server.admin.keys') } },
    })
  })

  test('takes JSON of a bounded size only', async () => {
    const path = '/api/routing/override'
    const headers = { authorization: `Bearer ${key}` }
    expect(await ask('POST', path, '{', headers)).toMatchObject({ status: 400 })
    expect(await ask('POST', path, '[]', headers)).toMatchObject({ status: 400 })
    expect(await ask('POST', path, { provider: 'x'.repeat(70_000) })).toMatchObject({ status: 413 })
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
    expect(await ask('POST', path, 'provider=openai', form)).toMatchObject({ status: 415 })
    expect(records).toEqual([])
  })

  test('happens only when its record is durable', async () => {
    setUp({ record: () => Promise.reject(new Error('disk full')) })
    expect(await ask('POST', '/api/routing/override', { provider: 'openai' })).toMatchObject({
      status: 503,
      json: { error: { message: 'The audit log cannot be written: nothing was changed.' } },
    })
    expect((await ask('GET', '/api/routing/override')).json).toEqual({ data: null })
  })
})

describe('an override', () => {
  test('is set for a while, recorded with who, what, before and after, and cleared', async () => {
    const set = await ask('POST', '/api/routing/override', { provider: 'openai', ttl_minutes: 30 })
    const shown = {
      provider: 'openai',
      set_by: 'ana',
      set_at: '2026-03-01T12:00:00.000Z',
      expires_at: '2026-03-01T12:30:00.000Z',
    }
    expect(set).toMatchObject({ status: 200, json: { data: shown } })
    expect((await ask('GET', '/api/routing/status')).json).toMatchObject({
      data: { override: shown },
    })
    expect((await ask('DELETE', '/api/routing/override')).json).toEqual({ data: null })
    expect(records).toEqual([
      {
        type: 'administration',
        requestId: 'req_1',
        actor: 'ana',
        sourceAddress: '10.0.0.9',
        action: 'routing.override.set',
        before: null,
        after: { provider: 'openai', ttl_minutes: 30 },
        result: 'done',
      },
      expect.objectContaining({ action: 'routing.override.clear', before: shown, after: null }),
    ])
    expect(changes).toMatchObject([
      { actor: 'ana', action: 'routing.override.set', status: 200 },
      { actor: 'ana', action: 'routing.override.clear', status: 200 },
    ])
  })

  test('lasts five minutes when nothing else is said', async () => {
    const { json } = await ask('POST', '/api/routing/override', { provider: 'openai' })
    expect(json).toMatchObject({ data: { expires_at: '2026-03-01T12:05:00.000Z' } })
  })

  test.each([
    [{}, 'provider'],
    [{ provider: 'openai', ttl_minutes: 0 }, 'ttl_minutes'],
    [{ provider: 'openai', ttl_minutes: 1e9 }, 'ttl_minutes'],
    [{ provider: 'openai', ttl_minutes: '5' }, 'ttl_minutes'],
    [{ provider: 'opnai' }, 'provider'],
  ])('%j is refused with the path of the fault', async (body, param) => {
    const refused = await ask('POST', '/api/routing/override', body)
    expect(refused).toMatchObject({ status: 400, json: { error: { param } } })
    expect(records).toEqual([])
  })

  test('of an unknown provider is refused with the nearest', async () => {
    const { json } = await ask('POST', '/api/routing/override', { provider: 'opnai' })
    expect(asObject(json['error'])?.['message']).toContain("Did you mean 'openai'?")
  })
})

describe('a fallback chain', () => {
  const body = { model: 'gpt', steps: [{ on: ['timeout'], models: ['claude'] }] }

  test('is created, read, replaced and removed, each recorded with what was there before', async () => {
    const created = await ask('POST', chainsPath, { name: 'outage', ...body })
    const shown = {
      name: 'outage',
      ...body,
      enabled: true,
      updated_by: 'ana',
      updated_at: '2026-03-01T12:00:00.000Z',
    }
    expect(created).toMatchObject({ status: 201, json: { data: shown } })
    expect((await ask('GET', chainsPath)).json).toEqual({ data: { chains: [shown] } })
    expect((await ask('GET', `${chainsPath}/outage`)).json).toEqual({ data: shown })
    const replaced = await ask('PUT', `${chainsPath}/outage`, { ...body, enabled: false })
    expect(replaced).toMatchObject({ status: 200, json: { data: { enabled: false } } })
    expect((await ask('DELETE', `${chainsPath}/outage`)).json).toEqual({ data: null })
    expect((await ask('GET', chainsPath)).json).toEqual({ data: { chains: [] } })
    expect(
      records.map(({ action, subject, before }) => [action, subject, before !== null]),
    ).toEqual([
      ['routing.chain.create', 'outage', false],
      ['routing.chain.replace', 'outage', true],
      ['routing.chain.remove', 'outage', true],
    ])
  })

  test('is made by PUT where there is none, and not made twice by POST', async () => {
    expect((await ask('PUT', `${chainsPath}/outage`, body)).status).toBe(201)
    expect(await ask('POST', chainsPath, { name: 'outage', ...body })).toMatchObject({
      status: 409,
      json: { error: { code: 'already_exists' } },
    })
    expect((await ask('DELETE', `${chainsPath}/other`)).status).toBe(404)
  })

  test('holds for a model or for a provider', async () => {
    const { steps } = body
    expect((await ask('PUT', `${chainsPath}/a`, { provider: 'openai', steps })).status).toBe(201)
    for (const wrong of [{ steps }, { model: 'gpt', provider: 'openai', steps }]) {
      expect((await ask('PUT', `${chainsPath}/b`, wrong)).status).toBe(400)
    }
  })

  test.each([
    [{ ...body, model: 'gpd' }, 'model'],
    [{ ...body, steps: [] }, 'steps'],
    [{ ...body, steps: [{ models: ['nobody'] }] }, 'steps.0.models.0'],
    [{ ...body, steps: [{ on: ['bad luck'], models: ['claude'] }] }, 'steps.0.on.0'],
    [{ ...body, name: 'another' }, 'name'],
  ])('%j is refused with the path of the fault', async (wrong, param) => {
    expect(await ask('PUT', `${chainsPath}/outage`, wrong)).toMatchObject({
      status: 400,
      json: { error: { param } },
    })
    expect(records).toEqual([])
  })

  test('has no name that could be anything else than a name', async () => {
    for (const name of ['../x', 'a b', '', 'x'.repeat(65)]) {
      expect((await ask('POST', chainsPath, { name, ...body })).status).toBe(400)
      const path = `${chainsPath}/${encodeURIComponent(name)}`
      expect([404, 405]).toContain((await ask('DELETE', path)).status)
    }
  })

  test('that cannot be put in force is recorded as failed', async () => {
    setUpFailing(new Error('snapshot cannot be built'))
    expect(await ask('PUT', `${chainsPath}/outage`, body)).toMatchObject({ status: 503 })
    expect(records.map(({ result }) => result)).toEqual(['done', 'failed'])
    expect(changes[0]).toMatchObject({ status: 503, action: 'routing.chain.create' })
  })

  test('changes of one moment are made one after another', async () => {
    await Promise.all(
      ['claude', 'gpt', 'claude'].map((model) =>
        ask('PUT', `${chainsPath}/outage`, { provider: 'openai', steps: [{ models: [model] }] }),
      ),
    )
    expect(records.map(({ before }) => before === null)).toEqual([true, false, false])
    expect(records[2]?.before).toEqual(records[1]?.after)
  })
})

function setUpFailing(error: Error): void {
  const throwing = (): never => {
    throw error
  }
  setUp({
    routing: {
      providers: () => ['openai'],
      models: () => ['gpt', 'claude'],
      targets: () => [],
      performance: () => [],
      shadows: () => [],
      lanes: () => [],
      override: () => undefined,
      setOverride: throwing,
      clearOverride: throwing,
      chains: () => [],
      putChain: throwing,
      removeChain: throwing,
    },
  })
}
