import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { asObject, parseJson } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { answering, plainAnswer, whole } from '../support/raw-answers.ts'
import { connectRaw, rawRequest } from '../support/raw-client.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import type { RawProvider } from '../support/raw-provider.ts'
import { providerKey } from '../support/faulty-gateway.ts'

let gateway: TestGateway
let raw: RawProvider

beforeAll(async () => {
  raw = await startRawProvider(answering(whole(200, plainAnswer('openai'))))
  gateway = await startTestGateway({
    limits: [
      'maxBodyBytes: 4096',
      'maxUploadBytes: 8192',
      'bodyTimeoutMs: 200',
      'maxJsonDepth: 8',
      'maxMessages: 3',
    ],
    yaml: [
      `providers: [{ name: raw, type: openai, apiKey: ${providerKey}, baseUrl: "${raw.url}" }]`,
      'models: [{ name: m, targets: [{ provider: raw, model: m }] }]',
    ].join('\n'),
  })
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await raw[Symbol.asyncDispose]()
})

const paths = { openai: '/v1/chat/completions', anthropic: '/v1/messages' } as const

interface Posted {
  readonly status: number
  readonly headers: Headers
  readonly error: JsonObject | undefined
}

async function post(
  body: string | Uint8Array | ReadableStream<Uint8Array>,
  options: { readonly path?: string; readonly headers?: Record<string, string> } = {},
): Promise<Posted> {
  const { path = paths.openai, headers = {} } = options
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.key}`,
      'content-type': 'application/json',
      ...headers,
    },
    body,
  })
  const error = asObject(asObject(parseJson(await response.text()))?.['error'])
  return { status: response.status, headers: response.headers, error }
}

const message = '{"role":"user","content":"hi"}'
const fine = `{"model":"m","messages":[${message}]}`

async function expectRefusal(
  posted: Promise<Posted>,
  expected: { readonly status: number; readonly code: string; readonly param?: string },
): Promise<void> {
  const before = raw.requests.length
  const { status, headers, error } = await posted
  expect({ status, code: error?.['code'] }).toEqual({
    status: expected.status,
    code: expected.code,
  })
  expect(error).toMatchObject({
    source: 'client',
    ...(expected.param === undefined ? {} : { param: expected.param }),
  })
  expect(headers.get('x-smartflow-error-source')).toBe('client')
  expect(headers.get('x-request-id')).toMatch(/^req_/)
  expect(raw.requests.length).toBe(before)
}

describe('a body that is no acceptable JSON', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const withField = (field: string): string => `{"model":"m",${field},"messages":[${message}]}`

  for (const [name, body, param] of [
    ['empty', ''],
    ['no object', '[]'],
    ['a string', '"model"'],
    ['cut', fine.slice(0, -3)],
    ['followed by more', `${fine} {}`],
    ['JSON with a comment', `/* hello */ ${fine}`],
    ['NaN where a number stands', withField('"temperature":NaN')],
    ['invalid UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d)],
    ['UTF-16', Buffer.from(fine, 'utf16le')],
    ['nested too deep', withField(`"x":${nested(9)}`)],
    ['naming a field twice', withField('"model":"other"'), 'model'],
    ['naming a field twice in two spellings', withField('"mod\\u0065l":"other"'), 'model'],
    ['naming no model', `{"messages":[${message}]}`, 'model'],
    ['naming a model that is no string', `{"model":["m"],"messages":[${message}]}`, 'model'],
    ['naming a model of 257 letters', fine.replace('"m"', `"${'m'.repeat(257)}"`), 'model'],
    ['asking for a stream in words', withField('"stream":"yes"'), 'stream'],
  ] as const satisfies readonly (readonly [string, string | Uint8Array, string?])[]) {
    test(`is a 400 when it is ${name}`, async () => {
      await expectRefusal(post(body), {
        status: 400,
        code: 'invalid_request',
        ...(param === undefined ? {} : { param }),
      })
    })
  }

  test('is told in the dialect of the path', async () => {
    const { status, headers, error } = await post('{', { path: paths.anthropic })
    expect(status).toBe(400)
    expect(error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_request' })
    expect(headers.get('request-id')).toBe(headers.get('x-request-id'))
  })

  test('is a 413 when it has more messages than configured', async () => {
    const body = `{"model":"m","messages":[${Array.from({ length: 4 }, () => message).join(',')}]}`
    await expectRefusal(post(body), { status: 413, code: 'request_too_large', param: 'messages' })
    for (const field of ['texts', 'requests', 'tools']) {
      const other = `{"model":"m","messages":[${message}],"${field}":[1,2,3,4]}`
      await expectRefusal(post(other), { status: 413, code: 'request_too_large', param: field })
    }
  })

  for (const type of ['text/xml', 'application/x-www-form-urlencoded', 'multipart/mixed', 'json']) {
    test(`is a 415 when it says it is ${type}`, async () => {
      await expectRefusal(post(fine, { headers: { 'content-type': type } }), {
        status: 415,
        code: 'unsupported_media_type',
      })
    })
  }

  test('is a 415 when it is a form where no files are taken', async () => {
    const form = '--X\r\ncontent-disposition: form-data; name="model"\r\n\r\nm\r\n--X--\r\n'
    await expectRefusal(
      post(form, { headers: { 'content-type': 'multipart/form-data; boundary=X' } }),
      { status: 415, code: 'unsupported_media_type' },
    )
  })

  test('is a 415 when it is compressed', async () => {
    await expectRefusal(post(Bun.gzipSync(fine), { headers: { 'content-encoding': 'gzip' } }), {
      status: 415,
      code: 'unsupported_media_type',
    })
  })
})

describe('a body that is acceptable JSON', () => {
  for (const [name, body, headers] of [
    ['as deep as configured', `{"model":"m","x":${'['.repeat(7)}${']'.repeat(7)},"messages":[]}`],
    [
      'with a type that has parameters',
      fine,
      { 'content-type': 'application/json; charset=utf-8' },
    ],
    ['with a type in capitals', fine, { 'content-type': 'Application/JSON' }],
    ['with white space around it', ` \r\n\t${fine}\n`],
  ] as const satisfies readonly (readonly [string, string, Record<string, string>?])[]) {
    test(`passes ${name}, byte for byte`, async () => {
      const { status } = await post(body, headers === undefined ? {} : { headers })
      expect(status).toBe(200)
      expect(raw.requests.at(-1)?.body.toString()).toBe(body)
    })
  }

  test('cannot change what objects are: __proto__ is a field like any other', async () => {
    const body = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},${fine.slice(1)}`
    expect((await post(body)).status).toBe(200)
    expect(raw.requests.at(-1)?.body.toString()).toBe(body)
    expect('polluted' in {}).toBe(false)
    const hidden = `{"__proto__":{"model":"m"},"messages":[${message}]}`
    await expectRefusal(post(hidden), { status: 400, code: 'invalid_request', param: 'model' })
  })
})

