import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import {
  APICallError,
  embedMany,
  generateObject,
  generateText,
  jsonSchema,
  Output,
  stepCountIs,
  streamText,
  tool,
} from 'ai'
import type { LanguageModel } from 'ai'
import { asArray, asObject } from '../../src/core/json.ts'
import { failure, pixelPng, startSdkRig, weather, weatherArguments } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

/** Which package of the SDK asks which provider. */
const pairs = [
  ['openai', 'openai'],
  ['openai', 'azure-deployments'],
  ['openai', 'anthropic'],
  ['anthropic', 'anthropic'],
  ['anthropic', 'openai'],
] as const
const prompt = 'What is a gateway?'
const weatherSchema = jsonSchema<{ place: string; days: number }>(weather.parameters)
const noRetries = { maxRetries: 0, maxOutputTokens: 4000 }

let rig: SdkRig

beforeAll(async () => {
  // The SDK remarks on models it does not know; those of the tests have names of their own.
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })
  const targets = ['openai', 'azure-deployments', 'anthropic'] as const
  rig = await startSdkRig(
    Object.fromEntries(
      targets.flatMap((target) => [
        [target, [target, 'sim-model']],
        [`${target}-parallel`, [target, 'sim-model;parallel=2']],
        [`${target}-slow`, [target, 'sim-model;tps=20']],
        [`${target}-flaky`, [target, 'sim-model;failEvery=2;error=503;retryAfter=0.01']],
        [`${target}-limited`, [target, 'sim-model;error=429;retryAfter=0.01']],
      ]),
    ),
  )
})

afterAll(async () => {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: undefined })
  await rig[Symbol.asyncDispose]()
})

function modelOf(client: 'openai' | 'anthropic', name: string): LanguageModel {
  const { url, key } = rig.gateway
  return client === 'openai'
    ? createOpenAI({ baseURL: `${url}/v1`, apiKey: key }).chat(name)
    : createAnthropic({ baseURL: `${url}/anthropic/v1`, apiKey: key })(name)
}

