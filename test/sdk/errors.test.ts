import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic, * as anthropicErrors from '@anthropic-ai/sdk'
import OpenAI, * as openAiErrors from 'openai'
import { join } from 'node:path'
import { readAuditLog } from '../../src/audit/index.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { serveSimulatedProvider } from '../../src/providers/simulated/index.ts'
import type { SimulatedServer } from '../../src/providers/simulated/index.ts'
import { failure, recordsOf, startSdkRig } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

const messages = [{ role: 'user' as const, content: 'What is a gateway?' }]
const max_tokens = 100
/** In-format and cross-format, for either SDK. */
const providers = ['openai', 'anthropic'] as const
const expiredKey = newKey()

let rig: SdkRig
let faulty: SimulatedServer

beforeAll(async () => {
  faulty = await serveSimulatedProvider()
  const behaviours = {
    '': '',
    '-400': ';error=400',
    '-401': ';error=401',
    '-429': ';error=429;retryAfter=0.2',
    '-500': ';error=500;retryAfter=0.01',
    '-flaky-429': ';error=429;failEvery=2;retryAfter=0.2',
    '-flaky-500': ';error=500;failEvery=2;retryAfter=0.01',
    '-midway': ';tokens=9;errorEvent=4',
  }
  const names = Object.entries(behaviours)
  rig = await startSdkRig(
    Object.fromEntries(
      providers.flatMap((name) =>
        names.map(([suffix, script]) => [
          `${name}${suffix}`,
          // Calls are counted by script, so each provider has its own.
          [name, `sim-model;tokens=${name.length}${script}`] as const,
        ]),
      ),
    ),
    {
      keys: [
        `{ name: expired, sha256: ${hashKey(expiredKey)}, user: late@example.com, expiresAt: "2020-01-01T00:00:00Z" }`,
      ],
      providers: [
        `{ name: slow-openai, type: openai, baseUrl: "${faulty.url}/v1", apiKey: any }`,
        `{ name: slow-anthropic, type: anthropic, baseUrl: "${faulty.url}", apiKey: any }`,
      ],
      models: [
        '{ name: slow-openai, targets: [{ provider: slow-openai, model: "sim;tps=20" }] }',
        '{ name: slow-anthropic, targets: [{ provider: slow-anthropic, model: "sim;tps=20" }] }',
        '{ name: late-openai, targets: [{ provider: slow-openai, model: "sim;latency=60000" }] }',
        '{ name: late-anthropic, targets: [{ provider: slow-anthropic, model: "sim;latency=60000" }] }',
      ],
    },
  )
})

afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await faulty[Symbol.asyncDispose]()
})

function openAiWith(options: ConstructorParameters<typeof OpenAI>[0]): OpenAI {
  return new OpenAI({
    baseURL: `${rig.gateway.url}/v1`,
    apiKey: rig.gateway.key,
    maxRetries: 0,
    ...options,
  })
}

function anthropicWith(options: ConstructorParameters<typeof Anthropic>[0]): Anthropic {
  return new Anthropic({
    baseURL: `${rig.gateway.url}/anthropic`,
    apiKey: rig.gateway.key,
    maxRetries: 0,
    ...options,
  })
}

/** The same call through either SDK. */
const clients = {
  openai: (model: string, more: { apiKey?: string; maxRetries?: number } = {}) =>
    openAiWith(more).chat.completions.create({ model, messages }),
  anthropic: (model: string, more: { apiKey?: string; maxRetries?: number } = {}) =>
    anthropicWith(more).messages.create({ model, max_tokens, messages }),
}
const classes = { openai: openAiErrors, anthropic: anthropicErrors }

