import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  ConverseCommand,
  ConverseStreamCommand,
  ThrottlingException,
} from '@aws-sdk/client-bedrock-runtime'
import type {
  BedrockRuntimeClient,
  ConverseCommandInput,
  ConverseStreamOutput,
  Tool,
} from '@aws-sdk/client-bedrock-runtime'
import {
  askForWeather,
  bedrockClient,
  claudeAtBedrock as claude,
  question,
  textOfBlocks,
  weatherTool,
} from '../support/bedrock.ts'
import { failure, pixelPng, startSdkRig, weather, weatherArguments } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

const targets = ['bedrock', 'bedrock-key', 'openai', 'anthropic'] as const

let rig: SdkRig
let bedrock: BedrockRuntimeClient

beforeAll(async () => {
  rig = await startSdkRig(
    Object.fromEntries(
      targets.flatMap((target) => [
        [target, [target, claude]],
        [`${target}-parallel`, [target, `${claude};parallel=2`]],
        [`${target}-slow`, [target, `${claude};tps=20`]],
        [`${target}-throttled`, [target, `${claude};error=429;retryAfter=7`]],
        [`${target}-broken`, [target, `${claude};errorEvent=6;error=429`]],
      ]),
    ),
  )
  bedrock = bedrockClient(rig.gateway)
})

afterAll(async () => {
  bedrock.destroy()
  await rig[Symbol.asyncDispose]()
})

const converse = (input: ConverseCommandInput) => bedrock.send(new ConverseCommand(input))

async function eventsOf(input: ConverseCommandInput): Promise<ConverseStreamOutput[]> {
  const { stream } = await bedrock.send(new ConverseStreamCommand(input))
  return Array.fromAsync(stream ?? [])
}

