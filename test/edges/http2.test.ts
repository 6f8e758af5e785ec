import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { parseJson } from '../../src/core/json.ts'
import { chatRequest } from '../support/chat-client.ts'
import { makeCertificate } from '../support/certificate.ts'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { connectHttp2, http2Chat, readAnswer } from '../support/http2-client.ts'
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
import { connectRaw } from '../support/raw-client.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import type { RawProvider, RawScript } from '../support/raw-provider.ts'
import { recordsOf } from '../support/routes.ts'

/** How long after the client left its provider may still be kept busy, in milliseconds. */
const abortWithinMs = 50
const mebibyte = 2 ** 20

let raw: RawProvider
let gateway: TestGateway

beforeAll(async () => {
  raw = await startRawProvider()
  gateway = await startFaultyGateway({
    dialect: 'openai',
    url: raw.url,
    limits: ['maxHeaderBytes: 2048', 'maxBodyBytes: 4096', 'bodyTimeoutMs: 200'],
  })
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await raw[Symbol.asyncDispose]()
})

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error('This did not come true in time.')
    await Bun.sleep(2)
  }
}

const inFlight = ({ running }: TestGateway): number => running.gateway.status().inFlight

const streaming: RawScript = (exchange) =>
  sendAll(exchange, streamHead, ...streamFrames('openai').map(chunk), lastChunk)

/** Streams a word and then waits; tells when the gateway has left. */
function talkingTo(left: (at: number) => void): RawScript {
  return async (exchange) => {
    void exchange.closed.then(left)
    await sendAll(exchange, streamHead, ...openingFrames('openai').map(chunk))
    await exchange.send(chunk(textDelta('openai', 'word ')))
    await hang()
  }
}

describe('a client that speaks HTTP/2', () => {
  test('gets the answers that one of HTTP/1.1 gets, plain and streamed', async () => {
    using client = await connectHttp2(gateway)
    for (const [isStream, script] of [
      [false, answering(whole(200, plainAnswer('openai')))],
      [true, streaming],
    ] as const) {
      raw.script(script)
      const { url, init } = chatRequest(gateway, { dialect: 'openai', stream: isStream })
      const usual = await fetch(url, init)
      const { headers, body } = http2Chat(isStream)
      const answer = await client.ask(headers, body)
      expect(answer.status).toBe(200)
      expect(answer.text).toBe(await usual.text())
      for (const name of ['content-type', 'x-smartflow-provider', 'x-smartflow-decision']) {
        expect(answer.headers[name]).toBe(usual.headers.get(name) ?? '')
      }
    }
  })

  test('has many calls at once on a connection, each with an answer and records of its own', async () => {
    raw.script(answering(whole(200, plainAnswer('openai'))))
    using client = await connectHttp2(gateway)
    const { headers, body } = http2Chat(false)
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.ask(headers, body)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200))
    expect(new Set(answers.map((answer) => answer.headers['x-request-id'])).size).toBe(50)
    await until(() => inFlight(gateway) === 0)
  })

  test('is told what it did wrong in its dialect, and its connection stays', async () => {
    raw.script(answering(whole(200, plainAnswer('openai'))))
    using client = await connectHttp2(gateway)
    const { headers, body } = http2Chat(false)
    for (const [status, code, more, sent] of [
      [401, 'invalid_api_key', { authorization: 'Bearer sk-sf-wrong' }, body],
      [431, 'headers_too_large', { 'x-large': 'x'.repeat(2100) }, body],
      [400, 'invalid_request', {}, '{'],
      [400, 'invalid_request', { 'x-api-key': 'sk-sf-other' }, body],
      [405, 'method_not_allowed', { ':method': 'PUT' }, body],
      [404, 'not_found', { ':path': '/v1/nowhere' }, body],
      [413, 'request_too_large', {}, 'x'.repeat(5000)],
      [413, 'request_too_large', { 'content-length': '5000' }, 'x'.repeat(5000)],
      [426, 'upgrade_required', { ':method': 'GET', ':path': '/v1/realtime?model=m' }, ''],
    ] as const) {
      const answer = await client.ask({ ...headers, ...more }, sent)
      expect([answer.status, parseJson(answer.text)]).toMatchObject([status, { error: { code } }])
    }
    expect((await client.ask(headers, body)).status).toBe(200)
    expect(client.session.closed).toBe(false)
  })

  test('may announce more than is accepted: nothing of it is taken in', async () => {
    using client = await connectHttp2(gateway)
    const stream = client.open({ ...http2Chat(false).headers, 'content-length': '1073741824' })
    const answer = await readAnswer(stream)
    expect(answer.status).toBe(413)
    stream.destroy()
    expect(client.session.closed).toBe(false)
  })

  test('gets 408 when its body does not arrive in time, be it silent or trickling', async () => {
    raw.script(answering(whole(200, plainAnswer('openai'))))
    using client = await connectHttp2(gateway)
    for (const piece of ['', ' ']) {
      const stream = client.open(http2Chat(false).headers)
      stream.on('error', () => {
        // The stream is reset once its answer was sent.
      })
      stream.write('{"model":')
      const timer = setInterval(() => piece !== '' && stream.writable && stream.write(piece), 20)
      const answer = await readAnswer(stream)
      clearInterval(timer)
      expect([answer.status, parseJson(answer.text)]).toMatchObject([
        408,
        { error: { code: 'request_timeout' } },
      ])
      stream.destroy()
    }
    const { headers, body } = http2Chat(false)
    expect((await client.ask(headers, body)).status).toBe(200)
    await until(() => inFlight(gateway) === 0)
  })
})

