import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json.ts'
import { administrator } from '../support/admin.ts'
import type { AskAdmin } from '../support/admin.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

const ana = administrator('ana')
let dataDir: string
let gateway: TestGateway
let asAna: AskAdmin

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'smartflow-stop-policies-'))
  gateway = await startTestGateway({
    dataDir,
    adminKeys: [ana.entry],
    yaml: `
providers: [{ name: simulated, type: simulated }]
models:
  - { name: quick, targets: [{ provider: simulated, model: sim }] }
  - { name: slow, targets: [{ provider: simulated, model: "sim;tps=50;tokens=500" }] }
compliance:
  patterns: [{ name: falcon, pattern: '\\bfalcon\\b', flags: i }]
  categories: [{ label: 'deal:falcon', detectors: ['custom:falcon'] }]
policies:
  - id: house
    rules:
      - { id: mail, description: Addresses stay here., what: { detectors: [email] }, action: redact }
      - { id: deals, description: Deals need approval., what: { labels: ['deal:*'] }, action: hold }
`,
  })
  asAna = ana.at(gateway)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(dataDir, { recursive: true, force: true })
})

function ask(path: string, body: JsonObject): Promise<Response> {
  return fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

function chat(model: string, content: string): Promise<Response> {
  return ask('/v1/chat/completions', { model, messages: [{ role: 'user', content }] })
}

const messages = [{ role: 'user', content: 'Hello' }]

test.each([
  ['/v1/chat/completions', { model: 'slow', stream: true, messages }],
  ['/v1/messages', { model: 'slow', stream: true, max_tokens: 100, messages }],
  ['/v1/responses', { model: 'slow', stream: true, input: 'Hello' }],
  [
    '/gemini/v1beta/models/slow:streamGenerateContent?alt=sse',
    { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
  ],
])('a halt ends an inspected stream of %s within a second, in its words', async (path, body) => {
  const response = await ask(path, body)
  expect(response.status).toBe(200)
  const decoder = new TextDecoder()
  let text = ''
  let stoppedAt = 0
  const stop = setTimeout(() => {
    stoppedAt = performance.now()
    void asAna('POST', '/api/emergency-stop', { mode: 'halt', reason: 'x' })
  }, 100)
  for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true })
  clearTimeout(stop)
  expect(performance.now() - stoppedAt).toBeLessThan(1000)
  expect(text.slice(-600)).toContain('An emergency stop is in force.')
  await asAna('POST', '/api/emergency-stop', { mode: 'normal', reason: 'x' })
  expect(gateway.running.gateway.admin.stops.runningCalls()).toBe(0)
})

describe('a call that a rule holds', () => {
  test('waits for approval, and passes once when it is repeated unchanged', async () => {
    const held = await chat('quick', 'What about falcon? Write to eve@example.com.')
    expect(held.status).toBe(403)
    const [, id = ''] = /(hold_[0-9a-f]{32})/.exec(await held.text()) ?? []
    const { data } = await asAna('GET', `/api/holds/${id}`)
    expect(data).toMatchObject({ state: 'waiting', rule_ids: ['house/deals'] })
    // What an approver sees is redacted.
    expect(data['preview']).toMatch(/^What about/)
    expect(data['preview']).not.toMatch(/eve@example/)
    await asAna('POST', `/api/holds/${id}/approve`, { reason: 'agreed' })
    expect((await chat('quick', 'What else about falcon?')).status).toBe(403)
    expect((await chat('quick', 'What about falcon? Write to eve@example.com.')).status).toBe(200)
    expect((await chat('quick', 'What about falcon? Write to eve@example.com.')).status).toBe(403)
  })
})
