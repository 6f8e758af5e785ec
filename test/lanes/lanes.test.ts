import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { asObject } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { recordsOf } from '../support/routes.ts'

const narrowKey = newKey()
const smallKey = newKey()
let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({
    keys: [
      `{ name: narrow, sha256: ${hashKey(narrowKey)}, user: narrow, models: [auto] }`,
      `{ name: small, sha256: ${hashKey(smallKey)}, user: small, models: [auto, small] }`,
    ],
    yaml: `
providers:
  - { name: one, type: simulated, region: us }
  - { name: two, type: simulated, region: eu }
  - { name: failing, type: simulated, region: us }
models:
  - { name: small, targets: [{ provider: one, model: sim-small }] }
  - { name: big, targets: [{ provider: two, model: sim-big }] }
  - { name: broken, targets: [{ provider: failing, model: "sim;error=500" }] }
  - { name: cutting, targets: [{ provider: failing, model: "sim;cut=1" }] }
  - { name: auto, lanes: { efficient: small, capable: big } }
  - name: own
    targets: [{ provider: two, model: sim-own }]
    lanes: { efficient: small, sticky: off }
  - { name: fixed, lanes: { efficient: small, capable: big, header: off } }
  - { name: swinging, lanes: { efficient: small, capable: big, sticky: hysteresis } }
  - { name: cautious, lanes: { efficient: broken, capable: big } }
  - { name: cut, lanes: { efficient: cutting, capable: big } }
  - { name: european, lanes: { efficient: small, capable: big }, require: { regions: [eu] } }
  - { name: american, lanes: { efficient: small, capable: big }, require: { regions: [us] } }
  - { name: martian, lanes: { efficient: small, capable: big }, require: { regions: [mars] } }
  - name: ruled
    lanes: { efficient: small, capable: big }
    rules: [{ when: { tags: [home] }, targets: [two] }]
aliases: { helper: auto }
prices:
  entries:
    - { model: sim-small, inputUsdPerMillion: 1, outputUsdPerMillion: 2 }
    - { model: sim-big, inputUsdPerMillion: 10, outputUsdPerMillion: 20 }
`,
  })
})
afterAll(() => gateway[Symbol.asyncDispose]())

interface Asked {
  readonly model?: string
  readonly key?: string
  readonly stream?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly more?: JsonObject
}

const simple = 'What is the capital of Australia?'
const demanding = `Why does this lose entries?\n\n\`\`\`\n${'if (a[i] <= b[j]) { out.push(a[i++]); }\n'.repeat(12)}\`\`\``

async function ask(content: string, asked: Asked = {}) {
  const { model = 'auto', key = gateway.key, stream = false, headers = {}, more = {} } = asked
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content }], ...more }),
  })
  const text = await response.text()
  return {
    status: response.status,
    lane: response.headers.get('x-smartflow-lane'),
    by: response.headers.get('x-smartflow-provider'),
    named: /"model":"([^"]*)"/.exec(text)?.[1],
    requestId: response.headers.get('x-request-id'),
    text,
  }
}

