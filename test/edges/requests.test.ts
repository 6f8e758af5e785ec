import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { newKey } from '../../src/identity/index.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { connectRaw, rawRequest } from '../support/raw-client.ts'
import { answering, plainAnswer, whole } from '../support/raw-answers.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import type { RawProvider } from '../support/raw-provider.ts'

let gateway: TestGateway
let raw: RawProvider

beforeAll(async () => {
  raw = await startRawProvider(answering(whole(200, plainAnswer('openai'))))
  gateway = await startTestGateway({
    limits: ['maxHeaderBytes: 2048'],
    yaml: [
      `providers: [{ name: raw, type: openai, apiKey: secret-of-the-gateway, baseUrl: "${raw.url}" }]`,
      'models: [{ name: m, targets: [{ provider: raw, model: m }] }]',
    ].join('\n'),
  })
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await raw[Symbol.asyncDispose]()
})

const body = '{"model":"m","messages":[]}'
const line = 'POST /v1/chat/completions HTTP/1.1\r\n'
const json = 'content-type: application/json\r\n'
const sized = `content-length: ${body.length}\r\n`
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

function auth(): string {
  return `authorization: Bearer ${gateway.key}\r\n`
}

/** Sends bytes as they are and returns the first status and whatever came with it. */
async function sendRaw(bytes: string): Promise<{ status: number; text: string }> {
  using client = await connectRaw(gateway.url)
  client.send(bytes)
  await Promise.race([client.closed, client.until('\r\n\r\n')])
  await Bun.sleep(10)
  const text = client.received().toString('latin1')
  return { status: Number(text.split(' ')[1]), text }
}

function call(
  headers: Record<string, string> = {},
  path = '/v1/chat/completions',
): Promise<Response> {
  return fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, ...headers },
    body,
  })
}

describe('headers that two readers could understand differently', () => {
  for (const [name, request] of [
    ['two equal lengths', () => `${line}host: x\r\n${auth()}${json}${sized}${sized}\r\n${body}`],
    [
      'two lengths',
      () => `${line}host: x\r\n${auth()}${json}${sized}content-length: 3\r\n\r\n${body}`,
    ],
    [
      'a list of lengths',
      () => `${line}host: x\r\n${auth()}${json}content-length: 5, 5\r\n\r\n${body}`,
    ],
    [
      'no number as length',
      () => `${line}host: x\r\n${auth()}${json}content-length: +27\r\n\r\n${body}`,
    ],
    [
      'a length and chunks',
      () =>
        `${line}host: x\r\n${auth()}${json}${sized}transfer-encoding: chunked\r\n\r\n${chunked}`,
    ],
    [
      'chunked twice',
      () =>
        `${line}host: x\r\n${auth()}${json}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n${chunked}`,
    ],
    [
      'another transfer coding',
      () => `${line}host: x\r\n${auth()}${json}transfer-encoding: gzip, chunked\r\n\r\n${chunked}`,
    ],
    ['two hosts', () => `${line}host: x\r\nhost: y\r\n${auth()}${json}${sized}\r\n${body}`],
    ['no host', () => `${line}${auth()}${json}${sized}\r\n${body}`],
    [
      'two types',
      () => `${line}host: x\r\n${auth()}${json}content-type: text/plain\r\n${sized}\r\n${body}`,
    ],
    [
      'two credentials in one header',
      () => `${line}host: x\r\n${auth()}${auth()}${json}${sized}\r\n${body}`,
    ],
    [
      'white space before a colon',
      () => `${line}host: x\r\n${auth()}x-a : b\r\n${json}${sized}\r\n${body}`,
    ],
    [
      'a folded line',
      () => `${line}host: x\r\n${auth()}x-a: b\r\n c\r\n${json}${sized}\r\n${body}`,
    ],
    ['a NUL', () => `${line}host: x\r\n${auth()}x-a: b\0c\r\n${json}${sized}\r\n${body}`],
  ] as const) {
    test(`are refused: ${name}`, async () => {
      const before = raw.requests.length
      const { status } = await sendRaw(request())
      expect(status).toBe(400)
      expect(raw.requests.length).toBe(before)
    })
  }

  test('are refused: two credentials that differ, without saying anything about either', async () => {
    const other = newKey()
    const response = await call({ 'x-api-key': other })
    const text = await response.text()
    expect(response.status).toBe(400)
    expect(text).toContain('different keys')
    for (const key of [other, gateway.key]) expect(text).not.toContain(key.slice(6, 20))
  })

  test('a repeated credential that is the same everywhere is accepted', async () => {
    expect((await call({ 'x-api-key': gateway.key, 'api-key': gateway.key })).status).toBe(200)
  })

  test('the host cannot move the path: what decides is the request line', async () => {
    const { status } = await sendRaw(
      `POST /nowhere HTTP/1.1\r\nhost: x/v1/chat/completions?\r\n${auth()}${json}${sized}\r\n${body}`,
    )
    expect(status).toBe(404)
  })
})

