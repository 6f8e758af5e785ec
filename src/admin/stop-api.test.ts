import { describe, expect, test } from 'bun:test'
import type { JsonObject } from '../core/json.ts'
import type { AdministrationRecord } from '../core/record.ts'
import { openStops } from '../oversight/testing/stops.ts'
import type { EmergencyStops } from '../oversight/index.ts'
import { createAdminApi } from './api.ts'
import type { AdminDependencies } from './api.ts'

const key = 'an-admin-key-of-sufficient-length'
const sha256 = new Bun.CryptoHasher('sha256').update(key).digest('hex')
const everyone = { tenant: 'acme', models: ['gpt'] }

/** The admin API of a gateway whose log does as it is told. */
function setUp(record: (record: AdministrationRecord) => Promise<void>) {
  const stops: EmergencyStops = openStops({ now: () => Date.parse('2026-03-01T12:00:00Z') })
  const unused = (): never => {
    throw new Error('not asked here')
  }
  const notAsked = new Proxy({}, { get: () => unused })
  const dependencies = {
    status: unused,
    metrics: unused,
    hosts: () => [],
    now: () => 0,
    keys: () => [{ name: 'ana', sha256 }],
    routing: notAsked,
    holds: notAsked,
    barriers: notAsked,
    stops: { ...stops, models: () => ['gpt'], twoPersonRelease: () => false },
    record,
    onChange: () => undefined,
    newRequestId: () => 'req_1',
  }
  // Only emergency stops are asked for here, and whoever asks for more is told.
  const api = createAdminApi(dependencies as unknown as AdminDependencies)
  async function order(body: JsonObject | string): Promise<{ status: number; json: JsonObject }> {
    const response = await api(
      new Request('http://admin/api/emergency-stop', {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
    return { status: response.status, json: (await response.json()) as JsonObject }
  }
  return { stops, order }
}

const halt = { mode: 'halt', reason: 'an exercise' }
const normal = { mode: 'normal', reason: 'over' }

describe('with a log that cannot be written', () => {
  test('a stop is in force, and says that it is not recorded', async () => {
    const { stops, order } = setUp(() => Promise.reject(new Error('disk full')))
    expect(await order(halt)).toMatchObject({
      status: 200,
      json: { data: { mode: 'halt', recorded: false, kept: true } },
    })
    expect(stops.modeFor(everyone)).toBe('halt')
  })

  test('no stop ends', async () => {
    let isFull = false
    const { stops, order } = setUp(() =>
      isFull ? Promise.reject(new Error('disk full')) : Promise.resolve(),
    )
    await order(halt)
    isFull = true
    expect((await order(normal)).status).toBe(503)
    expect((await order({ ...halt, mode: 'read-only' })).status).toBe(503)
    expect(stops.modeFor(everyone)).toBe('halt')
  })
})

test('a stop waits neither for the log nor for other changes', async () => {
  const written = Promise.withResolvers<void>()
  const { stops, order } = setUp(() => written.promise)
  const first = order({ ...halt, scope: { tenant: 'other' } })
  const second = order(halt)
  await Bun.sleep(1)
  expect(stops.modeFor(everyone)).toBe('halt')
  written.resolve()
  expect([(await first).status, (await second).status]).toEqual([200, 200])
})

test.each([
  [{ mode: 'halt' }, 'reason'],
  [{ mode: 'halt', reason: ' ' }, 'reason'],
  [{ mode: 'stop', reason: 'x' }, 'mode'],
  [{ ...halt, scope: { user: 'ana' } }, 'scope'],
  [{ ...halt, scope: { tenant: '' } }, 'scope.tenant'],
  [{ ...halt, scope: 'everything' }, 'scope'],
])('%j is refused with the path of the fault', async (body, param) => {
  const { stops, order } = setUp(() => Promise.resolve())
  expect(await order(body)).toMatchObject({ status: 400, json: { error: { param } } })
  expect(stops.list()).toEqual([])
})
