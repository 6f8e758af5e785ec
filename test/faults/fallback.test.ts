import { describe, expect, test } from 'bun:test'
import type { StoredRecord } from '../../src/audit/index.ts'
import { chat } from '../support/chat-client.ts'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import {
  answering,
  chunk,
  errorBody,
  hang,
  head,
  lastChunk,
  openingFrames,
  plainAnswer,
  sendAll,
  spoken,
  streamFrames,
  streamHead,
  textDelta,
  whole,
} from '../support/raw-answers.ts'
import type { RawScript } from '../support/raw-provider.ts'
import { closedPort, startRawProvider } from '../support/raw-provider.ts'
import { expectError, expectStreamError } from '../support/routes.ts'

const routing = 'firstByteTimeoutMs: 200, idleTimeoutMs: 200, totalTimeoutMs: 2000'

const refusing = (status: number, headers = {}): RawScript =>
  answering(whole(status, errorBody('openai', 'some_error', `status ${status}`), headers))
const answer = answering(whole(200, plainAnswer('openai')))
const stream: RawScript = (exchange) =>
  sendAll(exchange, streamHead, ...streamFrames('openai').map(chunk), lastChunk)

/** Calls a gateway with two targets, of which the first misbehaves. */
async function callBoth(options: {
  readonly first: RawScript | 'closed'
  readonly second?: RawScript
  readonly stream?: boolean
}) {
  const { first, stream: isStream = false, second = isStream ? stream : answer } = options
  await using one = await startRawProvider(...(first === 'closed' ? [] : [first]))
  await using two = await startRawProvider(second)
  const url = first === 'closed' ? await closedPort() : one.url
  const secondUrl = two.url
  await using gateway = await startFaultyGateway({ dialect: 'openai', url, secondUrl, routing })
  const result = await chat(gateway, { dialect: 'openai', stream: isStream })
  const records = (await gateway.records()).filter((record) => 'requestId' in record)
  return { result, asked: [one.requests.length, two.requests.length], records, two }
}

function outcomeOf(records: readonly StoredRecord[]): unknown {
  expect(records.map(({ type }) => type)).toEqual(['decision', 'outcome'])
  return records[1]
}

describe('a call whose first target fails', () => {
  const part = whole(200, plainAnswer('openai')).subarray(0, -20)
  for (const [name, first, attempt] of [
    ['is over its limit', refusing(429), { status: 429, errorCode: 'provider_error' }],
    ['has an internal error', refusing(500), { status: 500, errorCode: 'provider_error' }],
    ['is overloaded', refusing(529), { status: 529, errorCode: 'provider_error' }],
    ['refuses the key', refusing(401), { errorCode: 'provider_refused_credentials' }],
    ['does not listen', 'closed', { errorCode: 'provider_unreachable' }],
    ['resets', (exchange) => exchange.reset(), { errorCode: 'provider_unreachable' }],
    ['hangs', hang, { errorCode: 'provider_timeout' }],
    ['answers nonsense', answering(whole(200, '<html>')), { errorCode: 'provider_bad_answer' }],
    ['redirects', answering(whole(301, '')), { errorCode: 'provider_bad_answer' }],
  ] as const satisfies readonly (readonly [string, RawScript | 'closed', object])[]) {
    test(`goes to the second when the first ${name}`, async () => {
      for (const isStream of [false, true]) {
        const { result, records, two } = await callBoth({ first, stream: isStream })
        expect(result).toMatchObject({ status: 200, said: spoken, error: undefined })
        expect(result.headers.get('x-smartflow-provider')).toBe('second')
        expect(result.headers.get('x-smartflow-model')).toBe('m-at-second')
        expect(two.requests[0]?.body.toString()).toContain('"m-at-second"')
        expect(outcomeOf(records)).toMatchObject({
          endedBy: 'complete',
          provider: 'second',
          modelUsed: 'm-at-second',
          attempts: [
            { provider: 'first', model: 'm-at-first', ...attempt },
            { provider: 'second', model: 'm-at-second', status: 200 },
          ],
        })
      }
    })
  }

  test('goes to the second when a plain answer breaks off, since nothing of it was passed on', async () => {
    const first: RawScript = async (exchange) => {
      await exchange.send(part)
      exchange.reset()
    }
    const { result, records } = await callBoth({ first })
    expect(result).toMatchObject({ status: 200, said: spoken })
    expect(outcomeOf(records)).toMatchObject({
      attempts: [{ errorCode: 'provider_stream_cut' }, { status: 200 }],
    })
  })

  test('goes to the second when an error came under status 200', async () => {
    const first = answering(whole(200, errorBody('openai', 'server_error', 'oops')))
    const { result } = await callBoth({ first, stream: true })
    expect(result).toMatchObject({ status: 200, said: spoken })
  })

  for (const status of [400, 403, 404, 409, 413, 422]) {
    test(`stays with it when status ${status} says that the request is at fault`, async () => {
      const { result, asked, records } = await callBoth({ first: refusing(status) })
      expect(result.status).toBe(status)
      expect(result.error?.['message']).toBe(`status ${status}`)
      expect(asked).toEqual([1, 0])
      expect(outcomeOf(records)).toMatchObject({
        status,
        attempts: [{ provider: 'first', status }],
      })
    })
  }

  test('stays with it when words have reached the client already', async () => {
    const words = chunk(openingFrames('openai').join('') + textDelta('openai', 'Hello'))
    const first: RawScript = async (exchange) => {
      await sendAll(exchange, streamHead, words)
      exchange.reset()
    }
    const { result, asked, records } = await callBoth({ first, stream: true })
    expectStreamError(result, { code: 'provider_stream_cut' })
    expect(asked).toEqual([1, 0])
    expect(outcomeOf(records)).toMatchObject({ endedBy: 'error', errorCode: 'provider_stream_cut' })
  })
})

