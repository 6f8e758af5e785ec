import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chat, chatRequest } from '../support/chat-client.ts'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { startTestGateway } from '../support/gateway.ts'
import { connectFrames, frame, frameTypes } from '../support/http2-frames.ts'
import {
  answering,
  chunk,
  hang,
  lastChunk,
  openingFrames,
  plainAnswer,
  sendAll,
  streamFrames,
  streamHead,
  textDelta,
  whole,
} from '../support/raw-answers.ts'
import { connectRaw, rawChat, rawRequest } from '../support/raw-client.ts'
import type { RawClient } from '../support/raw-client.ts'
import type { RawScript } from '../support/raw-provider.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import { recordsOf } from '../support/routes.ts'

let gatewayOfUnfinished: TestGateway
let unfinished: { silent: RawClient; trickling: RawClient; timer: Timer; since: number }

beforeAll(async () => {
  gatewayOfUnfinished = await startTestGateway()
  const silent = await connectRaw(gatewayOfUnfinished.url)
  const trickling = await connectRaw(gatewayOfUnfinished.url)
  trickling.send('GET /v1/models HTTP/1.1\r\n')
  const timer = setInterval(() => trickling.send('x'), 500)
  unfinished = { silent, trickling, timer, since: performance.now() }
})

afterAll(async () => {
  clearInterval(unfinished.timer)
  await gatewayOfUnfinished[Symbol.asyncDispose]()
})

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error('This did not come true in time.')
    await Bun.sleep(2)
  }
}

function inFlight({ running }: TestGateway): number {
  return running.gateway.status().inFlight
}

describe('the limit of concurrent calls', () => {
  test('refuses one more with 503 in its dialect, and takes calls again afterwards', async () => {
    const gate = Promise.withResolvers<void>()
    await using raw = await startRawProvider(async (exchange) => {
      await gate.promise
      await exchange.send(whole(200, plainAnswer('openai')))
    })
    await using gateway = await startFaultyGateway({
      dialect: 'openai',
      url: raw.url,
      limits: ['maxConcurrentCalls: 2'],
    })
    const running = [1, 2].map(() => chat(gateway, { dialect: 'openai', stream: false }))
    await until(() => raw.requests.length === 2)
    for (const dialect of ['openai', 'anthropic'] as const) {
      const refused = await chat(gateway, { dialect, stream: true })
      expect(refused.status).toBe(503)
      expect(refused.error).toMatchObject({ code: 'overloaded', source: 'gateway' })
      expect(refused.headers.get('retry-after')).toBe('1')
      expect(refused.headers.get('x-should-retry')).toBe('true')
    }
    for (const path of ['/health', '/ready']) {
      expect((await fetch(gateway.url + path)).status).toBe(200)
    }
    gate.resolve()
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200])
    expect((await chat(gateway, { dialect: 'openai', stream: false })).status).toBe(200)
    expect(inFlight(gateway)).toBe(0)
  })

  test('counts no call that is over, however it ended', async () => {
    await using raw = await startRawProvider()
    await using gateway = await startFaultyGateway({
      dialect: 'openai',
      url: raw.url,
      limits: ['maxConcurrentCalls: 1'],
    })
    const stream: RawScript = (exchange) =>
      sendAll(exchange, streamHead, ...streamFrames('openai').map(chunk), lastChunk)
    for (const [script, isStream] of [
      [answering(whole(200, plainAnswer('openai'))), false],
      [stream, true],
      [answering(whole(500, 'oops')), false],
      [(exchange) => exchange.reset(), true],
      [answering(whole(200, '<html>')), true],
    ] as const satisfies readonly (readonly [RawScript, boolean])[]) {
      raw.script(script)
      const { status } = await chat(gateway, { dialect: 'openai', stream: isStream })
      expect(status).not.toBe(503)
      await until(() => inFlight(gateway) === 0)
    }
    for (const path of ['/v1/nowhere', '/v1/models', '/v1/models/none']) {
      await fetch(gateway.url + path, { headers: { authorization: `Bearer ${gateway.key}` } })
      expect(inFlight(gateway)).toBe(0)
    }
  })
})

