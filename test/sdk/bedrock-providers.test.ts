import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  ValidationException,
} from '@aws-sdk/client-bedrock-runtime'
import type { ConverseCommandInput, ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import { asArray, asObject } from '../../src/core/json.ts'
import { encodeEvent } from '../../src/formats/index.ts'
import {
  askForWeather,
  bedrockClient,
  claudeAtBedrock as claude,
  question,
  weatherTool,
} from '../support/bedrock.ts'
import { failure, recordsOf, startSdkRig } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

const targets = ['bedrock', 'bedrock-key', 'openai', 'anthropic'] as const

let rig: SdkRig
let bedrock: BedrockRuntimeClient

beforeAll(async () => {
  rig = await startSdkRig({
    ...Object.fromEntries(targets.map((target) => [target, [target, claude] as const])),
    'arn:aws:bedrock:eu-central-1:1:inference-profile/x': ['bedrock', 'meta.llama3:0'],
    reasoning: ['openai', 'o3-sim'],
    'in-openai-style': ['bedrock-openai', 'openai.gpt-oss-20b-1:0'],
  })
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

describe('the AWS SDK in front of Bedrock', () => {
  test('asks for the model under its id, encoded once, and signs for the gateway', async () => {
    await converse({ modelId: 'bedrock', messages: question })
    const { path, headers, json } = rig.upstream.last()
    expect(path).toBe(`/model/${encodeURIComponent(claude)}/converse`)
    expect(headers.get('authorization')).toStartWith('AWS4-HMAC-SHA256 Credential=AKIASIMULATED')
    expect(headers.get('authorization')).not.toContain(rig.gateway.key)
    expect(json).toEqual({
      messages: [{ role: 'user', content: [{ text: 'What is a gateway?' }] }],
    })
  })

  test('may ask for models by ARN', async () => {
    const modelId = 'arn:aws:bedrock:eu-central-1:1:inference-profile/x'
    expect((await converse({ modelId, messages: question })).stopReason).toBe('end_turn')
    expect(rig.upstream.last().path).toBe('/model/meta.llama3%3A0/converse')
  })

  test('loses nothing the gateway does not know', async () => {
    await converse({
      modelId: 'bedrock',
      messages: [{ role: 'user', content: [{ guardContent: { text: { text: 'x' } } }] }],
      guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' },
      serviceTier: { type: 'flex' },
    })
    expect(rig.upstream.last().json).toMatchObject({
      guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' },
      serviceTier: { type: 'flex' },
    })
  })

  test('keeps prompt caching: points go out, counts come back and are recorded', async () => {
    const ask = () =>
      converse({
        modelId: 'bedrock',
        system: [{ text: 'long '.repeat(99) }, { cachePoint: { type: 'default' } }],
        messages: question,
      })
    const [first, second] = [await ask(), await ask()]
    const written = first.usage?.cacheWriteInputTokens ?? 0
    expect(written).toBeGreaterThan(100)
    expect(second.usage?.cacheReadInputTokens).toBe(written)
    const { outcome } = await recordsOf(rig.gateway, second.$metadata.requestId)
    expect(outcome.usage).toMatchObject({
      inputTokens: written + (second.usage?.inputTokens ?? 0),
      cacheReadTokens: written,
      estimated: false,
    })
  })

  test('returns signed reasoning in the next turn and Bedrock gets it unchanged', async () => {
    const request = {
      modelId: 'bedrock',
      toolConfig: { tools: [weatherTool] },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2000 } },
    }
    const first = await converse({ ...request, messages: askForWeather })
    const turn = first.output?.message
    const [thought, use] = turn?.content ?? []
    expect(thought?.reasoningContent?.reasoningText?.signature).toMatch(/.{10}/)
    const toolResult = { toolUseId: use?.toolUse?.toolUseId, content: [{ text: 'rain' }] }
    await converse({
      ...request,
      messages: [
        ...askForWeather,
        turn ?? { role: 'assistant', content: [] },
        { role: 'user', content: [{ toolResult }] },
      ],
    })
    const [, assistant] = asArray(rig.upstream.last().json['messages'])
    expect(assistant).toEqual(JSON.parse(JSON.stringify(turn)))
  })

  test('is served through the API in OpenAI’s style where the provider is told so', async () => {
    const answer = await converse({ modelId: 'in-openai-style', messages: question })
    expect(answer.stopReason).toBe('end_turn')
    expect(rig.upstream.last().path).toBe('/openai/v1/chat/completions')
    expect(rig.upstream.last().json['model']).toBe('openai.gpt-oss-20b-1:0')
  })

  test('is told of a stream that broke off, but not of one that only lacks its counts', async () => {
    const request = { modelId: 'bedrock', messages: question }
    const begun = [
      encodeEvent('messageStart', { role: 'assistant' }),
      encodeEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'half' } }),
    ]
    const answer = (...events: readonly Uint8Array[]): void => {
      const headers = { 'content-type': 'application/vnd.amazon.eventstream' }
      rig.upstream.answerNext(new Response(Buffer.concat(events), { headers }))
    }
    answer(...begun)
    expect(await failure(eventsOf(request))).toHaveProperty('name', 'ModelStreamErrorException')
    answer(...begun, encodeEvent('messageStop', { stopReason: 'max_tokens' }))
    const events = await eventsOf(request)
    expect(events.at(-1)?.messageStop?.stopReason).toBe('max_tokens')
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.usage).toMatchObject({ estimated: true })
  })

  test('is told of a stream that was damaged on its way', async () => {
    const bytes = encodeEvent('messageStart', { role: 'assistant' })
    bytes[20] = (bytes[20] ?? 0) ^ 1
    const headers = { 'content-type': 'application/vnd.amazon.eventstream' }
    rig.upstream.answerNext(new Response(bytes, { headers }))
    const error = await failure(eventsOf({ modelId: 'bedrock', messages: question }))
    expect(error).toHaveProperty('name', 'ModelStreamErrorException')
  })
})

