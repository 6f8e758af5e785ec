import { describe, expect, test } from 'bun:test'
import type { Question } from '../core/call.ts'
import { providersConfigSchema } from './config.ts'
import { answerHeaders, canLengthenContext, requestHeaders } from './headers.ts'
import { traitsOf } from './index.ts'
import type { Provider } from './provider.ts'
import { openProvider } from './transport.ts'

function providerOf(fields: Record<string, unknown>): Provider {
  const [config] = providersConfigSchema.parse([{ name: 'p', apiKey: 'provider-key', ...fields }])
  if (config === undefined) throw new Error('no provider')
  return openProvider(config, (runtime) => traitsOf(config, runtime), {
    fetch: () => Promise.resolve(new Response()),
  })
}

function questionOf(
  headers: Record<string, string>,
  more: { user?: string; traceparent?: string } = {},
): Question {
  return {
    call: {
      requestId: 'req_1',
      traceparent: more.traceparent,
      operation: 'chat',
      clientFormat: 'openai-chat',
      method: 'POST',
      path: '/chat/completions',
      headers: new Headers(headers),
      sourceAddress: undefined,
      startedAt: 0,
      signal: new AbortController().signal,
      readBody: () => Promise.resolve(new Uint8Array()),
      onEnd: () => undefined,
    },
    principal: {
      id: more.user ?? 'ana',
      kind: 'user',
      tenant: 'default',
      groups: [],
      authenticatedBy: 'key',
      models: ['*'],
    },
    body: { bytes: new Uint8Array(), contentType: '', text: undefined, json: undefined },
    model: 'm',
    stream: false,
  }
}

const openAi = providerOf({ type: 'openai' })
const anthropic = providerOf({ type: 'anthropic' })

describe('headers of features', () => {
  const beta = (value: string) => () =>
    requestHeaders(anthropic, questionOf({ 'anthropic-beta': value }), 'application/json')

  test('name features, and tell of nobody', () => {
    const usual = 'interleaved-thinking-2025-05-14, context-1m-2025-08-07,files-api-2025-04-14'
    expect(beta(usual)()).toMatchObject({ 'anthropic-beta': usual })
    for (const value of [
      '4539 5787 6362 1486',
      '123-45-6789',
      'ana@example.com',
      'Ana (Schmidt)',
    ]) {
      expect(beta(value)).toThrow('no name')
    }
  })
})

describe('a context of a million tokens', () => {
  const asked = (headers: Record<string, string> = {}): Question => ({
    ...questionOf(headers),
    longContext: true,
  })

  test('is asked of Anthropic by its beta header, beside the betas of the client', () => {
    const beta = 'context-1m-2025-08-07'
    const sent = (headers?: Record<string, string>) =>
      requestHeaders(anthropic, asked(headers), '')['anthropic-beta']
    expect(sent()).toBe(beta)
    expect(sent({ 'anthropic-beta': 'files-api-2025-04-14' })).toBe(`files-api-2025-04-14,${beta}`)
    expect(sent({ 'anthropic-beta': `a, ${beta}` })).toBe(`a, ${beta}`)
    expect(requestHeaders(anthropic, questionOf({}), '')).not.toHaveProperty('anthropic-beta')
  })

  test('is no matter for other providers', () => {
    expect(requestHeaders(openAi, asked(), '')).not.toHaveProperty('anthropic-beta')
    expect(canLengthenContext(openAi)).toBe(false)
    expect(canLengthenContext(anthropic)).toBe(true)
  })
})

