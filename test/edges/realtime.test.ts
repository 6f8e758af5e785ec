import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway, TestGatewayOptions } from '../support/gateway.ts'
import { openSession, startRealtimeProvider } from '../support/realtime.ts'
import { recordsOf } from '../support/routes.ts'
import type { ProviderConnection, RealtimeClient, RealtimeProvider } from '../support/realtime.ts'

const providerKey = 'sk-provider-secret-1234'
const narrowKey = newKey()

function yamlFor(url: string): string {
  return `
providers:
  - { name: far, type: openai, baseUrl: ${url}/v1, apiKey: ${providerKey} }
  - { name: azure, type: azure-openai, baseUrl: ${url}, apiKey: ${providerKey}, apiStyle: deployments, apiVersion: 2025-04-01-preview }
  - { name: local, type: ollama, baseUrl: ${url} }
models:
  - { name: voice, targets: [{ provider: far, model: gpt-realtime }] }
  - { name: azure-voice, targets: [{ provider: azure, model: my-voice }] }
  - { name: mute, targets: [{ provider: local, model: llama }] }
aliases: { talk: voice }
prices:
  entries:
    - { model: gpt-realtime, inputUsdPerMillion: 4, outputUsdPerMillion: 16, cacheReadUsdPerMillion: 0.4, inputAudioUsdPerMillion: 32, outputAudioUsdPerMillion: 64, cacheReadAudioUsdPerMillion: 0.4 }
`
}

let far: RealtimeProvider
let gateway: TestGateway

async function start(more: TestGatewayOptions = {}): Promise<TestGateway> {
  return startTestGateway({
    yaml: yamlFor(far.url),
    keys: [
      `{ name: narrow, sha256: ${hashKey(narrowKey)}, user: nina@example.com, models: ["mute"] }`,
    ],
    ...more,
  })
}

beforeAll(async () => {
  far = startRealtimeProvider()
  gateway = await start()
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  far[Symbol.dispose]()
})

async function join(
  at: TestGateway = gateway,
  options: Parameters<typeof openSession>[2] = {},
): Promise<[RealtimeClient, ProviderConnection]> {
  const client = await openSession(at, 'voice', options)
  return [client, await far.next()]
}

/** Asks for an upgrade and returns the plain response. */
async function ask(
  path: string,
  {
    key = gateway.key,
    at = gateway,
    headers = {},
    method = 'GET',
  }: {
    key?: string
    at?: TestGateway
    headers?: Record<string, string>
    method?: string
  } = {},
): Promise<Response> {
  return fetch(at.url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    },
  })
}

async function expectRefusal(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status)
  const requestId = response.headers.get('x-request-id')
  expect(requestId).toMatch(/^req_/)
  expect(await response.json()).toMatchObject({ error: { code, request_id: requestId } })
}

