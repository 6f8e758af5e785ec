import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk'
import Anthropic from '@anthropic-ai/sdk'
import { ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { GoogleGenAI } from '@google/genai'
import { CohereClientV2 } from 'cohere-ai'
import type { Cohere } from 'cohere-ai'
import { Ollama } from 'ollama'
import OpenAI from 'openai'
import type { FormatName } from '../../src/formats/index.ts'
import { bedrockClient } from '../support/bedrock.ts'
import { recordsOf } from '../support/sdk.ts'
import { ask, decodedChunks, formatNames } from './support/callers.ts'
import {
  blockMessage,
  card,
  privateKey,
  providersOf,
  startComplianceRig,
  traces,
} from './support/rig.ts'
import type { ComplianceRig } from './support/rig.ts'

let rig: ComplianceRig

beforeAll(async () => {
  rig = await startComplianceRig()
})

afterAll(() => rig[Symbol.asyncDispose]())

const prompt = 'Say it.'
const messages = [{ role: 'user' as const, content: prompt }]
const before = 'Here it comes. '.repeat(40)

/** Says a key in the middle of a very long stream. */
function sayKey(): void {
  rig.provider.script({
    says: () => [
      {
        type: 'text',
        text: `${before}Card ${card}. ${before}${privateKey} ${'And more. '.repeat(4000)}`,
      },
    ],
    deltas: [7],
  })
}

/** Reads a stream to its end; returns what it said and what it threw. */
async function readAll<Event>(
  open: () => PromiseLike<AsyncIterable<Event>> | AsyncIterable<Event>,
  textOf: (event: Event) => string | null | undefined,
): Promise<{ readonly text: string; readonly error: unknown }> {
  let text = ''
  try {
    for await (const event of await open()) text += textOf(event) ?? ''
    return { text, error: undefined }
  } catch (error) {
    return { text, error }
  }
}

type Reading = (model: string) => Promise<{ readonly text: string; readonly error: unknown }>

/** Streams of the official SDKs, by the format they speak. */
function readers(): Readonly<Record<FormatName, Reading | undefined>> {
  const { url, key } = rig.at
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })
  const anthropic = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 })
  const invoke = new AnthropicBedrock({
    baseURL: `${url}/bedrock`,
    awsRegion: 'eu-central-1',
    apiKey: key,
    maxRetries: 0,
  })
  const google = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: `${url}/gemini` } })
  const bedrock = bedrockClient(rig.gateway)
  const cohere = new CohereClientV2({ environment: url, token: key, maxRetries: 0 })
  const ollama = new Ollama({ host: url, headers: { authorization: `Bearer ${key}` } })
  const stream = true as const
  const byAnthropic =
    (client: Pick<Anthropic, 'messages'> | AnthropicBedrock): Reading =>
    (model) =>
      readAll(
        () => client.messages.create({ model, max_tokens: 500, messages, stream }),
        (event) =>
          event.type === 'content_block_delta' && event.delta.type === 'text_delta'
            ? event.delta.text
            : '',
      )
  return {
    'openai-chat': (model) =>
      readAll(
        () => openai.chat.completions.create({ model, messages, stream }),
        ({ choices }) => choices[0]?.delta.content,
      ),
    'openai-completions': (model) =>
      readAll(
        () => openai.completions.create({ model, prompt, stream }),
        ({ choices }) => choices[0]?.text,
      ),
    'openai-responses': (model) =>
      readAll(
        () => openai.responses.create({ model, input: prompt, stream }),
        (event) => (event.type === 'response.output_text.delta' ? event.delta : ''),
      ),
    'anthropic-messages': byAnthropic(anthropic),
    gemini: (model) =>
      readAll(
        () => google.models.generateContentStream({ model, contents: prompt }),
        ({ text }) => text,
      ),
    'gemini-array': undefined,
    'bedrock-converse': (modelId) =>
      readAll(
        async () => {
          const converse = {
            modelId,
            messages: [{ role: 'user' as const, content: [{ text: prompt }] }],
          }
          return (await bedrock.send(new ConverseStreamCommand(converse))).stream ?? noEvents()
        },
        (event) => event.contentBlockDelta?.delta?.text,
      ),
    'bedrock-invoke': byAnthropic(invoke),
    'cohere-chat': (model) => readAll(() => cohere.chatStream({ model, messages }), cohereText),
    'ollama-chat': (model) =>
      readAll(
        () => ollama.chat({ model, messages, stream }),
        ({ message }) => message.content,
      ),
  }
}

/** Cohere tells errors as the reason for which an answer ends; its SDK hands that over as an event. */
function cohereText(event: Cohere.V2ChatStreamResponse): string | undefined {
  if (event.type !== 'message-end') {
    return event.type === 'content-delta' ? event.delta?.message?.content?.text : ''
  }
  if (event.delta?.finishReason === 'ERROR') throw new Error(event.delta.error)
  return ''
}

async function* noEvents(): AsyncGenerator<never> {}

describe.each(formatNames)('an answer in %s', (format) => {
  for (const provider of providersOf[format]) {
    test(`of ${provider} that says a key is ended before it, in the words of the client`, async () => {
      sayKey()
      const { leftAt } = rig.provider
      const count = leftAt.length
      const read = readers()[format]
      if (read === undefined) return
      const { text, error } = await read(provider)
      const endedAt = performance.now()
      expect(text).toStartWith('Here it comes.')
      expect(text).toContain('Card <PAYMENT_CARD_1>.')
      expect(text).not.toContain('BEGIN')
      for (const trace of traces) expect(text).not.toContain(trace)
      expect(error).toBeInstanceOf(Error)
      expect(`${String(error)} ${JSON.stringify(error)}`).toContain(blockMessage)
      while (leftAt.length === count && performance.now() - endedAt < 1000) await Bun.sleep(2)
      expect((leftAt.at(-1) ?? Infinity) - endedAt).toBeLessThan(200)
      const { decision, outcome } = await recordsOf(rig.gateway)
      expect(decision).toMatchObject({ verdict: 'allow', clientFormat: format })
      expect(outcome).toMatchObject({
        errorCode: 'blocked_by_policy',
        answer: { verdict: 'block', ruleIds: ['privacy/cards', 'privacy/keys'] },
      })
    })

    test(`of ${provider} that says a key is refused as a whole`, async () => {
      sayKey()
      const response = await ask(format, prompt, { ...rig.at, model: provider, stream: false })
      const text = await response.text()
      expect(response.status).toBe(403)
      expect(text).toContain(blockMessage)
      const requestId = response.headers.get('x-request-id') ?? 'none'
      expect(text).toContain(requestId)
      for (const trace of traces) expect(text).not.toContain(trace)
      const { outcome } = await recordsOf(rig.gateway, requestId)
      expect(outcome).toMatchObject({
        errorCode: 'blocked_by_policy',
        answer: { verdict: 'block', ruleIds: ['privacy/cards', 'privacy/keys'] },
      })
    })

    test(`of ${provider} tells the number of the request where it ends`, async () => {
      sayKey()
      const response = await ask(format, prompt, { ...rig.at, model: provider, stream: true })
      const bytes = Buffer.from(await response.bytes()).toString('latin1')
      expect(response.status).toBe(200)
      const text = decodedChunks(bytes)
      expect(text).toContain(blockMessage)
      expect(text).toContain(response.headers.get('x-request-id') ?? 'none')
      for (const trace of traces) expect(text).not.toContain(trace)
    })
  }
})