describe('the headers of a request to a provider', () => {
  test('are its own and those of the client that concern the call, nothing else', () => {
    const question = questionOf({
      authorization: 'Bearer sk-sf-client',
      'x-api-key': 'sk-sf-client',
      cookie: 'a=b',
      'user-agent': 'client',
      'x-forwarded-for': '10.0.0.1',
      'openai-organization': 'org-of-client',
      'accept-encoding': 'gzip',
      'openai-beta': 'assistants=v2',
    })
    expect(requestHeaders(openAi, question, 'application/json')).toEqual({
      authorization: 'Bearer provider-key',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'openai-beta': 'assistants=v2',
    })
  })

  test('hold the version and the betas of an Anthropic client, or the configured version', () => {
    const given = { 'anthropic-version': '2024-10-01', 'anthropic-beta': 'a,b' }
    expect(requestHeaders(anthropic, questionOf(given), '')).toMatchObject(given)
    expect(requestHeaders(anthropic, questionOf({}), '')).toEqual({
      'x-api-key': 'provider-key',
      'anthropic-version': '2023-06-01',
      'accept-encoding': 'identity',
    })
  })

  test('hold the trace and leave out a type where there is no body', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const headers = requestHeaders(openAi, questionOf({}, { traceparent }), '')
    expect(headers).toMatchObject({ traceparent })
    expect(headers).not.toHaveProperty('content-type')
  })

  test('hold an idempotency key that two callers cannot have in common', () => {
    const keyOf = (user: string, key: string): string | undefined =>
      requestHeaders(openAi, questionOf({ 'idempotency-key': key }, { user }), '')[
        'idempotency-key'
      ]
    expect(keyOf('ana', '1')).toMatch(/^[0-9a-f]{64}$/)
    expect(keyOf('ana', '1')).toBe(keyOf('ana', '1'))
    expect(keyOf('ana', '1')).not.toBe(keyOf('ben', '1'))
    expect(keyOf('ana', '1')).not.toBe(keyOf('ana', '2'))
  })

  test('hold what the operator added, under one spelling of each name', () => {
    const provider = providerOf({
      type: 'openai-compatible',
      preset: 'vllm',
      headers: { 'X-Corp': 'corporate-secret', Authorization: 'Basic abc' },
    })
    expect(requestHeaders(provider, questionOf({}), '')).toEqual({
      'x-corp': 'corporate-secret',
      authorization: 'Basic abc',
      'accept-encoding': 'identity',
    })
  })
})

describe('the credentials of a provider', () => {
  test('are struck out of what it says: its key and every configured header of some length', () => {
    const headers = { 'x-corp': 'corporate-secret', 'x-short': 'abc' }
    const { strike } = providerOf({ type: 'openai', headers })
    expect(strike('provider-key, corporate-secret, abc')).toBe('[secret], [secret], abc')
    const keyless = providerOf({ type: 'ollama', apiKey: undefined })
    expect(keyless.strike('provider-key')).toBe('provider-key')
  })
})

describe('the headers of an answer', () => {
  test('reach the client when they concern it: type, waiting times, limits, ids', () => {
    const kept = {
      'content-type': 'audio/mpeg',
      'content-disposition': 'attachment; filename="a.mp3"',
      'retry-after': '7',
      'retry-after-ms': '7000',
      'x-should-retry': 'false',
      'openai-processing-ms': '12',
      'openai-version': '2020-10-01',
      'apim-request-id': 'a',
      'x-ms-region': 'West Europe',
      'x-ratelimit-remaining-tokens': '5',
      'anthropic-ratelimit-requests-limit': '50',
    }
    expect(answerHeaders(new Response(null, { headers: kept }))).toEqual(kept)
  })

  test('stop here otherwise, and ids of the provider change their name', () => {
    const headers = {
      'set-cookie': 'a=b',
      server: 'nginx',
      connection: 'keep-alive',
      'content-length': '3',
      'content-encoding': 'gzip',
      'transfer-encoding': 'chunked',
      'access-control-allow-origin': '*',
      'openai-organization': 'org-of-operator',
      'x-smartflow-cache': 'HIT',
      location: 'http://x/',
    }
    expect(answerHeaders(new Response(null, { headers }))).toEqual({})
    for (const name of ['x-request-id', 'request-id']) {
      expect(answerHeaders(new Response(null, { headers: { [name]: 'r1' } }))).toEqual({
        'x-smartflow-provider-request-id': 'r1',
      })
    }
  })
})
