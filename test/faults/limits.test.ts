import { describe, expect, test } from 'bun:test'
import { chat } from '../support/chat-client.ts'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import { startTestGateway } from '../support/gateway.ts'
import { answering, chunk, head, streamFrames, textDelta, whole } from '../support/raw-answers.ts'
import type { RawExchange, RawScript } from '../support/raw-provider.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import { describeRoutes, expectError, expectStreamError } from '../support/routes.ts'

const gigabyte = 2 ** 30
const limits = ['maxAnswerBytes: 1000000', 'maxFrameBytes: 1000000']

/** Sends the same piece until a gigabyte is sent or the gateway has had enough; tells how much it took. */
async function flood(exchange: RawExchange, piece: Uint8Array): Promise<number> {
  let sent = 0
  while (sent < gigabyte && (await exchange.send(piece))) sent += piece.byteLength
  return sent
}

describeRoutes({ limits }, ({ client, provider, call }) => {
  for (const [name, framing, piece] of [
    ['announced', { 'content-length': String(gigabyte) }, Buffer.alloc(65_536, 'a')],
    ['never ending', { 'transfer-encoding': 'chunked' }, chunk(Buffer.alloc(65_536, 'a'))],
  ] as const) {
    test(`a gigabyte, ${name}, is refused and mostly not even read`, async () => {
      for (const [stream, type] of [
        [false, 'application/json'],
        [true, 'application/json'],
        [true, 'text/event-stream'],
      ] as const) {
        let sent = Promise.resolve(0)
        const script: RawScript = async (exchange) => {
          await exchange.send(head(200, { 'content-type': type, ...framing }))
          sent = flood(exchange, piece)
        }
        const before = process.memoryUsage.rss()
        const result = await call(script, { stream })
        if (type === 'application/json') {
          expectError(result, client, { status: 502, code: 'provider_answer_too_large' })
        } else expectStreamError(result, { code: 'provider_bad_answer' })
        expect(await sent).toBeLessThan(32 * 2 ** 20)
        expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 2 ** 20)
      }
    })
  }

  test('an endless error body is refused', async () => {
    let sent = Promise.resolve(0)
    const script: RawScript = async (exchange) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
      await exchange.send(head(500, headers))
      sent = flood(exchange, chunk(Buffer.alloc(65_536, 'a')))
    }
    const result = await call(script, { stream: false })
    expectError(result, client, { status: 502, code: 'provider_answer_too_large' })
    expect(await sent).toBeLessThan(32 * 2 ** 20)
  })

  test('a long stream of small frames is not limited by the size of a whole answer', async () => {
    const frames = streamFrames(provider)
    const words = textDelta(provider, 'x'.repeat(10_000))
    const script: RawScript = async (exchange) => {
      const type = { 'content-type': 'text/event-stream', connection: 'close' }
      await exchange.send(head(200, type) + frames.slice(0, 2).join(''))
      for (let index = 0; index < 300; index++) await exchange.send(words)
      await exchange.send(frames.slice(2).join(''))
      exchange.end()
    }
    const result = await call(script, { stream: true })
    expect(result.terminated).toBe(true)
    expect(result.said.length).toBeGreaterThan(3_000_000)
  })
})

describe('the size limit of answers', () => {
  test('holds for streams that a translation has to hold: all that was said, and arguments', async () => {
    const call = (fields: object): string =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...fields }] }, finish_reason: null }] })}\n\n`
    const words = textDelta('openai', 'x'.repeat(50_000))
    const begun = call({
      id: 'call_1',
      type: 'function',
      function: { name: 'f', arguments: '{"a":"' },
    })
    const more = call({ function: { arguments: 'x'.repeat(50_000) } })
    const cases = [
      ['/v1/responses', { input: 'hi' }, [words, words]],
      [
        '/v1/messages',
        { max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] },
        [begun, more],
      ],
    ] as const
    for (const [path, body, [first, piece]] of cases) {
      let sent = Promise.resolve(0)
      await using raw = await startRawProvider(async (exchange) => {
        const type = { 'content-type': 'text/event-stream', connection: 'close' }
        await exchange.send(head(200, type) + streamFrames('openai').slice(0, 1).join('') + first)
        sent = flood(exchange, Buffer.from(piece))
      })
      const yaml = `providers: [{ name: p, type: openai-compatible, baseUrl: "${raw.url}/v1" }]\nmodels: [{ name: m, targets: [{ provider: p, model: m }] }]`
      await using gateway = await startTestGateway({ yaml, limits })
      const response = await fetch(gateway.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'm', stream: true, ...body }),
      })
      expect(await response.text()).toContain('provider_answer_too_large')
      expect(await sent).toBeLessThan(32 * 2 ** 20)
    }
  })

  test('holds for what a small compressed body unpacks to', async () => {
    const bomb = Bun.gzipSync(Buffer.alloc(200 * 2 ** 20, ' '))
    const headers = { 'content-encoding': 'gzip' }
    await using raw = await startRawProvider(answering(whole(200, bomb, headers)))
    await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url, limits })
    const result = await chat(gateway, { dialect: 'openai', stream: false })
    expectError(result, 'openai', { status: 502, code: 'provider_answer_too_large' })
  })

  test('holds for a chunked body that also announces a small length', async () => {
    let sent = Promise.resolve(0)
    await using raw = await startRawProvider(async (exchange) => {
      const headers = { 'content-length': '5', 'transfer-encoding': 'chunked' }
      await exchange.send(head(200, { 'content-type': 'application/json', ...headers }))
      sent = flood(exchange, chunk(Buffer.alloc(65_536, ' ')))
    })
    await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url, limits })
    const result = await chat(gateway, { dialect: 'openai', stream: false })
    expect(result.status).toBe(502)
    expect(await sent).toBeLessThan(32 * 2 ** 20)
  })
})