describe.each(['openai', 'anthropic'] as const)('the %s SDK', (client) => {
  const ask = clients[client]
  const errors = classes[client]

  test('sees a wrong, a missing and an expired key as an authentication error', async () => {
    const keys = ['sk-sf-wrong', newKey(), expiredKey]
    for (const apiKey of keys) {
      const before = rig.upstream.calls.length
      const error = await failure(ask('openai', { apiKey, maxRetries: 2 }))
      expect(error).toBeInstanceOf(errors.AuthenticationError)
      expect(error).toMatchObject({ status: 401, requestID: expect.stringMatching(/^req_/) })
      expect(String(error)).not.toContain(apiKey)
      expect(rig.upstream.calls).toHaveLength(before)
    }
  })

  test('sees an unknown model as not found, with the nearest name', async () => {
    const error = await failure(ask('opanai', { maxRetries: 2 }))
    expect(error).toBeInstanceOf(errors.NotFoundError)
    expect(error).toMatchObject({ requestID: expect.stringMatching(/^req_/) })
    expect(String(error)).toContain("Did you mean 'openai'?")
  })

  test.each(providers)('sees a bad request to %s as one', async (provider) => {
    const error = await failure(ask(`${provider}-400`, { maxRetries: 2 }))
    expect(error).toBeInstanceOf(errors.BadRequestError)
    expect(error).toMatchObject({ status: 400, requestID: expect.stringMatching(/^req_/) })
    expect(String(error)).toContain('Simulated error 400.')
  })

  test.each(providers)('is told that %s refuses the gateway, not the caller', async (provider) => {
    const before = rig.upstream.calls.length
    const error = await failure(ask(`${provider}-401`, { maxRetries: 2 }))
    expect(error).toBeInstanceOf(errors.InternalServerError)
    expect(error).toMatchObject({ status: 502 })
    expect(rig.upstream.calls).toHaveLength(before + 1)
  })

  test.each(providers)('repeats what %s limits, after the time it names', async (provider) => {
    const before = rig.upstream.calls.length
    const startedAt = performance.now()
    const error = await failure(ask(`${provider}-429`, { maxRetries: 2 }))
    expect(error).toBeInstanceOf(errors.RateLimitError)
    expect(error instanceof errors.APIError && error.headers?.get('retry-after')).toBe('0.2')
    expect(rig.upstream.calls).toHaveLength(before + 3)
    expect(performance.now() - startedAt).toBeGreaterThan(380)
  })

  test.each(providers)('repeats what fails at %s, and gives up', async (provider) => {
    const before = rig.upstream.calls.length
    const error = await failure(ask(`${provider}-500`, { maxRetries: 1 }))
    expect(error).toBeInstanceOf(errors.InternalServerError)
    expect(error).toMatchObject({ status: 500, requestID: expect.stringMatching(/^req_/) })
    expect(rig.upstream.calls).toHaveLength(before + 2)
  })

  test.each(['429', '500'])('succeeds with a repeated call after a %s', async (status) => {
    const before = rig.upstream.calls.length
    for (let call = 0; call < 2; call++) {
      await ask(`${client}-flaky-${status}`, { maxRetries: 1 })
    }
    expect(rig.upstream.calls).toHaveLength(before + 3)
  })

  test('sees a path that is not there as not found', async () => {
    const path = client === 'openai' ? '/nothing' : '/v1/nothing'
    const sdk = client === 'openai' ? openAiWith({}) : anthropicWith({})
    const error = await failure(sdk.post(path, { body: {} }))
    expect(error).toBeInstanceOf(errors.NotFoundError)
    expect(error).toMatchObject({ requestID: expect.stringMatching(/^req_/) })
  })
})

describe('an error before a stream', () => {
  test.each(providers)('of %s has the status of the provider in either SDK', async (provider) => {
    const model = `${provider}-429`
    expect(
      await failure(rig.openai.chat.completions.create({ model, messages, stream: true })),
    ).toBeInstanceOf(openAiErrors.RateLimitError)
    expect(
      await failure(rig.anthropic.messages.stream({ model, max_tokens, messages }).finalMessage()),
    ).toBeInstanceOf(anthropicErrors.RateLimitError)
  })
})