describe.each(pairs)('the Vercel AI SDK for %s in front of %s', (client, target) => {
  test('gets the same text and usage plain and streamed', async () => {
    const model = modelOf(client, target)
    const plain = await generateText({ model, prompt, ...noRetries })
    expect(plain.text).toStartWith('This is a simulated answer')
    expect(plain.finishReason).toBe('stop')
    expect(plain.usage.inputTokens).toBe(5)
    expect(plain.warnings ?? []).toEqual([])
    const streamed = streamText({ model, prompt, ...noRetries })
    const pieces = await Array.fromAsync(streamed.textStream)
    expect(pieces.length).toBeGreaterThan(10)
    expect(pieces.join('')).toBe(plain.text)
    expect((await streamed.usage).outputTokens).toBe(plain.usage.outputTokens)
    expect(await streamed.finishReason).toBe('stop')
  })

  test('runs tools in a loop until there is a text, plain and streamed', async () => {
    const seen: unknown[] = []
    const tools = {
      get_weather: tool({
        description: weather.description,
        inputSchema: weatherSchema,
        execute: (input) => {
          seen.push(input)
          return { sky: 'rain-and-more-rain' }
        },
      }),
    }
    const request = {
      model: modelOf(client, `${target}-parallel`),
      prompt: 'Please call get_weather.',
      tools,
      stopWhen: stepCountIs(4),
      ...noRetries,
    }
    const plain = await generateText(request)
    expect(plain.steps).toHaveLength(2)
    expect(plain.text).toStartWith('This is a simulated answer')
    expect(seen).toEqual([weatherArguments, weatherArguments])
    expect(rig.upstream.last().text).toContain('rain-and-more-rain')
    const streamed = streamText(request)
    expect(await streamed.text).toStartWith('This is a simulated answer')
    expect(await streamed.steps).toHaveLength(2)
    expect(seen).toHaveLength(4)
  })

  test('gets objects that fit their schema, by either of its ways', async () => {
    const model = modelOf(client, target)
    const { object } = await generateObject({ model, prompt, schema: weatherSchema, ...noRetries })
    expect(object).toEqual(weatherArguments)
    const { output } = await generateText({
      model,
      prompt,
      output: Output.object({ schema: weatherSchema }),
      ...noRetries,
    })
    expect(output).toEqual(weatherArguments)
    const streamed = streamText({
      model,
      prompt,
      output: Output.object({ schema: weatherSchema }),
      ...noRetries,
    })
    expect(await streamed.output).toEqual(weatherArguments)
  })

  test('sends an image', async () => {
    const { text } = await generateText({
      model: modelOf(client, target),
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'file', data: Buffer.from(pixelPng, 'base64'), mediaType: 'image/png' },
          ],
        },
      ],
      ...noRetries,
    })
    expect(text).toStartWith('This is a simulated answer')
    expect(rig.upstream.last().text).toContain(pixelPng)
  })

  test('leaves a stream, and the provider is left as well', async () => {
    const leave = new AbortController()
    const { textStream } = streamText({
      model: modelOf(client, `${target}-slow`),
      prompt,
      abortSignal: leave.signal,
      ...noRetries,
    })
    let text = ''
    for await (const piece of textStream) {
      text += piece
      leave.abort()
    }
    expect(text.length).toBeLessThan(40)
    const { signal } = rig.upstream.last()
    for (let wait = 0; wait < 200 && !signal.aborted; wait++) await Bun.sleep(5)
    expect(signal.aborted).toBe(true)
  })

  test('repeats a call that failed, and gives up after its number of attempts', async () => {
    const model = modelOf(client, `${target}-flaky`)
    // Whether this or the next call is the second that fails: both succeed.
    for (let call = 0; call < 2; call++) {
      const { text } = await generateText({ model, prompt, maxRetries: 1 })
      expect(text).toStartWith('This is a simulated answer')
    }
    const before = rig.upstream.calls.length
    const error = await failure(
      generateText({ model: modelOf(client, `${target}-limited`), prompt, maxRetries: 2 }),
    )
    expect(rig.upstream.calls).toHaveLength(before + 3)
    expect(error).toMatchObject({
      name: 'AI_RetryError',
      lastError: { statusCode: 429, isRetryable: true },
    })
  })

  test('sees a wrong key and an unknown model as errors it does not repeat', async () => {
    const stranger =
      client === 'openai'
        ? createOpenAI({ baseURL: `${rig.gateway.url}/v1`, apiKey: 'wrong' }).chat(target)
        : createAnthropic({ baseURL: `${rig.gateway.url}/anthropic/v1`, apiKey: 'wrong' })(target)
    const refused = await failure(generateText({ model: stranger, prompt }))
    expect(APICallError.isInstance(refused) && refused.statusCode).toBe(401)
    const unknown = await failure(generateText({ model: modelOf(client, `${target}s`), prompt }))
    expect(unknown).toMatchObject({
      statusCode: 404,
      isRetryable: false,
      message: expect.stringContaining(`Did you mean '${target}'?`),
    })
  })
})

describe('the Vercel AI SDK', () => {
  test('returns signed thinking to Anthropic unchanged', async () => {
    const model = modelOf('anthropic', 'anthropic')
    const tools = {
      get_weather: tool({ inputSchema: weatherSchema, execute: () => ({ sky: 'rain' }) }),
    }
    const result = await generateText({
      model,
      prompt: 'Please call get_weather.',
      tools,
      stopWhen: stepCountIs(3),
      providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } },
      ...noRetries,
    })
    const reasoning = result.steps[0]?.content.find((part) => part.type === 'reasoning')
    expect(reasoning?.text).toStartWith('Simulated reasoning')
    const [, assistant] = asArray(rig.upstream.last().json['messages'])
    const [thinking] = asArray(asObject(assistant)?.['content'])
    const signature = asObject(reasoning?.providerMetadata?.['anthropic'])?.['signature']
    expect(typeof signature).toBe('string')
    expect(thinking).toMatchObject({ type: 'thinking', thinking: reasoning?.text, signature })
  })

  test('embeds many texts and completes a prompt', async () => {
    const openai = createOpenAI({ baseURL: `${rig.gateway.url}/v1`, apiKey: rig.gateway.key })
    const { embeddings, usage } = await embedMany({
      model: openai.embedding('openai'),
      values: ['a', 'b'],
      maxRetries: 0,
    })
    expect(embeddings.map((vector) => Math.hypot(...vector))).toEqual([
      expect.closeTo(1, 4),
      expect.closeTo(1, 4),
    ])
    expect(usage.tokens).toBe(2)
    const { text } = await generateText({ model: openai.completion('anthropic'), prompt })
    expect(text).toStartWith('This is a simulated answer')
  })
})
