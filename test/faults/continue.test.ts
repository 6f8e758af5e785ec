import { describe, expect, test } from 'bun:test'
import { asArray, asObject, parseJson } from '../../src/core/json.ts'
import { chat, chatRequest } from '../support/chat-client.ts'
import { providerKey } from '../support/faulty-gateway.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import {
  chunk,
  errorEvent,
  hang,
  head,
  lastChunk,
  openingFrames,
  sendAll,
  spoken,
  streamFrames,
  streamHead,
  textDelta,
  whole,
} from '../support/raw-answers.ts'
import type { Dialect } from '../support/raw-answers.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import type { RawProvider, RawScript } from '../support/raw-provider.ts'
import { baseUrl, expectStreamError, recordsOf } from '../support/routes.ts'

interface Side {
  readonly raw: RawProvider
  readonly dialect: Dialect
}

/** A gateway whose model goes on with broken streams; `model` are further settings of it. */
function startContinuing(
  sides: readonly Side[],
  more: { readonly model?: string; readonly sections?: readonly string[] } = {},
): Promise<TestGateway> {
  const { model = 'continueStreams: true', sections = [] } = more
  const providers = sides.map(({ raw, dialect }, index) => {
    const url = baseUrl(raw, dialect)
    return `  - { name: p${index}, type: ${dialect}, apiKey: ${providerKey}, baseUrl: "${url}" }`
  })
  const targets = sides.map((_, index) => `{ provider: p${index}, model: m }`)
  return startTestGateway({
    yaml: [
      'providers:',
      ...providers,
      `models: [{ name: m, ${model}, targets: [${targets.join(', ')}] }]`,
      'routing: { idleTimeoutMs: 200 }',
      ...sections,
    ].join('\n'),
  })
}

/** Says a few words and breaks off. */
function breaking(dialect: Dialect, how: 'reset' | 'stall' | 'error' = 'reset'): RawScript {
  return async (exchange) => {
    const words = [
      ...openingFrames(dialect),
      textDelta(dialect, 'It was '),
      textDelta(dialect, 'said: '),
    ]
    await sendAll(exchange, streamHead, ...words.map(chunk))
    if (how === 'stall') return hang()
    if (how === 'error') return sendAll(exchange, chunk(errorEvent(dialect, 'too much')), lastChunk)
    exchange.reset()
  }
}

const streaming = (dialect: Dialect): RawScript => {
  return (exchange) => sendAll(exchange, streamHead, ...streamFrames(dialect).map(chunk), lastChunk)
}

/** All data frames a client got. */
function dataOf(text: string) {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => asObject(parseJson(data)))
}

const dialects = ['openai', 'anthropic'] as const

