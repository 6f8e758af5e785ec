import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asObject, parseJson } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { administrator } from '../support/admin.ts'
import type { AdminAnswer } from '../support/admin.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { openSession } from '../support/realtime.ts'
import { startUpstream } from '../support/upstream.ts'
import type { Upstream } from '../support/upstream.ts'

const path = '/api/emergency-stop'
/** Ten seconds of words. */
const slow = 'sim;tps=20;tokens=200'
const ana = administrator('ana')
const ben = administrator('ben')

let dataDir: string
let upstream: Upstream
let gateway: TestGateway

async function start(more: readonly string[] = []): Promise<TestGateway> {
  const provider = (name: string, type: string, base: string) =>
    `  - { name: ${name}, type: ${type}, baseUrl: "${upstream.url}${base}", apiKey: ${upstream.key} }`
  const model = (name: string, provider: string) =>
    `  - { name: ${name}, targets: [{ provider: ${provider}, model: "${slow}" }] }`
  return startTestGateway({
    dataDir,
    adminKeys: [ana.entry, ben.entry],
    yaml: [
      'providers:',
      provider('openai', 'openai', '/v1'),
      provider('anthropic', 'anthropic', ''),
      '  - { name: simulated, type: simulated }',
      'models:',
      model('gpt', 'openai'),
      model('claude', 'anthropic'),
      '  - { name: quick, targets: [{ provider: simulated, model: sim }] }',
      '  - { name: voice, targets: [{ provider: simulated, model: real }] }',
      '  - { name: spare, targets: [{ provider: simulated, model: "sim;error=500" }], fallbacks: [{ models: [quick] }] }',
      'aliases: { fast: quick }',
      ...more,
    ].join('\n'),
  })
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'smartflow-stop-'))
  upstream = startUpstream()
  gateway = await start()
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
  rmSync(dataDir, { recursive: true, force: true })
})

function order(mode: string, scope: JsonObject = {}, by = ana): Promise<AdminAnswer> {
  return by.at(gateway)('POST', path, { mode, scope, reason: 'an exercise' })
}