describe('a client of HTTP/2 that leaves', () => {
  for (const [name, leave] of [
    ['resets its stream', ({ stream }) => stream.close(8)],
    ['breaks its connection', ({ client }) => client.session.destroy()],
  ] as const satisfies readonly (readonly [string, (left: Left) => void])[]) {
    test(`frees the provider at once when it ${name}`, async () => {
      const left = Promise.withResolvers<number>()
      raw.script(talkingTo(left.resolve))
      using client = await connectHttp2(gateway)
      const { headers, body } = http2Chat(true)
      const stream = client.open(headers)
      stream.on('error', () => {
        // It is this test that ends it.
      })
      stream.end(body)
      await once(stream, 'data')
      const leftAt = performance.now()
      leave({ stream, client })
      expect((await left.promise) - leftAt).toBeLessThan(abortWithinMs)
      await until(() => inFlight(gateway) === 0)
    })
  }

  test('one call leaves the others on its connection as they are', async () => {
    const end = Promise.withResolvers<void>()
    const left = Promise.withResolvers<number>()
    raw.script(talkingTo(left.resolve), async (exchange) => {
      await sendAll(exchange, streamHead, ...openingFrames('openai').map(chunk))
      await end.promise
      await sendAll(exchange, ...streamFrames('openai').slice(-3).map(chunk), lastChunk)
    })
    using client = await connectHttp2(gateway)
    const { headers, body } = http2Chat(true)
    const leaving = client.open(headers)
    leaving.on('error', () => undefined)
    leaving.end(body)
    await once(leaving, 'data')
    const staying = client.ask(headers, body)
    leaving.close(8)
    await left.promise
    end.resolve()
    expect((await staying).text).toEndWith('data: [DONE]\n\n')
  })
})

interface Left {
  readonly stream: { close(code: number): void }
  readonly client: { readonly session: { destroy(): void } }
}

describe('a client of HTTP/2 that stops reading', () => {
  test('one stream holds back its provider, and no other call on the connection', async () => {
    let sent = 0
    const block = chunk(textDelta('openai', 'x'.repeat(65_000)))
    raw.script(
      async (exchange) => {
        await exchange.send(streamHead)
        while (sent < 200 * mebibyte && (await exchange.send(block))) sent += block.byteLength
      },
      answering(whole(200, plainAnswer('openai'))),
    )
    using client = await connectHttp2(gateway)
    const { headers, body } = http2Chat(true)
    const stalled = client.open(headers)
    stalled.on('error', () => undefined)
    stalled.end(body)
    await once(stalled, 'response')
    stalled.pause()
    await Bun.sleep(700)
    const held = sent
    await Bun.sleep(300)
    expect(sent).toBe(held)
    expect(sent).toBeLessThan(32 * mebibyte)
    const plain = http2Chat(false)
    expect((await client.ask(plain.headers, plain.body)).status).toBe(200)
    stalled.close(8)
    await until(() => inFlight(gateway) === 0)
  })
})

describe('a client of HTTP/2 that takes nothing of a stream for too long', () => {
  test('loses that stream, and no other call on the connection', async () => {
    const block = chunk(textDelta('openai', 'x'.repeat(65_000)))
    await using provider = await startRawProvider(
      async (exchange) => {
        await exchange.send(streamHead)
        while (await exchange.send(block));
      },
      answering(whole(200, plainAnswer('openai'))),
    )
    await using impatient = await startFaultyGateway({
      dialect: 'openai',
      url: provider.url,
      limits: ['slowClientTimeoutMs: 300'],
    })
    using client = await connectHttp2(impatient)
    const { headers, body } = http2Chat(true)
    const stalled = client.open(headers)
    stalled.on('error', () => undefined)
    stalled.end(body)
    await once(stalled, 'response')
    stalled.pause()
    await until(() => inFlight(impatient) === 0)
    const plain = http2Chat(false)
    expect((await client.ask(plain.headers, plain.body)).status).toBe(200)
  })
})

