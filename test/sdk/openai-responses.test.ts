import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI, { AzureOpenAI } from 'openai'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { asArray, asObject } from '../../src/core/json.ts'
import { serveSimulatedProvider } from '../../src/providers/simulated/index.ts'
import type { SimulatedServer } from '../../src/providers/simulated/index.ts'
import {
  failure,
  pixelPng,
  recordsOf,
  startSdkRig,
  weather,
  weatherArguments,
} from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

/** Providers that speak responses themselves, and providers they are translated for. */
const native = ['openai', 'azure-v1', 'stateless', 'simulated'] as const
const translated = ['compatible', 'azure-deployments', 'anthropic'] as const
const targets = [...native, ...translated]
const recorded = ['openai', 'azure-v1', 'stateless', ...translated] as const

const input = 'What is a gateway?'
const askForWeather = 'Please call get_weather.'
const tools: OpenAI.Responses.FunctionTool[] = [{ type: 'function', strict: true, ...weather }]
const otherKey = newKey()

let rig: SdkRig
let slow: SimulatedServer
let openai: OpenAI
let other: OpenAI

beforeAll(async () => {
  slow = await serveSimulatedProvider()
  const names = [...targets, 'second']
  rig = await startSdkRig(
    {},
    {
      keys: [
        `{ name: other, sha256: ${hashKey(otherKey)}, user: other@example.com, models: ["*"] }`,
      ],
      providers: [
        '{ name: simulated, type: simulated }',
        `{ name: second, type: openai, baseUrl: "${slow.url}/v1", apiKey: any }`,
        `{ name: slow-openai, type: openai, baseUrl: "${slow.url}/v1", apiKey: any }`,
        `{ name: slow-anthropic, type: anthropic, baseUrl: "${slow.url}", apiKey: any }`,
      ],
      models: [
        ...names.flatMap((name) =>
          Object.entries({
            '': '',
            '-parallel': ';parallel=2',
            '-cached': ';cached=64',
            '-429': ';error=429;retryAfter=0.2',
            '-midway': ';tokens=9;errorEvent=6',
          }).map(
            ([suffix, script]) =>
              `{ name: ${name}${suffix}, targets: [{ provider: ${name}, model: "sim-model${script}" }] }`,
          ),
        ),
        '{ name: either, strategy: round-robin, targets: [{ provider: openai, model: sim-model }, { provider: second, model: sim-model }] }',
        '{ name: slow-openai, targets: [{ provider: slow-openai, model: "sim;tps=20" }] }',
        '{ name: slow-anthropic, targets: [{ provider: slow-anthropic, model: "sim;tps=20" }] }',
      ],
    },
  )
  openai = rig.openai
  other = new OpenAI({ baseURL: `${rig.gateway.url}/v1`, apiKey: otherKey, maxRetries: 0 })
})

afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await slow[Symbol.asyncDispose]()
})

function callsOf(response: OpenAI.Responses.Response) {
  return response.output.filter((item) => item.type === 'function_call')
}

/** The output as the input of a later call: the SDK has two types for the same items. */
function asInput({ output }: OpenAI.Responses.Response): OpenAI.Responses.ResponseInput {
  const items: OpenAI.Responses.ResponseInput = JSON.parse(JSON.stringify(output))
  return items
}

/** The last event of a stream, which holds the whole response. */
function lastResponse(events: readonly OpenAI.Responses.ResponseStreamEvent[]) {
  const last = events.at(-1)
  if (last?.type === 'response.completed' || last?.type === 'response.incomplete') {
    return last.response
  }
  throw new Error(`The stream ended with ${last?.type}.`)
}

