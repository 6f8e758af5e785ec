import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createOpenAI } from '@ai-sdk/openai'
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai'
import type { ModelMessage } from 'ai'
import { startSdkRig, weather, weatherArguments } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

/** A provider that keeps responses, one that speaks them and keeps nothing, and one they are translated for. */
const targets = ['openai', 'stateless', 'anthropic'] as const

let rig: SdkRig

beforeAll(async () => {
  // The SDK remarks on models it does not know; those of the tests have names of their own.
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })
  rig = await startSdkRig(
    {},
    {
      models: targets.map(
        (name) => `{ name: ${name}, targets: [{ provider: ${name}, model: sim-model }] }`,
      ),
    },
  )
})

afterAll(async () => {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: undefined })
  await rig[Symbol.asyncDispose]()
})

function modelOf(name: string) {
  const { url, key } = rig.gateway
  return createOpenAI({ baseURL: `${url}/v1`, apiKey: key }).responses(name)
}

describe.each(targets)('the agent of the Vercel SDK asking %s for responses', (target) => {
  const weatherTool = tool({
    description: weather.description,
    inputSchema: jsonSchema<typeof weatherArguments>(weather.parameters),
    execute: () => Promise.resolve('rain-and-more-rain'),
  })

  test('calls its tool and answers', async () => {
    const { text, steps } = await generateText({
      model: modelOf(target),
      prompt: 'Please call get_weather.',
      tools: { get_weather: weatherTool },
      stopWhen: stepCountIs(3),
      maxRetries: 0,
    })
    expect(steps).toHaveLength(2)
    expect(steps[0]?.toolCalls[0]?.input).toEqual(weatherArguments)
    expect(text).toStartWith('This is a simulated answer')
    expect(rig.upstream.last().text).toContain('rain-and-more-rain')
  })

  test('talks on, with its answer referred to by the id of an item', async () => {
    const first: ModelMessage = { role: 'user', content: 'What is a gateway?' }
    const answer = streamText({ model: modelOf(target), messages: [first], maxRetries: 0 })
    const said = await answer.text
    const { messages } = await answer.response
    const next = await generateText({
      model: modelOf(target),
      messages: [first, ...messages, { role: 'user', content: 'And then?' }],
      maxRetries: 0,
    })
    expect(next.text).toStartWith('This is a simulated answer')
    expect(rig.upstream.last().text.includes(said)).toBe(target !== 'openai')
  })
})
