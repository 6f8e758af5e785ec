import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { connectRaw, rawRequest } from '../support/raw-client.ts'

/** What a web page can make the browser of an administrator ask, who is near the listener. */

const adminKey = 'correct-horse-battery-staple-7775'
const sha256 = new Bun.CryptoHasher('sha256').update(adminKey).digest('hex')
const override = JSON.stringify({ provider: 'simulated' })

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({
    adminKeys: [`{ name: ana, sha256: ${sha256} }`],
    adminHosts: ['admin.corp.example'],
  })
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function statusOf(requestLine: string, headers: Record<string, string>, body = '') {
  using client = await connectRaw(gateway.adminUrl)
  client.send(rawRequest(requestLine, { connection: 'close', ...headers }, body))
  await client.closed
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(client.received().toString('latin1'))?.[1])
}

const pages = ['/', '/metrics', '/api/health/comprehensive', '/api/routing/status', '/nowhere']

describe('a page that made its own name lead to the listener', () => {
  test('reads nothing', async () => {
    const { port } = new URL(gateway.adminUrl)
    const hosts = [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1.evil.example',
      'localhost.evil',
    ]
    const own = await statusOf('GET /metrics', { host: 'admin.corp.example:7778' })
    expect(own).toBe(200)
    for (const host of [...hosts, '[::1].evil', 'a b', 'x/y', '1.2.3.4@evil', '']) {
      for (const path of pages) expect(await statusOf(`GET ${path}`, { host })).toBe(421)
    }
  })

  test('changes nothing, even if it knew a key', async () => {
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
    const asked = { ...headers, host: 'evil.example' }
    expect(await statusOf('POST /api/routing/override', asked, override)).toBe(421)
  })

  test('learns from probes that something runs, and no more', async () => {
    for (const path of ['/health', '/ready']) {
      expect(await statusOf(`GET ${path}`, { host: 'evil.example' })).toBe(200)
    }
  })
})

describe('the listener', () => {
  test('is asked by its address, by localhost and by the names it was given', async () => {
    const { port } = new URL(gateway.adminUrl)
    for (const host of [
      `127.0.0.1:${port}`,
      'localhost',
      'LOCALHOST.',
      `[::1]:${port}`,
      '10.0.0.7',
    ]) {
      expect(await statusOf('GET /metrics', { host })).toBe(200)
    }
  })

  test('takes no changes from pages of other origins', async () => {
    const headers = {
      authorization: `Bearer ${adminKey}`,
      'content-type': 'application/json',
      host: 'localhost:7778',
    }
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://localhost:7775' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const from of foreign) {
      for (const method of ['POST', 'DELETE']) {
        const asked = { ...headers, ...from }
        expect(await statusOf(`${method} /api/routing/override`, asked, override)).toBe(403)
      }
    }
    const own = { ...headers, origin: 'http://localhost:7778', 'sec-fetch-site': 'same-origin' }
    expect(await statusOf('POST /api/routing/override', own, override)).toBe(200)
    expect(await statusOf('DELETE /api/routing/override', headers)).toBe(200)
  })
})
