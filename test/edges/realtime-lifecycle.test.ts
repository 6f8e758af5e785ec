import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { StoredRecord } from '../../src/audit/index.ts'
import { configSchema, createConfigLoader } from '../../src/config/index.ts'
import { hashKey } from '../../src/identity/index.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { openSession, startRealtimeProvider } from '../support/realtime.ts'
import type { ProviderConnection, RealtimeClient, RealtimeProvider } from '../support/realtime.ts'
import { recordsOf } from '../support/routes.ts'

const yamlFor = (url: string): string => `
providers:
  - { name: far, type: openai, baseUrl: ${url}/v1, apiKey: sk-provider-secret }
models:
  - { name: voice, targets: [{ provider: far, model: gpt-realtime }] }
prices:
  entries:
    - model: gpt-realtime
      inputUsdPerMillion: 4
      outputUsdPerMillion: 16
      cacheReadUsdPerMillion: 0.4
      inputAudioUsdPerMillion: 32
      outputAudioUsdPerMillion: 64
      cacheReadAudioUsdPerMillion: 0.5
`

let far: RealtimeProvider
beforeAll(() => {
  far = startRealtimeProvider()
})
afterAll(() => far[Symbol.dispose]())

/** Starts a gateway with lines of `server.realtime` and of `server.limits`. */
function start(
  realtime: readonly string[] = [],
  limits: readonly string[] = [],
): Promise<TestGateway> {
  const server = realtime.length === 0 ? [] : [`realtime: { ${realtime.join(', ')} }`]
  return startTestGateway({ yaml: yamlFor(far.url), server, limits })
}

async function join(
  gateway: TestGateway,
  requestId?: string,
): Promise<[RealtimeClient, ProviderConnection]> {
  const headers = requestId === undefined ? {} : { 'x-request-id': requestId }
  const client = await openSession(gateway, 'voice', { headers })
  return [client, await far.next()]
}

async function metric(gateway: TestGateway, name: string): Promise<string | undefined> {
  const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  return text.split('\n').find((line) => line.startsWith(name))
}

const response = (id: string, type: string, rest: object = {}): string =>
  JSON.stringify({ type, response: { id, object: 'realtime.response', ...rest } })

const usage = (input: number, output: number): object => ({
  total_tokens: input + output,
  input_tokens: input,
  output_tokens: output,
  input_token_details: {
    text_tokens: input - 10,
    audio_tokens: 10,
    cached_tokens: 6,
    cached_tokens_details: { text_tokens: 2, audio_tokens: 4 },
  },
  output_token_details: { text_tokens: 3, audio_tokens: output - 3 },
})