describe('the AWS SDK in front of other providers', () => {
  test('gets the reasoning of a model, plain and streamed', async () => {
    const request = {
      modelId: 'reasoning',
      messages: question,
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048 } },
    }
    const answer = await converse(request)
    const [thought, text] = answer.output?.message?.content ?? []
    expect(thought?.reasoningContent?.reasoningText?.text).toStartWith('Simulated reasoning')
    expect(text?.text).toStartWith('This is a simulated answer')
    const events = await eventsOf(request)
    const pieces = events.map(
      (event) => event.contentBlockDelta?.delta?.reasoningContent?.text ?? '',
    )
    expect(pieces.join('')).toBe(thought?.reasoningContent?.reasoningText?.text ?? '')
  })

  test('cache points become marks and counts of the prompt cache come back', async () => {
    const ask = () =>
      converse({
        modelId: 'anthropic',
        system: [{ text: 'very long '.repeat(99) }, { cachePoint: { type: 'default' } }],
        messages: question,
      })
    const [first, second] = [await ask(), await ask()]
    expect(first.usage?.cacheWriteInputTokens).toBeGreaterThan(100)
    expect(second.usage?.cacheReadInputTokens).toBe(first.usage?.cacheWriteInputTokens ?? -1)
    const [system] = asArray(rig.upstream.last().json['system'])
    expect(asObject(system)?.['cache_control']).toEqual({ type: 'ephemeral' })
  })

  test('is refused a body that is not valid, with the path of the fault', async () => {
    const error = await failure(converse({ modelId: 'openai', messages: [] }))
    expect(error).toBeInstanceOf(ValidationException)
    expect(error).toHaveProperty('message', expect.stringContaining('messages'))
  })
})

describe('keys', () => {
  test('that nobody knows are refused, signatures with a word of advice', async () => {
    const unknown = bedrockClient(rig.gateway, 'sk-sf-unknown')
    expect(
      await failure(unknown.send(new ConverseCommand({ modelId: 'openai', messages: question }))),
    ).toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 401 },
    })
    unknown.destroy()
    const signing = new BedrockRuntimeClient({
      endpoint: `${rig.gateway.url}/bedrock`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
      maxAttempts: 1,
    })
    const error = await failure(
      signing.send(new ConverseCommand({ modelId: 'openai', messages: question })),
    )
    expect(error).toHaveProperty('message', expect.stringContaining('AWS_BEARER_TOKEN_BEDROCK'))
    signing.destroy()
  })

  test('of the provider that AWS refuses are the operator’s trouble, not the client’s', async () => {
    const headers = { 'x-amzn-errortype': 'UnrecognizedClientException:http://internal/' }
    rig.upstream.answerNext(
      Response.json({ message: 'The security token is invalid.' }, { status: 403, headers }),
    )
    const error = await failure(converse({ modelId: 'bedrock', messages: question }))
    expect(error).toMatchObject({ $metadata: { httpStatusCode: 502 } })
    expect(error).toHaveProperty('message', expect.not.stringContaining('security token'))
    rig.upstream.answerNext(
      Response.json(
        { message: 'You do not have access to the model.' },
        { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } },
      ),
    )
    expect(await failure(converse({ modelId: 'bedrock', messages: question }))).toMatchObject({
      name: 'AccessDeniedException',
      message: 'You do not have access to the model.',
    })
  })
})

test('InvokeModel takes Anthropic’s bodies, for any provider', async () => {
  for (const modelId of targets) {
    const body = {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 50,
      messages: [{ role: 'user', content: 'hi' }],
    }
    const answer = await bedrock.send(
      new InvokeModelCommand({
        modelId,
        body: JSON.stringify(body),
        contentType: 'application/json',
      }),
    )
    expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({
      type: 'message',
      stop_reason: 'end_turn',
    })
  }
})