describe('a model with lanes', () => {
  test('has simple calls answered by the efficient lane and others by the capable one', async () => {
    for (const stream of [false, true]) {
      expect(await ask(simple, { stream })).toMatchObject({ lane: 'efficient', by: 'one' })
      expect(await ask(demanding, { stream })).toMatchObject({ lane: 'capable', by: 'two' })
    }
  })

  test('answers under the name that was asked for', async () => {
    for (const stream of [false, true]) {
      expect((await ask(simple, { stream })).named).toBe('auto')
      expect((await ask(simple, { stream, model: 'helper' })).named).toBe('helper')
    }
    expect((await ask(simple, { model: 'own' })).named).toBe('own')
    expect((await ask(demanding, { model: 'own' })).named).toBe('sim-own')
  })

  test('takes its own targets for the capable lane, and for what is no chat', async () => {
    expect(await ask(simple, { model: 'own' })).toMatchObject({ by: 'one' })
    expect(await ask(demanding, { model: 'own' })).toMatchObject({ lane: 'capable', by: 'two' })
    const response = await fetch(`${gateway.url}/v1/embeddings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'auto', input: 'Hello' }),
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-smartflow-provider')).toBe('two')
    expect(response.headers.get('x-smartflow-lane')).toBeNull()
  })

  test('gives way to a provider that is asked for', async () => {
    const answer = await ask(simple, { headers: { 'x-smartflow-provider': 'two' } })
    expect(answer).toMatchObject({ status: 200, by: 'two', lane: null })
  })

  test('is told of in the list of models', async () => {
    const response = await fetch(`${gateway.url}/v1/models`, {
      headers: { authorization: `Bearer ${narrowKey}` },
    })
    expect(await response.json()).toMatchObject({ data: [{ id: 'auto' }, { id: 'helper' }] })
  })
})

describe('a conversation', () => {
  test('that went to the capable lane stays there', async () => {
    const first = { role: 'user', content: demanding }
    const more = {
      messages: [first, { role: 'assistant', content: 'So.' }, { role: 'user', content: 'Thanks' }],
    }
    expect(await ask(demanding)).toMatchObject({ lane: 'capable' })
    expect(await ask('', { more })).toMatchObject({ lane: 'capable' })
    const session = { 'x-smartflow-session': 'one' }
    expect(await ask(simple, { headers: session })).toMatchObject({ lane: 'efficient' })
    expect(await ask(demanding, { headers: session })).toMatchObject({ lane: 'capable' })
    expect(await ask(simple, { headers: session })).toMatchObject({ lane: 'capable' })
  })

  test('comes back where it may, once its score is low', async () => {
    const session = { 'x-smartflow-session': 'two' }
    // Between the thresholds.
    const middling = 'The meeting was moved because three members could not come. '.repeat(6)
    const asked = { model: 'swinging', headers: session }
    expect(await ask(middling, asked)).toMatchObject({ lane: 'efficient' })
    expect(await ask(demanding, asked)).toMatchObject({ lane: 'capable' })
    expect(await ask(middling, asked)).toMatchObject({ lane: 'capable' })
    expect(await ask(simple, asked)).toMatchObject({ lane: 'efficient' })
    expect(await ask(middling, asked)).toMatchObject({ lane: 'efficient' })
  })

  test('is judged anew with each call where nothing sticks', async () => {
    const asked = { model: 'own', headers: { 'x-smartflow-session': 'three' } }
    expect(await ask(demanding, asked)).toMatchObject({ lane: 'capable' })
    expect(await ask(simple, asked)).toMatchObject({ lane: 'efficient' })
  })
})

describe('the header x-smartflow-lcr', () => {
  const wish = (value: string) => ({ headers: { 'x-smartflow-lcr': value } })

  test('chooses the lane for those who may ask for its model', async () => {
    expect(await ask(simple, wish('capable'))).toMatchObject({ lane: 'capable' })
    expect(await ask(simple, wish('off'))).toMatchObject({ lane: 'capable' })
    expect(await ask(simple, wish('frontier'))).toMatchObject({ lane: 'capable' })
    expect(await ask(`${demanding} `, wish('efficient'))).toMatchObject({ lane: 'efficient' })
    expect(await ask(simple, wish('auto'))).toMatchObject({ lane: 'efficient' })
  })

  test('is not heeded otherwise', async () => {
    expect(await ask(simple, { ...wish('capable'), key: narrowKey })).toMatchObject({
      lane: 'efficient',
    })
    expect(await ask(demanding, { ...wish('efficient'), key: smallKey })).toMatchObject({
      lane: 'efficient',
    })
    expect(await ask(demanding, { ...wish('efficient'), key: narrowKey })).toMatchObject({
      lane: 'capable',
    })
    expect(await ask(simple, { ...wish('capable'), model: 'fixed' })).toMatchObject({
      lane: 'efficient',
    })
  })

  test('is refused when it says nothing that is known', async () => {
    const answer = await ask(simple, wish('cheap'))
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('x-smartflow-lcr')
  })
})

describe('what a model requires of its targets', () => {
  test('holds in both lanes, whatever the score', async () => {
    expect(await ask(simple, { model: 'european' })).toMatchObject({ by: 'two', lane: 'capable' })
    expect(await ask(demanding, { model: 'american' })).toMatchObject({
      by: 'one',
      lane: 'efficient',
    })
    for (const content of [simple, demanding]) {
      expect((await ask(content, { model: 'martian' })).status).toBe(403)
    }
    const headers = { 'x-smartflow-lcr': 'efficient' }
    expect(await ask(simple, { model: 'european', headers })).toMatchObject({ by: 'two' })
  })

  test('holds for the targets its rules leave to a call', async () => {
    expect(await ask(simple, { model: 'ruled' })).toMatchObject({ by: 'one' })
    const headers = { 'x-smartflow-tags': 'home' }
    expect(await ask(simple, { model: 'ruled', headers })).toMatchObject({ by: 'two' })
  })
})

test('a failing efficient lane gives way to the capable one, also before the first word of a stream', async () => {
  for (const model of ['cautious', 'cut']) {
    for (const stream of [false, true]) {
      const answer = await ask(simple, { model, stream })
      expect(answer).toMatchObject({ status: 200, by: 'two', lane: 'capable' })
      expect(answer.text).toContain('simulated')
    }
  }
})

describe('every client format', () => {
  const authorization = (): Record<string, string> => ({ authorization: `Bearer ${gateway.key}` })
  const clients = {
    responses: (text: string, stream: boolean) => ({
      path: '/v1/responses',
      body: { model: 'auto', input: text, stream },
    }),
    anthropic: (text: string, stream: boolean) => ({
      path: '/v1/messages',
      body: {
        model: 'auto',
        max_tokens: 300,
        stream,
        messages: [{ role: 'user', content: text }],
      },
    }),
    gemini: (text: string, stream: boolean) => ({
      path: `/gemini/v1beta/models/auto:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
      body: { contents: [{ role: 'user', parts: [{ text }] }] },
    }),
    bedrock: (text: string, stream: boolean) => ({
      path: `/bedrock/model/auto/${stream ? 'converse-stream' : 'converse'}`,
      body: { messages: [{ role: 'user', content: [{ text }] }] },
    }),
    cohere: (text: string, stream: boolean) => ({
      path: '/v2/chat',
      body: { model: 'auto', stream, messages: [{ role: 'user', content: text }] },
    }),
    ollama: (text: string, stream: boolean) => ({
      path: '/api/chat',
      body: { model: 'auto', stream, messages: [{ role: 'user', content: text }] },
    }),
    completions: (prompt: string, stream: boolean) => ({
      path: '/v1/completions',
      body: { model: 'auto', prompt, stream },
    }),
  } as const
  test.each(Object.entries(clients))('of %s takes the same lanes', async (_, request) => {
    for (const stream of [false, true]) {
      for (const [text, lane] of [
        [simple, 'efficient'],
        [demanding, 'capable'],
      ] as const) {
        const { path, body } = request(text, stream)
        const response = await fetch(`${gateway.url}${path}`, {
          method: 'POST',
          headers: {
            ...authorization(),
            'content-type': 'application/json',
            // A conversation of its own: what another format said must not decide here.
            'x-smartflow-session': `${path} ${text.length}`,
          },
          body: JSON.stringify(body),
        })
        await response.arrayBuffer()
        expect([response.status, response.headers.get('x-smartflow-lane')]).toEqual([200, lane])
      }
    }
  })
})

