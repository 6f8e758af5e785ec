import { describe, expect, test } from 'bun:test'
import { chat, prompt } from '../support/chat-client.ts'
import { providerKey, startFaultyGateway } from '../support/faulty-gateway.ts'
import { startTestGateway } from '../support/gateway.ts'
import {
  answering,
  chunk,
  errorBody,
  errorEvent,
  lastChunk,
  plainAnswer,
  sendAll,
  streamFrames,
  streamHead,
  whole,
} from '../support/raw-answers.ts'
import type { RawScript } from '../support/raw-provider.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import { describeRoutes, expectError } from '../support/routes.ts'

describeRoutes({}, ({ client, provider, raw, gateway, call }) => {
  const echo = `Incorrect API key provided: ${providerKey}. Get one at https://example.com/keys.`
  const echoing = (status: number): RawScript =>
    answering(whole(status, errorBody(provider, 'invalid_request_error', echo)))

  test('a provider that refuses the key of the gateway is a 502 for the client', async () => {
    for (const stream of [false, true]) {
      const result = await call(echoing(401), { stream })
      expectError(result, client, { status: 502, code: 'provider_refused_credentials' })
    }
  })

  test('the key of the gateway is struck out of error bodies that repeat it', async () => {
    for (const status of [400, 403, 404, 500]) {
      // `call` itself expects that the key is nowhere in the answer.
      const result = await call(echoing(status), { stream: false })
      expect(result.status).toBe(status)
      expect(result.error?.['message']).toStartWith('Incorrect API key provided: [secret].')
    }
  })

  test('the key of the gateway is struck out of errors under status 200 and inside streams', async () => {
    const plain = await call(echoing(200), { stream: false })
    expect(plain.error?.['message']).toContain('[secret]')
    const frames = [streamFrames(provider)[0] ?? '', errorEvent(provider, echo)]
    const streamed = await call(
      (exchange) => sendAll(exchange, streamHead, chunk(frames.join('')), lastChunk),
      { stream: true },
    )
    expect(streamed.error?.['message']).toContain('[secret]')
  })

  test('headers of an answer do not carry the key of the gateway to the client', async () => {
    const headers = { 'x-echo': providerKey, authorization: providerKey, 'set-cookie': providerKey }
    const result = await call(answering(whole(200, plainAnswer(provider), headers)), {
      stream: false,
    })
    expect(JSON.stringify([...result.headers])).not.toContain(providerKey)
  })

  test('the key of the client never reaches the provider, in whatever header it came', async () => {
    const { key } = gateway()
    for (const headers of [
      {},
      { 'x-api-key': key },
      { 'api-key': key },
      { 'x-goog-api-key': key },
      { 'x-api-key': key, authorization: `Bearer ${key}`, cookie: key, 'x-other': key },
    ]) {
      for (const stream of [false, true]) {
        await call(answering(whole(200, plainAnswer(provider))), { stream, headers })
      }
    }
    expect(raw().requests.length).toBeGreaterThan(10)
    const bytes = raw().received()
    expect(bytes.includes(prompt)).toBe(true)
    expect(bytes.includes(key)).toBe(false)
    expect(bytes.includes(key.slice('sk-sf-'.length))).toBe(false)
  })

  test('the provider gets its own key, and no header of the client that is not listed', async () => {
    const foreign = {
      'user-agent': 'client/1',
      'x-forwarded-for': '10.1.1.1',
      referer: 'http://x/',
    }
    await call(answering(whole(200, plainAnswer(provider))), { stream: false, headers: foreign })
    const seen = raw().requests.at(-1)?.headers ?? {}
    if (provider === 'openai') expect(seen['authorization']).toBe(`Bearer ${providerKey}`)
    else expect(seen['x-api-key']).toBe(providerKey)
    expect(seen['accept-encoding']).toBe('identity')
    for (const [name, value] of Object.entries(foreign)) expect(seen[name]).not.toBe(value)
  })

  test('neither keys nor prompts stand in the operational log', async () => {
    await call(echoing(401), { stream: false })
    await call((exchange) => exchange.reset(), { stream: true })
    const log = gateway().logged()
    expect(log).toContain('provider_refused_credentials')
    for (const secret of [providerKey, gateway().key, prompt]) expect(log).not.toContain(secret)
  })
})

describe('the audit log', () => {
  test('holds neither keys nor prompts nor answers', async () => {
    await using raw = await startRawProvider(answering(whole(200, plainAnswer('openai'))))
    await using gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url })
    await chat(gateway, { dialect: 'openai', stream: false })
    const text = JSON.stringify(await gateway.records())
    expect(text).toContain('"outcome"')
    for (const secret of [providerKey, gateway.key, prompt, 'Hello from afar']) {
      expect(text).not.toContain(secret)
    }
  })
})

describe('a provider behind Azure API Management', () => {
  const yaml = (url: string): string =>
    [
      `providers: [{ name: apim, type: azure-apim, apiKey: ${providerKey}, baseUrl: "${url}/openai", apiVersion: 2024-10-21 }]`,
      'models: [{ name: m, targets: [{ provider: apim, model: gpt-4o }] }]',
    ].join('\n')

  test('gets the subscription key in both headers at the URL of the deployment', async () => {
    await using raw = await startRawProvider(answering(whole(200, plainAnswer('openai'))))
    await using gateway = await startTestGateway({ yaml: yaml(raw.url) })
    const result = await chat(gateway, { dialect: 'openai', stream: false })
    expect(result.said).toBe('Hello from afar')
    const [request] = raw.requests
    expect(request?.path).toBe('/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21')
    expect(request?.headers).toMatchObject({
      'api-key': providerKey,
      'ocp-apim-subscription-key': providerKey,
    })
  })

  test('has its own error bodies told in the dialect of the client, waiting time included', async () => {
    const refusal = { statusCode: 429, message: 'Rate limit is exceeded. Try again in 7 seconds.' }
    const headers = { 'retry-after': '7', 'retry-after-ms': '7000' }
    await using raw = await startRawProvider(
      answering(whole(429, JSON.stringify(refusal), headers)),
    )
    await using gateway = await startTestGateway({ yaml: yaml(raw.url) })
    for (const dialect of ['openai', 'anthropic'] as const) {
      const result = await chat(gateway, { dialect, stream: true })
      expect(result.status).toBe(429)
      expect(result.headers.get('retry-after')).toBe('7')
      expect(result.headers.get('retry-after-ms')).toBe('7000')
      expect(result.error).toMatchObject({ message: refusal.message, source: 'provider' })
      expect(result.error?.['type']).toBe('rate_limit_error')
    }
  })

  test('has a refused subscription key told as the operator’s problem', async () => {
    const refusal = {
      statusCode: 401,
      message: `Access denied due to invalid subscription key ${providerKey}.`,
    }
    await using raw = await startRawProvider(answering(whole(401, JSON.stringify(refusal))))
    await using gateway = await startTestGateway({ yaml: yaml(raw.url) })
    const result = await chat(gateway, { dialect: 'openai', stream: false })
    expectError(result, 'openai', { status: 502, code: 'provider_refused_credentials' })
    expect(result.text).not.toContain(providerKey)
  })
})
