import Anthropic from '@anthropic-ai/sdk'
import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { GoogleGenAI } from '@google/genai'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { bedrockClient } from '../support/bedrock.ts'
import { families } from './providers/index.ts'
import { startMatrixRig } from './rig.ts'
import type { Say } from './vocabulary.ts'

/** The parsers of the official SDKs as judges of what clients get, one feature for each format. */

let rig: Awaited<ReturnType<typeof startMatrixRig>>
beforeAll(async () => {
  rig = await startMatrixRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

const schema = { type: 'object' as const, properties: { place: { type: 'string' } } }
const called: Say = {
  calls: [
    { id: 'call_a1B2c3D4', name: 'f', args: { place: 'Trondheim' } },
    { id: 'call_e5F6g7H8', name: 'g', args: { place: 'Bergen', zone: 'CET' } },
  ],
  stop: 'tool-calls',
  usage: { input: 40, output: 12 },
}
const heard = {
  calls: [
    ['f', { place: 'Trondheim' }],
    ['g', { place: 'Bergen', zone: 'CET' }],
  ],
  usage: [40, 12],
}
const spoken: Say = { text: 'Grüße ✓', stop: 'end', usage: { input: 40, output: 12 } }

function answering(say: Say) {
  rig.upstream.take()
  rig.upstream.script = { say }
  return rig.gateway
}

describe.each(families)('over $title', ({ name: model }) => {
  test('OpenAI’s SDK understands calls of tools in chat completions', async () => {
    const { url, key } = answering(called)
    const { chat } = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })
    const functions = [
      { type: 'function' as const, function: { name: 'f', parameters: schema } },
      { type: 'function' as const, function: { name: 'g', parameters: schema } },
    ]
    const asked = {
      model,
      max_completion_tokens: 100,
      messages: [{ role: 'user' as const, content: 'Hello' }],
      tools: functions,
    }
    const stream_options = { include_usage: true }
    for (const answer of [
      await chat.completions.create(asked),
      await chat.completions.stream({ ...asked, stream_options }).finalChatCompletion(),
    ]) {
      const calls = (answer.choices[0]?.message.tool_calls ?? []).map((call) =>
        call.type === 'function'
          ? [call.function.name, JSON.parse(call.function.arguments)]
          : [call.type],
      )
      const usage = [answer.usage?.prompt_tokens, answer.usage?.completion_tokens]
      expect({ calls, usage }).toEqual(heard)
    }
  })

  test('and text completions', async () => {
    const { url, key } = answering(spoken)
    const { completions } = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })
    const asked = { model, max_tokens: 100, prompt: 'Hello' }
    const answer = await completions.create(asked)
    expect(answer.choices[0]?.text).toBe('Grüße ✓')
    let text = ''
    for await (const chunk of await completions.create({ ...asked, stream: true })) {
      text += chunk.choices[0]?.text ?? ''
    }
    expect(text).toBe('Grüße ✓')
  })

  test('and responses', async () => {
    const { url, key } = answering(called)
    const { responses } = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })
    const tools = ['f', 'g'].map((name) => ({
      type: 'function' as const,
      name,
      parameters: schema,
      strict: false,
    }))
    const asked = { model, max_output_tokens: 100, input: 'Hello', tools, store: false }
    for (const answer of [
      await responses.create(asked),
      await responses.stream(asked).finalResponse(),
    ]) {
      const calls = answer.output.flatMap((item) =>
        item.type === 'function_call' ? [[item.name, JSON.parse(item.arguments)]] : [],
      )
      const usage = [answer.usage?.input_tokens, answer.usage?.output_tokens]
      expect({ calls, usage }).toEqual(heard)
    }
  })

  test('Anthropic’s SDK understands them', async () => {
    const { url, key } = answering(called)
    const { messages } = new Anthropic({ baseURL: `${url}/anthropic`, apiKey: key, maxRetries: 0 })
    const asked = {
      model,
      max_tokens: 100,
      messages: [{ role: 'user' as const, content: 'Hello' }],
      tools: ['f', 'g'].map((name) => ({ name, input_schema: schema })),
    }
    for (const answer of [
      await messages.create(asked),
      await messages.stream(asked).finalMessage(),
    ]) {
      const calls = answer.content.flatMap((block) =>
        block.type === 'tool_use' ? [[block.name, block.input]] : [],
      )
      const usage = [answer.usage.input_tokens, answer.usage.output_tokens]
      expect({ calls, usage }).toEqual(heard)
      expect(answer.stop_reason).toBe('tool_use')
    }
  })

  test('Google’s SDK understands them', async () => {
    const { url, key } = answering(called)
    const { models } = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: `${url}/gemini` } })
    const functionDeclarations = ['f', 'g'].map((name) => ({ name, parametersJsonSchema: schema }))
    const config = { maxOutputTokens: 100, tools: [{ functionDeclarations }] }
    const asked = { model, contents: 'Hello', config }
    const chunks = await Array.fromAsync(await models.generateContentStream(asked))
    for (const answers of [[await models.generateContent(asked)], chunks]) {
      const calls = answers.flatMap((answer) =>
        (answer.functionCalls ?? []).map(({ name, args }) => [name, args]),
      )
      const told = answers.at(-1)?.usageMetadata
      const usage = [told?.promptTokenCount, told?.candidatesTokenCount]
      expect({ calls, usage }).toEqual(heard)
    }
  })

  test('the SDK of AWS understands them', async () => {
    const client = bedrockClient(answering(called))
    const tools = ['f', 'g'].map((name) => ({ toolSpec: { name, inputSchema: { json: schema } } }))
    const asked = {
      modelId: model,
      messages: [{ role: 'user' as const, content: [{ text: 'Hello' }] }],
      inferenceConfig: { maxTokens: 100 },
      toolConfig: { tools },
    }
    const { output, usage: counted } = await client.send(new ConverseCommand(asked))
    const calls = (output?.message?.content ?? []).map(({ toolUse }) => [
      toolUse?.name,
      toolUse?.input,
    ])
    expect({ calls, usage: [counted?.inputTokens, counted?.outputTokens] }).toEqual(heard)
    const { stream } = await client.send(new ConverseStreamCommand(asked))
    const names: unknown[] = []
    const written: string[] = []
    let usage: unknown
    for await (const { contentBlockStart, contentBlockDelta, metadata } of stream ?? []) {
      if (contentBlockStart !== undefined) {
        names.push(contentBlockStart.start?.toolUse?.name)
        written.push('')
      }
      const more = contentBlockDelta?.delta?.toolUse?.input ?? ''
      if (written.length > 0) written[written.length - 1] += more
      if (metadata !== undefined) {
        usage = [metadata.usage?.inputTokens, metadata.usage?.outputTokens]
      }
    }
    const streamed = names.map((name, index) => [name, JSON.parse(written[index] ?? '')])
    expect({ calls: streamed, usage }).toEqual(heard)
  })
})