describe('an error inside a stream', () => {
  test.each(providers)(
    'of %s ends the stream of the OpenAI SDK with an error',
    async (provider) => {
      const stream = await rig.openai.chat.completions.create({
        model: `${provider}-midway`,
        messages,
        stream: true,
      })
      const error = await failure(Array.fromAsync(stream))
      expect(error).toBeInstanceOf(openAiErrors.APIError)
      expect(String(error)).toContain('had an error while processing')
    },
  )

  test.each(providers)('of %s ends the stream of the Anthropic SDK with one', async (provider) => {
    const stream = rig.anthropic.messages.stream({
      model: `${provider}-midway`,
      max_tokens,
      messages,
    })
    const error = await failure(stream.finalMessage())
    expect(error).toBeInstanceOf(anthropicErrors.APIError)
    expect(String(error)).toContain('had an error while processing')
  })

  test('is an outcome with an error and the partial usage', async () => {
    const { data, response } = await rig.openai.chat.completions
      .create({ model: 'openai-midway', messages, stream: true })
      .withResponse()
    await failure(Array.fromAsync(data))
    const id = response.headers.get('x-request-id') ?? ''
    const { outcome } = await recordsOf(rig.gateway, id)
    expect(outcome).toMatchObject({
      status: 200,
      endedBy: 'error',
      errorCode: 'provider_error',
      errorSource: 'provider',
      usage: { estimated: true },
    })
  })
})

describe('requests that are not valid', () => {
  test('say which field is wrong', async () => {
    const sdk = openAiWith({ maxRetries: 2 })
    const bad = (body: object) => failure(sdk.post('/chat/completions', { body }))
    expect(await bad({ messages })).toMatchObject({ status: 400, param: 'model' })
    expect(await bad({ model: 7, messages })).toMatchObject({ status: 400, param: 'model' })
    expect(await bad({ model: 'openai', messages, stream: 'yes' })).toMatchObject({
      status: 400,
      param: 'stream',
    })
    // Checked by the reader only where the body is translated.
    expect(await bad({ model: 'anthropic', messages: [{ role: 'user' }] })).toMatchObject({
      status: 400,
      param: expect.stringContaining('messages[0]'),
    })
    expect(await bad({ model: 'anthropic', messages: 'x' })).toBeInstanceOf(
      openAiErrors.BadRequestError,
    )
  })

  test('are refused in the dialect of Anthropic too', async () => {
    const sdk = anthropicWith({ maxRetries: 2 })
    const error = await failure(
      sdk.post('/v1/messages', { body: { model: 'openai', messages: [{ role: 'user' }] } }),
    )
    expect(error).toBeInstanceOf(anthropicErrors.BadRequestError)
    expect(error).toMatchObject({ type: 'invalid_request_error' })
  })
})

describe('a caller that leaves', () => {
  const ways: readonly (readonly [string, (signal: AbortSignal) => Promise<unknown>])[] = [
    [
      'the OpenAI SDK, streamed from OpenAI',
      async (signal) =>
        readOne(
          await openAiWith({}).chat.completions.create(
            { model: 'slow-openai', messages, stream: true },
            { signal },
          ),
        ),
    ],
    [
      'the OpenAI SDK, streamed from Anthropic',
      async (signal) =>
        readOne(
          await openAiWith({}).chat.completions.create(
            { model: 'slow-anthropic', messages, stream: true },
            { signal },
          ),
        ),
    ],
    [
      'the Anthropic SDK, streamed from OpenAI',
      async (signal) =>
        readOne(
          await anthropicWith({}).messages.create(
            { model: 'slow-openai', max_tokens, messages, stream: true },
            { signal },
          ),
        ),
    ],
    [
      'the OpenAI SDK, before the first byte',
      (signal) =>
        openAiWith({}).chat.completions.create({ model: 'late-openai', messages }, { signal }),
    ],
    [
      'the Anthropic SDK, before the first byte',
      (signal) =>
        anthropicWith({}).messages.create(
          { model: 'late-openai', max_tokens, messages },
          { signal },
        ),
    ],
  ]

  test.each(ways)(
    '%s, is noticed by the provider within 50 ms',
    async (_, call) => {
      const before = faulty.abortedCalls()
      const leave = new AbortController()
      const running = failure(call(leave.signal))
      await Bun.sleep(150)
      leave.abort()
      const leftAt = performance.now()
      await running
      while (faulty.abortedCalls() === before && performance.now() - leftAt < 1000)
        await Bun.sleep(2)
      expect(faulty.abortedCalls()).toBe(before + 1)
      // Twice the promised time: this machine may be busy with other tests.
      expect(performance.now() - leftAt).toBeLessThan(100)
      const { outcome } = await recordsOf(rig.gateway)
      expect(outcome.endedBy).toBe('client')
      // Time is measured: a moment in which the machine does something else is no fault.
    },
    { retry: 2 },
  )
})