describe.each(targets)('the OpenAI SDK asking %s for responses', (target) => {
  test('gets a plain answer with usage and everything a response has', async () => {
    const response = await openai.responses.create({
      model: target,
      input,
      instructions: 'Be brief.',
      metadata: {},
      tool_choice: 'auto',
    })
    expect(response.output_text).toStartWith('This is a simulated answer')
    expect(response).toMatchObject({
      id: expect.stringMatching(/^resp_/),
      object: 'response',
      status: 'completed',
      model: 'sim-model',
      instructions: 'Be brief.',
      metadata: {},
      parallel_tool_calls: true,
      error: null,
      incomplete_details: null,
      created_at: expect.any(Number),
      _request_id: expect.stringMatching(/^req_/),
      usage: {
        input_tokens: expect.any(Number),
        total_tokens:
          (response.usage?.input_tokens ?? Number.NaN) + (response.usage?.output_tokens ?? 0),
      },
    })
  })

  test('gets a stream of numbered events that ends with the whole response', async () => {
    const plain = await openai.responses.create({ model: target, input })
    const { data, response } = await openai.responses
      .create({ model: target, input, stream: true })
      .withResponse()
    const events = await Array.fromAsync(data)
    expect(events.map((event) => event.sequence_number)).toEqual([...events.keys()])
    expect(events[0]?.type).toBe('response.created')
    expect(events[1]?.type).toBe('response.in_progress')
    const said = events.map((event) =>
      event.type === 'response.output_text.delta' ? event.delta : '',
    )
    expect(said.join('')).toBe(plain.output_text)
    expect(said.filter((piece) => piece !== '').length).toBeGreaterThan(5)
    expect(lastResponse(events).usage).toEqual(plain.usage)
    const { outcome } = await recordsOf(rig.gateway, response.headers.get('x-request-id') ?? '')
    expect(outcome.usage).toMatchObject({
      inputTokens: plain.usage?.input_tokens,
      outputTokens: plain.usage?.output_tokens,
      estimated: false,
    })
  })

  test('puts a stream together with the SDK’s own hands', async () => {
    const plain = await openai.responses.create({ model: target, input: askForWeather, tools })
    const stream = openai.responses.stream({ model: target, input: askForWeather, tools })
    const final = await stream.finalResponse()
    const [call] = callsOf(final)
    expect(JSON.parse(call?.arguments ?? '')).toEqual(weatherArguments)
    expect(final.output.map((item) => item.type)).toEqual(plain.output.map((item) => item.type))
  })

  test('calls tools in parallel, returns results, and goes on in the whole history', async () => {
    const history: OpenAI.Responses.ResponseInput = [{ role: 'user', content: askForWeather }]
    const request = { model: `${target}-parallel`, tools, store: false }
    const first = await openai.responses.create({ ...request, input: history })
    expect(callsOf(first).map((call) => JSON.parse(call.arguments))).toEqual([
      weatherArguments,
      weatherArguments,
    ])
    history.push(
      ...asInput(first),
      ...callsOf(first).map((call) => ({
        type: 'function_call_output' as const,
        call_id: call.call_id,
        output: 'rain-and-more-rain',
      })),
    )
    const second = await openai.responses.create({ ...request, input: history })
    expect(second.output_text).toStartWith('This is a simulated answer')
  })

  test('gets structured output that fits its schema', async () => {
    const response = await openai.responses.parse({
      model: target,
      input,
      text: {
        format: { type: 'json_schema', name: 'weather', schema: weather.parameters, strict: true },
      },
    })
    expect(JSON.parse(response.output_text)).toEqual(weatherArguments)
    expect(response.output_parsed).toEqual(weatherArguments)
  })

  test('gets reasoning, plain and streamed, and may give it back', async () => {
    const request = {
      model: target,
      input: askForWeather,
      reasoning: { effort: 'low', summary: 'auto' } as const,
      include: ['reasoning.encrypted_content' as const],
      tools,
      store: false,
    }
    const plain = await openai.responses.create(request)
    const [thought] = plain.output
    if (thought?.type !== 'reasoning') throw new Error('no reasoning')
    const told = thought.summary.map(({ text }) => text).join('')
    expect(told).toContain('imulated reasoning')
    const events = await Array.fromAsync(
      await openai.responses.create({ ...request, stream: true }),
    )
    const streamed = events.map((event) =>
      event.type === 'response.reasoning_summary_text.delta' ? event.delta : '',
    )
    expect(streamed.join('')).toBe(told)
    const [call] = callsOf(plain)
    const next = await openai.responses.create({
      ...request,
      input: [
        { role: 'user', content: askForWeather },
        ...asInput(plain),
        { type: 'function_call_output', call_id: call?.call_id ?? '', output: 'rain' },
      ],
    })
    expect(next.output_text).toStartWith('This is a simulated answer')
  })

  test('gets a short answer marked as incomplete when it limits it', async () => {
    const request = { model: target, input, max_output_tokens: 16 }
    const response = await openai.responses.create(request)
    expect(response.status).toBe('incomplete')
    expect(response.incomplete_details).toEqual({ reason: 'max_output_tokens' })
    const events = await Array.fromAsync(
      await openai.responses.create({ ...request, stream: true }),
    )
    expect(events.at(-1)?.type).toBe('response.incomplete')
  })

  test('is told about cached tokens', async () => {
    const { usage } = await openai.responses.create({ model: `${target}-cached`, input })
    expect(usage?.input_tokens_details.cached_tokens).toBe(64)
  })

  test('goes on from a response by its id, also from a streamed one', async () => {
    const first = await openai.responses.create({ model: target, input: askForWeather, tools })
    const [call] = callsOf(first)
    const events = await Array.fromAsync(
      await openai.responses.create({
        model: target,
        previous_response_id: first.id,
        input: [
          {
            type: 'function_call_output',
            call_id: call?.call_id ?? '',
            output: 'rain-and-more-rain',
          },
        ],
        tools,
        stream: true,
      }),
    )
    const second = lastResponse(events)
    expect(callsOf(second)).toEqual([])
    const third = await openai.responses.create({
      model: target,
      previous_response_id: second.id,
      input: 'And tomorrow?',
      tools,
    })
    expect(third.usage?.input_tokens).toBeGreaterThan(second.usage?.input_tokens ?? 0)
    // A provider that knows of no previous responses repeats none.
    const named = target === 'stateless' ? [null, null] : [first.id, second.id]
    expect([second, third].map((each) => each.previous_response_id)).toEqual(named)
  })

  test('reads, lists and deletes what was said, and nobody else does', async () => {
    const { id } = await openai.responses.create({ model: target, input: 'A secret question' })
    const next = await openai.responses.create({
      model: target,
      previous_response_id: id,
      input: 'B',
    })
    expect((await openai.responses.retrieve(id)).id).toBe(id)
    const items = await Array.fromAsync(openai.responses.inputItems.list(next.id, { limit: 2 }))
    expect(JSON.stringify(items)).toContain('A secret question')
    expect(items.at(0)).toMatchObject({ type: 'message', role: 'user' })
    for (const attempt of [
      other.responses.retrieve(id),
      other.responses.delete(id),
      other.responses.cancel(id),
      other.responses.inputItems.list(id),
    ]) {
      expect(await failure(attempt)).toMatchObject({ status: 404 })
    }
    const stolen = other.responses.create({ model: target, previous_response_id: id, input: 'C' })
    expect(await failure(stolen)).toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    })
    const [item] = (await openai.responses.retrieve(id)).output
    const reference = { type: 'item_reference' as const, id: item?.id ?? '' }
    const referring = { model: target, input: [reference, { role: 'user' as const, content: 'D' }] }
    expect(await failure(other.responses.create(referring))).toMatchObject({
      status: 400,
      param: 'input[0].id',
    })
    expect((await openai.responses.create(referring)).status).toBe('completed')
    expect(await failure(openai.responses.cancel(id))).toMatchObject({ status: 400 })
    await openai.responses.delete(id)
    expect(await failure(openai.responses.retrieve(id))).toMatchObject({ status: 404 })
  })

  test('cannot go on from what was not to be stored', async () => {
    const { id } = await openai.responses.create({ model: target, input: 'Off?', store: false })
    const error = await failure(
      openai.responses.create({ model: target, input, previous_response_id: id }),
    )
    expect(error).toMatchObject({ status: 400, code: 'previous_response_not_found' })
  })

  test('sees what is limited as limited, and what breaks amid a stream as an error', async () => {
    const limited = await failure(openai.responses.create({ model: `${target}-429`, input }))
    expect(limited).toMatchObject({ status: 429 })
    const stream = await openai.responses.create({
      model: `${target}-midway`,
      input,
      stream: true,
    })
    const sequence: number[] = []
    const broken = await failure(
      (async () => {
        for await (const event of stream) sequence.push(event.sequence_number)
      })(),
    )
    expect(broken).toMatchObject({
      error: {
        type: 'error',
        code: 'provider_error',
        source: 'provider',
        sequence_number: sequence.length,
      },
    })
  })

  test('is told what is wrong with a request', async () => {
    const error = await failure(
      openai.responses.create({
        model: target,
        // @ts-expect-error: a role that there is not
        input: [{ role: 'robot', content: 'x' }],
      }),
    )
    expect(error).toMatchObject({ status: 400 })
    expect(String(error)).toContain('input[0].role')
    const named = openai.responses.create({ model: target, input, conversation: 'conv_1' })
    expect(await failure(named)).toMatchObject({ status: 400, param: 'conversation' })
  })
})

