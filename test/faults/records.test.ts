import { describe, expect, test } from 'bun:test'
import type { StoredRecord } from '../../src/audit/index.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { chat } from '../support/chat-client.ts'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import { startTestGateway } from '../support/gateway.ts'
import {
  answering,
  chunk,
  errorBody,
  errorEvent,
  lastChunk,
  openingFrames,
  plainAnswer,
  sendAll,
  streamFrames,
  streamHead,
  textDelta,
  whole,
} from '../support/raw-answers.ts'
import type { RawScript } from '../support/raw-provider.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import { recordsOf } from '../support/routes.ts'

const frames = streamFrames('openai')

/** Good answers and bad ones, plain and streamed. */
const scripts: readonly RawScript[] = [
  answering(whole(200, plainAnswer('openai'))),
  (exchange) => sendAll(exchange, streamHead, ...frames.map(chunk), lastChunk),
  (exchange) => sendAll(exchange, streamHead, ...frames.slice(0, 3).map(chunk), lastChunk),
  (exchange) => sendAll(exchange, streamHead, chunk(errorEvent('openai', 'no')), lastChunk),
  (exchange) => sendAll(exchange, streamHead, chunk('data: {oops\n\n'), lastChunk),
  answering(whole(429, errorBody('openai', 'rate_limit_error', 'slow down'))),
  answering(whole(500, 'oops')),
  answering(whole(401, '{}')),
  answering(whole(200, '<html>')),
  (exchange) => exchange.reset(),
  (exchange) => exchange.end(),
  async (exchange) => {
    await exchange.send(streamHead)
    exchange.reset()
  },
  async (exchange) => {
    await exchange.send(streamHead)
    for (const frame of openingFrames('openai')) await exchange.send(chunk(frame))
    while (await exchange.send(chunk(textDelta('openai', 'word ')))) await Bun.sleep(5)
  },
]

/** Ids of the calls that were decided, and how many outcomes each has. */
function outcomesByCall(records: readonly StoredRecord[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const record of records) {
    if (record.type === 'decision') {
      expect(counts.has(record.requestId)).toBe(false)
      counts.set(record.requestId, 0)
    }
    if (record.type === 'outcome') {
      // INVARIANT: the decision comes first.
      expect(counts.has(record.requestId)).toBe(true)
      counts.set(record.requestId, (counts.get(record.requestId) ?? 0) + 1)
    }
  }
  return counts
}

describe('the audit log after a storm', () => {
  test('has one decision and one outcome for every call, whatever became of it', async () => {
    let next = 0
    await using raw = await startRawProvider((exchange) =>
      scripts[next++ % scripts.length]?.(exchange),
    )
    await using gateway = await startFaultyGateway({
      dialect: 'openai',
      url: raw.url,
      routing: 'firstByteTimeoutMs: 300, idleTimeoutMs: 300, totalTimeoutMs: 500',
    })
    const calls = Array.from({ length: 260 }, async (_, index) => {
      const signal = index % 3 === 0 ? AbortSignal.timeout(1 + (index % 40)) : undefined
      const result = await chat(gateway, {
        dialect: index % 2 === 0 ? 'openai' : 'anthropic',
        stream: index % 5 !== 0,
        ...(signal === undefined ? {} : { signal }),
      }).catch(() => undefined)
      return result?.requestId
    })
    const answered = (await Promise.all(calls)).filter((id) => id !== undefined && id !== null)
    expect(answered.length).toBeGreaterThan(100)
    while (gateway.running.gateway.status().inFlight > 0) await Bun.sleep(5)
    const counts = outcomesByCall(await gateway.records())
    expect([...counts.values()].every((count) => count === 1)).toBe(true)
    for (const id of answered) expect(counts.has(id)).toBe(true)
    expect(counts.size).toBeGreaterThanOrEqual(raw.requests.length)
  })
})

describe('a call that is refused before its content matters', () => {
  test('leaves one record that says why, and never reaches a provider', async () => {
    const key = newKey()
    await using raw = await startRawProvider(answering(whole(200, plainAnswer('openai'))))
    await using gateway = await startTestGateway({
      keys: [
        `{ name: narrow, sha256: ${hashKey(key)}, user: eve@example.com, models: ["other-*"] }`,
      ],
      yaml: [
        `providers: [{ name: raw, type: openai, apiKey: secret-of-the-gateway, baseUrl: "${raw.url}" }]`,
        'models: [{ name: m, targets: [{ provider: raw, model: m }] }]',
      ].join('\n'),
    })
    const narrow = { url: gateway.url, key }
    const refusals = [
      {
        result: await chat(gateway, { dialect: 'openai', stream: false, model: 'none' }),
        status: 404,
      },
      { result: await chat(narrow, { dialect: 'anthropic', stream: true }), status: 403 },
    ]
    const records = await gateway.records()
    for (const { result, status } of refusals) {
      expect(result.status).toBe(status)
      expect(recordsOf(records, result.requestId)).toMatchObject([{ type: 'refusal', status }])
    }
    expect(raw.requests).toHaveLength(0)
  })
})
