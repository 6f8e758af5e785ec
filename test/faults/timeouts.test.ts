import { describe, expect, test } from 'bun:test'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import {
  chunk,
  hang,
  head,
  openingFrames,
  plainAnswer,
  spoken,
  streamFrames,
  streamHead,
  textDelta,
  whole,
} from '../support/raw-answers.ts'
import { connectRaw, rawChat } from '../support/raw-client.ts'
import type { RawExchange, RawScript } from '../support/raw-provider.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import { describeRoutes, expectError, expectStreamError } from '../support/routes.ts'

/** Wraps a script; tells when the gateway let go of the connection. */
function watched(run: (exchange: RawExchange) => Promise<unknown>): {
  script: RawScript
  closed: Promise<number>
} {
  const closed = Promise.withResolvers<number>()
  return {
    closed: closed.promise,
    async script(exchange) {
      exchange.closed.then(closed.resolve, closed.reject)
      await run(exchange)
    },
  }
}

const routing = 'firstByteTimeoutMs: 200, idleTimeoutMs: 120, totalTimeoutMs: 500'

describeRoutes({ routing }, ({ client, provider, raw, call }) => {
  const opening = openingFrames(provider).map(chunk)

  test('a provider that says nothing is given up after the first-byte timeout', async () => {
    for (const [stream, beginning] of [
      [false, 'HTTP/1.1 200 OK\r\ncontent-'],
      [true, ''],
    ] as const) {
      const { script, closed } = watched((exchange) => exchange.send(beginning))
      const before = performance.now()
      const result = await call(script, { stream })
      expectError(result, client, { status: 504, code: 'provider_timeout' })
      expect(performance.now() - before).toBeWithin(195, 400)
      expect((await closed) - before).toBeWithin(195, 400)
    }
  })

  test('a connection that is accepted and never served is given up as well', async () => {
    raw().onAccept('hang')
    try {
      const result = await call(hang, { stream: false })
      expectError(result, client, { status: 504, code: 'provider_timeout' })
    } finally {
      raw().onAccept('serve')
    }
  })

  test('a plain answer that stops in its middle is given up after the idle timeout', async () => {
    const part = whole(200, plainAnswer(provider)).subarray(0, -20)
    const { script, closed } = watched((exchange) => exchange.send(part))
    const before = performance.now()
    const result = await call(script, { stream: false })
    expectError(result, client, { status: 504, code: 'provider_timeout' })
    expect((await closed) - before).toBeWithin(115, 300)
  })

  test('a stream that stops in its middle ends with an error after the idle timeout', async () => {
    const { script, closed } = watched(async (exchange) => {
      await exchange.send(streamHead)
      for (const bytes of [...opening, chunk(textDelta(provider, 'Hello'))]) {
        await exchange.send(bytes)
      }
    })
    const before = performance.now()
    const result = await call(script, { stream: true })
    expectStreamError(result, { code: 'provider_timeout' })
    expect(result.said).toBe('Hello')
    expect((await closed) - before).toBeWithin(115, 300)
  })

  test('a stream that sends headers and no first byte ends after the first-byte timeout', async () => {
    const { script } = watched((exchange) => exchange.send(streamHead))
    const before = performance.now()
    const result = await call(script, { stream: true })
    expectStreamError(result, { code: 'provider_timeout' })
    expect(performance.now() - before).toBeWithin(195, 400)
  })

  test('a stream that never ends is cut after the total timeout', async () => {
    const { script, closed } = watched(async (exchange) => {
      await exchange.send(streamHead)
      for (const bytes of opening) await exchange.send(bytes)
      while (await exchange.send(chunk(textDelta(provider, 'x')))) await Bun.sleep(20)
    })
    const before = performance.now()
    const result = await call(script, { stream: true })
    expectStreamError(result, { code: 'provider_timeout' })
    expect(result.said.length).toBeGreaterThan(10)
    expect((await closed) - before).toBeWithin(490, 800)
  })

  test('pieces that come before each idle timeout make a whole answer', async () => {
    const parts = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
    const text = plainAnswer(provider)
    const result = await call(
      async (exchange) => {
        await exchange.send(head(200, parts))
        for (const at of [0, 100, 200]) {
          await exchange.send(chunk(text.slice(at, at === 200 ? undefined : at + 100)))
          await Bun.sleep(80)
        }
        await exchange.send('0\r\n\r\n')
      },
      { stream: false },
    )
    expect(result).toMatchObject({ status: 200, said: spoken })
  })
})

describe('a slow client', () => {
  test('is not mistaken for a silent provider', async () => {
    const frames = streamFrames('openai')
    const block = chunk(textDelta('openai', 'x'.repeat(65_000)))
    await using raw = await startRawProvider(async (exchange) => {
      await exchange.send(streamHead)
      for (const frame of frames.slice(0, 2)) await exchange.send(chunk(frame))
      for (let index = 0; index < 200; index++) await exchange.send(block)
      for (const frame of frames.slice(2)) await exchange.send(chunk(frame))
      await exchange.send('0\r\n\r\n')
    })
    await using gateway = await startFaultyGateway({
      dialect: 'openai',
      url: raw.url,
      routing: 'firstByteTimeoutMs: 300, idleTimeoutMs: 200, totalTimeoutMs: 10000',
    })
    using client = await connectRaw(gateway.url)
    client.send(rawChat(gateway, { stream: true }))
    await client.until('Hello')
    client.socket.pause()
    await Bun.sleep(1000)
    client.socket.resume()
    const text = await client.until('\r\n0\r\n')
    expect(text).toContain('[DONE]')
    expect(text).not.toContain('"error"')
    const outcome = (await gateway.records()).find(({ type }) => type === 'outcome')
    expect(outcome).toMatchObject({ endedBy: 'complete', usage: { estimated: false } })
  })
})