function ask(where: string, body: JsonObject): Promise<Response> {
  return fetch(gateway.url + where, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

function chat(model: string, more: JsonObject = {}): Promise<Response> {
  const messages = [{ role: 'user', content: 'Hello' }]
  return ask('/v1/chat/completions', { model, messages, ...more })
}

async function codeOf(response: Response): Promise<unknown> {
  return asObject(asObject(await response.json())?.['error'])?.['code']
}

/** Reads a stream, has `during` happen at its first piece, and returns what came and how long the rest took. */
async function readStream(response: Response, during: () => Promise<unknown>, leave?: AbortSignal) {
  expect(response.status).toBe(200)
  const decoder = new TextDecoder()
  let text = ''
  let stoppedAt = 0
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (leave?.aborted === true) break
    if (stoppedAt > 0) continue
    stoppedAt = performance.now()
    await during()
  }
  return { text, tookMs: performance.now() - stoppedAt }
}

/** The data of the last event of a stream. */
function lastEvent(text: string): JsonObject | undefined {
  const data = text.matchAll(/^data: (.*)$/gm)
  return asObject(parseJson([...data].at(-1)?.[1] ?? ''))
}

const hello = { role: 'user', content: 'Hello' }
const dialects: [string, string, JsonObject, (last: JsonObject | undefined) => unknown][] = [
  [
    'OpenAI',
    '/v1/chat/completions',
    { model: 'gpt', stream: true, messages: [hello] },
    (last) => asObject(last?.['error'])?.['code'],
  ],
  [
    'OpenAI from another provider',
    '/v1/chat/completions',
    { model: 'claude', stream: true, messages: [hello] },
    (last) => asObject(last?.['error'])?.['code'],
  ],
  [
    'Responses',
    '/v1/responses',
    { model: 'claude', stream: true, input: 'Hello' },
    (last) => last?.['code'] ?? asObject(last?.['error'])?.['code'],
  ],
  [
    'Anthropic',
    '/v1/messages',
    { model: 'claude', max_tokens: 100, stream: true, messages: [hello] },
    (last) => (last?.['type'] === 'error' ? 'emergency_stop' : undefined),
  ],
  [
    'Gemini',
    '/gemini/v1beta/models/gpt:streamGenerateContent?alt=sse',
    { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
    (last) => (asObject(last?.['error'])?.['code'] === 503 ? 'emergency_stop' : undefined),
  ],
]

describe('halt', () => {
  test.each(dialects)(
    'ends a running stream of %s within a second, in its words, and its provider is left',
    async (_, where, body, codeIn) => {
      const response = await ask(where, body)
      const { signal } = upstream.last()
      const { text, tookMs } = await readStream(response, () => order('halt'))
      expect(tookMs).toBeLessThan(1000)
      expect(codeIn(lastEvent(text))).toBe('emergency_stop')
      const deadline = performance.now() + 500
      while (!signal.aborted && performance.now() < deadline) await Bun.sleep(1)
      expect(signal.aborted).toBe(true)
      const refused = await ask(where, body)
      expect(refused.status).toBe(503)
      expect(refused.headers.get('x-should-retry')).toBe('false')
      expect((await order('normal')).data).toMatchObject({ mode: 'normal', stops: [] })
    },
  )

  test('ends a call that waits for a whole answer', async () => {
    const pending = chat('gpt')
    while (upstream.last().json['stream'] === true) await Bun.sleep(1)
    const startedAt = performance.now()
    await order('halt')
    const response = await pending
    expect([response.status, await codeOf(response)]).toEqual([503, 'emergency_stop'])
    expect(performance.now() - startedAt).toBeLessThan(1000)
    await order('normal')
  })

  test('ends realtime sessions, and opens none', async () => {
    const session = await openSession(gateway, 'voice')
    await session.until('session.created')
    await order('halt')
    const event = await session.until('error')
    expect(asObject(event['error'])?.['code']).toBe('emergency_stop')
    expect((await session.closed).code).toBe(1008)
    expect(openSession(gateway, 'voice')).rejects.toThrow()
    await order('normal')
    const { running } = gateway
    expect(running.gateway.admin.stops.runningCalls()).toBe(0)
  })

  test('of one model leaves the others alone, and finds it behind every name', async () => {
    await order('halt', { model: 'quick' })
    expect(await codeOf(await chat('quick'))).toBe('emergency_stop')
    expect(await codeOf(await chat('fast'))).toBe('emergency_stop')
    expect(await codeOf(await chat('spare'))).toBe('emergency_stop')
    const { text } = await readStream(await chat('gpt', { stream: true }), () =>
      order('halt', { model: 'sim;tps*' }),
    )
    expect(asObject(lastEvent(text)?.['error'])?.['code']).toBe('emergency_stop')
    await order('normal', { model: 'quick' })
    expect((await chat('quick')).status).toBe(200)
    await order('normal', { model: 'sim;tps*' })
  })

  test('of another tenant or key stops nobody else', async () => {
    await order('halt', { tenant: 'other' })
    await order('halt', { key: 'other' })
    expect((await chat('quick')).status).toBe(200)
    await order('halt', { key: 'test', tenant: 'default' })
    expect((await chat('quick')).status).toBe(503)
    for (const scope of [
      { tenant: 'other' },
      { key: 'other' },
      { key: 'test', tenant: 'default' },
    ]) {
      expect((await order('normal', scope)).status).toBe(200)
    }
    expect((await order('normal')).status).toBe(409)
  })

  test('says when no model has the name', async () => {
    expect((await order('halt', { model: 'gtp' })).data['warnings']).toEqual([
      "no configured model is called 'gtp'",
    ])
    await order('normal', { model: 'gtp' })
  })
})

describe('read-only', () => {
  test('refuses what writes and answers what reads', async () => {
    await order('read-only')
    expect((await chat('quick')).status).toBe(200)
    const form = new FormData()
    form.append('purpose', 'batch')
    form.append('file', new File(['{}'], 'a.jsonl'))
    const upload = await fetch(`${gateway.url}/v1/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body: form,
    })
    expect([upload.status, await codeOf(upload)]).toEqual([503, 'emergency_stop'])
    expect(await codeOf(await ask('/v1/batches', { input_file_id: 'file-1' }))).toBe(
      'emergency_stop',
    )
    await order('normal')
  })
})

/** A tool as chat completions offer it. */
function tool(name: string): JsonObject {
  return { type: 'function', function: { name, parameters: { type: 'object' } } }
}

describe('tools in read-only', () => {
  const offering = (name: string, model = 'quick'): JsonObject => ({
    model,
    stream: true,
    messages: [hello],
    tools: [tool(name)],
  })

  test('may be offered where they only read', async () => {
    await order('read-only')
    expect((await ask('/v1/chat/completions', offering('get_weather'))).status).toBe(200)
    const refused = await ask('/v1/chat/completions', offering('delete_user'))
    expect(refused.status).toBe(503)
    expect(asObject(asObject(await refused.json())?.['error'])?.['message']).toContain(
      "'delete_user'",
    )
    await order('normal')
  })

  test('end calls that offer them when the stop comes', async () => {
    for (const [name, isEnded] of [
      ['update_user', true],
      ['get_user', true],
      [undefined, false],
    ] as const) {
      const body =
        name === undefined
          ? { model: 'gpt', stream: true, messages: [hello] }
          : offering(name, 'gpt')
      const response = await ask('/v1/chat/completions', body)
      const abort = new AbortController()
      const { text } = await readStream(
        response,
        async () => {
          await order('read-only')
          if (!isEnded) setTimeout(() => abort.abort(), 100)
        },
        abort.signal,
      )
      expect(text.includes('emergency_stop')).toBe(isEnded)
      await order('normal')
    }
  })

  const called = (given: string): JsonObject => ({
    ...offering('query_database'),
    model: 'caller',
    messages: [{ role: 'user', content: given }],
  })

  test.each([
    ['SELECT 1', true],
    ['DROP TABLE users', false],
  ])('are called with %s, streamed or not: %p', async (sql, passes) => {
    await order('read-only')
    const respond = (stream: boolean): Response => toolCall(stream, JSON.stringify({ query: sql }))
    for (const stream of [false, true]) {
      upstream.answerNext(respond(stream))
      const response = await ask('/v1/chat/completions', { ...called('x'), model: 'gpt', stream })
      const text = await response.text()
      expect(text.includes('emergency_stop')).toBe(!passes)
      expect(text.includes(sql.slice(-5))).toBe(passes)
      expect(response.status).toBe(stream || passes ? 200 : 503)
    }
    await order('normal')
  })
})

/** What a provider says that calls a tool. */
function toolCall(stream: boolean, given: string): Response {
  const head = { id: 'c1', created: 1, model: 'm' }
  const call = {
    id: 'call_1',
    type: 'function',
    function: { name: 'query_database', arguments: given },
  }
  if (!stream) {
    const message = { role: 'assistant', content: null, tool_calls: [call] }
    const choices = [{ index: 0, message, finish_reason: 'tool_calls' }]
    return Response.json({ ...head, object: 'chat.completion', choices })
  }
  const half = given.length >> 1
  const pieces: JsonObject[] = [
    {
      role: 'assistant',
      tool_calls: [{ index: 0, ...call, function: { name: 'query_database', arguments: '' } }],
    },
    { tool_calls: [{ index: 0, function: { arguments: given.slice(0, half) } }] },
    { tool_calls: [{ index: 0, function: { arguments: given.slice(half) } }] },
  ]
  const frames = [
    ...pieces.map((delta) => ({ index: 0, delta, finish_reason: null })),
    { index: 0, delta: {}, finish_reason: 'tool_calls' },
  ].map(
    (choice) =>
      `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [choice] })}\n\n`,
  )
  return new Response(`${frames.join('')}data: [DONE]\n\n`, {
    headers: { 'content-type': 'text/event-stream' },
  })
}

describe('a stop', () => {
  test('outlives a restart', async () => {
    await order('halt')
    await gateway[Symbol.asyncDispose]()
    gateway = await start()
    expect(await codeOf(await chat('quick'))).toBe('emergency_stop')
    expect((await order('normal')).data['mode']).toBe('normal')
    await gateway[Symbol.asyncDispose]()
    gateway = await start()
    expect((await chat('quick')).status).toBe(200)
  })

  test('needs two people to become weaker where the configuration says so', async () => {
    await gateway[Symbol.asyncDispose]()
    gateway = await start(['oversight: { emergencyStop: { twoPersonRelease: true } }'])
    await order('halt')
    expect((await order('normal')).data).toMatchObject({ change: 'ask-release', mode: 'halt' })
    expect((await order('normal')).data).toMatchObject({ change: 'ask-release', mode: 'halt' })
    expect((await order('read-only', {}, ben)).data).toMatchObject({ change: 'ask-release' })
    expect((await order('normal')).data).toMatchObject({ change: 'ask-release', mode: 'halt' })
    expect(await codeOf(await chat('quick'))).toBe('emergency_stop')
    expect((await order('normal', {}, ben)).data).toMatchObject({
      change: 'release',
      mode: 'normal',
    })
    expect((await chat('quick')).status).toBe(200)
  })

  test('is in the audit log, with who, what and why', async () => {
    const records = await gateway.records()
    const administration = records.flatMap((record) =>
      record.type === 'administration' ? [record] : [],
    )
    expect(administration.at(0)).toMatchObject({
      actor: 'ana',
      action: 'emergency-stop.set',
      subject: 'everything',
      before: null,
      after: { mode: 'halt', reason: 'an exercise', set_by: 'ana' },
    })
    expect(administration.at(-1)).toMatchObject({
      actor: 'ben',
      action: 'emergency-stop.release',
      after: { mode: 'normal', reason: 'an exercise' },
    })
    const refusals = records.flatMap((record) => (record.type === 'refusal' ? [record] : []))
    expect(refusals.some(({ errorCode }) => errorCode === 'emergency_stop')).toBe(true)
    const outcomes = records.flatMap((record) => (record.type === 'outcome' ? [record] : []))
    expect(
      outcomes.filter(({ errorCode }) => errorCode === 'emergency_stop').length,
    ).toBeGreaterThan(3)
  })
})
