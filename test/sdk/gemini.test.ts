import type { GoogleGenAI } from '@google/genai'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { geminiRigProviders, startGeminiRig } from '../support/gemini-rig.ts'
import type { GeminiRig } from '../support/gemini-rig.ts'
import { failure, recordsOf, weather } from '../support/sdk.ts'

let rig: GeminiRig
let google: GoogleGenAI

beforeAll(async () => {
  rig = await startGeminiRig()
  google = rig.google
})
afterAll(() => rig[Symbol.asyncDispose]())

describe('a call from Google to Google', () => {
  test('is forwarded as it came, fields unknown to the gateway included', async () => {
    const { url, key } = rig.gateway
    const body = '{ "contents": [ {"parts":[{"text":"hi"}]} ], "safetySettings": [] }'
    const response = await fetch(`${url}/gemini/v1beta/models/gemini:generateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': key, 'content-type': 'application/json' },
      body,
    })
    expect(response.status).toBe(200)
    expect(rig.upstream.last().text).toBe(body)
    expect(rig.upstream.last().path).toBe('/v1beta/models/gemini-2.5-flash:generateContent')
  })

  test('tells that a prompt or an answer was blocked, inside a 200', async () => {
    const blocked = await google.models.generateContent({ model: 'blocked', contents: 'x' })
    expect(blocked.promptFeedback?.blockReason).toBe('PROHIBITED_CONTENT' as never)
    const chunks = await Array.fromAsync(
      await google.models.generateContentStream({ model: 'blocked', contents: 'x' }),
    )
    expect(chunks.at(-1)?.promptFeedback?.blockReason).toBe('PROHIBITED_CONTENT' as never)
    expect((await recordsOf(rig.gateway)).outcome.endedBy).toBe('complete')
  })

  test('embeds texts, one or many, under another name', async () => {
    const { embeddings } = await google.models.embedContent({
      model: 'gemini',
      contents: ['a', 'b'],
      config: { outputDimensionality: 4 },
    })
    expect(embeddings?.map(({ values }) => values?.length)).toEqual([4, 4])
    expect(rig.upstream.last().json['requests']).toMatchObject([
      { model: 'models/gemini-2.5-flash' },
      { model: 'models/gemini-2.5-flash' },
    ])
  })
})

describe('a stream without alt=sse', () => {
  const stream = async (model: string): Promise<Response> =>
    fetch(`${rig.gateway.url}/v1beta/models/${model}:streamGenerateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': rig.gateway.key, 'content-type': 'application/json' },
      body: JSON.stringify({ contents: [{ parts: [{ text: 'Hello' }] }] }),
    })

  test.each([...geminiRigProviders])(
    'is an array over a provider of the type %s',
    async (provider) => {
      const response = await stream(provider)
      expect(response.headers.get('content-type')).toStartWith('application/json')
      const list: unknown = await response.json()
      expect(Array.isArray(list)).toBe(true)
      expect(JSON.stringify(list)).toContain('"finishReason":"STOP"')
      expect((await recordsOf(rig.gateway)).outcome.endedBy).toBe('complete')
    },
  )

  test.each(geminiRigProviders.flatMap((provider) => [`${provider}-cut`, `${provider}-fault`]))(
    'is closed behind an error (%s)',
    async (model) => {
      const list: unknown = await (await stream(model)).json()
      expect(Array.isArray(list)).toBe(true)
      expect(Array.isArray(list) && list.length > 1 && list.at(-1)).toMatchObject({
        error: { status: expect.any(String) },
      })
      expect((await recordsOf(rig.gateway)).outcome.endedBy).toBe('error')
    },
  )
})

describe('models', () => {
  test('are listed in the shape of Google, each under a name that can be asked for', async () => {
    const { page } = await google.models.list()
    expect(page.map(({ name }) => name)).toContain('models/folder/with.dots:8b')
    const one = await google.models.get({ model: 'models/gemini' })
    expect(one).toMatchObject({ name: 'models/gemini', displayName: 'gemini' })
    const { text } = await google.models.generateContent({
      model: 'models/folder/with.dots:8b',
      contents: 'x',
    })
    expect(text).toStartWith('This is')
  })

  test('that are not there are told in the dialect of Google', async () => {
    const error = await failure(google.models.generateContent({ model: 'gemeni', contents: 'x' }))
    expect(error).toMatchObject({ status: 404 })
    expect(String(error)).toContain('NOT_FOUND')
  })
})

describe('a request that is not valid', () => {
  test('is refused with the path of the fault, before any provider is asked', async () => {
    const calls = rig.upstream.calls.length
    const error = await failure(
      google.models.generateContent({
        model: 'openai',
        contents: [{ role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }] }],
      }),
    )
    expect(error).toMatchObject({ status: 400 })
    expect(String(error)).toContain('contents[0].parts[0].functionResponse')
    expect(rig.upstream.calls).toHaveLength(calls)
  })

  test('such as one with its key in the address gets told where the key belongs', async () => {
    const { url, key } = rig.gateway
    const response = await fetch(`${url}/gemini/v1beta/models/gemini:generateContent?key=${key}`, {
      method: 'POST',
      body: '{}',
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({
      error: { status: 'UNAUTHENTICATED', message: expect.stringContaining('x-goog-api-key') },
    })
  })
})

test('a key the provider does not know is a fault of the gateway, not of its client', async () => {
  rig.upstream.answerNext(
    Response.json(
      {
        error: {
          code: 400,
          message: 'API key not valid.',
          status: 'INVALID_ARGUMENT',
          details: [{ reason: 'API_KEY_INVALID' }],
        },
      },
      { status: 400 },
    ),
  )
  const error = await failure(google.models.generateContent({ model: 'gemini', contents: 'x' }))
  expect(error).toMatchObject({ status: 502 })
  expect(String(error)).not.toContain('API key not valid')
})

describe('other clients over Gemini', () => {
  test('take its calls and thoughts, and give its proofs back', async () => {
    const { openai, anthropic, upstream } = rig
    const question = { role: 'user', content: `Please call ${weather.name}` } as const
    const first = await openai.chat.completions.create({
      model: 'third',
      messages: [question],
      tools: [{ type: 'function', function: weather }],
    })
    const message = first.choices[0]?.message
    const [call] = message?.tool_calls ?? []
    if (message === undefined || call === undefined) throw new Error('no call')
    // The strict provider refuses a call whose proof does not come back.
    const second = await openai.chat.completions.create({
      model: 'third',
      messages: [
        question,
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: call.id, content: 'sunny' },
      ],
      tools: [{ type: 'function', function: weather }],
    })
    expect(second.choices[0]?.message.content).toStartWith('This is')
    expect(upstream.last().text).toContain('c2ltdWxhdGVkLXNpZ25hdHVyZ')
    const claude = await anthropic.messages.create({
      model: 'third',
      max_tokens: 3000,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages: [question],
      tools: [{ name: weather.name, input_schema: weather.parameters }],
    })
    expect(claude.content.map(({ type }) => type)).toEqual(['thinking', 'tool_use'])
    const again = anthropic.messages.stream({
      model: 'third',
      max_tokens: 3000,
      messages: [
        question,
        { role: 'assistant', content: claude.content },
        {
          role: 'user',
          content: claude.content.flatMap((block) =>
            block.type === 'tool_use'
              ? [{ type: 'tool_result', tool_use_id: block.id, content: 'sunny' } as const]
              : [],
          ),
        },
      ],
      tools: [{ name: weather.name, input_schema: weather.parameters }],
    })
    expect(await again.finalText()).toStartWith('This is')
  })

  test('go on elsewhere without those proofs', async () => {
    const { openai, upstream } = rig
    const tool = { type: 'function', function: weather } as const
    const question = { role: 'user', content: `Please call ${weather.name}` } as const
    const first = await openai.chat.completions.create({
      model: 'third',
      messages: [question],
      tools: [tool],
    })
    const [call] = first.choices[0]?.message.tool_calls ?? []
    if (call === undefined) throw new Error('no call')
    expect(call.id.length).toBeGreaterThan(40)
    for (const model of ['openai', 'anthropic']) {
      await openai.chat.completions.create({
        model,
        messages: [
          question,
          { role: 'assistant', content: null, tool_calls: [call] },
          { role: 'tool', tool_call_id: call.id, content: 'sunny' },
        ],
        tools: [tool],
      })
      const ids = [...upstream.last().text.matchAll(/"(?:tool_call_|tool_use_)?id":"([^"]+)"/g)]
      expect(ids).toHaveLength(2)
      for (const [, id] of ids) expect(call.id).toStartWith(id ?? '-')
      for (const [, id] of ids) expect(id?.length).toBeLessThanOrEqual(40)
    }
  })

  test('stream it, and hear why a prompt was blocked', async () => {
    const { openai } = rig
    const stream = openai.chat.completions.stream({
      model: 'gemini',
      messages: [{ role: 'user', content: 'Hello' }],
    })
    expect(await stream.finalContent()).toStartWith('This is')
    const blocked = await openai.chat.completions.create({
      model: 'blocked',
      messages: [{ role: 'user', content: 'Hello' }],
    })
    expect(blocked.choices[0]?.finish_reason).toBe('content_filter')
    const filtered = openai.chat.completions.stream({
      model: 'filtered',
      messages: [{ role: 'user', content: 'Hello' }],
    })
    expect((await filtered.finalChatCompletion()).choices[0]?.finish_reason).toBe('content_filter')
  })
})