describe('the records of a session', () => {
  test('are its decision before anything was said and its end with what it used and cost', async () => {
    const gateway = await start()
    const [client, provider] = await join(gateway, 'req_exact')
    client.send({ type: 'response.create' })
    provider.socket.send(response('r1', 'response.created'))
    provider.socket.send(response('r1', 'response.done', { usage: usage(100, 50) }))
    provider.socket.send(response('r2', 'response.created'))
    provider.socket.send(response('r2', 'response.done', { usage: usage(1_000, 200) }))
    provider.socket.send(response('r3', 'response.created'))
    await client.untilFrames(5)
    client.socket.close(1000, 'bye')
    await provider.closed
    const records = recordsOf(await gateway.records(), 'req_exact')
    expect(records.map(({ type }) => type)).toEqual(['decision', 'outcome'])
    expect(records[0]).toMatchObject({
      operation: 'realtime',
      clientFormat: 'openai-realtime',
      modelAsked: 'voice',
      user: 'test@example.com',
      verdict: 'allow',
      stream: true,
    })
    // Text 90 + 990 − 4 cached, audio 20 − 8 cached, in nano-dollars a token.
    const input = (1_080 - 4) * 4_000 + (20 - 8) * 32_000 + 4 * 400 + 8 * 500
    const output = 6 * 16_000 + 244 * 64_000
    expect(records[1]).toMatchObject({
      status: 101,
      endedBy: 'complete',
      provider: 'far',
      modelUsed: 'gpt-realtime',
      usage: {
        inputTokens: 1_100,
        outputTokens: 250,
        cacheReadTokens: 12,
        inputAudioTokens: 20,
        cacheReadAudioTokens: 8,
        outputAudioTokens: 244,
        estimated: false,
      },
      cost: { nanoUsd: input + output },
      warnings: ['1 responses unfinished, their tokens not counted'],
      attempts: [{ provider: 'far', model: 'gpt-realtime', status: 101 }],
    })
    expect(outcomeOf(records)?.durationMs).toBeGreaterThan(0)
  })

  test('tell who ended it', async () => {
    const gateway = await start()
    const ends: [string, (client: RealtimeClient, provider: ProviderConnection) => void][] = [
      ['req_client_gone', (client) => client.socket.terminate()],
      ['req_provider_done', (_, provider) => provider.socket.close(1000)],
      ['req_provider_gone', (_, provider) => provider.socket.terminate()],
      ['req_provider_error', (_, provider) => provider.socket.close(1011, 'oops')],
    ]
    for (const [requestId, end] of ends) {
      const [client, provider] = await join(gateway, requestId)
      end(client, provider)
      await Promise.all([client.closed, provider.closed])
    }
    const records = await gateway.records()
    const told = ends.map(([requestId]) => outcomeOf(recordsOf(records, requestId)))
    expect(told.map((outcome) => [outcome?.endedBy, outcome?.errorCode])).toEqual([
      ['client', undefined],
      ['complete', undefined],
      ['error', 'provider_stream_cut'],
      ['error', 'provider_error'],
    ])
    expect(gateway.logged()).toContain('req_provider_gone')
  })

  test('tell of a provider that could not be reached', async () => {
    const gateway = await start()
    far.refuseWith(401)
    const opening = openSession(gateway, 'voice', { headers: { 'x-request-id': 'req_refused' } })
    await opening.catch(() => undefined)
    far.refuseWith(undefined)
    const records = recordsOf(await gateway.records(), 'req_refused')
    expect(records.map(({ type }) => type)).toEqual(['decision', 'outcome'])
    expect(records[1]).toMatchObject({
      status: 502,
      errorCode: 'provider_refused_credentials',
      attempts: [{ errorCode: 'provider_refused_credentials' }],
    })
  })
})

describe('when one side ends', () => {
  test('the other is closed within 50 ms', async () => {
    await using gateway = await start()
    const delays: number[] = []
    for (let round = 0; round < 5; round++) {
      const [client, provider] = await join(gateway)
      let endedAt = performance.now()
      client.socket.terminate()
      await provider.closed
      delays.push(performance.now() - endedAt)
      const [other, dying] = await join(gateway)
      endedAt = performance.now()
      dying.socket.terminate()
      await other.closed
      delays.push(performance.now() - endedAt)
    }
    delays.sort((a, b) => a - b)
    // The machine may be busy: nine of ten have to be fast.
    expect(delays[8]).toBeLessThan(50)
  })

  test('a broken provider is told of in an error event', async () => {
    await using gateway = await start()
    const [client, provider] = await join(gateway)
    provider.socket.terminate()
    const { error } = await client.until('error')
    expect(error).toMatchObject({ type: 'server_error', code: 'provider_stream_cut' })
    expect((await client.closed).code).toBe(1011)
  })

  test('what the provider said before its farewell still arrives, and so does its code', async () => {
    await using gateway = await start()
    const [client, provider] = await join(gateway)
    for (let index = 0; index < 50; index++) provider.socket.send(`{"type":"x","n":${index}}`)
    provider.socket.close(4008, 'expired')
    expect(await client.closed).toEqual({ code: 4008, reason: 'expired' })
    expect(client.frames).toHaveLength(50)
  })

  test('codes of the client are passed on, its words are not', async () => {
    await using gateway = await start()
    for (const [sent, seen] of [
      [1000, 1000],
      [4321, 4321],
      [1001, 1000],
    ] as const) {
      const [client, provider] = await join(gateway)
      client.socket.close(sent, 'my card is 4111 1111 1111 1111')
      expect(await provider.closed).toEqual({ code: seen, reason: '' })
    }
  })
})

