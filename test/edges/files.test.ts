import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { asArray, asObject, asString } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { answering, whole } from '../support/raw-answers.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import type { RawProvider } from '../support/raw-provider.ts'

const [ana, ben, eve] = [newKey(), newKey(), newKey()]
let gateway: TestGateway
let raw: RawProvider

beforeAll(async () => {
  raw = await startRawProvider()
  gateway = await startTestGateway({
    keys: [
      `{ name: ana, sha256: ${hashKey(ana)}, user: ana@example.com, models: ["*"] }`,
      `{ name: ben, sha256: ${hashKey(ben)}, user: ben@example.com, models: ["*"] }`,
      `{ name: eve, sha256: ${hashKey(eve)}, user: eve@example.com, models: [simulated] }`,
    ],
    yaml: [
      'providers:',
      '  - { name: simulated, type: simulated }',
      `  - { name: raw, type: openai, apiKey: secret-of-the-gateway, baseUrl: "${raw.url}/v1" }`,
      'models:',
      '  - { name: simulated, targets: [{ provider: simulated, model: simulated }] }',
      '  - { name: whisper, targets: [{ provider: raw, model: whisper-1 }] }',
    ].join('\n'),
  })
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await raw[Symbol.asyncDispose]()
})

interface Asked {
  readonly key?: string
  readonly method?: string
  readonly body?: string | FormData
  readonly headers?: Record<string, string>
}

function ask(
  path: string,
  { key = ana, method = 'GET', body, headers }: Asked = {},
): Promise<Response> {
  return fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...headers },
    ...(body === undefined ? {} : { body }),
  })
}

async function askJson(path: string, asked?: Asked): Promise<JsonObject> {
  const response = await ask(path, asked)
  expect(response.status).toBe(200)
  return asObject(await response.json()) ?? {}
}

function fileForm(content: string | Uint8Array, fields: Record<string, string> = {}): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([content]), 'a.jsonl')
  return form
}

const batchLine = JSON.stringify({
  custom_id: 'one',
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'simulated', messages: [{ role: 'user', content: 'hi' }] },
})

async function upload(key: string, content = `${batchLine}\n`): Promise<string> {
  const form = fileForm(content, { purpose: 'batch' })
  const about = await askJson('/v1/files', { key, method: 'POST', body: form })
  expect(about).toMatchObject({ object: 'file', purpose: 'batch' })
  return asString(about['id']) ?? ''
}

function idsOf(list: JsonObject): (string | undefined)[] {
  return asArray(list['data']).map((entry) => asString(asObject(entry)?.['id']))
}

describe('files of several users of one account', () => {
  test('are listed, read and deleted only by who stored them', async () => {
    const [own, foreign] = [await upload(ana, 'of ana'), await upload(ben, 'of ben')]
    expect(idsOf(await askJson('/v1/files', { key: ana }))).toContain(own)
    expect(idsOf(await askJson('/v1/files', { key: ana }))).not.toContain(foreign)
    expect(await (await ask(`/v1/files/${own}/content`)).text()).toBe('of ana')
    for (const [method, path] of [
      ['GET', `/v1/files/${foreign}`],
      ['GET', `/v1/files/${foreign}/content`],
      ['GET', `/v1/files/${foreign}/content?x=1`],
      ['DELETE', `/v1/files/${foreign}`],
      ['GET', '/v1/files/file-of-nobody'],
    ] as const) {
      const response = await ask(path, { method })
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({
        error: { code: 'not_found', message: 'There is no such file or batch of yours.' },
      })
    }
    expect((await ask(`/v1/files/${own}`, { method: 'DELETE' })).status).toBe(200)
    expect(await (await ask(`/v1/files/${foreign}/content`, { key: ben })).text()).toBe('of ben')
  })

  test('make batches only for their owners, whose results are theirs as well', async () => {
    const [own, foreign] = [await upload(ana), await upload(ben)]
    const wish = (id: string): Asked => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        input_file_id: id,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      }),
    })
    expect((await ask('/v1/batches', wish(foreign))).status).toBe(404)
    const batch = await askJson('/v1/batches', wish(own))
    expect(batch).toMatchObject({ object: 'batch', status: 'completed' })
    const [id, output] = [asString(batch['id']), asString(batch['output_file_id'])]
    const results = await (await ask(`/v1/files/${output}/content`)).text()
    expect(results).toContain('"custom_id":"one"')
    expect(await askJson(`/v1/batches/${id}`)).toMatchObject({ id })
    expect(idsOf(await askJson('/v1/batches'))).toContain(id)
    expect(idsOf(await askJson('/v1/batches', { key: ben }))).not.toContain(id)
    for (const path of [`/v1/batches/${id}`, `/v1/files/${output}/content`]) {
      expect((await ask(path, { key: ben })).status).toBe(404)
    }
  })

  test('need a key that may use every model, a model in the form notwithstanding', async () => {
    const form = fileForm('x', { purpose: 'batch', model: 'simulated' })
    for (const asked of [{}, { method: 'POST', body: form }]) {
      const response = await ask('/v1/files', { key: eve, ...asked })
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ error: { code: 'model_not_permitted' } })
    }
  })
})