describe('a provider', () => {
  test.each(recorded)('of type %s is asked at its own path', async (target) => {
    await openai.responses.create({ model: target, input })
    const deployment = '/openai/deployments/sim-model'
    expect(rig.upstream.last().path).toBe(
      {
        openai: '/v1/responses',
        'azure-v1': '/openai/v1/responses',
        stateless: '/v1/responses',
        compatible: '/v1/chat/completions',
        'azure-deployments': `${deployment}/chat/completions?api-version=2024-10-21`,
        anthropic: '/v1/messages',
      }[target],
    )
  })

  test('that keeps responses gets the request byte for byte but for the model name', async () => {
    const first = await openai.responses.create({ model: 'openai', input })
    const request = {
      model: 'openai',
      previous_response_id: first.id,
      input: 'And then?',
      a_field_of_tomorrow: { nested: [1.0, { deep: 'value' }] },
    }
    await openai.responses.create(request)
    expect(rig.upstream.last().text).toBe(JSON.stringify({ ...request, model: 'sim-model' }))
  })

  test('that keeps nothing gets the whole conversation, and every other field as it was', async () => {
    const first = await openai.responses.create({ model: 'stateless', input: 'One?' })
    const request = {
      model: 'stateless',
      previous_response_id: first.id,
      input: [{ role: 'user' as const, content: 'Two?' }],
      a_field_of_tomorrow: { nested: [1, { deep: 'value' }] },
    }
    await openai.responses.create(request)
    const { json } = rig.upstream.last()
    const asked = { type: 'message', role: 'user', content: 'One?' }
    const expected = [asked, ...asInput(first), { role: 'user', content: 'Two?' }]
    expect(JSON.stringify(json['input'])).toBe(JSON.stringify(expected))
    expect(Object.keys(json)).toEqual(['model', 'input', 'a_field_of_tomorrow'])
    expect(json['a_field_of_tomorrow']).toEqual(request.a_field_of_tomorrow)
  })

  test('of another kind gets the turns and the results of a conversation', async () => {
    const first = await openai.responses.create({
      model: 'anthropic',
      input: askForWeather,
      tools,
    })
    const [call] = callsOf(first)
    const output = { type: 'function_call_output' as const, call_id: call?.call_id ?? '' }
    await openai.responses.create({
      model: 'anthropic',
      previous_response_id: first.id,
      input: [{ ...output, output: 'rain' }],
      tools,
    })
    const messages = asArray(rig.upstream.last().json['messages']).map(asObject)
    expect(messages.map((message) => message?.['role'])).toEqual(['user', 'assistant', 'user'])
    expect(JSON.stringify(messages)).toContain('rain')
  })

  test('other than the one that keeps a response is never asked to go on from it', async () => {
    const { id } = await openai.responses.create({ model: 'openai', input })
    const error = await failure(
      openai.responses.create({ model: 'second', input, previous_response_id: id }),
    )
    expect(error).toMatchObject({ status: 400, param: 'previous_response_id' })
    // What the gateway keeps can be gone on with anywhere.
    const kept = await openai.responses.create({ model: 'anthropic', input })
    const moved = await openai.responses.create({
      model: 'second',
      input,
      previous_response_id: kept.id,
    })
    expect(moved.status).toBe('completed')
  })

  test('among several is asked again by all that goes on from its response', async () => {
    const ask = async (previous_response_id?: string) => {
      const { data, response } = await openai.responses
        .create({
          model: 'either',
          input,
          ...(previous_response_id ? { previous_response_id } : {}),
        })
        .withResponse()
      return { id: data.id, provider: response.headers.get('x-smartflow-provider') }
    }
    const first = [await ask(), await ask()]
    expect(new Set(first.map(({ provider }) => provider))).toEqual(new Set(['openai', 'second']))
    for (const { id, provider } of first) {
      let last = id
      for (let turn = 0; turn < 3; turn++) {
        const next = await ask(last)
        expect(next.provider).toBe(provider)
        last = next.id
      }
    }
  })

  test('gets images, and the client learns what was lost', async () => {
    const { response } = await openai.responses
      .create({
        model: 'anthropic',
        max_output_tokens: 100,
        tools: [{ type: 'web_search' }],
        truncation: 'auto',
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'What is this?' },
              {
                type: 'input_image',
                detail: 'auto',
                image_url: `data:image/png;base64,${pixelPng}`,
              },
            ],
          },
        ],
      })
      .withResponse()
    expect(response.headers.get('x-smartflow-warnings')?.split(', ').sort()).toEqual([
      'dropped tools[0]',
      'dropped truncation',
    ])
    expect(rig.upstream.last().text).toContain(pixelPng)
  })
})

describe.each(['openai', 'anthropic'] as const)('a client that leaves %s', (provider) => {
  test('ends the call of the provider', async () => {
    const stream = await openai.responses.create({
      model: `slow-${provider}`,
      input,
      stream: true,
    })
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') stream.controller.abort()
    }
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.endedBy).toBe('client')
  })
})

describe('the Azure class of the SDK', () => {
  test('asks for responses as Azure offers them', async () => {
    const azure = new AzureOpenAI({
      endpoint: rig.gateway.url,
      apiKey: rig.gateway.key,
      apiVersion: '2025-03-01-preview',
      maxRetries: 0,
    })
    const first = await azure.responses.create({ model: 'azure-v1', input })
    expect(first.output_text).toStartWith('This is a simulated answer')
    const final = await azure.responses.stream({ model: 'anthropic', input }).finalResponse()
    expect(final.output_text).toStartWith('This is a simulated answer')
    expect((await azure.responses.retrieve(final.id)).id).toBe(final.id)
    expect((await azure.responses.retrieve(first.id)).id).toBe(first.id)
    expect(rig.upstream.last().path).toBe(`/openai/v1/responses/${first.id}`)
  })
})