describe('a stream that breaks off behind its first words', () => {
  for (const client of dialects) {
    for (const first of dialects) {
      for (const second of dialects) {
        test(`goes on: ${client} client, ${first} provider, then ${second}`, async () => {
          for (const how of ['reset', 'stall', 'error'] as const) {
            await using one = await startRawProvider(breaking(first, how))
            await using two = await startRawProvider(streaming(second))
            await using gateway = await startContinuing([
              { raw: one, dialect: first },
              { raw: two, dialect: second },
            ])
            const result = await chat(gateway, { dialect: client, stream: true })
            expect(result).toMatchObject({ said: `It was said: ${spoken}`, terminated: true })
            expect(result.error).toBeUndefined()
            expect(result.text).toContain(': continued by another target')
            const frames = dataOf(result.text)
            const starts = frames.filter((data) => data?.['type'] === 'message_start')
            const roles = frames.filter((data) => {
              const choice = asObject(asArray(data?.['choices'])[0])
              return asObject(choice?.['delta'])?.['role'] === 'assistant'
            })
            expect([starts.length, roles.length]).toEqual(client === 'openai' ? [0, 1] : [1, 0])
            if (client === 'openai')
              expect(new Set(frames.map((data) => data?.['id'])).size).toBe(2)
            else expectBlocks(frames)
          }
        })
      }
    }
  }

  test('is asked for with what was said, recorded and billed as both attempts', async () => {
    await using one = await startRawProvider(breaking('openai'))
    await using two = await startRawProvider(streaming('openai'))
    const price = '{ model: m, inputUsdPerMillion: 1, outputUsdPerMillion: 1 }'
    await using gateway = await startContinuing(
      [
        { raw: one, dialect: 'openai' },
        { raw: two, dialect: 'openai' },
      ],
      { sections: [`prices: { entries: [${price}] }`] },
    )
    const result = await chat(gateway, { dialect: 'openai', stream: true })
    expect(result.said).toBe(`It was said: ${spoken}`)
    const sent = asObject(parseJson(two.requests[0]?.body.toString() ?? ''))
    const roles = asArray(sent?.['messages']).map((message) => asObject(message)?.['role'])
    expect(roles).toEqual(['user', 'assistant', 'user'])
    expect(JSON.stringify(sent)).toContain('"It was said: "')
    const [, outcome] = recordsOf(await gateway.records(), result.requestId)
    if (outcome?.type !== 'outcome') throw new Error('no outcome')
    expect(outcome).toMatchObject({
      endedBy: 'complete',
      attempts: [
        {
          provider: 'p0',
          failureClass: 'unreachable',
          usage: { outputTokens: 4, estimated: true },
        },
        { provider: 'p1', reason: 'continuation', status: 200, usage: { inputTokens: 7 } },
      ],
      usage: { outputTokens: 7, estimated: true },
    })
    expect(outcome.errorCode).toBeUndefined()
    expect(outcome.warnings.join()).toContain('continued by p1')
    const costs = outcome.attempts.map(({ cost }) => cost?.nanoUsd ?? 0)
    expect(costs.every((cost) => cost > 0)).toBe(true)
    expect(outcome.cost?.nanoUsd).toBe(costs.reduce((sum, cost) => sum + cost, 0))
  })

  test('goes on more than once, and past targets that refuse to', async () => {
    const refusing: RawScript = async (exchange) => void (await exchange.send(whole(503, '{}')))
    await using one = await startRawProvider(breaking('openai'))
    await using two = await startRawProvider(refusing)
    await using three = await startRawProvider(breaking('anthropic'))
    await using four = await startRawProvider(refusing, refusing, streaming('openai'))
    await using gateway = await startContinuing([
      { raw: one, dialect: 'openai' },
      { raw: two, dialect: 'openai' },
      { raw: three, dialect: 'anthropic' },
      { raw: four, dialect: 'openai' },
    ])
    one.script(breaking('openai'), streaming('openai'))
    const result = await chat(gateway, { dialect: 'anthropic', stream: true })
    expect(result.said).toBe(`It was said: It was said: ${spoken}`)
    expectBlocks(dataOf(result.text))
    expect(three.requests).toHaveLength(1)
  })

  test('ends with an error when nobody goes on, or when going on could spoil its form', async () => {
    const tool = chunk(
      openingFrames('openai').join('') +
        textDelta('openai', 'x') +
        textDelta('openai', 'y').replace(
          '"content":"y"',
          '"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{"}}]',
        ),
    )
    const calling: RawScript = async (exchange) => {
      await sendAll(exchange, streamHead, tool)
      exchange.reset()
    }
    const messages = [{ role: 'user', content: 'hello' }]
    const bad: RawScript = (exchange) => exchange.reset()
    for (const [first, second, body] of [
      [breaking('openai'), bad, {}],
      [calling, streaming('openai'), {}],
      [breaking('openai'), streaming('openai'), { response_format: { type: 'json_object' } }],
      [breaking('openai'), streaming('openai'), { n: 2 }],
    ] as const) {
      await using one = await startRawProvider(first)
      await using two = await startRawProvider(second)
      await using gateway = await startContinuing([
        { raw: one, dialect: 'openai' },
        { raw: two, dialect: 'openai' },
      ])
      one.script(first, bad)
      const { url, init } = chatRequest(gateway, { dialect: 'openai', stream: true })
      const asked = JSON.stringify({ model: 'm', stream: true, messages, ...body })
      const text = await (await fetch(url, { ...init, body: asked })).text()
      expect(text).toContain('"code":"provider_stream_cut"')
      expect(text).not.toContain(spoken)
      const outcome = (await gateway.records()).find(({ type }) => type === 'outcome')
      expect(outcome).toMatchObject({ endedBy: 'error', errorCode: 'provider_stream_cut' })
    }
  })

  test('ends with an error where the route does not say that it may go on', async () => {
    await using one = await startRawProvider(breaking('openai'))
    await using two = await startRawProvider(streaming('openai'))
    await using gateway = await startContinuing(
      [
        { raw: one, dialect: 'openai' },
        { raw: two, dialect: 'openai' },
      ],
      { model: 'continueStreams: false' },
    )
    const result = await chat(gateway, { dialect: 'openai', stream: true })
    expectStreamError(result, { code: 'provider_stream_cut' })
    expect(two.requests).toHaveLength(0)
  })

  test('lets both providers go when its client leaves while it goes on', async () => {
    const left = Promise.withResolvers<number>()
    await using one = await startRawProvider(breaking('openai'))
    await using two = await startRawProvider(async (exchange) => {
      exchange.closed.then(left.resolve, left.reject)
      await exchange.send(head(200, { 'content-type': 'text/event-stream', connection: 'close' }))
      await exchange.send([...openingFrames('openai'), textDelta('openai', 'more')].join(''))
      await hang()
    })
    await using gateway = await startContinuing(
      [
        { raw: one, dialect: 'openai' },
        { raw: two, dialect: 'openai' },
      ],
      { model: 'continueStreams: true, timeouts: { idleTimeoutMs: 5000 }' },
    )
    const leaving = new AbortController()
    const { url, init } = chatRequest(gateway, {
      dialect: 'openai',
      stream: true,
      signal: leaving.signal,
    })
    const response = await fetch(url, init)
    let text = ''
    const reading = (async () => {
      for await (const piece of response.body ?? []) {
        text += Buffer.from(piece).toString()
        if (text.includes('more')) leaving.abort()
      }
    })().catch(() => undefined)
    await reading
    const leftAt = performance.now()
    expect((await left.promise) - leftAt).toBeLessThan(100)
    const outcome = (await gateway.records()).find(({ type }) => type === 'outcome')
    expect(outcome).toMatchObject({ endedBy: 'client', attempts: [{}, { reason: 'continuation' }] })
    expect(gateway.running.gateway.routingStatus().map(({ inFlight }) => inFlight)).toEqual([0, 0])
  })
})

/** Expects blocks as the protocol wants them: each begun once, written to while open, and ended. */
function expectBlocks(frames: readonly ReturnType<typeof asObject>[]): void {
  const open = new Set<unknown>()
  let next = 0
  for (const data of frames) {
    const index = data?.['index']
    if (data?.['type'] === 'content_block_start') {
      expect(index).toBe(next++)
      open.add(index)
    }
    if (data?.['type'] === 'content_block_delta') expect(open.has(index)).toBe(true)
    if (data?.['type'] === 'content_block_stop') expect(open.delete(index)).toBe(true)
  }
  expect(open.size).toBe(0)
}
