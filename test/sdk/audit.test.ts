import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { toFile } from 'openai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashKey } from '../../src/identity/index.ts'
import { failure, recordsOf, startSdkRig } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

const messages = [{ role: 'user' as const, content: 'What is a gateway?' }]
const max_tokens = 1000
/** 2 USD a million input tokens are 2,000 nano-dollars a token. */
const nanoUsdPerToken = { input: 2000, output: 8000, cacheRead: 500 }

let rig: SdkRig

beforeAll(async () => {
  rig = await startSdkRig(
    {
      priced: ['openai', 'own-priced'],
      'priced-claude': ['anthropic', 'own-priced'],
      cached: ['openai', 'own-priced;cached=4'],
      published: ['openai', 'gpt-4o-mini'],
      unknown: ['openai', 'nobody-knows-this-one'],
      uncounted: ['openai', 'own-priced;noUsage'],
      failing: ['openai', 'own-priced;error=400'],
    },
    {
      models: [
        '{ name: second, targets: [{ provider: openai, model: "x;error=500" }, { provider: anthropic, model: own-priced }] }',
      ],
      yaml: [
        'prices:',
        '  entries:',
        '    - { model: "own-*", inputUsdPerMillion: 2, outputUsdPerMillion: 8, cacheReadUsdPerMillion: 0.5 }',
      ].join('\n'),
    },
  )
})

afterAll(() => rig[Symbol.asyncDispose]())

/** Makes a call and returns its records. */
async function audited(call: {
  withResponse(): Promise<{ readonly data: unknown; readonly response: Response }>
}) {
  const { data, response } = await call.withResponse()
  if (isIterable(data)) await Array.fromAsync(data)
  const id = response.headers.get('x-request-id') ?? ''
  return { ...(await recordsOf(rig.gateway, id)), data, id }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** A call of the OpenAI SDK, then one of Anthropic's, plain and streamed, to either provider. */
const calls = {
  'OpenAI, plain': (model: string) => rig.openai.chat.completions.create({ model, messages }),
  'OpenAI, streamed': (model: string) =>
    rig.openai.chat.completions.create({ model, messages, stream: true }),
  'Anthropic, plain': (model: string) =>
    rig.anthropic.messages.create({ model, max_tokens, messages }),
  'Anthropic, streamed': (model: string) =>
    rig.anthropic.messages.create({ model, max_tokens, messages, stream: true }),
}

describe.each(Object.entries(calls))('the records of a call of %s', (client, call) => {
  test.each(['priced', 'priced-claude'])('to %s tell who, what, how much', async (model) => {
    const { decision, outcome, id } = await audited(call(model))
    expect(decision.sequence).toBeLessThan(outcome.sequence)
    expect(decision).toMatchObject({
      requestId: id,
      operation: 'chat',
      clientFormat: client.startsWith('OpenAI') ? 'openai-chat' : 'anthropic-messages',
      tenant: 'default',
      user: 'test@example.com',
      groups: [],
      sourceAddress: '127.0.0.1',
      modelAsked: model,
      stream: client.endsWith('streamed'),
      verdict: 'allow',
      policyVersion: 'none',
      configVersion: expect.stringMatching(/.{8}/),
    })
    expect(decision.bodyBytes).toBeGreaterThan(50)
    const provider = model === 'priced' ? 'openai' : 'anthropic'
    expect(outcome).toMatchObject({
      status: 200,
      endedBy: 'complete',
      provider,
      modelUsed: 'own-priced',
      attempts: [{ provider, model: 'own-priced', status: 200 }],
      usage: { inputTokens: 5, estimated: false },
      cache: 'bypass',
    })
    const { usage, cost } = outcome
    expect(cost?.nanoUsd).toBe(
      5 * nanoUsdPerToken.input + (usage?.outputTokens ?? 0) * nanoUsdPerToken.output,
    )
    expect(cost?.priceVersion).toMatch(/\+[0-9a-f]{12}$/)
    expect(outcome.durationMs).toBeGreaterThan(0)
    if (decision.stream) expect(outcome.firstByteMs).toBeLessThanOrEqual(outcome.durationMs)
  })
})

describe('usage and cost', () => {
  test('are exact in a stream whose client asked for no usage and got none', async () => {
    const plain = await audited(calls['OpenAI, plain']('priced'))
    const { data, response } = await rig.openai.chat.completions
      .create({ model: 'priced', messages, stream: true })
      .withResponse()
    const chunks = await Array.fromAsync(data)
    expect(chunks.some((chunk) => chunk.usage || chunk.choices.length === 0)).toBe(false)
    const streamed = await recordsOf(rig.gateway, response.headers.get('x-request-id') ?? '')
    expect(streamed.outcome.usage).toEqual(plain.outcome.usage)
    expect(streamed.outcome.cost).toEqual(plain.outcome.cost)
  })

  test('count tokens read from the cache of the provider at their own price', async () => {
    const { outcome } = await audited(calls['OpenAI, plain']('cached'))
    expect(outcome.usage).toMatchObject({ inputTokens: 5, cacheReadTokens: 4 })
    expect(outcome.cost?.nanoUsd).toBe(
      nanoUsdPerToken.input +
        4 * nanoUsdPerToken.cacheRead +
        (outcome.usage?.outputTokens ?? 0) * nanoUsdPerToken.output,
    )
  })

  test('come from the published prices where the file has none', async () => {
    const { outcome } = await audited(calls['OpenAI, plain']('published'))
    expect(outcome.cost?.nanoUsd).toBeGreaterThan(0)
    expect(Number.isInteger(outcome.cost?.nanoUsd)).toBe(true)
  })

  test('of a model nobody knows are tokens without a price', async () => {
    const { outcome } = await audited(calls['OpenAI, plain']('unknown'))
    expect(outcome.usage?.estimated).toBe(false)
    expect(outcome).not.toHaveProperty('cost')
  })

  test('are estimated, and marked so, where the provider is silent', async () => {
    for (const call of [calls['OpenAI, plain'], calls['OpenAI, streamed']]) {
      const { outcome } = await audited(call('uncounted'))
      expect(outcome.usage?.estimated).toBe(true)
      expect(outcome.usage?.outputTokens).toBeGreaterThan(5)
      expect(outcome.cost?.nanoUsd).toBeGreaterThan(0)
    }
  })

  test('of embeddings and legacy completions are recorded under their own names', async () => {
    const embedding = await audited(
      rig.openai.embeddings.create({ model: 'priced', input: 'abcd' }),
    )
    expect(embedding.decision.operation).toBe('embeddings')
    expect(embedding.outcome.cost?.nanoUsd).toBe(nanoUsdPerToken.input)
    const completion = await audited(
      rig.openai.completions.create({ model: 'priced-claude', prompt: 'Once', stream: true }),
    )
    expect(completion.decision).toMatchObject({
      operation: 'text_completion',
      clientFormat: 'openai-completions',
    })
    expect(completion.outcome.usage?.estimated).toBe(false)
  })
})

describe('the records of what went wrong', () => {
  test('name every attempt when the second target answers', async () => {
    const { outcome } = await audited(calls['OpenAI, plain']('second'))
    expect(outcome.provider).toBe('anthropic')
    expect(outcome.attempts).toMatchObject([
      { provider: 'openai', status: 500, errorCode: 'provider_error' },
      { provider: 'anthropic', model: 'own-priced', status: 200 },
    ])
  })

  test('say who was at fault', async () => {
    await failure(calls['OpenAI, plain']('failing'))
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome).toMatchObject({
      status: 400,
      endedBy: 'error',
      errorCode: 'provider_error',
      errorSource: 'provider',
    })
    expect(outcome).not.toHaveProperty('cost')
  })
})