describe('the limit of connections', () => {
  test('closes idle ones beyond it', async () => {
    await using gateway = await startTestGateway({ limits: ['maxConnections: 20'] })
    await Bun.sleep(1100)
    const idle = await Promise.all(Array.from({ length: 30 }, () => connectRaw(gateway.url)))
    for (const client of idle) client.send(rawRequest('GET /health', {}))
    await Promise.all(idle.map((client) => client.until('ok')))
    // Those of HTTP/2 are idle as well while they have sent no whole request.
    const unfinished = await Promise.all(
      Array.from({ length: 10 }, () => connectFrames(gateway.url)),
    )
    for (const client of unfinished) client.send(frame(frameTypes.headers, 0, 1, Buffer.of(0)))
    await Promise.all([...idle, ...unfinished].map((client) => client.closed))
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200)
  })

  test('refuses new calls with 503 while busy connections fill it', async () => {
    await using raw = await startRawProvider(hang)
    await using gateway = await startFaultyGateway({
      dialect: 'openai',
      url: raw.url,
      limits: ['maxConnections: 20', 'drainTimeoutMs: 0'],
    })
    await Bun.sleep(1100)
    const busy = await Promise.all(Array.from({ length: 30 }, () => connectRaw(gateway.url)))
    for (const client of busy) client.send(rawChat(gateway, { stream: true }))
    await until(() => raw.requests.length === 30)
    await Bun.sleep(1200)
    const refused = await chat(gateway, { dialect: 'openai', stream: false })
    expect(refused.error).toMatchObject({ code: 'overloaded' })
    for (const client of busy) client[Symbol.dispose]()
  })
})

/** A provider that streams words until it is told to end, or for ever. */
function talking(end: Promise<void>): RawScript {
  return async (exchange) => {
    let isOver = false
    end.then(
      () => (isOver = true),
      () => undefined,
    )
    await sendAll(exchange, streamHead, chunk(openingFrames('openai').join('')))
    for (;;) {
      if (isOver || !(await exchange.send(chunk(textDelta('openai', 'word '))))) break
      await Bun.sleep(10)
    }
    await sendAll(exchange, ...streamFrames('openai').slice(-3).map(chunk), lastChunk)
  }
}

describe('a gateway that is asked to stop', () => {
  test('finishes running streams, refuses new calls and records everything', async () => {
    const end = Promise.withResolvers<void>()
    await using raw = await startRawProvider(talking(end.promise))
    await using gateway = await startFaultyGateway({
      dialect: 'openai',
      url: raw.url,
      limits: ['drainTimeoutMs: 5000'],
    })
    const stream = chat(gateway, { dialect: 'openai', stream: true })
    // A connection that is open already and between two calls.
    using kept = await connectRaw(gateway.url)
    using second = await connectRaw(gateway.url)
    second.send(rawChat(gateway, { stream: true }))
    await until(() => raw.requests.length === 2)
    await second.until('word')
    const stopped = gateway.running.stop()
    await Bun.sleep(30)
    kept.send(rawRequest('GET /v1/models', { authorization: `Bearer ${gateway.key}` }))
    const answer = await kept.until('}}')
    if (answer !== '') {
      expect(answer).toStartWith('HTTP/1.1 503')
      expect(answer).toContain('"shutting_down"')
    }
    expect(await fetch(`${gateway.url}/health`).catch(() => 'refused')).toBe('refused')
    expect(raw.requests).toHaveLength(2)
    const before = performance.now()
    end.resolve()
    const result = await stream
    expect(result).toMatchObject({ status: 200, terminated: true, broken: false })
    expect(await second.until('[DONE]')).toContain('[DONE]')
    await stopped
    expect(performance.now() - before).toBeLessThan(1000)
    const records = await gateway.records()
    expect(recordsOf(records, result.requestId)).toMatchObject([
      { type: 'decision' },
      { type: 'outcome', endedBy: 'complete' },
    ])
    expect(records.at(-1)).toMatchObject({ type: 'lifecycle', event: 'stop' })
  })

  test('cuts a stream that goes on after the deadline, frees its provider and records it', async () => {
    await using raw = await startRawProvider(talking(hang()))
    const gateway = await startFaultyGateway({
      dialect: 'openai',
      url: raw.url,
      limits: ['drainTimeoutMs: 300'],
    })
    const { url, init } = chatRequest(gateway, { dialect: 'openai', stream: true })
    const response = await fetch(url, init)
    const ended = response.text().then(
      () => 'ended',
      () => 'broken',
    )
    await until(() => raw.requests.length === 1)
    const before = performance.now()
    const records = await gateway.records()
    expect(performance.now() - before).toBeWithin(290, 1500)
    expect(await ended).toBe('broken')
    expect(recordsOf(records, response.headers.get('x-request-id'))).toMatchObject([
      { type: 'decision' },
      { type: 'outcome', status: 200, usage: { estimated: true } },
    ])
    expect(records.at(-1)).toMatchObject({ type: 'lifecycle', event: 'stop' })
    expect(gateway.logged()).toContain('cut')
  })

  test('cuts a call without an answer after the deadline and records it', async () => {
    await using raw = await startRawProvider(hang)
    const gateway = await startFaultyGateway({
      dialect: 'openai',
      url: raw.url,
      limits: ['drainTimeoutMs: 100'],
    })
    const call = chat(gateway, { dialect: 'openai', stream: false }).then(
      ({ status }) => status,
      () => 'broken',
    )
    await until(() => raw.requests.length === 1)
    const records = await gateway.records()
    expect(await call).toBe('broken')
    expect(records.filter(({ type }) => type === 'outcome')).toMatchObject([{ endedBy: 'client' }])
  })

  test('stops at once when nothing runs', async () => {
    const gateway = await startTestGateway({ limits: ['drainTimeoutMs: 5000'] })
    using idle = await connectRaw(gateway.url)
    idle.send(rawRequest('GET /health', {}))
    await idle.until('ok')
    await fetch(`${gateway.url}/health`)
    const before = performance.now()
    await gateway.running.stop()
    expect(performance.now() - before).toBeLessThan(500)
    await idle.closed
  })
})

