import { describe, expect, test } from 'bun:test'
import {
  chunk,
  head,
  openingFrames,
  plainAnswer,
  sendAll,
  streamFrames,
  streamHead,
  textDelta,
  whole,
} from '../support/raw-answers.ts'
import type { Dialect } from '../support/raw-answers.ts'
import type { RawExchange, RawScript } from '../support/raw-provider.ts'
import { closedPort } from '../support/raw-provider.ts'
import { chat } from '../support/chat-client.ts'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import {
  baseUrl,
  describeRoutes,
  expectError,
  expectStreamError,
  recordsOf,
} from '../support/routes.ts'

/** How far an answer gets before its connection is broken; the words a client may still have read. */
interface Phase {
  readonly name: string
  readonly send: (exchange: RawExchange, dialect: Dialect, stream: boolean) => Promise<void>
  /** Whether the break comes after the head of the answer. */
  readonly hasHead: boolean
  readonly said: string
}

const announced = { 'content-type': 'application/json', 'content-length': '1000' }
const chunked = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }

const phases: readonly Phase[] = [
  { name: 'before an answer', hasHead: false, said: '', send: () => Promise.resolve() },
  {
    name: 'amid the headers',
    hasHead: false,
    said: '',
    send: (exchange) => sendAll(exchange, 'HTTP/1.1 200 OK\r\ncontent-ty'),
  },
  {
    name: 'behind the headers',
    hasHead: true,
    said: '',
    send: (exchange, _, stream) => sendAll(exchange, stream ? streamHead : head(200, announced)),
  },
  {
    name: 'amid the body',
    hasHead: true,
    said: 'Hello',
    async send(exchange, dialect, stream) {
      if (!stream) return sendAll(exchange, whole(200, plainAnswer(dialect)).subarray(0, -20))
      const frames = openingFrames(dialect)
      return sendAll(exchange, streamHead, ...frames.map(chunk), chunk(textDelta(dialect, 'Hello')))
    },
  },
  {
    name: 'amid a chunk and a frame',
    hasHead: true,
    said: 'Hello',
    async send(exchange, dialect, stream) {
      if (!stream) {
        const part = chunk(plainAnswer(dialect)).subarray(0, -30)
        return sendAll(exchange, head(200, chunked), part)
      }
      const frames = openingFrames(dialect).join('')
      const delta = textDelta(dialect, 'Hello')
      const half = chunk(textDelta(dialect, ' lost')).subarray(0, -30)
      return sendAll(exchange, streamHead, chunk(frames + delta), half)
    },
  },
]

const breaks = [
  { how: 'reset', act: (exchange: RawExchange) => exchange.reset() },
  { how: 'closed', act: (exchange: RawExchange) => exchange.end() },
] as const

describeRoutes({}, ({ client, provider, raw, gateway, call }) => {
  for (const { how, act } of breaks) {
    for (const phase of phases) {
      const script =
        (stream: boolean): RawScript =>
        async (exchange) => {
          await phase.send(exchange, provider, stream)
          act(exchange)
        }
      const code = phase.hasHead ? 'provider_stream_cut' : 'provider_unreachable'

      test(`a connection ${how} ${phase.name} is a 502`, async () => {
        expectError(await call(script(false), { stream: false }), client, { status: 502, code })
      })

      test(`a stream whose connection is ${how} ${phase.name} ends with an error`, async () => {
        const result = await call(script(true), { stream: true })
        if (!phase.hasHead) return expectError(result, client, { status: 502, code })
        expectStreamError(result, { code })
        expect(result.said).toBe(phase.said)
      })
    }
  }

  test('a connection reset when it is accepted is a 502', async () => {
    raw().onAccept('reset')
    try {
      for (const stream of [false, true]) {
        const result = await call(() => undefined, { stream })
        expectError(result, client, { status: 502, code: 'provider_unreachable' })
      }
    } finally {
      raw().onAccept('serve')
    }
  })

  test('a stream that ends in order but without its terminator is told as cut', async () => {
    const frames = streamFrames(provider).slice(0, -1)
    const result = await call(
      (exchange) => sendAll(exchange, streamHead, ...frames.map(chunk), '0\r\n\r\n'),
      { stream: true },
    )
    expectStreamError(result, { code: 'provider_stream_cut' })
    expect(result.said).toBe('Hello from afar')
  })

  test('half a frame at the end is not glued to the error that follows', async () => {
    const whole = streamFrames(provider).slice(0, 3)
    const half = textDelta(provider, ' never').trimEnd()
    const result = await call(
      (exchange) => sendAll(exchange, streamHead, chunk(whole.join('') + half), '0\r\n\r\n'),
      { stream: true },
    )
    expectStreamError(result, { code: 'provider_stream_cut' })
    expect(result.said).not.toContain('never')
  })

  test('a gateway whose provider broke every connection answers the next call', async () => {
    const result = await call((exchange) => void exchange.send(whole(200, plainAnswer(provider))), {
      stream: false,
    })
    expect(result.said).toBe('Hello from afar')
    expect(gateway().running.gateway.status().inFlight).toBe(0)
  })
})

describe('a provider that does not listen', () => {
  test('is a 502 in both dialects, recorded with its attempt', async () => {
    for (const dialect of ['openai', 'anthropic'] as const) {
      const url = await closedPort()
      await using gateway = await startFaultyGateway({ dialect, url: baseUrl({ url }, dialect) })
      const result = await chat(gateway, { dialect, stream: true })
      expectError(result, dialect, { status: 502, code: 'provider_unreachable' })
      const records = recordsOf(await gateway.records(), result.requestId)
      expect(records).toMatchObject([
        { type: 'decision', verdict: 'allow', stream: true },
        {
          type: 'outcome',
          status: 502,
          endedBy: 'error',
          errorCode: 'provider_unreachable',
          errorSource: 'provider',
          attempts: [{ provider: 'first', errorCode: 'provider_unreachable' }],
        },
      ])
    }
  })
})