describe('limits', () => {
  const cases: [
    name: string,
    lines: string[],
    use: (client: RealtimeClient) => void,
    code: number,
  ][] = [
    ['duration', ['maxSessionMs: 1000'], () => undefined, 1008],
    ['silence', ['idleTimeoutMs: 150'], () => undefined, 1008],
    ['events', ['maxSessionFrames: 3'], (client) => sendMany(client, 4, 'x'), 1008],
    ['bytes', ['maxSessionBytes: 2048'], (client) => sendMany(client, 3, 'x'.repeat(900)), 1008],
  ]
  for (const [name, lines, use, code] of cases) {
    test(`of ${name} end a session with an error event`, async () => {
      const gateway = await start(lines)
      const [client, provider] = await join(gateway, 'req_limit')
      use(client)
      expect(await client.until('error')).toMatchObject({
        error: { code: 'session_limit_reached' },
      })
      expect((await client.closed).code).toBe(code)
      expect((await provider.closed).code).toBe(1000)
      expect(outcomeOf(recordsOf(await gateway.records(), 'req_limit'))).toMatchObject({
        endedBy: 'error',
        errorCode: 'session_limit_reached',
        errorSource: 'gateway',
      })
    })
  }

  test('silence is measured from the last event of either side', async () => {
    await using gateway = await start(['idleTimeoutMs: 300'])
    const [client, provider] = await join(gateway)
    for (let round = 0; round < 6; round++) {
      await Bun.sleep(100)
      if (round % 2 === 0) client.send({ type: 'x' })
      else provider.socket.send('{"type":"y"}')
    }
    expect(client.socket.readyState).toBe(WebSocket.OPEN)
    expect(await client.until('error')).toMatchObject({ error: { code: 'session_limit_reached' } })
  })

  test('of one event hold for both sides', async () => {
    const gateway = await start(['maxFrameBytes: 2048'])
    const [client, provider] = await join(gateway, 'req_large_up')
    client.send(JSON.stringify({ type: 'x', pad: 'y'.repeat(3_000) }))
    expect((await client.closed).code).toBe(1009)
    await provider.closed
    expect(provider.frames).toEqual([])
    const [other, large] = await join(gateway, 'req_large_down')
    large.socket.send(JSON.stringify({ type: 'x', pad: 'y'.repeat(3_000) }))
    expect(await other.until('error')).toMatchObject({
      error: { code: 'provider_answer_too_large' },
    })
    expect((await other.closed).code).toBe(1009)
    const records = await gateway.records()
    const codes = ['req_large_up', 'req_large_down'].map(
      (requestId) => outcomeOf(recordsOf(records, requestId))?.errorCode,
    )
    expect(codes).toEqual(['request_too_large', 'provider_answer_too_large'])
  })
})

describe('a slow receiver', () => {
  test('holds back its sender and gets everything once it reads on', async () => {
    await using gateway = await start(['maxBufferedBytes: 65536'])
    const [client, provider] = await join(gateway)
    client.socket.pause()
    const frame = JSON.stringify({ type: 'x', pad: 'y'.repeat(100_000) })
    const count = 300
    for (let index = 0; index < count; index++) provider.socket.send(frame)
    await Bun.sleep(300)
    // The systems between take some megabytes; the rest waits at its sender, not in the gateway.
    expect(provider.socket.getBufferedAmount()).toBeGreaterThan(10_000_000)
    client.socket.resume()
    await client.untilFrames(count)
    expect(client.frames.every((each) => each === frame)).toBe(true)

    provider.socket.pause()
    for (let index = 0; index < count; index++) client.send(frame)
    await Bun.sleep(300)
    expect(client.socket.bufferedAmount).toBeGreaterThan(10_000_000)
    provider.socket.resume()
    await provider.untilFrames(count)
    client.socket.close()
  })

  test('that does not read on is given up', async () => {
    const gateway = await start(['maxBufferedBytes: 65536', 'slowPeerTimeoutMs: 200'])
    const frame = JSON.stringify({ type: 'x', pad: 'y'.repeat(100_000) })
    const [client, provider] = await join(gateway, 'req_slow_client')
    client.socket.pause()
    for (let index = 0; index < 200; index++) provider.socket.send(frame)
    expect((await provider.closed).code).toBe(1000)
    client.socket.resume()

    const [other, stuck] = await join(gateway, 'req_slow_provider')
    stuck.socket.pause()
    for (let index = 0; index < 200; index++) other.send(frame)
    expect(await other.until('error')).toMatchObject({ error: { code: 'provider_timeout' } })
    expect((await other.closed).code).toBe(1011)
    stuck.socket.terminate()
    const records = await gateway.records()
    const codes = ['req_slow_client', 'req_slow_provider'].map(
      (requestId) => outcomeOf(recordsOf(records, requestId))?.errorCode,
    )
    expect(codes).toEqual(['client_too_slow', 'provider_timeout'])
  })
})

