import { describe, expect, test } from 'bun:test'
import { chat, chatRequest } from '../support/chat-client.ts'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import {
  chunk,
  head,
  openingFrames,
  plainAnswer,
  streamFrames,
  streamHead,
  textDelta,
  whole,
} from '../support/raw-answers.ts'
import { connectRaw, rawChat } from '../support/raw-client.ts'
import type { RawExchange, RawScript } from '../support/raw-provider.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import { baseUrl, describeRoutes } from '../support/routes.ts'

/** How long after the client left its provider may still be kept busy, in milliseconds. */
const abortWithinMs = 50

/** A script that goes as far as `begin` and then waits, telling when it was reached and when it was left. */
function waiting(begin: (exchange: RawExchange) => Promise<unknown>): {
  script: RawScript
  reached: Promise<void>
  left: Promise<number>
} {
  const reached = Promise.withResolvers<void>()
  const left = Promise.withResolvers<number>()
  return {
    reached: reached.promise,
    left: left.promise,
    async script(exchange) {
      exchange.closed.then(left.resolve, left.reject)
      await begin(exchange)
      reached.resolve()
    },
  }
}

async function untilIdle({ running }: TestGateway): Promise<void> {
  const deadline = performance.now() + 1000
  while (running.gateway.status().inFlight > 0) {
    if (performance.now() > deadline) throw new Error('A call did not end.')
    await Bun.sleep(1)
  }
}

describeRoutes({}, ({ client, provider, raw, gateway }) => {
  const opening = openingFrames(provider).map(chunk)
  const moments = [
    { name: 'before the provider answers', begin: () => Promise.resolve() },
    {
      name: 'while the headers arrive',
      begin: (exchange: RawExchange) => exchange.send('HTTP/1.1 200 OK\r\nx-'),
    },
    {
      name: 'before the first frame',
      begin: (exchange: RawExchange) => exchange.send(streamHead),
    },
    {
      name: 'between two frames',
      begin: async (exchange: RawExchange) => {
        await exchange.send(streamHead)
        for (const bytes of [...opening, chunk(textDelta(provider, 'Hello'))]) {
          await exchange.send(bytes)
        }
      },
    },
  ]

  for (const { name, begin } of moments) {
    test(`a client that leaves a stream ${name} frees the provider at once`, async () => {
      const { script, reached, left } = waiting(begin)
      raw().script(script)
      const controller = new AbortController()
      const { url, init } = chatRequest(gateway(), { dialect: client, stream: true })
      const answer = fetch(url, { ...init, signal: controller.signal })
        .then((response) => response.text())
        .catch(() => 'aborted')
      await reached
      await Bun.sleep(20)
      const abortedAt = performance.now()
      controller.abort()
      expect(await answer).toBe('aborted')
      expect((await left) - abortedAt).toBeLessThan(abortWithinMs)
      await untilIdle(gateway())
    })
  }

  test('a client that leaves while a plain answer arrives frees the provider at once', async () => {
    const part = whole(200, plainAnswer(provider)).subarray(0, -20)
    const { script, reached, left } = waiting((exchange) => exchange.send(part))
    raw().script(script)
    const controller = new AbortController()
    const call = { dialect: client, stream: false, signal: controller.signal } as const
    const answer = chat(gateway(), call).catch(() => 'aborted')
    await reached
    await Bun.sleep(20)
    const abortedAt = performance.now()
    controller.abort()
    expect(await answer).toBe('aborted')
    expect((await left) - abortedAt).toBeLessThan(abortWithinMs)
    await untilIdle(gateway())
  })

  test('a client that breaks its connection counts as one that leaves', async () => {
    if (client !== 'openai') return
    const begin = moments.at(-1)?.begin ?? (() => Promise.resolve())
    const { script, left } = waiting(begin)
    raw().script(script)
    const peer = await connectRaw(gateway().url)
    peer.send(rawChat(gateway(), { stream: true }))
    await peer.until('Hello')
    const brokenAt = performance.now()
    peer.socket.resetAndDestroy()
    expect((await left) - brokenAt).toBeLessThan(abortWithinMs)
    await untilIdle(gateway())
  })
})

describe('the outcome of a call whose client left', () => {
  for (const dialect of ['openai', 'anthropic'] as const) {
    test(`names the client and settles what the ${dialect} provider said so far`, async () => {
      await using raw = await startRawProvider()
      await using gateway = await startFaultyGateway({ dialect, url: baseUrl(raw, dialect) })
      const { script, reached } = waiting(async (exchange) => {
        await exchange.send(streamHead)
        const words = textDelta(dialect, 'word '.repeat(80))
        for (const frame of [...openingFrames(dialect), words]) await exchange.send(chunk(frame))
      })
      raw.script(script)
      const controller = new AbortController()
      const { url, init } = chatRequest(gateway, { dialect, stream: true })
      const response = await fetch(url, { ...init, signal: controller.signal })
      const reader = response.body?.getReader()
      await reached
      await reader?.read()
      await Bun.sleep(20)
      controller.abort()
      await untilIdle(gateway)
      const outcome = (await gateway.records()).find(({ type }) => type === 'outcome')
      expect(outcome).toMatchObject({
        status: 200,
        endedBy: 'client',
        errorCode: 'client_closed',
        attempts: [{ provider: 'first', status: 200 }],
      })
      const usage = outcome?.type === 'outcome' ? outcome.usage : undefined
      // Anthropic told the input in its first event; OpenAI tells nothing before the end.
      expect(usage?.inputTokens).toBeGreaterThan(0)
      if (dialect === 'openai') expect(usage).toMatchObject({ outputTokens: 100, estimated: true })
    })
  }

  test('is recorded when it leaves before anything was answered', async () => {
    await using raw = await startRawProvider()
    await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url })
    const { script, reached } = waiting(() => Promise.resolve())
    raw.script(script)
    const controller = new AbortController()
    const answer = chat(gateway, { dialect: 'openai', stream: false, signal: controller.signal })
    await reached
    controller.abort()
    await answer.catch(() => undefined)
    await untilIdle(gateway)
    const records = (await gateway.records()).filter((record) => 'requestId' in record)
    expect(records).toMatchObject([
      { type: 'decision' },
      { type: 'outcome', status: 499, endedBy: 'client', errorCode: 'client_closed' },
    ])
  })

  test('is complete for a client that hangs up at the terminator', async () => {
    const frames = streamFrames('openai')
    await using raw = await startRawProvider(async (exchange) => {
      const type = { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' }
      // The end of the body is held back, as by a provider that keeps its connection open.
      await exchange.send(head(200, type))
      for (const frame of frames) await exchange.send(chunk(frame))
    })
    await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url })
    const peer = await connectRaw(gateway.url)
    peer.send(rawChat(gateway, { stream: true }))
    await peer.until('[DONE]')
    peer.socket.destroy()
    await untilIdle(gateway)
    const outcome = (await gateway.records()).find(({ type }) => type === 'outcome')
    expect(outcome).toMatchObject({
      endedBy: 'complete',
      usage: { inputTokens: 7, outputTokens: 3, estimated: false },
    })
    expect(outcome).not.toHaveProperty('errorCode')
  })
})
