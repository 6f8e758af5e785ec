import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { Answer, Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { asObject, isObject, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import type { Operation } from '../core/record.ts'
import { anthropicMessages, openAiChat, openAiCompletions } from '../formats/index.ts'
import { providersConfigSchema } from './config.ts'
import type { ExchangeDependencies } from './exchange.ts'
import { traitsOf } from './index.ts'
import { Alarms } from './alarms.ts'
import { createTarget } from './target.ts'
import { openProvider } from './transport.ts'
import { makeCall, makePrincipal } from '../../test/support/question.ts'

const dependencies: ExchangeDependencies = {
  clientFormats: new Map(
    [openAiChat, openAiCompletions, anthropicMessages].map((format) => [format.name, format]),
  ),
  alarms: new Alarms(),
  timeouts: { firstByteTimeoutMs: 5000, idleTimeoutMs: 5000, totalTimeoutMs: 5000 },
  maxAnswerBytes: 1_000_000,
  maxFrameBytes: 1_000_000,
  now: () => 0,
  estimateTokens: (text) => Math.ceil(text.length / 4),
}

interface Asked {
  readonly body: string
  readonly clientFormat?: string
  readonly operation?: Operation
  readonly method?: string
  readonly path?: string
}

function questionOf(asked: Asked): Question {
  const { body, clientFormat = 'openai-chat', operation = 'chat', method = 'POST' } = asked
  const json = asObject(parseJson(body))
  return {
    call: makeCall({ operation, clientFormat, method, path: asked.path ?? '/x' }),
    principal: makePrincipal(),
    body: {
      bytes: Buffer.from(body),
      contentType: 'application/json',
      text: body,
      json,
    },
    model: typeof json?.['model'] === 'string' ? json['model'] : '',
    stream: json?.['stream'] === true,
  }
}

/** Asks a target named `there` and tells what was sent to its provider. */
async function ask(fields: Record<string, unknown>, asked: Asked, reply: () => Response = refusal) {
  const sent: { url: string; method: string; body: string | undefined; redirect: string }[] = []
  const [config] = providersConfigSchema.parse([{ name: 'p', ...fields }])
  if (config === undefined) throw new Error('no provider')
  const provider = openProvider(config, (runtime) => traitsOf(config, runtime), {
    fetch: (url, { method, body, redirect }) => {
      const text = body === undefined ? undefined : Buffer.from(body).toString()
      sent.push({ url, method, body: text, redirect })
      return Promise.resolve(reply())
    },
  })
  const target = createTarget(provider, { name: 'there', weight: 1 }, dependencies)
  const outcome = await target.ask(questionOf(asked)).catch((error: unknown) => error)
  return { outcome, sent }
}

function refusal(): Response {
  return Response.json({ error: { message: 'no' } }, { status: 400 })
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'report' in value
}

const openAi = { type: 'openai', apiKey: 'provider-key' }
const anthropic = { type: 'anthropic', apiKey: 'provider-key' }

describe('a call in the format of its provider', () => {
  test('is sent with its model renamed and not another byte changed', async () => {
    const body =
      '{ "x":1.0e0, "model" : "here" ,"messages":[{"role":"user","content":"\\u00fc"}], "y":null }\n'
    const { sent } = await ask(openAi, { body })
    expect(sent).toEqual([
      {
        url: 'https://api.openai.com/v1/chat/completions',
        method: 'POST',
        body: body.replace('"here"', '"there"'),
        redirect: 'manual',
      },
    ])
    const same = body.replace('here', 'there')
    expect((await ask(openAi, { body: same })).sent[0]?.body).toBe(same)
  })

  test('asks for usage of its stream where the client does not, beside its other wishes', async () => {
    for (const [given, sent] of [
      ['', ',"stream_options":{"include_usage":true}'],
      [',"stream_options":{"x":1}', ',"stream_options":{"x":1,"include_usage":true}'],
      [',"stream_options":null', ',"stream_options":{"include_usage":true}'],
      [',"stream_options":{"include_usage":true}', ',"stream_options":{"include_usage":true}'],
    ] as const) {
      const head = '{"model":"there","stream":true'
      expect((await ask(openAi, { body: `${head}${given}}` })).sent[0]?.body).toBe(
        `${head}${sent}}`,
      )
    }
    const plain = '{"model":"there","stream":false}'
    expect((await ask(openAi, { body: plain })).sent[0]?.body).toBe(plain)
    const left = { ...openAi, streamUsage: 'leave' }
    const streamed = '{"model":"there","stream":true}'
    expect((await ask(left, { body: streamed })).sent[0]?.body).toBe(streamed)
  })

  test('keeps the meaning of every other field, whatever they are', async () => {
    const fields = fc.dictionary(
      fc.string().filter((key) => !['model', 'stream', 'stream_options'].includes(key)),
      fc.jsonValue(),
      { maxKeys: 6 },
    )
    await fc.assert(
      fc.asyncProperty(fields, async (given) => {
        const body = JSON.stringify({ ...given, model: 'here', stream: true })
        const { sent } = await ask(openAi, { body })
        const read: JsonObject = { ...asObject(parseJson(sent[0]?.body ?? '')) }
        expect(read).toEqual({
          ...asObject(parseJson(body)),
          model: 'there',
          stream_options: { include_usage: true },
        })
      }),
      { numRuns: 100 },
    )
  })
})

describe('a call in another format', () => {
  test('is sent in that of its provider, to its address, with its model', async () => {
    const body = '{"model":"here","stream":true,"messages":[{"role":"user","content":"hi"}]}'
    const { sent } = await ask(anthropic, { body })
    expect(sent[0]?.url).toBe('https://api.anthropic.com/v1/messages')
    expect(parseJson(sent[0]?.body ?? '')).toMatchObject({
      model: 'there',
      stream: true,
      messages: [{ role: 'user' }],
      max_tokens: expect.any(Number),
    })
  })

  test('is an invalid request before anything is sent when it cannot be read', async () => {
    const { outcome, sent } = await ask(anthropic, { body: '{"model":"here","messages":"hi"}' })
    expect(outcome).toMatchObject({ code: 'invalid_request', param: 'messages' })
    expect(sent).toEqual([])
  })

  test('has the errors of its provider told in the dialect of the client', async () => {
    const body = '{"model":"here","messages":[{"role":"user","content":"hi"}]}'
    const reply = (): Response =>
      Response.json(
        { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
        { status: 529 },
      )
    const { outcome } = await ask(anthropic, { body }, reply)
    if (!isAnswer(outcome) || typeof outcome.body !== 'string') throw new Error('no whole answer')
    expect(outcome.status).toBe(529)
    expect(outcome.report.error).toMatchObject({ code: 'provider_error', status: 529 })
    const told = asObject(parseJson(outcome.body))?.['error']
    expect(isObject(told) && told['message']).toBe('Overloaded')
    expect(isObject(told) && told['source']).toBe('provider')
  })
})

describe('an endpoint that a provider does not have', () => {
  test('is not supported, and nothing is sent', async () => {
    for (const [fields, operation] of [
      [anthropic, 'embeddings'],
      [anthropic, 'files'],
      [openAi, 'rerank'],
      [{ type: 'ollama' }, 'images'],
    ] as const) {
      const { outcome, sent } = await ask(fields, { body: '{"model":"here"}', operation })
      expect(outcome instanceof GatewayError && outcome.code).toBe('not_supported')
      expect(sent).toEqual([])
    }
  })

  test('counts tokens by itself, and says that it estimates', async () => {
    const asked = {
      body: '{"model":"here","messages":[]}',
      operation: 'count_tokens',
      clientFormat: 'anthropic-messages',
    } as const
    const { outcome, sent } = await ask(openAi, asked)
    expect(outcome).toMatchObject({
      status: 200,
      body: '{"input_tokens":8}',
      warnings: ['changed input_tokens: estimated by the gateway'],
    })
    expect(sent).toEqual([])
    const reply = (): Response => Response.json({ input_tokens: 14 })
    const counted = await ask(anthropic, asked, reply)
    expect(counted.sent[0]?.url).toBe('https://api.anthropic.com/v1/messages/count_tokens')
    expect(counted.outcome).toMatchObject({ status: 200, warnings: [] })
  })
})

describe('a call without a body', () => {
  test('is sent without one, with its method and its query', async () => {
    const { sent } = await ask(openAi, {
      body: '',
      operation: 'files',
      method: 'DELETE',
      path: '/files/file-1?x=1',
    })
    expect(sent).toEqual([
      {
        url: 'https://api.openai.com/v1/files/file-1?x=1',
        method: 'DELETE',
        body: undefined,
        redirect: 'manual',
      },
    ])
  })
})
