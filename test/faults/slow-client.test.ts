import { describe, expect, test } from 'bun:test'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import {
  chunk,
  head,
  openingFrames,
  streamFrames,
  streamHead,
  textDelta,
} from '../support/raw-answers.ts'
import type { Dialect } from '../support/raw-answers.ts'
import { connectRaw, rawChat, rawRequest } from '../support/raw-client.ts'
import type { RawClient } from '../support/raw-client.ts'
import type { RawProvider } from '../support/raw-provider.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import { baseUrl } from '../support/routes.ts'

const mebibyte = 2 ** 20
const totalBytes = 200 * mebibyte
/** What the buffers of four sockets, the pieces in flight and the collector's slack may take. */
const heldBytes = 32 * mebibyte

/** A provider that streams 200 MiB as fast as it is let, and counts what it got rid of. */
async function startTorrent(
  dialect: Dialect,
): Promise<RawProvider & { readonly sent: () => number }> {
  let sent = 0
  const block = chunk(textDelta(dialect, 'x'.repeat(65_000)))
  const opening = openingFrames(dialect)
  const raw = await startRawProvider(async (exchange) => {
    await exchange.send(streamHead)
    for (const frame of opening) await exchange.send(chunk(frame))
    while (sent < totalBytes && (await exchange.send(block))) sent += block.byteLength
    const end = streamFrames(dialect).slice(opening.length)
    for (const frame of end) await exchange.send(chunk(frame))
    await exchange.send('0\r\n\r\n')
  })
  return { ...raw, sent: () => sent }
}

describe('a client that stops reading', () => {
  for (const dialect of ['openai', 'anthropic'] as const) {
    const way = dialect === 'openai' ? 'forwarded' : 'translated'

    test(`holds back the provider of a ${way} stream, and memory stays as it was`, async () => {
      await using raw = await startTorrent(dialect)
      await using gateway = await startFaultyGateway({ dialect, url: baseUrl(raw, dialect) })
      using client = await connectRaw(gateway.url)
      client.send(rawChat(gateway, { stream: true }))
      await client.until('xxx')
      client.socket.pause()
      Bun.gc(true)
      const before = process.memoryUsage.rss()
      await Bun.sleep(1500)
      const sentWhileStalled = raw.sent()
      await Bun.sleep(500)
      expect(raw.sent()).toBe(sentWhileStalled)
      expect(sentWhileStalled).toBeLessThan(heldBytes)
      expect(process.memoryUsage.rss() - before).toBeLessThan(heldBytes)
    })

    test(`gets all of a ${way} stream when it reads in bursts, its provider never far ahead`, async () => {
      await using raw = await startTorrent(dialect)
      await using gateway = await startFaultyGateway({ dialect, url: baseUrl(raw, dialect) })
      using client = await connectRaw(gateway.url)
      client.send(rawChat(gateway, { stream: true }))
      await client.until('xxx')
      const { bytes, ahead, tail } = await readInBursts(client, raw.sent)
      expect(bytes).toBeGreaterThan(totalBytes - mebibyte)
      expect(tail).toContain('[DONE]')
      expect(ahead).toBeLessThan(heldBytes)
      const outcome = (await gateway.records()).find(({ type }) => type === 'outcome')
      expect(outcome).toMatchObject({ endedBy: 'complete', usage: { estimated: false } })
    })
  }
})

describe('a client that takes nothing for too long', () => {
  for (const dialect of ['openai', 'anthropic'] as const) {
    const way = dialect === 'openai' ? 'forwarded' : 'translated'

    test(`is cut off, its call ends with a record and leaves its place, ${way}`, async () => {
      await using raw = await startTorrent(dialect)
      await using gateway = await startFaultyGateway({
        dialect,
        url: baseUrl(raw, dialect),
        limits: ['slowClientTimeoutMs: 300'],
      })
      using client = await connectRaw(gateway.url)
      client.send(rawChat(gateway, { stream: true }))
      await client.until('xxx')
      client.socket.pause()
      await Bun.sleep(2000)
      expect(gateway.running.gateway.status().inFlight).toBe(0)
      const sentWhenCut = raw.sent()
      await Bun.sleep(200)
      expect(raw.sent()).toBe(sentWhenCut)
      client.socket.resume()
      await client.closed
      const outcomes = (await gateway.records()).filter(({ type }) => type === 'outcome')
      expect(outcomes).toHaveLength(1)
      expect(outcomes[0]).toMatchObject({ endedBy: 'client' })
    })
  }
})

describe('a client that stops reading a binary answer', () => {
  test('holds back the provider as well', async () => {
    let sent = 0
    const block = Buffer.alloc(65_536, 1)
    await using raw = await startRawProvider(async (exchange) => {
      await exchange.send(
        head(200, { 'content-type': 'audio/mpeg', 'content-length': String(totalBytes) }),
      )
      while (sent < totalBytes && (await exchange.send(block))) sent += block.byteLength
    })
    await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url })
    using client = await connectRaw(gateway.url)
    const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ model: 'm', input: 'hello', voice: 'alloy' })
    client.send(rawRequest('POST /v1/audio/speech', headers, body))
    await client.until('\x01')
    client.socket.pause()
    await Bun.sleep(500)
    const sentWhileStalled = sent
    await Bun.sleep(300)
    expect(sent).toBe(sentWhileStalled)
    expect(sent).toBeLessThan(heldBytes)
  })
})

/** Takes everything, pausing between bursts; tells how far the provider was ahead at most. */
async function readInBursts({ socket, closed }: RawClient, sent: () => number) {
  const done = Promise.withResolvers<void>()
  let bytes = 0
  let ahead = 0
  let tail = ''
  socket.removeAllListeners('data')
  socket.on('data', (data) => {
    const before = bytes
    bytes += data.length
    ahead = Math.max(ahead, sent() - bytes)
    tail = (tail + Buffer.from(data).toString('latin1').slice(-2000)).slice(-2000)
    if (tail.includes('\r\n0\r\n\r\n')) done.resolve()
    if (Math.floor(before / (4 * mebibyte)) === Math.floor(bytes / (4 * mebibyte))) return
    socket.pause()
    setTimeout(() => socket.resume(), 10)
  })
  await Promise.race([done.promise, closed])
  return { bytes, ahead, tail }
}