describe.each(targets)('the AWS SDK in front of %s', (target) => {
  const request = { modelId: target, messages: question }

  test('gets a plain answer with usage and a request id', async () => {
    const answer = await converse(request)
    expect(answer.stopReason).toBe('end_turn')
    expect(answer.output?.message?.role).toBe('assistant')
    expect(textOfBlocks(answer.output?.message?.content)).toStartWith('This is a simulated answer')
    expect(answer.usage?.inputTokens).toBe(5)
    expect(answer.usage?.totalTokens).toBe(5 + (answer.usage?.outputTokens ?? 0))
    expect(answer.metrics?.latencyMs).toBeNumber()
    expect(answer.$metadata.requestId).toMatch(/^req_/)
  })

  test('streams the words and the usage of the plain answer, events in their order', async () => {
    const plain = await converse(request)
    const events = await eventsOf(request)
    const names = events.map((event) => Object.keys(event)[0])
    expect(names.filter((name, index) => name !== names[index - 1])).toEqual([
      'messageStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ])
    const pieces = events.flatMap((event) => event.contentBlockDelta?.delta?.text ?? [])
    expect(pieces.length).toBeGreaterThan(10)
    expect(pieces.join('')).toBe(textOfBlocks(plain.output?.message?.content))
    expect(events.at(-1)?.metadata?.usage).toMatchObject({
      inputTokens: plain.usage?.inputTokens ?? -1,
      outputTokens: plain.usage?.outputTokens ?? -1,
    })
  })

  test('uses one tool, returns its result, and gets a text', async () => {
    const first = await converse({
      ...request,
      messages: askForWeather,
      toolConfig: { tools: [weatherTool] },
    })
    const turn = first.output?.message
    const use = turn?.content?.[0]?.toolUse
    expect(first.stopReason).toBe('tool_use')
    expect(use?.input).toEqual(weatherArguments)
    const toolResult = {
      toolUseId: use?.toolUseId,
      content: [{ json: { weather: 'rain-and-more-rain' } }],
    }
    const second = await converse({
      ...request,
      toolConfig: { tools: [weatherTool] },
      messages: [
        ...askForWeather,
        turn ?? { role: 'assistant', content: [] },
        { role: 'user', content: [{ toolResult }] },
      ],
    })
    expect(second.stopReason).toBe('end_turn')
    expect(rig.upstream.last().text).toContain('rain-and-more-rain')
  })

  test('gets parallel calls, plain and streamed in pieces, the same', async () => {
    const both = {
      ...request,
      modelId: `${target}-parallel`,
      messages: askForWeather,
      toolConfig: { tools: [weatherTool] },
    }
    const plain = await converse(both)
    const uses = (plain.output?.message?.content ?? []).flatMap((block) => block.toolUse ?? [])
    expect(uses.map(({ input }) => input)).toEqual([weatherArguments, weatherArguments])
    const events = await eventsOf(both)
    const starts = events.flatMap((event) => event.contentBlockStart?.start?.toolUse ?? [])
    expect(starts.map(({ name }) => name)).toEqual(['get_weather', 'get_weather'])
    expect(new Set(starts.map(({ toolUseId }) => toolUseId)).size).toBe(2)
    for (const index of [0, 1]) {
      const pieces = events
        .filter((event) => event.contentBlockDelta?.contentBlockIndex === index)
        .map((event) => event.contentBlockDelta?.delta?.toolUse?.input ?? '')
      expect(JSON.parse(pieces.join(''))).toEqual(weatherArguments)
    }
    expect(events.at(-2)?.messageStop?.stopReason).toBe('tool_use')
  })

  test('is obeyed in its choice of tools', async () => {
    const other: Tool = {
      toolSpec: { name: 'get_forecast', inputSchema: { json: weather.parameters } },
    }
    const ask = async (
      toolChoice: NonNullable<ConverseCommandInput['toolConfig']>['toolChoice'],
    ) => {
      const toolConfig = { tools: [weatherTool, other], toolChoice }
      const answer = await converse({ ...request, toolConfig })
      return (answer.output?.message?.content ?? []).flatMap((block) => block.toolUse?.name ?? [])
    }
    expect(await ask({ auto: {} })).toEqual([])
    expect(await ask({ any: {} })).toHaveLength(1)
    expect(await ask({ tool: { name: 'get_forecast' } })).toEqual(['get_forecast'])
  })

  test('gets structured output that fits its schema', async () => {
    const jsonSchema = { name: 'weather', schema: JSON.stringify(weather.parameters) }
    const answer = await converse({
      ...request,
      outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema } } },
    })
    expect(JSON.parse(textOfBlocks(answer.output?.message?.content))).toEqual(weatherArguments)
  })

  test('sends an image and a document as bytes', async () => {
    const bytes = Buffer.from(pixelPng, 'base64')
    const pdf = Buffer.from('%PDF-1.4 a document')
    const answer = await converse({
      ...request,
      messages: [
        {
          role: 'user',
          content: [
            { image: { format: 'png', source: { bytes } } },
            { document: { format: 'pdf', name: 'report', source: { bytes: pdf } } },
            { text: 'What is this?' },
          ],
        },
      ],
    })
    expect(answer.stopReason).toBe('end_turn')
    expect(rig.upstream.last().text).toContain(pixelPng)
    expect(rig.upstream.last().text).toContain(pdf.toString('base64'))
    expect(answer.$metadata.httpStatusCode).toBe(200)
  })

  test('sends its system prompt, sampling and stop sequences', async () => {
    await converse({
      ...request,
      system: [{ text: 'Be brief.' }],
      inferenceConfig: { maxTokens: 77, temperature: 0.5, stopSequences: ['END'] },
    })
    const { text } = rig.upstream.last()
    for (const part of ['Be brief.', '77', '0.5', '["END"]']) expect(text).toContain(part)
  })

  test('is throttled with its own exception and the time to wait', async () => {
    const error = await failure(converse({ ...request, modelId: `${target}-throttled` }))
    expect(error).toBeInstanceOf(ThrottlingException)
    expect(error).toHaveProperty('message', 'Simulated error 429.')
    expect(error).toHaveProperty('$metadata.httpStatusCode', 429)
    expect(error).toHaveProperty(['$response', 'headers', 'retry-after'], '7')
  })

  test('gets the exception of a stream that failed behind what was said before', async () => {
    const texts: string[] = []
    const { stream } = await bedrock.send(
      new ConverseStreamCommand({ ...request, modelId: `${target}-broken` }),
    )
    const read = async () => {
      for await (const event of stream ?? []) texts.push(event.contentBlockDelta?.delta?.text ?? '')
    }
    const error = await failure(read())
    expect(texts.join('')).not.toBe('')
    expect(error).toHaveProperty('name', 'ThrottlingException')
  })

  test('leaves in the middle of a stream, and so does the gateway at the provider', async () => {
    const controller = new AbortController()
    const { stream } = await bedrock.send(
      new ConverseStreamCommand({ ...request, modelId: `${target}-slow` }),
      { abortSignal: controller.signal },
    )
    if (stream === undefined) throw new Error('There is no stream.')
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    const { signal } = rig.upstream.last()
    controller.abort()
    await iterator.return?.().catch(() => {
      // The stream was aborted: that is what is tested.
    })
    for (const deadline = Date.now() + 2000; !signal.aborted && Date.now() < deadline;) {
      await Bun.sleep(5)
    }
    expect(signal.aborted).toBeTrue()
  })
})
