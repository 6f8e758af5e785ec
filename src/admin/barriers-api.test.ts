import { beforeEach, describe, expect, test } from 'bun:test'
import type { AdministrationRecord } from '../core/record.ts'
import { asArray, asObject, isObject } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { noHolds, openStops } from '../oversight/testing/stops.ts'
import { createAdminApi } from './api.ts'
import type { BarriersAdministration } from './barriers-api.ts'
import { administeredBarriers } from './testing/barriers.ts'
import { notTried } from './testing/compliance.ts'

const key = 'an-admin-key-of-sufficient-length'
const sha256 = new Bun.CryptoHasher('sha256').update(key).digest('hex')
const otherKey = 'the-key-of-the-operations-team'
const otherSha256 = new Bun.CryptoHasher('sha256').update(otherKey).digest('hex')

const section = {
  walls: [
    {
      name: 'equities',
      sides: [
        { name: 'deal-team', groups: ['deals'], categories: ['deal:*'] },
        { name: 'public', groups: ['sales'], categories: ['published'] },
      ],
    },
  ],
  conflicts: [{ name: 'oil', categories: ['client:a', 'client:b'] }],
  crossings: { approvers: [{ key: 'cora', user: 'cora@example.com' }], maxDays: 2 },
}
const callers = [
  { name: 'laptop', user: 'sam', kind: 'user', tenant: 'default', groups: ['sales'] },
  { name: 'phone', user: 'sam', kind: 'user', tenant: 'default', groups: ['sales'] },
  { name: 'old', user: 'sam', kind: 'user', tenant: 'default', groups: ['deals'] },
] as const

let now: number
let records: AdministrationRecord[]
let canRecord: boolean
let barriers: BarriersAdministration
let api: ReturnType<typeof createAdminApi>

beforeEach(() => {
  now = Date.parse('2026-03-01T12:00:00Z')
  records = []
  canRecord = true
  const clock = { now: () => now, monotonic: () => 0 }
  barriers = administeredBarriers(section, clock, callers)
  const notAsked = (): never => {
    throw new Error('not asked here')
  }
  api = createAdminApi({
    status: notAsked,
    metrics: notAsked,
    hosts: () => [],
    now: () => now,
    keys: () => [
      { name: 'cora', sha256 },
      { name: 'operations', sha256: otherSha256 },
    ],
    routing: {
      providers: notAsked,
      models: notAsked,
      targets: notAsked,
      performance: notAsked,
      shadows: notAsked,
      lanes: notAsked,
      override: notAsked,
      setOverride: notAsked,
      clearOverride: notAsked,
      chains: notAsked,
      putChain: notAsked,
      removeChain: notAsked,
    },
    stops: { ...openStops(clock), models: () => [], twoPersonRelease: () => false },
    holds: noHolds,
    compliance: notTried,
    barriers,
    record(record) {
      if (!canRecord) return Promise.reject(new Error('the disk is full'))
      // Nothing takes effect before it is recorded.
      expect(barriers.crossings.list()).toHaveLength(records.length)
      records.push(record)
      return Promise.resolve()
    },
    onChange: () => undefined,
    newRequestId: () => 'req_1',
  })
})