describe('a session', () => {
  test('reaches the provider with its credentials and the model of its own', async () => {
    const [client, provider] = await join(gateway, {
      headers: { 'openai-beta': 'realtime=v1', cookie: 'a=b', 'x-other': 'y' },
    })
    expect(provider.url.pathname + provider.url.search).toBe('/v1/realtime?model=gpt-realtime')
    expect(provider.headers.get('authorization')).toBe(`Bearer ${providerKey}`)
    expect(provider.headers.get('openai-beta')).toBe('realtime=v1')
    expect(provider.headers.get('cookie')).toBeNull()
    expect(provider.headers.get('x-other')).toBeNull()
    expect([...provider.headers.values()].join()).not.toContain(gateway.key)
    client.socket.close(1000)
    expect((await provider.closed).code).toBe(1000)
  })

  test('names the deployment of an Azure resource', async () => {
    using client = await openSession(gateway, 'azure-voice')
    const provider = await far.next()
    expect(provider.url.pathname).toBe('/openai/realtime')
    expect(Object.fromEntries(provider.url.searchParams)).toEqual({
      deployment: 'my-voice',
      'api-version': '2025-04-01-preview',
    })
    expect(provider.headers.get('api-key')).toBe(providerKey)
    client.socket.close()
  })

  test('is opened from a browser, whose key stands in a subprotocol', async () => {
    const protocols = [
      `openai-insecure-api-key.${gateway.key}`,
      'realtime',
      'openai-beta.realtime-v1',
    ]
    const [client, provider] = await join(gateway, { protocols })
    expect(client.socket.protocol).toBe('realtime')
    expect(provider.headers.get('openai-beta')).toBe('realtime=v1')
    expect(provider.headers.get('sec-websocket-protocol')).toBeNull()
    expect([...provider.headers.values()].join()).not.toContain(gateway.key)
    client.socket.close()
    await provider.closed
  })

  test('is opened where clients of Azure look for it', async () => {
    for (const path of ['/openai/v1/realtime?model=voice', '/openai/realtime?deployment=voice']) {
      const [client] = await join(gateway, {
        path,
        protocols: ['realtime'],
        headers: { 'api-key': gateway.key },
      })
      client.socket.close()
    }
  })

  test('carries unknown events byte for byte and in order, both ways', async () => {
    const [client, provider] = await join()
    const value = fc.jsonValue({ maxDepth: 4 })
    const event = fc
      .tuple(fc.constantFrom('x.unknown', 'y.delta', 'z.done'), fc.dictionary(fc.string(), value))
      .map(([type, rest]) => ({ ...rest, type }))
    const frame = fc.oneof(
      event.map((each) => JSON.stringify(each)),
      event.map((each) => JSON.stringify(each, null, 2)),
      event.map((each) => ` ${JSON.stringify(each)}\n`),
    )
    const anything = fc.oneof(
      frame,
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'grapheme' }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { maxLength: 20 }),
        fc.array(anything, { maxLength: 20 }),
        async (up, down) => {
          provider.frames.length = 0
          client.frames.length = 0
          for (let index = 0; index < Math.max(up.length, down.length); index++) {
            const [out, back] = [up[index], down[index]]
            if (out !== undefined) client.socket.send(out)
            if (back !== undefined) provider.socket.send(back)
          }
          await provider.untilFrames(up.length)
          await client.untilFrames(down.length)
          expect(provider.frames.map(plain)).toEqual(up.map(plain))
          expect(client.frames.map(plain)).toEqual(down.map(plain))
        },
      ),
      { numRuns: 60 },
    )
    client.socket.close()
  })

  test('carries nothing to the provider that is no event here: somebody there may think it is one', async () => {
    const [client, provider] = await join()
    const event = '{"type":"session.update","session":{"model":"gpt-9"}}'
    const others = [
      `\ufeff${event}`,
      event.replace('}}', '},"x":NaN}'),
      Buffer.from(event),
      'hello',
    ]
    for (const frame of [...others, '{"type":"last"}']) client.socket.send(frame)
    await provider.untilFrames(1)
    expect(provider.frames).toEqual(['{"type":"last"}'])
    await client.untilFrames(others.length)
    for (const each of client.events) {
      expect(each).toMatchObject({ type: 'error', error: { code: 'invalid_request' } })
    }
    client.socket.close()
  })

  test('stays with its model: its own name is translated, others are refused', async () => {
    const [client, provider] = await join()
    client.send('{ "type": "session.update", "session": {"model":"voice","voice":"alloy"} }')
    client.send('{"type":"session.update","session":{"model":"gpt-realtime"}}')
    client.send('{"type":"session.update","event_id":"e7","session":{"model":"gpt-9"}}')
    client.send('{"type":"session.update","session":{},"ses\\u0073ion":{"model":"gpt-9"}}')
    client.send('{"type":"last"}')
    await provider.untilFrames(3)
    expect(provider.frames).toEqual([
      '{ "type": "session.update", "session": {"model":"gpt-realtime","voice":"alloy"} }',
      '{"type":"session.update","session":{"model":"gpt-realtime"}}',
      '{"type":"last"}',
    ])
    expect(await client.until('error')).toMatchObject({
      error: { type: 'invalid_request_error', code: 'model_not_permitted', event_id: 'e7' },
    })
    expect(await client.until('error')).toMatchObject({ error: { code: 'invalid_request' } })
    client.socket.close()
  })

  test('is called by the alias it was asked for', async () => {
    using client = await openSession(gateway, 'talk')
    const provider = await far.next()
    expect(provider.url.searchParams.get('model')).toBe('gpt-realtime')
    provider.socket.send('{"type":"session.created","session":{"model":"gpt-realtime","voice":1}}')
    await client.untilFrames(1)
    expect(client.frames).toEqual([
      '{"type":"session.created","session":{"model":"talk","voice":1}}',
    ])
    client.send('{"type":"session.update","session":{"model":"talk"}}')
    await provider.untilFrames(1)
    expect(provider.frames).toEqual([
      '{"type":"session.update","session":{"model":"gpt-realtime"}}',
    ])
    client.socket.close()
  })

  test('is opened with the next target when the first does not answer', async () => {
    await using failing = await start({
      yaml: `
providers:
  - { name: gone, type: openai, baseUrl: http://127.0.0.1:1/v1, apiKey: ${providerKey} }
  - { name: far, type: openai, baseUrl: ${far.url}/v1, apiKey: ${providerKey} }
models:
  - name: voice
    strategy: priority
    targets: [{ provider: gone, model: gpt-realtime }, { provider: far, model: gpt-realtime }]
`,
    })
    const [client] = await join(failing, { headers: { 'x-request-id': 'req_next' } })
    client.socket.close(1000)
    await client.closed
    const outcome = recordsOf(await failing.records(), 'req_next').at(-1)
    expect(outcome).toMatchObject({
      provider: 'far',
      endedBy: 'complete',
      attempts: [
        { provider: 'gone', errorCode: 'provider_unreachable' },
        { provider: 'far', status: 101, reason: 'failover' },
      ],
    })
  })

  test('never shows the credentials of the provider', async () => {
    const [client, provider] = await join()
    const error = { type: 'error', error: { message: `Incorrect API key: ${providerKey}` } }
    provider.socket.send(JSON.stringify(error))
    const shown = await client.until('error')
    expect(JSON.stringify(shown)).not.toContain(providerKey)
    provider.socket.close(3000, `bad ${providerKey}`)
    expect(await client.closed).toEqual({ code: 3000, reason: 'bad [secret]' })
  })
})

