import { ApiError, FunctionCallingConfigMode, ThinkingLevel } from '@google/genai'
import type { GenerateContentResponse, GoogleGenAI, Part } from '@google/genai'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { asArray, asObject } from '../../src/core/json.ts'
import { geminiRigProviders, geminiTools as tools, startGeminiRig } from '../support/gemini-rig.ts'
import type { GeminiRig } from '../support/gemini-rig.ts'
import { failure, pixelPng, recordsOf, weather, weatherArguments } from '../support/sdk.ts'

let rig: GeminiRig
let google: GoogleGenAI

beforeAll(async () => {
  rig = await startGeminiRig()
  google = rig.google
})
afterAll(() => rig[Symbol.asyncDispose]())

function partsOf(chunks: readonly GenerateContentResponse[]): Part[] {
  return chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? [])
}

describe.each([...geminiRigProviders])(
  'the Google SDK over a provider of the type %s',
  (provider) => {
    test('gets the same text, usage and ending whole and streamed', async () => {
      const asked = { model: provider, contents: 'Hello' }
      const whole = await google.models.generateContent(asked)
      expect(whole.text).toStartWith('This is a simulated answer')
      expect(whole.candidates?.[0]?.finishReason).toBe('STOP' as never)
      expect(whole.usageMetadata?.totalTokenCount).toBeGreaterThan(2)
      expect(whole.sdkHttpResponse?.headers?.['x-smartflow-provider']).toBe(provider)
      const chunks = await Array.fromAsync(await google.models.generateContentStream(asked))
      expect(chunks.length).toBeGreaterThan(3)
      expect(chunks.map((chunk) => chunk.text ?? '').join('')).toBe(whole.text ?? '')
      expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP' as never)
      expect(chunks.at(-1)?.usageMetadata?.candidatesTokenCount).toBe(
        whole.usageMetadata?.candidatesTokenCount ?? -1,
      )
      const { outcome } = await recordsOf(rig.gateway)
      expect(outcome).toMatchObject({ endedBy: 'complete', provider, usage: { estimated: false } })
    })

    test('says what it wants: system, sampling, limits', async () => {
      const { candidates } = await google.models.generateContent({
        model: provider,
        contents: 'Hello',
        config: {
          systemInstruction: 'Be brief.',
          temperature: 0.5,
          maxOutputTokens: 5,
          stopSequences: ['END'],
        },
      })
      expect(candidates?.[0]?.finishReason).toBe('MAX_TOKENS' as never)
      const sent = JSON.stringify(rig.upstream.last().json)
      for (const word of ['Be brief.', '0.5', 'END']) expect(sent).toContain(word)
    })

    test('takes parallel calls through a chat, streamed, and gives their results back', async () => {
      const chat = google.chats.create({ model: `${provider}-two-calls`, config: { tools } })
      const message = `Please call ${weather.name}`
      const chunks = await Array.fromAsync(await chat.sendMessageStream({ message }))
      const calls = chunks.flatMap((chunk) => chunk.functionCalls ?? [])
      expect(calls.map(({ name, args }) => [name, args])).toEqual([
        [weather.name, weatherArguments],
        [weather.name, weatherArguments],
      ])
      const results = calls.map(({ id, name }) => ({
        functionResponse: {
          ...(id === undefined ? {} : { id }),
          ...(name === undefined ? {} : { name }),
          response: { output: 'sunny' },
        },
      }))
      const answer = await chat.sendMessage({ message: results })
      expect(answer.text).toStartWith('This is a simulated answer')
      expect(JSON.stringify(rig.upstream.last().json).match(/sunny/g)).toHaveLength(2)
    })

    test('can demand one function', async () => {
      const { functionCalls } = await google.models.generateContent({
        model: provider,
        contents: 'Hello',
        config: {
          tools,
          toolConfig: {
            functionCallingConfig: {
              mode: FunctionCallingConfigMode.ANY,
              allowedFunctionNames: [weather.name],
            },
          },
        },
      })
      expect(functionCalls).toMatchObject([{ name: weather.name, args: weatherArguments }])
    })

    test.each([
      [
        'responseJsonSchema',
        {
          type: 'object',
          properties: { n: { type: 'integer', minimum: 3 } },
          required: ['n'],
          additionalProperties: false,
        },
      ],
      [
        'responseSchema',
        { type: 'OBJECT', properties: { n: { type: 'INTEGER', minimum: 3 } }, required: ['n'] },
      ],
    ] as const)('gets structured output by %s', async (field, schema) => {
      const { text } = await google.models.generateContent({
        model: provider,
        contents: 'A number',
        config: { responseMimeType: 'application/json', [field]: schema },
      })
      expect(JSON.parse(text ?? '')).toEqual({ n: 3 })
    })

    test('sends pictures and documents', async () => {
      await google.models.generateContent({
        model: provider,
        contents: [
          { inlineData: { mimeType: 'image/png', data: pixelPng } },
          { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=', displayName: 'a.pdf' } },
          'What is this?',
        ],
      })
      const sent = JSON.stringify(rig.upstream.last().json)
      for (const word of [pixelPng, 'JVBERi0=', 'What is this?']) expect(sent).toContain(word)
    })

    test('is told of errors, in its own dialect', async () => {
      const error = await failure(
        google.models.generateContent({ model: `${provider}-broken`, contents: 'x' }),
      )
      expect(error).toBeInstanceOf(ApiError)
      expect(error).toMatchObject({ status: 503 })
      expect(String(error)).toContain('UNAVAILABLE')
    })

    test.each(['-cut', '-fault'] as const)(
      'is told inside a stream that fails (%s)',
      async (suffix) => {
        const stream = await google.models.generateContentStream({
          model: provider + suffix,
          contents: 'x',
        })
        const error = await failure(Array.fromAsync(stream))
        expect(error).toBeInstanceOf(ApiError)
        expect((await recordsOf(rig.gateway)).outcome).toMatchObject({
          endedBy: 'error',
          errorCode: suffix === '-cut' ? 'provider_stream_cut' : 'provider_error',
        })
      },
    )

    test('ends the call at the provider when it leaves', async () => {
      const leaving = new AbortController()
      const stream = await google.models.generateContentStream({
        model: `${provider}-slow`,
        contents: 'x',
        config: { abortSignal: leaving.signal },
      })
      const { signal } = rig.upstream.last()
      const reading = failure(
        (async () => {
          for await (const _ of stream) leaving.abort()
        })(),
      )
      await reading
      for (const deadline = Date.now() + 2000; !signal.aborted && Date.now() < deadline;) {
        await Bun.sleep(5)
      }
      expect(signal.aborted).toBe(true)
      expect((await recordsOf(rig.gateway)).outcome.endedBy).toBe('client')
    })

    test('counts tokens', async () => {
      const { totalTokens } = await google.models.countTokens({
        model: provider,
        contents: 'Hello there, how are you?',
      })
      expect(totalTokens).toBeGreaterThan(3)
    })

    test('hears of cached tokens', async () => {
      const { usageMetadata } = await google.models.generateContent({
        model: `${provider}-cached`,
        contents: 'Hello',
      })
      expect(usageMetadata?.cachedContentTokenCount).toBe(7)
    })
  },
)

describe('thinking', () => {
  test('of Claude comes as thoughts, and its proof goes back to Claude through a chat', async () => {
    const chat = google.chats.create({
      model: 'anthropic',
      config: { tools, thinkingConfig: { thinkingBudget: 2048, includeThoughts: true } },
    })
    const message = `Please call ${weather.name}`
    const chunks = await Array.fromAsync(await chat.sendMessageStream({ message }))
    const thoughts = partsOf(chunks).filter((part) => part.thought === true)
    expect(thoughts.map(({ text }) => text).join('')).toStartWith('Simulated reasoning')
    const [call] = chunks.flatMap((chunk) => chunk.functionCalls ?? [])
    await chat.sendMessage({
      message: {
        functionResponse: {
          ...(call?.id === undefined ? {} : { id: call.id }),
          name: weather.name,
          response: { output: 'sunny' },
        },
      },
    })
    const [, turn] = asArray(rig.upstream.last().json['messages'])
    expect(asArray(asObject(turn)?.['content'])[0]).toEqual({
      type: 'thinking',
      thinking: expect.stringContaining('Simulated reasoning'),
      signature: expect.any(String),
    })
  })

  test('of Gemini goes back to it as it was, with its signatures', async () => {
    const chat = google.chats.create({ model: 'third', config: { tools } })
    const first = await chat.sendMessage({ message: `Please call ${weather.name}` })
    const [part] = partsOf([first])
    expect(part?.thoughtSignature).toBeString()
    const answer = await chat.sendMessage({
      message: {
        functionResponse: { name: weather.name, response: { output: 'sunny' } },
      },
    })
    expect(answer.text).toStartWith('This is')
    expect(rig.upstream.last().text).toContain(part?.thoughtSignature ?? 'none')
  })

  test('is asked of an OpenAI model as an effort', async () => {
    await google.models.generateContent({
      model: 'openai',
      contents: 'x',
      config: { thinkingConfig: { thinkingLevel: ThinkingLevel.LOW } },
    })
    expect(rig.upstream.last().json['reasoning_effort']).toBe('low')
  })
})
