import { describe, expect, test } from 'bun:test'
import type { StoredRecord } from '../../src/audit/index.ts'
import { openKeyStore, newKey } from '../../src/identity/index.ts'
import { systemClock } from '../../src/core/clock.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { recordsOf } from '../support/routes.ts'

const chatPath = '/v1/chat/completions'
const limits = ['maxBodyBytes: 1024', 'maxHeaderBytes: 2048', 'bodyTimeoutMs: 100']

function post(
  gateway: TestGateway,
  headers: Record<string, string>,
  body: RequestInit['body'] = '{"model":"simulated","messages":[]}',
  path = chatPath,
): Promise<Response> {
  return fetch(gateway.url + path, { method: 'POST', headers, body: body ?? null })
}

/** A body that never ends. */
function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) })
}

function refusalsOf(records: readonly StoredRecord[]): StoredRecord[] {
  return records.filter(({ type }) => type === 'refusal' || type === 'refusal_summary')
}

describe('a request that is refused before it becomes a call', () => {
  test('leaves one record of what it was, from where, and why, and none of its key or content', async () => {
    await using gateway = await startTestGateway({ limits, yaml: manyRecords })
    const known = { authorization: `Bearer ${gateway.key}` }
    const stranger = newKey()
    const cases = [
      [401, 'missing_key', {}, undefined, chatPath],
      [401, 'invalid_key', { 'x-api-key': stranger }, undefined, chatPath],
      [400, 'invalid_request', known, '{"secret words', chatPath],
      [413, 'request_too_large', known, 'x'.repeat(2000), chatPath],
      [415, 'unsupported_media_type', { ...known, 'content-type': 'text/xml' }, '<a/>', chatPath],
      [431, 'headers_too_large', { ...known, 'x-large': 'x'.repeat(3000) }, '{}', chatPath],
      [408, 'request_timeout', known, endless(), chatPath],
      [404, 'not_found', known, '{}', `/v1/nowhere/${stranger}?key=${stranger}`],
      [405, 'method_not_allowed', known, '{}', '/v1/models'],
      [401, 'missing_key', {}, '{}', '/v1/messages'],
    ] as const
    const ids: string[] = []
    for (const [status, code, headers, body, path] of cases) {
      const response = await post(gateway, headers, body, path)
      expect([response.status, code]).toEqual([status, code])
      ids.push(response.headers.get('x-request-id') ?? '')
    }
    const records = await gateway.records()
    for (const [index, [status, errorCode, headers, , path]] of cases.entries()) {
      const [record, ...others] = recordsOf(records, ids[index] ?? '')
      expect(others).toEqual([])
      expect(record).toMatchObject({
        type: 'refusal',
        status,
        errorCode,
        sourceAddress: '127.0.0.1',
      })
      const [known = path] = path.split(/\/sk-sf/)
      expect(record).toMatchObject({ endpoint: expect.stringContaining(`POST ${known}`) })
      const isKnown = 'authorization' in headers
      expect(record).toMatchObject(isKnown ? { user: 'test@example.com', keyId: 'test' } : {})
      if (!isKnown) expect(record).not.toHaveProperty('user')
    }
    const text = JSON.stringify(records)
    for (const secret of [stranger, stranger.slice(6, 30), gateway.key, 'secret words']) {
      expect(text).not.toContain(secret)
    }
  })

  test('with a key that expired or was revoked names that key', async () => {
    await using gateway = await startTestGateway()
    await using store = openKeyStore({ dataDir: gateway.dataDir, clock: systemClock })
    const make = (more: object) =>
      store.create({ user: 'ana', groups: [], models: ['*'], createdBy: 'test', ...more })
    const expired = make({ expiresAt: Date.now() + 300 })
    const revoked = make({})
    store.revoke(revoked.stored.id)
    // Until the gateway has noticed the keys, and the first of them has expired.
    await Bun.sleep(1200)
    for (const { key } of [expired, revoked]) await post(gateway, { 'x-api-key': key })
    expect(refusalsOf(await gateway.records())).toMatchObject([
      { errorCode: 'invalid_key', keyState: 'expired', keyId: expired.stored.id },
      { errorCode: 'invalid_key', keyState: 'revoked', keyId: revoked.stored.id },
    ])
  })

  test('is in the audit log once when the log told of the call already', async () => {
    await using gateway = await startTestGateway()
    const headers = { authorization: `Bearer ${gateway.key}` }
    const response = await post(gateway, headers, '{"model":"none","messages":[]}')
    expect(response.status).toBe(404)
    const records = await gateway.records()
    expect(recordsOf(records, response.headers.get('x-request-id'))).toHaveLength(1)
  })
})

const manyRecords = `
providers: [{ name: simulated, type: simulated }]
models: [{ name: simulated, targets: [{ provider: simulated, model: simulated }] }]
audit: { refusals: { perSourcePerSecond: 100, perSecond: 100 } }`

describe('requests that are refused in great numbers', () => {
  test('fill neither the log nor the time of others, and are counted to the last one', async () => {
    await using gateway = await startTestGateway()
    const many = 500
    const statuses = await Promise.all(
      Array.from({ length: many }, async () => (await post(gateway, {})).status),
    )
    expect(new Set(statuses)).toEqual(new Set([401]))
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    expect(metrics).toContain('smartflow_refused_requests_total{code="missing_key"} 500')
    const records = refusalsOf(await gateway.records())
    const singles = records.filter(({ type }) => type === 'refusal').length
    const summed = records.reduce(
      (sum, record) => sum + (record.type === 'refusal_summary' ? record.count : 0),
      0,
    )
    expect(singles).toBeWithin(5, 60)
    expect(singles + summed).toBe(many)
    expect(metrics).toContain(`smartflow_audit_summed_refusals_total ${summed}`)
  })

  test('have only a summary where the configuration says so', async () => {
    await using gateway = await startTestGateway({ yaml: noRecords })
    expect((await post(gateway, {})).status).toBe(401)
    expect(refusalsOf(await gateway.records())).toMatchObject([
      { type: 'refusal_summary', count: 1, errorCodes: { missing_key: 1 } },
    ])
  })
})

const noRecords = manyRecords.replace('perSecond: 100', 'perSecond: 0')