describe('nothing that was said and no key', () => {
  test('is in the data folder, the log, or the metrics', async () => {
    const canary = 'CANARY-7d1f-the-patient-has'
    const prompt = [{ role: 'user' as const, content: `${canary} Please call get_weather.` }]
    const { openai, anthropic, upstream, gateway } = rig
    for (const model of ['priced', 'priced-claude', 'failing', 'second', 'unknown']) {
      for (const stream of [false, true]) {
        const call = openai.chat.completions.create({ model, messages: prompt, stream })
        const data = await call.catch(() => undefined)
        if (isIterable(data)) await Array.fromAsync(data)
        const other = anthropic.messages.create({ model, max_tokens, messages: prompt, stream })
        const events = await other.catch(() => undefined)
        if (isIterable(events)) await Array.fromAsync(events)
      }
    }
    await openai.embeddings.create({ model: 'priced', input: canary })
    await openai.files.create({
      purpose: 'batch',
      file: await toFile(Buffer.from(canary), `${canary}.jsonl`),
    })
    await openai.chat.completions.create({ model: canary, messages }).catch(() => undefined)
    upstream.answerNext(Response.json({ error: { message: canary } }, { status: 500 }))
    await openai.chat.completions.create({ model: 'priced', messages }).catch(() => undefined)
    upstream.answerNext(new Response(`<html>${canary}</html>`, { status: 200 }))
    await openai.chat.completions.create({ model: 'priced', messages }).catch(() => undefined)
    upstream.answerNext(new Response(`data: {${canary}\n\n`, eventStream))
    await openai.chat.completions
      .create({ model: 'priced', messages, stream: true })
      .then(Array.fromAsync)
      .catch(() => undefined)

    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    expect(metrics).toContain('# TYPE')
    const places = new Map([
      ['log', gateway.logged()],
      ['metrics', metrics],
      ...filesOf(gateway.dataDir),
    ])
    const audit = [...places].filter(([name]) => name.includes('audit'))
    expect(audit.some(([, text]) => text.includes('test@example.com'))).toBe(true)
    // The audit log names the model that was asked for; a caller that hides words in there tells them itself.
    const secrets = [
      upstream.key,
      gateway.key,
      gateway.key.slice('sk-sf-'.length),
      'the-patient-has',
    ]
    for (const [name, text] of places) {
      for (const secret of secrets) {
        const shown = name.includes('audit')
          ? text.replaceAll(`"modelAsked":"${canary}"`, '')
          : text
        expect([name, shown.includes(secret)]).toEqual([name, false])
      }
    }
    expect(JSON.stringify([...places])).not.toContain(hashKey(gateway.key))
  })
})

const eventStream = { headers: { 'content-type': 'text/event-stream' } }

function filesOf(directory: string): (readonly [string, string])[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path, readFileSync(path, 'latin1')] as const
    })
}
