import { expect, test } from 'bun:test'
import { chat } from '../support/chat-client.ts'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import {
  answering,
  chunk,
  errorBody,
  errorEvent,
  head,
  lastChunk,
  plainAnswer,
  sendAll,
  spoken,
  streamFrames,
  streamHead,
  whole,
} from '../support/raw-answers.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import type { RawScript } from '../support/raw-provider.ts'
import { describeRoutes, expectError, expectStreamError } from '../support/routes.ts'

/** Sends a stream in one chunk, so that nothing but the gateway decides what reaches the client. */
function streaming(...frames: readonly string[]): RawScript {
  return (exchange) => sendAll(exchange, streamHead, chunk(frames.join('')), lastChunk)
}

describeRoutes({}, ({ client, provider, call }) => {
  const frames = streamFrames(provider)
  const beginning = frames.slice(0, -2)

  for (const [name, script] of [
    ['HTML under status 200', answering(whole(200, '<html>', { 'content-type': 'text/html' }))],
    ['JSON that ends too early', answering(whole(200, '{"choices": ['))],
    ['JSON that is no object', answering(whole(200, '"fine"'))],
    ['an empty body', answering(whole(200, ''))],
    ['status 204', answering(head(204))],
    ['a redirect', answering(whole(302, '', { location: 'http://127.0.0.1:9/' }))],
  ] as const) {
    test(`${name} is a 502`, async () => {
      for (const stream of [false, true]) {
        const result = await call(script, { stream })
        expectError(result, client, { status: 502, code: 'provider_bad_answer' })
      }
    })
  }

  for (const [name, bytes] of [
    ['bytes of another protocol', 'SSH-2.0-OpenSSH_9.9\r\n\r\n'],
    ['a switch of protocols', head(101, { connection: 'upgrade', upgrade: 'websocket' })],
    ['a status that HTTP does not have', whole(999, '{}')],
  ] as const) {
    test(`${name} is a 502`, async () => {
      const result = await call(answering(bytes), { stream: false })
      expect(result.status).toBe(502)
      expect(result.error?.['code']).toBeOneOf(['provider_unreachable', 'provider_bad_answer'])
    })
  }

  test('hundreds of headers, or very long ones, are read or refused', async () => {
    for (const headers of [Object.fromEntries(manyHeaders()), { 'x-long': 'a'.repeat(300_000) }]) {
      const script = answering(whole(200, plainAnswer(provider), headers))
      expect([200, 502]).toContain((await call(script, { stream: false })).status)
    }
  })

  test('an error body under status 200 is an error, plain and where a stream was asked', async () => {
    for (const stream of [false, true]) {
      const body = errorBody(provider, 'overloaded_error', 'too much')
      const result = await call(answering(whole(200, body)), { stream })
      expect(result.status).toBe(502)
      expect(result.headers.get('x-smartflow-error-source')).toBe('provider')
      expect(result.error).toMatchObject({ message: 'too much' })
    }
  })

  test('an error event ends a stream in the dialect of the client, behind what was said', async () => {
    const result = await call(streaming(...beginning, errorEvent(provider, 'too much')), {
      stream: true,
    })
    expectStreamError(result, { code: 'provider_error' })
    expect(result.error).toMatchObject({ message: 'too much' })
    expect(spoken).toStartWith(result.said)
    expect(result.said).toStartWith('Hello from')
  })

  test('a malformed frame ends a stream, behind what was said and with nothing after it', async () => {
    const result = await call(streaming(...beginning, 'data: {oops\n\n', ...frames.slice(-2)), {
      stream: true,
    })
    expectStreamError(result, { code: 'provider_bad_answer' })
    expect(result.said).toStartWith('Hello from')
  })

  test('an answer that comes byte by byte is complete', async () => {
    const plain = whole(200, plainAnswer(provider))
    const streamed = Buffer.from(head(200, eventStream) + frames.join(''))
    for (const [stream, bytes] of [
      [false, plain],
      [true, streamed],
    ] as const) {
      const script: RawScript = async (exchange) => {
        for (const byte of bytes) await exchange.send(Buffer.of(byte))
        exchange.end()
      }
      const result = await call(script, { stream })
      expect(result).toMatchObject({ status: 200, said: spoken, terminated: true })
    }
  })

  test('gzip that nobody asked for is unpacked', async () => {
    for (const stream of [false, true]) {
      const type = stream ? 'text/event-stream' : 'application/json'
      const packed = Bun.gzipSync(stream ? frames.join('') : plainAnswer(provider))
      const headers = { 'content-type': type, 'content-encoding': 'gzip' }
      const result = await call(answering(whole(200, packed, headers)), { stream })
      expect(result).toMatchObject({ status: 200, said: spoken, terminated: true })
      expect(result.headers.get('content-encoding')).toBeNull()
    }
  })

  test('an answer of HTTP/1.0 ends with its connection', async () => {
    for (const stream of [false, true]) {
      const type = stream ? 'text/event-stream' : 'application/json'
      const result = await call(
        async (exchange) => {
          await exchange.send(`HTTP/1.0 200 OK\r\ncontent-type: ${type}\r\n\r\n`)
          await exchange.send(stream ? frames.join('') : plainAnswer(provider))
          exchange.end()
        },
        { stream },
      )
      expect(result).toMatchObject({ status: 200, said: spoken, terminated: true })
    }
  })

  test('large headers of an answer are read and none of them passed on', async () => {
    const headers = { 'x-large': 'a'.repeat(50_000), 'set-cookie': 'a=b', server: 'secret/1.0' }
    const result = await call(answering(whole(200, plainAnswer(provider), headers)), {
      stream: false,
    })
    expect(result.said).toBe(spoken)
    for (const name of Object.keys(headers)) expect(result.headers.get(name)).toBeNull()
  })

  test('a stream is over at its terminator, though the provider keeps the connection open', async () => {
    const before = performance.now()
    const result = await call((exchange) => sendAll(exchange, streamHead, ...frames.map(chunk)), {
      stream: true,
    })
    expect(result).toMatchObject({ status: 200, said: spoken, terminated: true, error: undefined })
    expect(performance.now() - before).toBeLessThan(500)
  })

  test('the blank line behind the terminator may be missing', async () => {
    const result = await call(streaming(...frames.slice(0, -1), frames.at(-1)?.trimEnd() ?? ''), {
      stream: true,
    })
    expect(result).toMatchObject({ status: 200, error: undefined })
  })
})

test('a redirect is not followed: neither key nor prompt reach its target', async () => {
  await using target = await startRawProvider(answering(whole(200, '{}')))
  await using raw = await startRawProvider(
    answering(whole(307, '', { location: `${target.url}/v1/chat/completions` })),
  )
  await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url })
  const result = await chat(gateway, { dialect: 'openai', stream: false })
  expectError(result, 'openai', { status: 502, code: 'provider_bad_answer' })
  expect(raw.requests).toHaveLength(1)
  expect(target.connections()).toBe(0)
})

const eventStream = { 'content-type': 'text/event-stream', connection: 'close' }

function manyHeaders(): [string, string][] {
  return Array.from({ length: 500 }, (_, index) => [`x-${index}`, 'v'])
}