describe('the endpoints for operators', () => {
  test('say that the gateway lives and is ready, without a key, on both listeners', async () => {
    await using gateway = await startTestGateway()
    for (const base of [gateway.url, gateway.adminUrl]) {
      for (const path of ['/health', '/ready']) {
        const response = await fetch(base + path)
        expect(response.status).toBe(200)
      }
    }
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404)
  })

  test('say while draining that the gateway is alive and not ready', async () => {
    await using gateway = await startTestGateway()
    gateway.running.gateway.startDraining()
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200)
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(503)
    expect((await fetch(`${gateway.adminUrl}/ready`)).status).toBe(503)
    const refused = await chat(gateway, { dialect: 'anthropic', stream: false, model: 'simulated' })
    expect(refused.status).toBe(503)
    expect(refused.error).toMatchObject({ code: 'shutting_down', source: 'gateway' })
  })

  test('show metrics in the format of Prometheus, without content, keys or prompts', async () => {
    await using raw = await startRawProvider(answering(whole(200, plainAnswer('openai'))))
    await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url })
    await chat(gateway, { dialect: 'openai', stream: false })
    const response = await fetch(`${gateway.adminUrl}/metrics`)
    const text = await response.text()
    expect(response.headers.get('content-type')).toContain('text/plain')
    expect(text).toMatch(/^# TYPE \S+ (counter|gauge|histogram)$/m)
    for (const row of text.split('\n').filter((row) => row !== '' && !row.startsWith('#'))) {
      expect(row).toMatch(/^[a-zA-Z_:][\w:]*(\{.*\})? [-+]?[\d.eE+-]+(Inf|NaN)?$/)
    }
    for (const secret of [gateway.key, 'quick brown', 'Hello from afar']) {
      expect(text).not.toContain(secret)
    }
  })
})

// Last, since the runtime takes its ten seconds: they pass while the other tests run.
describe('a connection that sends no whole request', () => {
  test('is closed after some seconds, be it silent or trickling', async () => {
    expect((await unfinished.silent.closed) - unfinished.since).toBeLessThan(16_000)
    expect((await unfinished.trickling.closed) - unfinished.since).toBeLessThan(16_000)
    expect(unfinished.trickling.received().byteLength).toBe(0)
  }, 20_000)
})