/** Reads a stream until it breaks; throws where it ends by itself. */
async function readOne(stream: AsyncIterable<unknown>): Promise<void> {
  let count = 0
  for await (const _ of stream) count++
  throw new Error(`The stream ended after ${count} events.`)
}

/** A stream of a provider that keeps the connection open for a while after its terminator. */
function lingering(text: string): Response {
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(Buffer.from(text))
      await Bun.sleep(400)
      controller.close()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

describe('a stream that was read to its terminator', () => {
  const streams = {
    openai: [
      'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}',
      'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}',
      'data: [DONE]',
      '',
    ].join('\n\n'),
    anthropic: [
      'event: message_start\ndata: {"type":"message_start","message":{"id":"x","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}',
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":1}}',
      'event: message_stop\ndata: {"type":"message_stop"}',
      '',
    ].join('\n\n'),
  }

  test.each(providers)('is in the records before its caller has it, from %s', async (provider) => {
    rig.upstream.answerNext(lingering(streams[provider]))
    const { data, response } = await rig.openai.chat.completions
      .create({ model: provider, messages, stream: true })
      .withResponse()
    const texts: string[] = []
    // The SDK hangs up as soon as it has read the terminator.
    for await (const chunk of data) texts.push(chunk.choices[0]?.delta.content ?? '')
    const id = response.headers.get('x-request-id')
    const records = await Array.fromAsync(readAuditLog(join(rig.gateway.dataDir, 'audit')))
    expect(texts.join('')).toBe('hi')
    const outcome = records.find((record) => record.type === 'outcome' && record.requestId === id)
    expect(outcome).toMatchObject({
      endedBy: 'complete',
      usage: { inputTokens: 3, outputTokens: 1, estimated: false },
    })
  })
})

describe('the key', () => {
  test.each(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'])(
    'is accepted in the header %s, and never passed on',
    async (header) => {
      const { url, key } = rig.gateway
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          [header]: header === 'authorization' ? `Bearer ${key}` : key,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ model: 'openai', messages }),
      })
      expect(response.status).toBe(200)
      const sent = JSON.stringify([...rig.upstream.last().headers]) + rig.upstream.last().text
      expect(sent).not.toContain(key)
      const got = JSON.stringify([...response.headers]) + (await response.text())
      expect(got).not.toContain(rig.upstream.key)
    },
  )

  test('is refused when two headers disagree', async () => {
    const { url, key } = rig.gateway
    const response = await fetch(`${url}/v1/models`, {
      headers: { authorization: `Bearer ${key}`, 'x-api-key': newKey() },
    })
    expect(response.status).toBe(400)
  })

  test('of a provider never reaches a caller through an error', async () => {
    const secret = `Incorrect API key provided: ${rig.upstream.key}.`
    rig.upstream.answerNext(Response.json({ error: { message: secret } }, { status: 401 }))
    const error = await failure(rig.openai.chat.completions.create({ model: 'openai', messages }))
    expect(error).toMatchObject({ status: 502, code: 'provider_refused_credentials' })
    expect(String(error)).not.toContain(rig.upstream.key)
  })
})