describe('headers that are too large', () => {
  test('are a 431 at the configured size, in the dialect of the client', async () => {
    const response = await call({ 'x-large': 'a'.repeat(2100) }, '/v1/messages')
    expect(response.status).toBe(431)
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { code: 'headers_too_large', source: 'client' },
    })
    expect((await call({ 'x-large': 'a'.repeat(1500) })).status).toBe(200)
  })

  test('are a 431 of the runtime beyond its own limits', async () => {
    const large = `x-a: ${'a'.repeat(20_000)}\r\n`
    expect((await sendRaw(`${line}host: x\r\n${auth()}${large}${sized}\r\n${body}`)).status).toBe(
      431,
    )
    const many = Array.from({ length: 300 }, (_, index) => `x${index}: b\r\n`).join('')
    expect((await sendRaw(`${line}host: x\r\n${auth()}${many}${sized}\r\n${body}`)).status).toBe(
      431,
    )
  })
})

describe('an endpoint', () => {
  const ask = (method: string, path: string): Promise<Response> =>
    fetch(gateway.url + path, { method, headers: { authorization: `Bearer ${gateway.key}` } })

  test('that is unknown is a 404 in the dialect of its path', async () => {
    for (const path of ['/', '/v1', '/v1/nowhere', '/v1/chat/completions/', '/V1/models']) {
      const response = await ask('GET', path)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({
        error: { code: 'not_found', request_id: response.headers.get('x-request-id') },
      })
    }
    for (const path of ['/anthropic/v1/nowhere', '/v1/messages/nowhere']) {
      const response = await ask('GET', path)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({
        type: 'error',
        error: { type: 'not_found_error', code: 'not_found' },
      })
    }
  })

  test('refuses other methods with 405 and names those it takes', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD']) {
      const response = await ask(method, '/v1/chat/completions')
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('POST')
      const text = await response.text()
      if (method === 'HEAD') expect(text).toBe('')
      else expect(text).toContain('"method_not_allowed"')
    }
    expect((await ask('POST', '/v1/models')).headers.get('allow')).toBe('GET')
    expect((await ask('PUT', '/v1/files')).headers.get('allow')).toBe('GET, POST, DELETE')
  })

  test('needs a key, and tells unknown keys and other credentials apart only in words', async () => {
    for (const [headers, code] of [
      [{}, 'missing_key'],
      [{ authorization: `Bearer ${newKey()}` }, 'invalid_api_key'],
      [{ authorization: 'Basic dXNlcjpwYXNz' }, 'invalid_api_key'],
      [{ 'x-api-key': 'sk-ant-123' }, 'invalid_api_key'],
    ] as const) {
      const response = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers,
        body,
      })
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ error: { code, source: 'client' } })
    }
  })

  test('takes the key in every header that clients use', async () => {
    const { key } = gateway
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer  ${key}` },
      { 'x-api-key': key },
      { 'api-key': key },
      { 'x-goog-api-key': key },
    ]) {
      const response = await fetch(`${gateway.url}/v1/models`, { headers })
      expect(response.status).toBe(200)
    }
  })
})

describe('ids of a request', () => {
  test('are accepted, returned and recorded when they are safe, and replaced when they are not', async () => {
    const own = 'client-id_1.2:3~4'
    expect((await call({ 'x-request-id': own })).headers.get('x-request-id')).toBe(own)
    for (const unsafe of ['a b', 'x'.repeat(129), 'a"b', 'a/b', '<script>']) {
      const given = (await call({ 'x-request-id': unsafe })).headers.get('x-request-id')
      expect(given).toMatch(/^req_[0-9a-f]{32}$/)
    }
    const refused = await call({ 'x-request-id': own }, '/v1/nowhere')
    expect(refused.headers.get('x-request-id')).toBe(own)
  })

  test('differ from call to call, and those of the provider are passed on beside ours', async () => {
    raw.script(answering(whole(200, plainAnswer('openai'), { 'x-request-id': 'req-of-provider' })))
    const ids = new Set<string | null>()
    for (let index = 0; index < 5; index++) {
      const { headers } = await call()
      ids.add(headers.get('x-request-id'))
      expect(headers.get('x-smartflow-provider-request-id')).toBe('req-of-provider')
    }
    expect(ids.size).toBe(5)
  })

  test('of a trace reach the provider when they are well-formed, and not at all otherwise', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await call({ traceparent })
    expect(raw.requests.at(-1)?.headers['traceparent']).toBe(traceparent)
    for (const malformed of [
      '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
      '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
      'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
      `${traceparent}, ${traceparent}`,
      'nonsense',
    ]) {
      await call({ traceparent: malformed })
      expect(raw.requests.at(-1)?.headers).not.toHaveProperty('traceparent')
    }
  })
})

describe('bytes that are no request of a version we speak', () => {
  for (const [name, bytes] of [
    ['HTTP/2 that is none', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nno frame of any kind'],
    ['TLS', '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03\r\n\r\n'],
    ['bare line feeds', 'GET /v1/models HTTP/1.1\nhost: x\n\n'],
    ['a chunk that is none', `${line}host: x\r\n${json}transfer-encoding: chunked\r\n\r\nzz\r\n`],
  ] as const) {
    test(`end the connection: ${name}`, async () => {
      using client = await connectRaw(gateway.url)
      client.send(bytes)
      await client.closed
      expect(client.received().toString()).not.toStartWith('HTTP/1.1 2')
    })
  }

  test('do not keep the gateway from serving the next connection', async () => {
    expect((await call()).status).toBe(200)
    const { status } = await sendRaw(rawRequest('GET /health', {}))
    expect(status).toBe(200)
  })
})