describe('a refused upgrade', () => {
  test('is a response in the dialect of OpenAI', async () => {
    await expectRefusal(
      await ask('/v1/realtime?model=voice', { key: newKey() }),
      401,
      'invalid_api_key',
    )
    const narrow = await ask('/v1/realtime?model=voice', { key: narrowKey })
    await expectRefusal(narrow, 403, 'model_not_permitted')
    await expectRefusal(await ask('/v1/realtime?model=voise'), 404, 'model_not_found')
    await expectRefusal(await ask('/v1/realtime'), 400, 'invalid_request')
    await expectRefusal(await ask('/v1/realtime?model=voice&model=mute'), 400, 'invalid_request')
    await expectRefusal(await ask('/v1/realtime?model=mute'), 501, 'not_supported')
    const plain = await ask('/v1/realtime?model=voice', { headers: { upgrade: 'h2c' } })
    await expectRefusal(plain, 426, 'upgrade_required')
    const posted = await ask('/v1/realtime?model=voice', { method: 'POST' })
    await expectRefusal(posted, 405, 'method_not_allowed')
    const other = await ask('/v1/realtime?model=voice', {
      headers: { 'sec-websocket-protocol': `openai-insecure-api-key.${gateway.key}` },
    })
    await expectRefusal(other, 400, 'invalid_request')
    const twoKeys = await ask('/v1/realtime?model=voice', {
      headers: { 'sec-websocket-protocol': `realtime, openai-insecure-api-key.${narrowKey}` },
    })
    await expectRefusal(twoKeys, 400, 'invalid_request')
  })

  test('says what the provider refused', async () => {
    const expected: [number, number, string][] = [
      [401, 502, 'provider_refused_credentials'],
      [404, 501, 'not_supported'],
      [429, 429, 'rate_limit_exceeded'],
      [500, 500, 'provider_error'],
    ]
    for (const [status, shown, code] of expected) {
      far.refuseWith(status)
      await expectRefusal(await ask('/v1/realtime?model=voice'), shown, code)
    }
    far.refuseWith(undefined)
  })

  test('takes no longer than a provider may to open a session', async () => {
    await using hasty = await start({ server: ['realtime: { connectTimeoutMs: 100 }'] })
    far.refuseWith(0)
    const response = await ask('/v1/realtime?model=voice', { at: hasty, key: hasty.key })
    far.refuseWith(undefined)
    await expectRefusal(response, 504, 'provider_timeout')
  })

  test('answers all that would lead around the gateway', async () => {
    for (const path of [
      '/v1/realtime/client_secrets',
      '/v1/realtime/sessions',
      '/v1/realtime/transcription_sessions',
      '/v1/realtime/calls',
      '/v1/realtime/calls/rtc_1/accept',
      '/openai/v1/realtime/client_secrets',
    ]) {
      await expectRefusal(await ask(path, { method: 'POST' }), 403, 'endpoint_refused')
    }
    await expectRefusal(await ask('/v1/realtime?call_id=rtc_1'), 403, 'endpoint_refused')
    await expectRefusal(await ask('/v1/realtime?intent=transcription'), 403, 'endpoint_refused')
    const unknown = await ask('/v1/realtime/client_secrets', { method: 'POST', key: newKey() })
    await expectRefusal(unknown, 401, 'invalid_api_key')
  })

  test('comes at the limits of sessions, and their places are free again afterwards', async () => {
    await using small = await start({
      server: ['realtime: { maxSessions: 2, maxSessionsPerKey: 1 }'],
    })
    const other = newKey()
    const path = '/v1/realtime?model=voice'
    const [first, provider] = await join(small)
    await expectRefusal(await ask(path, { at: small, key: small.key }), 429, 'rate_limit_exceeded')
    await expectRefusal(await ask(path, { at: small, key: other }), 401, 'invalid_api_key')
    first.socket.close()
    await provider.closed
    await Bun.sleep(10)
    const [again] = await join(small)
    again.socket.close()
    await using none = await start({ server: ['realtime: { maxSessions: 0 }'] })
    await expectRefusal(await ask(path, { at: none, key: none.key }), 503, 'overloaded')
  })
})

function plain(frame: string | Uint8Array): string | number[] {
  return typeof frame === 'string' ? frame : [...frame]
}