describe('a call all of whose targets fail', () => {
  test('is told the last answer, with its waiting time, and both attempts are recorded', async () => {
    const waiting = { 'retry-after': '3', 'retry-after-ms': '3000', 'x-should-retry': 'true' }
    const { result, records } = await callBoth({
      first: refusing(500),
      second: refusing(429, waiting),
    })
    expect(result.status).toBe(429)
    for (const [name, value] of Object.entries(waiting)) {
      expect(result.headers.get(name)).toBe(value)
    }
    expect(outcomeOf(records)).toMatchObject({
      status: 429,
      endedBy: 'error',
      errorCode: 'provider_error',
      attempts: [{ status: 500 }, { status: 429 }],
    })
  })

  test('is told the last failure, and both attempts are recorded', async () => {
    const { result, records } = await callBoth({
      first: refusing(503),
      second: (exchange) => exchange.reset(),
    })
    expectError(result, 'openai', { status: 502, code: 'provider_unreachable' })
    expect(outcomeOf(records)).toMatchObject({
      status: 502,
      endedBy: 'error',
      attempts: [
        { provider: 'first', status: 503, errorCode: 'provider_error' },
        { provider: 'second', errorCode: 'provider_unreachable' },
      ],
    })
  })
})

describe('a connection that was kept and then closed by the provider', () => {
  test('does not fail the next call', async () => {
    await using raw = await startRawProvider(async (exchange) => {
      await exchange.send(whole(200, plainAnswer('openai')))
      exchange.end()
    })
    await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url })
    for (let index = 0; index < 20; index++) {
      const result = await chat(gateway, { dialect: 'openai', stream: false })
      expect(result.status).toBe(200)
      await Bun.sleep(index % 3)
    }
  })

  test('is used again after a plain answer, a stream and an error', async () => {
    const scripts = [answer, stream, refusing(400), answer, stream]
    await using raw = await startRawProvider(...scripts)
    await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url })
    for (const script of scripts) {
      await chat(gateway, { dialect: 'openai', stream: script === stream })
      await Bun.sleep(20)
    }
    expect(raw.requests).toHaveLength(5)
    expect(raw.connections()).toBe(1)
  })

  test('is not used again for what follows a cut answer', async () => {
    const cut: RawScript = async (exchange) => {
      await exchange.send(
        head(200, { 'content-type': 'application/json', 'content-length': '500' }),
      )
    }
    await using raw = await startRawProvider(cut, answer)
    await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url, routing })
    expect((await chat(gateway, { dialect: 'openai', stream: false })).status).toBe(504)
    expect((await chat(gateway, { dialect: 'openai', stream: false })).said).toBe(spoken)
    expect(raw.connections()).toBe(2)
  })

  test('never lets bytes behind one answer become the answer to another call', async () => {
    const forged = whole(200, plainAnswer('openai').replace(spoken, 'forged'))
    for (const delayMs of [0, 5]) {
      let isFirst = true
      await using raw = await startRawProvider(async (exchange) => {
        const good = whole(200, plainAnswer('openai'))
        const isForging = isFirst
        isFirst = false
        if (delayMs === 0 && isForging) await exchange.send(Buffer.concat([good, forged]))
        else await exchange.send(good)
        if (delayMs === 0 || !isForging) return
        await Bun.sleep(delayMs)
        await exchange.send(forged)
      })
      await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url })
      for (let index = 0; index < 4; index++) {
        expect((await chat(gateway, { dialect: 'openai', stream: false })).said).toBe(spoken)
        await Bun.sleep(10)
      }
    }
  })
})