describe('a body that is too large', () => {
  const large = fine.replace('hi', 'x'.repeat(5000))

  test('is a 413 before any of it was read when it announces its size', async () => {
    using client = await connectRaw(gateway.url)
    const headers = {
      authorization: `Bearer ${gateway.key}`,
      'content-type': 'application/json',
      'content-length': '1073741824',
    }
    client.send(rawRequest('POST /v1/chat/completions', headers))
    const before = performance.now()
    const text = await client.until('}}')
    expect(text).toStartWith('HTTP/1.1 413')
    expect(text).toContain('"request_too_large"')
    expect((await client.closed) - before).toBeLessThan(150)
  })

  test('is a 413 as soon as too much of it came when it does not', async () => {
    const chunks = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1024)),
    })
    await expectRefusal(post(chunks), { status: 413, code: 'request_too_large' })
    await expectRefusal(post(large), { status: 413, code: 'request_too_large' })
  })

  test('may be larger where files are taken, up to a limit of its own', async () => {
    const form = new FormData()
    form.set('model', 'm')
    form.set('file', new Blob([new Uint8Array(6000)]), 'a.wav')
    const upload = async (size: number): Promise<number> => {
      form.set('file', new Blob([new Uint8Array(size)]), 'a.wav')
      const headers = { authorization: `Bearer ${gateway.key}` }
      const url = `${gateway.url}/v1/audio/transcriptions`
      return (await fetch(url, { method: 'POST', headers, body: form })).status
    }
    expect(await upload(6000)).toBe(200)
    expect(await upload(9000)).toBe(413)
  })

  test('is not taken in without end from somebody without a key', async () => {
    using client = await connectRaw(gateway.url)
    client.send(
      rawRequest('POST /v1/chat/completions', {
        'content-type': 'application/json',
        'transfer-encoding': 'chunked',
      }),
    )
    const block = `10000\r\n${'a'.repeat(65_536)}\r\n`
    let sent = 0
    while (!client.socket.destroyed && sent < 200) {
      client.send(block)
      sent += 1
      await Bun.sleep(1)
    }
    expect(client.received().toString()).toStartWith('HTTP/1.1 401')
    expect(sent).toBeLessThan(200)
  })
})

describe('a body that does not arrive', () => {
  const headers = (): Record<string, string> => ({
    authorization: `Bearer ${gateway.key}`,
    'content-type': 'application/json',
    'content-length': '500',
  })

  test('in time is a 408 and the end of the connection', async () => {
    using client = await connectRaw(gateway.url)
    const before = performance.now()
    client.send(rawRequest('POST /v1/messages', headers(), '{"model":'))
    const text = await client.until('}}')
    expect(text).toStartWith('HTTP/1.1 408')
    expect(text).toContain('"request_timeout"')
    expect((await client.closed) - before).toBeWithin(190, 400)
  })

  test('in time is a 408 as well when it trickles', async () => {
    using client = await connectRaw(gateway.url)
    client.send(rawRequest('POST /v1/messages', headers()))
    const timer = setInterval(() => client.send(' '), 20)
    const text = await client.until('}}')
    clearInterval(timer)
    expect(text).toStartWith('HTTP/1.1 408')
  })

  test('because the client left ends the call', async () => {
    using client = await connectRaw(gateway.url)
    client.send(rawRequest('POST /v1/messages', headers(), '{"model":'))
    await Bun.sleep(20)
    expect(gateway.running.gateway.status().inFlight).toBe(1)
    client.socket.destroy()
    await Bun.sleep(50)
    expect(gateway.running.gateway.status().inFlight).toBe(0)
  })
})