describe('a running gateway', () => {
  test('keeps sessions on their configuration when it changes, and opens new ones on the next', async () => {
    await using gateway = await start()
    const [client, provider] = await join(gateway)
    const yaml = [
      `data: { dir: ${JSON.stringify(gateway.dataDir)} }`,
      `keys: [{ name: test, sha256: ${hashKey(gateway.key)}, user: x, models: ["*"] }]`,
      yamlFor(far.url).replace('model: gpt-realtime }', 'model: gpt-realtime-next }'),
    ].join('\n')
    const loader = createConfigLoader(configSchema, { environment: {} })
    const loaded = await loader.parse(yaml, 'next.yaml')
    gateway.running.gateway.apply(loaded.config, loaded.version)
    client.send({ type: 'a' })
    await provider.untilFrames(1)
    provider.socket.send('{"type":"b"}')
    await client.until('b')
    const [next, nextProvider] = await join(gateway)
    expect(nextProvider.url.searchParams.get('model')).toBe('gpt-realtime-next')
    expect(await metric(gateway, 'smartflow_realtime_sessions')).toBe(
      'smartflow_realtime_sessions 2',
    )
    client.socket.close()
    next.socket.close()
    await Promise.all([provider.closed, nextProvider.closed])
    await Bun.sleep(10)
    expect(await metric(gateway, 'smartflow_realtime_sessions')).toBe(
      'smartflow_realtime_sessions 0',
    )
    expect(await metric(gateway, 'smartflow_requests_total{operation="realtime"')).toEndWith(' 2')
  })

  test('drains: sessions may end by themselves, and are ended politely at the deadline', async () => {
    const gateway = await start([], ['drainTimeoutMs: 300'])
    const [short, shortProvider] = await join(gateway, 'req_short')
    const [long, longProvider] = await join(gateway, 'req_long')
    const stopping = gateway.records()
    await Bun.sleep(50)
    short.send({ type: 'still.there' })
    await shortProvider.untilFrames(1)
    short.socket.close(1000)
    await shortProvider.closed
    expect(await long.until('error')).toMatchObject({ error: { code: 'shutting_down' } })
    expect(await long.closed).toMatchObject({ code: 1001 })
    expect((await longProvider.closed).code).toBe(1000)
    const records = await stopping
    expect(outcomeOf(recordsOf(records, 'req_short'))).toMatchObject({ endedBy: 'complete' })
    expect(outcomeOf(recordsOf(records, 'req_long'))).toMatchObject({
      endedBy: 'error',
      errorCode: 'shutting_down',
    })
    expect(records.at(-1)).toMatchObject({ type: 'lifecycle', event: 'stop' })
    expect(gateway.logged()).toContain('calls were cut when draining ended')
  })
})

function sendMany(client: RealtimeClient, count: number, text: string): void {
  for (let index = 0; index < count; index++) client.send({ type: 'x', text })
}

function outcomeOf(
  records: readonly StoredRecord[],
): (StoredRecord & { type: 'outcome' }) | undefined {
  return records.find((record) => record.type === 'outcome')
}