/** Every byte there is, and what looks like the structure of a form. */
const awkward = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
  Buffer.from('--boundary\r\nContent-Disposition: form-data; name="model"\r\n\r\nevil\r\n'),
])

describe('the content of a file', () => {
  test('is passed on as it is, though it looks like a list of what belongs to others', async () => {
    const about = { id: 'file-list', object: 'file', purpose: 'batch' }
    raw.script(answering(whole(200, JSON.stringify(about))))
    const body = fileForm('x', { purpose: 'batch' })
    const headers = { 'x-smartflow-provider': 'raw' }
    await askJson('/v1/files', { method: 'POST', body, headers })
    const content =
      '{"object":"list","id":"file-list","data":[{"id":"file-of-ben"}],"output_file_id":"b"}'
    raw.script(answering(whole(200, content)))
    expect(await (await ask('/v1/files/file-list/content')).text()).toBe(content)
    // What a file says about ids makes nobody their owner.
    expect((await ask('/v1/files/b')).status).toBe(404)
  })
})

describe('a form with a file', () => {
  test('reaches the provider with its model renamed and no byte of the file touched', async () => {
    raw.script(answering(whole(200, '{"text":"hello"}')))
    const form = fileForm(awkward, { model: 'whisper', language: 'de' })
    const response = await ask('/v1/audio/transcriptions', { method: 'POST', body: form })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ text: 'hello' })
    const sent = raw.requests.at(-1)
    expect(sent?.path).toBe('/v1/audio/transcriptions')
    const read = await new Response(sent?.body, {
      headers: { 'content-type': sent?.headers['content-type'] ?? '' },
    }).formData()
    expect(read.get('model')).toBe('whisper-1')
    expect(read.get('language')).toBe('de')
    const file = read.get('file')
    expect(file instanceof Blob && Buffer.from(await file.bytes()).equals(awkward)).toBe(true)
  })

  test('is refused when it names two models', async () => {
    const before = raw.requests.length
    const form = fileForm('x', { model: 'whisper' })
    form.append('model', 'other')
    const response = await ask('/v1/audio/transcriptions', { method: 'POST', body: form })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { param: 'model', code: 'invalid_request' },
    })
    expect(raw.requests.length).toBe(before)
  })

  test('is refused when it names none, or one that the key may not use', async () => {
    for (const [form, status] of [
      [fileForm('x'), 400],
      [fileForm('x', { model: 'whisper' }), 403],
      [fileForm('x', { model: 'nothing' }), 404],
    ] as const) {
      const asked = { key: eve, method: 'POST', body: form }
      expect((await ask('/v1/audio/transcriptions', asked)).status).toBe(status)
    }
  })
})

describe('a binary answer', () => {
  const speech = (): Promise<Response> =>
    ask('/v1/audio/speech', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'whisper', input: 'hello', voice: 'alloy' }),
    })

  test('is passed on byte for byte with its type', async () => {
    const audio = Buffer.concat(Array.from({ length: 500 }, () => awkward))
    raw.script(answering(whole(200, audio, { 'content-type': 'audio/mpeg' })))
    const response = await speech()
    expect(response.headers.get('content-type')).toBe('audio/mpeg')
    expect(Buffer.from(await response.arrayBuffer()).equals(audio)).toBe(true)
  })

  test('that breaks off breaks off for the client too, instead of looking complete', async () => {
    raw.script(async (exchange) => {
      const bytes = whole(200, Buffer.alloc(100_000), { 'content-type': 'audio/mpeg' })
      await exchange.send(bytes.subarray(0, 50_000))
      exchange.reset()
    })
    const read = speech().then((response) => response.arrayBuffer())
    const outcome = await read.then(
      () => 'complete',
      () => 'broken',
    )
    expect(outcome).toBe('broken')
  })
})
