import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { asObject, asString } from '../../src/core/json.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { answering, plainAnswer, whole } from '../support/raw-answers.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import type { RawProvider } from '../support/raw-provider.ts'

const [ana, ben] = [newKey(), newKey()]
let gateway: TestGateway
let first: RawProvider
let second: RawProvider

beforeAll(async () => {
  first = await startRawProvider(answering(whole(200, plainAnswer('openai'))))
  second = await startRawProvider(answering(whole(200, plainAnswer('openai'))))
  const provider = (name: string, { url }: RawProvider): string =>
    `  - { name: ${name}, type: openai-compatible, apiKey: secret-of-the-gateway, baseUrl: "${url}/v1" }`
  gateway = await startTestGateway({
    keys: [
      `{ name: ana, sha256: ${hashKey(ana)}, user: ana@example.com, models: ["*"] }`,
      `{ name: ben, sha256: ${hashKey(ben)}, user: ben@example.com, models: ["*"] }`,
    ],
    yaml: [
      'providers:',
      provider('first', first),
      provider('second', second),
      'models:',
      '  - { name: both, targets: [{ provider: first, model: m }, { provider: second, model: m }] }',
      '  - { name: only-first, targets: [{ provider: first, model: m }] }',
    ].join('\n'),
  })
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
})

const notYours = 'There is no such file or batch of yours.'

/** Stores a file at the second provider. */
async function upload(key: string, id: string): Promise<void> {
  second.script(answering(whole(200, JSON.stringify({ id, object: 'file', purpose: 'user_data' }))))
  const body = new FormData()
  body.append('purpose', 'user_data')
  body.append('file', new Blob(['x']), 'a.txt')
  const headers = { authorization: `Bearer ${key}`, 'x-smartflow-provider': 'second' }
  const response = await fetch(`${gateway.url}/v1/files`, { method: 'POST', headers, body })
  expect(response.status).toBe(200)
  second.script(answering(whole(200, plainAnswer('openai'))))
}

async function post(key: string, path: string, body: object) {
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = asObject(await response.json())
  const error = asObject(answer?.['error'])
  return {
    id: asString(answer?.['id']),
    status: response.status,
    message: asString(error?.['message']),
    headers: response.headers,
  }
}

const part = (id: string): object => ({ type: 'file', file: { file_id: id } })
const chat = (model: string, ...content: object[]): object => ({
  model,
  messages: [{ role: 'user', content }],
})

describe('a question about a file', () => {
  test('goes to the provider that keeps it, though another comes first', async () => {
    await upload(ana, 'file-of-ana')
    const before = first.requests.length
    for (let times = 0; times < 3; times++) {
      const answer = await post(ana, '/v1/chat/completions', chat('both', part('file-of-ana')))
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-smartflow-provider')).toBe('second')
    }
    expect(first.requests.length).toBe(before)
    expect(second.requests.at(-1)?.body.toString()).toContain('file-of-ana')
  })

  test('is refused where that provider does not offer the model, with words that say so', async () => {
    await upload(ana, 'file-of-ana')
    const answer = await post(ana, '/v1/chat/completions', chat('only-first', part('file-of-ana')))
    expect(answer).toMatchObject({
      status: 400,
      message: expect.stringContaining('does not offer'),
    })
  })

  test('of another is refused as one about a file that is not there, in every format', async () => {
    await upload(ana, 'file-of-ana')
    const before = [first.requests.length, second.requests.length]
    for (const id of ['file-of-ana', 'file-of-nobody']) {
      const input = [{ role: 'user', content: [{ type: 'input_file', file_id: id }] }]
      const source = { type: 'file', file_id: id }
      const messages = [{ role: 'user', content: [{ type: 'document', source }] }]
      const fileUri = `https://generativelanguage.googleapis.com/v1beta/files/${id}`
      const contents = [
        { role: 'user', parts: [{ fileData: { fileUri, mimeType: 'text/plain' } }] },
      ]
      for (const [path, body] of [
        ['/v1/chat/completions', chat('both', part(id))],
        ['/v1/chat/completions', { ...chat('both', part(id)), stream: true }],
        ['/v1/responses', { model: 'both', input }],
        ['/v1/messages', { model: 'both', max_tokens: 9, messages }],
        ['/v1/messages/count_tokens', { model: 'both', messages }],
        ['/gemini/v1beta/models/both:generateContent', { contents }],
      ] as const) {
        const { status, message } = await post(ben, path, body)
        expect({ path, status, message }).toEqual({ path, status: 404, message: notYours })
      }
    }
    expect([first.requests.length, second.requests.length]).toEqual(before)
  })

  test('is refused when only one of several files is the caller’s own', async () => {
    await upload(ana, 'file-of-ana')
    await upload(ben, 'file-of-ben')
    const both = chat('both', part('file-of-ben'), part('file-of-ana'))
    expect(await post(ben, '/v1/chat/completions', both)).toMatchObject({ status: 404 })
  })

  test('that a conversation began with goes to the provider of that file later on, too', async () => {
    await upload(ana, 'file-of-ana')
    const input = [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-of-ana' }] }]
    const { id } = await post(ana, '/v1/responses', { model: 'both', input })
    const before = [first.requests.length, second.requests.length]
    const next = { model: 'both', input: 'and now?', previous_response_id: id }
    const answer = await post(ana, '/v1/responses', next)
    expect(answer.headers.get('x-smartflow-provider')).toBe('second')
    expect(second.requests.at(-1)?.body.toString()).toContain('file-of-ana')
    const elsewhere = await post(ana, '/v1/responses', { ...next, model: 'only-first' })
    expect(elsewhere.message).toContain('does not offer')
    expect([first.requests.length, second.requests.length]).toEqual([
      before[0] ?? 0,
      (before[1] ?? 0) + 1,
    ])
  })
})