test('lane, score, reasons and savings are recorded, counted and told to administrators', async () => {
  const cheap = await ask('How many days has a year?', { model: 'fixed' })
  const dear = await ask(`${demanding}\n`, { model: 'fixed' })
  const broken = await ask('How many days has a month?', { model: 'cautious' })
  const response = await fetch(`${gateway.adminUrl}/api/routing/status`)
  const status = asObject(asObject(await response.json())?.['data'])
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  const records = await gateway.records()
  const outcomeOf = (requestId: string | null) => {
    const outcome = recordsOf(records, requestId).find(({ type }) => type === 'outcome')
    if (outcome?.type !== 'outcome') throw new Error('no outcome')
    return outcome
  }
  const { lane, usage, cost } = outcomeOf(cheap.requestId)
  if (usage === undefined || cost === undefined) throw new Error('no usage')
  // Ten times the price, to the nano-dollar.
  expect(cost.nanoUsd).toBe(usage.inputTokens * 1000 + usage.outputTokens * 2000)
  expect(lane).toEqual({
    route: 'fixed',
    lane: 'efficient',
    score: 0,
    reasons: [],
    savingsNanoUsd: 9 * cost.nanoUsd,
  })
  const capable = outcomeOf(dear.requestId).lane
  expect(capable).toMatchObject({ route: 'fixed', lane: 'capable', reasons: ['code', 'size'] })
  expect(capable?.score).toBeGreaterThanOrEqual(0.5)
  expect(capable?.savingsNanoUsd).toBeUndefined()
  const failed = outcomeOf(broken.requestId)
  expect(failed.attempts).toMatchObject([{ status: 500 }, { status: 200, reason: 'fallback' }])
  expect(failed.lane).toMatchObject({ lane: 'capable', escalation: 'failure', savingsNanoUsd: 0 })
  expect(status?.['lanes']).toContainEqual({
    route: 'fixed',
    efficient: 2,
    capable: 1,
    escalations: {},
    saved_nano_usd: expect.any(Number),
    lost_nano_usd: 0,
    net_savings_nano_usd: expect.any(Number),
    unknown_savings: 0,
  })
  expect(metrics).toMatch(/smartflow_routing_lane_calls_total\{lane="efficient"\} [1-9]/)
  expect(metrics).toMatch(/smartflow_routing_lane_escalations_total\{cause="failure"\} [1-9]/)
  expect(metrics).toMatch(/smartflow_routing_savings_nanousd_total [1-9]/)
  expect(metrics).toMatch(/smartflow_routing_losses_nanousd_total 0/)
  expect(JSON.stringify(records)).not.toContain('capital of Australia')
})