describe('a gateway that is asked to stop', () => {
  test('says so on connections of HTTP/2, finishes their streams and takes no more', async () => {
    const end = Promise.withResolvers<void>()
    await using provider = await startRawProvider(async (exchange) => {
      await sendAll(exchange, streamHead, ...openingFrames('openai').map(chunk))
      await end.promise
      await sendAll(exchange, ...streamFrames('openai').slice(-3).map(chunk), lastChunk)
    })
    await using stopping = await startFaultyGateway({ dialect: 'openai', url: provider.url })
    using client = await connectHttp2(stopping)
    using idle = await connectHttp2(stopping)
    const { headers, body } = http2Chat(true)
    const stream = client.open(headers)
    const answer = readAnswer(stream)
    stream.end(body)
    await until(() => provider.requests.length === 1)
    const goneAway = once(client.session, 'goaway')
    const idleClosed = once(idle.session, 'close')
    const stopped = stopping.running.stop()
    await goneAway
    await idleClosed
    expect(() => client.open(headers)).toThrow()
    end.resolve()
    const { text, headers: given } = await answer
    expect(text).toEndWith('data: [DONE]\n\n')
    await stopped
    const id = given['x-request-id']
    expect(recordsOf(await stopping.records(), typeof id === 'string' ? id : null)).toMatchObject([
      { type: 'decision' },
      { type: 'outcome', endedBy: 'complete' },
    ])
  })

  test('cuts a stream of HTTP/2 that goes on after the deadline', async () => {
    await using provider = await startRawProvider(talkingTo(() => undefined))
    await using stopping = await startFaultyGateway({
      dialect: 'openai',
      url: provider.url,
      limits: ['drainTimeoutMs: 100'],
    })
    using client = await connectHttp2(stopping)
    const { headers, body } = http2Chat(true)
    const stream = client.open(headers)
    stream.on('error', () => undefined)
    stream.end(body)
    await once(stream, 'data')
    const closed = once(client.session, 'close')
    await stopping.running.stop()
    await closed
    expect(stopping.logged()).toContain('cut')
  })
})

describe('the setting server.http2', () => {
  const certificate = makeCertificate()
  const tls = `tls: { certFile: ${certificate.certFile}, keyFile: ${certificate.keyFile} }`

  /** The protocol a gateway agrees on with a client that offers both. */
  async function agreed({ url }: TestGateway): Promise<string | false | null> {
    const { hostname, port } = new URL(url)
    const ALPNProtocols = ['h2', 'http/1.1']
    const socket = connectTls({
      host: hostname,
      port: Number(port),
      ca: certificate.cert,
      ALPNProtocols,
    })
    await once(socket, 'secureConnect')
    const { alpnProtocol } = socket
    socket.destroy()
    return alpnProtocol
  }

  test('is on: over TLS the connection is HTTP/2 for those that offer it, and only for those', async () => {
    await using secure = await startTestGateway({ server: [tls] })
    expect(await agreed(secure)).toBe('h2')
    using client = await connectHttp2(secure, { ca: certificate.cert })
    const listed = await client.ask({ ':method': 'GET', ':path': '/v1/models' })
    expect(listed.status).toBe(200)
    const usual = await fetch(`${secure.url}/health`, { tls: { ca: certificate.cert } })
    expect(usual.status).toBe(200)
  })

  test('off: over TLS HTTP/1.1 is agreed on, without TLS the connection ends', async () => {
    await using secure = await startTestGateway({ server: [tls, 'http2: false'] })
    expect(await agreed(secure)).not.toBe('h2')
    await using plain = await startTestGateway({ server: ['http2: false'] })
    using client = await connectRaw(plain.url)
    client.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    await client.closed
    expect(client.received().toString('latin1')).not.toContain('HTTP/1.1 2')
    expect((await fetch(`${plain.url}/health`)).status).toBe(200)
  })

  test('does not open HTTP/2 to administrators, who need none', async () => {
    using client = await connectRaw(gateway.adminUrl)
    client.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    await client.closed
    expect(client.received().byteLength).toBeLessThan(200)
  })
})