async function ask(
  method: string,
  path: string,
  body?: JsonObject,
  credential: string | undefined = key,
): Promise<{ readonly status: number; readonly json: JsonObject }> {
  const request = new Request(`http://localhost${path}`, {
    method,
    headers: {
      ...(credential !== '' && { authorization: `Bearer ${credential}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const response = await api(request)
  const json: unknown = await response.json()
  return { status: response.status, json: isObject(json) ? json : {} }
}

function dataOf({ json }: { readonly json: JsonObject }): JsonObject {
  return asObject(json['data']) ?? {}
}

function answersOf(answer: { readonly json: JsonObject }): readonly JsonValue[] {
  return asArray(dataOf(answer)['answers'])
}

const asked = {
  user: 'sam',
  categories: ['deal:falcon'],
  direction: 'receive',
  ttl_hours: 24,
  reason: 'joins the deal team for the valuation',
}

describe('reading barriers', () => {
  test.each(['', '/explain?user=sam&category=x', '/history?user=sam', '/crossings'])(
    'needs a key: %s',
    async (path) => {
      expect(await ask('GET', `/api/barriers${path}`, undefined, '')).toMatchObject({ status: 401 })
      expect(await ask('GET', `/api/barriers${path}`, undefined, 'wrong')).toMatchObject({
        status: 401,
      })
      expect(await ask('GET', `/api/barriers${path}`)).toMatchObject({ status: 200 })
    },
  )

  test('shows walls and conflicts', async () => {
    expect(dataOf(await ask('GET', '/api/barriers'))).toMatchObject({
      version: barriers.version(),
      walls: [{ name: 'equities', sides: [{ name: 'deal-team' }, { name: 'public' }] }],
      conflicts: [{ name: 'oil', forget_after_days: null }],
      crossings: { approvers: ['cora'], max_days: 2 },
    })
  })

  test('explains for everyone that the keys of a user make of them', async () => {
    const path = '/api/barriers/explain?user=sam&category=deal:falcon'
    expect(answersOf(await ask('GET', path))).toMatchObject([
      { keys: ['laptop', 'phone'], direction: 'send', is_allowed: false },
      { keys: ['laptop', 'phone'], direction: 'receive', is_allowed: false },
      { keys: ['old'], direction: 'send', is_allowed: true },
      { keys: ['old'], direction: 'receive', is_allowed: true },
    ])
    expect(answersOf(await ask('GET', `${path}&direction=send&groups=deals,%20staff`))).toEqual([
      {
        keys: [],
        tenant: 'default',
        department: null,
        groups: ['deals', 'staff'],
        direction: 'send',
        is_allowed: true,
        summary: "sam may send 'deal:falcon'.",
        reasons: [
          {
            rule: 'barrier/equities',
            is_allowed: true,
            words:
              "'deal:falcon' belongs to the side 'deal-team' of the wall 'equities'; sam is on the side 'deal-team'; that is the same side.",
          },
        ],
        remedies: [],
      },
    ])
  })

  test('shows what someone has seen, by the day', async () => {
    barriers.history.keep({ id: 'sam', tenant: 'default' }, ['client:b', 'client:a'], 20_000)
    expect(dataOf(await ask('GET', '/api/barriers/history?user=sam'))).toEqual({
      user: 'sam',
      tenant: 'default',
      seen: [
        { category: 'client:a', first_seen: '2024-10-04', last_seen: '2024-10-04' },
        { category: 'client:b', first_seen: '2024-10-04', last_seen: '2024-10-04' },
      ],
    })
  })

  test.each([
    ['/explain?user=sam', 'category'],
    ['/explain?user=sam&category=deal:*', 'pattern'],
    ['/explain?user=sam&category=x&direction=both', 'direction'],
    ['/explain?user=sam&category=x&group=deals', 'group'],
    ['/history', 'user'],
  ])('refuses %s', async (path, word) => {
    const { status, json } = await ask('GET', `/api/barriers${path}`)
    expect(status).toBe(400)
    expect(JSON.stringify(json)).toContain(word)
  })

  test('finds nothing at other paths', async () => {
    expect(await ask('GET', '/api/barriers/walls')).toMatchObject({ status: 404 })
    expect(await ask('GET', '/api/barriers/crossings/crossing_9')).toMatchObject({ status: 404 })
  })
})

describe('a crossing', () => {
  test('is recorded, then kept, shows in explanations, and ends when it is revoked', async () => {
    const granted = await ask('POST', '/api/barriers/crossings', asked)
    expect(granted.status).toBe(201)
    const crossing = {
      id: 'crossing_1',
      user: 'sam',
      approver: 'cora',
      from: '2026-03-01T12:00:00.000Z',
      until: '2026-03-02T12:00:00.000Z',
      status: 'in-force',
      opens: ['equities'],
    }
    expect(dataOf(granted)).toMatchObject(crossing)
    expect(records).toMatchObject([
      { action: 'barrier.crossing.grant', actor: 'cora', subject: 'crossing_1', after: crossing },
    ])
    const path =
      '/api/barriers/explain?user=sam&category=deal:falcon&groups=sales&direction=receive'
    expect(answersOf(await ask('GET', path))).toMatchObject([{ is_allowed: true }])
    // Whoever is an administrator may take leave back.
    const revoked = await ask('DELETE', '/api/barriers/crossings/crossing_1', undefined, otherKey)
    expect(dataOf(revoked)).toMatchObject({ status: 'revoked', revoked_by: 'operations' })
    expect(records[1]).toMatchObject({ action: 'barrier.crossing.revoke', actor: 'operations' })
    expect(answersOf(await ask('GET', path))).toMatchObject([{ is_allowed: false }])
    const again = await ask('DELETE', '/api/barriers/crossings/crossing_1')
    expect(again.status).toBe(409)
    const listed = dataOf(await ask('GET', '/api/barriers/crossings?user=sam'))
    expect(listed['crossings']).toMatchObject([{ id: 'crossing_1', status: 'revoked' }])
  })

  test('begins and ends by itself', async () => {
    const later = { ...asked, from: '2026-03-01T13:00:00Z', ttl_hours: 1 }
    expect(dataOf(await ask('POST', '/api/barriers/crossings', later))['status']).toBe('pending')
    const statusAt = async (time: string): Promise<JsonValue | undefined> => {
      now = Date.parse(time)
      return dataOf(await ask('GET', '/api/barriers/crossings/crossing_1'))['status']
    }
    expect(await statusAt('2026-03-01T13:00:00Z')).toBe('in-force')
    expect(await statusAt('2026-03-01T14:00:00Z')).toBe('over')
  })

  test('does not come about when it cannot be recorded', async () => {
    canRecord = false
    expect(await ask('POST', '/api/barriers/crossings', asked)).toMatchObject({ status: 503 })
    expect(barriers.crossings.list()).toEqual([])
    expect(barriers.crossings.of({ id: 'sam', tenant: 'default' })).toEqual([])
  })

  test.each([
    ['an administrator who is no approver', asked, otherKey, 403, "'operations' may let nobody"],
    ['the approver', { ...asked, user: 'Cora@Example.com' }, key, 403, 'Nobody lets themselves'],
    ['longer than is allowed', { ...asked, ttl_hours: 49 }, key, 400, '2 days at most'],
    [
      'a time that is past',
      { ...asked, ttl_hours: undefined, until: '2026-03-01T11:00:00Z' },
      key,
      400,
      'over before it begins',
    ],
    ['what no wall keeps', { ...asked, categories: ['client:a'] }, key, 400, 'No side of a wall'],
    ['no end', { ...asked, ttl_hours: undefined }, key, 400, 'either until or ttl_hours'],
    ['no reason', { ...asked, reason: ' ' }, key, 400, 'reason'],
  ] as const)('is not given for %s', async (_, ...[body, credential, status, words]) => {
    const refused = await ask(
      'POST',
      '/api/barriers/crossings',
      { ...body, categories: [...body.categories] },
      credential,
    )
    expect(refused.status).toBe(status)
    expect(JSON.stringify(refused.json)).toContain(words)
    expect(records).toEqual([])
  })
})
