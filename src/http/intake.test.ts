import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { Call } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { Operation } from '../core/record.ts'
import type { Parsed } from '../pipeline/index.ts'
import { serverConfigSchema } from './config.ts'
import { createIntake } from './intake.ts'

const { limits } = serverConfigSchema.parse({ limits: { maxJsonDepth: 8, maxMessages: 3 } })
const intake = createIntake(limits)

interface Sent {
  readonly body?: string | Uint8Array
  readonly operation?: Operation
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly deployment?: string
}

function parse({
  body = '',
  operation = 'chat',
  method = 'POST',
  headers = {},
  deployment,
}: Sent): Promise<Parsed> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const call: Call = {
    requestId: 'req_1',
    traceparent: undefined,
    operation,
    clientFormat: 'openai-chat',
    deployment,
    method,
    path: '/x',
    headers: new Headers({ 'content-type': 'application/json', ...headers }),
    sourceAddress: undefined,
    startedAt: 0,
    signal: new AbortController().signal,
    readBody: () => Promise.resolve(bytes),
    onEnd: () => undefined,
  }
  return intake.parse(call)
}

async function failureOf(sent: Sent): Promise<Partial<GatewayError> | undefined> {
  try {
    await parse(sent)
    return undefined
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const { code, status, param, message } = error
    return { code, status, param, message }
  }
}

describe('a JSON call', () => {
  test('is read once, and its bytes and text are kept as they came', async () => {
    const text = ' {"model": "m", "stream": true, "temperature": 1.0e0, "x": null}\n'
    const { body, model, stream } = await parse({ body: text })
    expect({ model, stream }).toEqual({ model: 'm', stream: true })
    expect(body.text).toBe(text)
    expect(Buffer.from(body.bytes).toString()).toBe(text)
    expect(body.json).toEqual({ model: 'm', stream: true, temperature: 1, x: null })
  })

  test('streams only when it says true', async () => {
    for (const [value, stream] of [
      ['true', true],
      ['false', false],
      ['null', false],
    ] as const) {
      expect((await parse({ body: `{"model":"m","stream":${value}}` })).stream).toBe(stream)
    }
    for (const value of ['"true"', '1', '0', '[]', '{}']) {
      expect(await failureOf({ body: `{"model":"m","stream":${value}}` })).toMatchObject({
        code: 'invalid_request',
        param: 'stream',
      })
    }
  })

  test('may hold as many entries and levels as configured', async () => {
    const list = (length: number): string => JSON.stringify(Array.from({ length }, () => ({})))
    const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(await failureOf({ body: `{"model":"m","messages":${list(3)}}` })).toBeUndefined()
    for (const field of ['messages', 'input']) {
      expect(await failureOf({ body: `{"model":"m","${field}":${list(4)}}` })).toMatchObject({
        status: 413,
        param: field,
      })
    }
    expect(await failureOf({ body: `{"model":"m","x":${deep(7)}}` })).toBeUndefined()
    expect(await failureOf({ body: `{"model":"m","x":${deep(8)}}` })).toMatchObject({ status: 400 })
    expect(await failureOf({ body: `{"model":"m","x":${deep(200_000)}}` })).toMatchObject({
      message: 'The request body is nested deeper than 8 levels.',
    })
    expect(await failureOf({ body: `{"model":"m","x":"${'['.repeat(100)}"}` })).toBeUndefined()
  })

  test('is refused in words that repeat nothing of it', async () => {
    for (const body of ['{"model":"m","secret":"4111', '["secret"]', '{"secret":1}']) {
      expect((await failureOf({ body }))?.message).not.toContain('secret')
    }
  })

  test('of any bytes is read or refused, never anything else', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc
        .constantFrom(
          '{',
          '}',
          '[',
          ']',
          '"',
          ':',
          ',',
          '\\',
          '"model"',
          '"m"',
          'true',
          '1e9',
          ' ',
          '\\u0000',
        )
        .map((text) => new TextEncoder().encode(text)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
        const body = Buffer.concat(pieces)
        const failure = await failureOf({ body })
        expect([undefined, 400, 413]).toContain(failure?.status)
      }),
      { numRuns: 500 },
    )
  })

  test('in another coding or of another type is refused', async () => {
    const body = '{"model":"m"}'
    for (const coding of ['gzip', 'br', 'identity, gzip', 'x']) {
      const headers = { 'content-encoding': coding }
      expect(await failureOf({ body, headers })).toMatchObject({ status: 415 })
    }
    expect(await failureOf({ body, headers: { 'content-encoding': 'Identity' } })).toBeUndefined()
    for (const type of [
      'text/html',
      'application/octet-stream',
      'multipart/form-data; boundary=x',
    ]) {
      expect(await failureOf({ body, headers: { 'content-type': type } })).toMatchObject({
        status: 415,
      })
    }
    for (const type of ['', 'application/vnd.api+json', 'text/plain;charset=UTF-8']) {
      expect(await failureOf({ body, headers: { 'content-type': type } })).toBeUndefined()
    }
  })
})

describe('a call whose path names the model', () => {
  test('is sent on with that model, whatever its body says, and as it came where it says the same', async () => {
    for (const [body, expected] of [
      ['{"model":"other", "n": 1.0, "stream":true}', '{"model":"m", "n": 1.0, "stream":true}'],
      ['{ "n": 1.0, "stream":true }', '{ "n": 1.0, "stream":true ,"model":"m"}'],
      ['{"model":null,"stream":true}', '{"model":"m","stream":true}'],
      [' {"model": "m" ,"stream":true}', ' {"model": "m" ,"stream":true}'],
    ] as const) {
      const { body: read, model, stream } = await parse({ body, deployment: 'm' })
      expect({ model, stream }).toEqual({ model: 'm', stream: true })
      expect(read.text).toBe(expected)
      expect(Buffer.from(read.bytes).toString()).toBe(expected)
      expect(read.json).toEqual(JSON.parse(expected))
    }
  })

  test('is checked as any other', async () => {
    const long = { body: '{}', deployment: 'm'.repeat(257) }
    expect(await failureOf(long)).toMatchObject({ status: 400, param: 'model' })
    for (const body of ['', '[]', '{"model":"a","model":"b"}']) {
      expect(await failureOf({ body, deployment: 'm' })).toMatchObject({ status: 400 })
    }
  })

  test('may be a form, with or without that field', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    for (const field of ['', '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nx\r\n']) {
      const file = '--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n…\r\n'
      const sent = { body: `${field}${file}--b--\r\n`, headers, operation: 'audio' } as const
      const { model, body } = await parse({ ...sent, deployment: 'm' })
      expect(model).toBe('m')
      const form = await new Response(body.bytes, { headers }).formData()
      expect(form.getAll('model')).toEqual(['m'])
      expect(form.has('file')).toBe(true)
    }
  })
})

describe('a call without a model', () => {
  test('is refused, except where none is used or the documented one is meant', async () => {
    expect(await failureOf({ body: '{}' })).toMatchObject({ status: 400, param: 'model' })
    expect((await parse({ body: '{}', operation: 'batches' })).model).toBe('')
    expect((await parse({ body: '', operation: 'batches' })).model).toBe('')
    expect((await parse({ body: '{"input":"x"}', operation: 'moderations' })).model).not.toBe('')
  })

  test('has no body when it is no POST', async () => {
    const parsed = await parse({ method: 'GET', operation: 'files', body: 'ignored' })
    expect(parsed).toEqual({
      body: { bytes: new Uint8Array(), contentType: '', text: undefined, json: undefined },
      model: '',
      stream: false,
    })
  })
})

describe('a form', () => {
  const field = (name: string, value: string): string =>
    `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  const form = (...fields: readonly string[]): string => `${fields.join('')}--b--\r\n`

  test('names its model and whether it streams, and keeps its bytes', async () => {
    const body = form(field('model', 'whisper'), field('stream', 'true'))
    const parsed = await parse({ body, headers, operation: 'audio' })
    expect(parsed).toMatchObject({ model: 'whisper', stream: true })
    expect(parsed.body).toMatchObject({ contentType: headers['content-type'], json: undefined })
    expect(Buffer.from(parsed.body.bytes).toString()).toBe(body)
  })

  test('is refused with no model or with two', async () => {
    const none = { body: form(field('language', 'de')), headers, operation: 'audio' } as const
    expect(await failureOf(none)).toMatchObject({ status: 400, param: 'model' })
    const two = { ...none, body: form(field('model', 'a'), field('model', 'b')) }
    expect(await failureOf(two)).toMatchObject({ status: 400, param: 'model' })
  })

  test('of a file has no model, even if it says one', async () => {
    const body = form(field('model', 'cheap'), field('purpose', 'batch'))
    expect((await parse({ body, headers, operation: 'files' })).model).toBe('')
  })
})
