import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { StoredRecord } from '../../src/audit/index.ts'
import { chat } from '../support/chat-client.ts'
import { providerKey } from '../support/faulty-gateway.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import {
  answering,
  chunk,
  hang,
  lastChunk,
  plainAnswer,
  sendAll,
  spoken,
  streamFrames,
  streamHead,
  whole,
} from '../support/raw-answers.ts'
import type { Dialect } from '../support/raw-answers.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import type { RawProvider, RawScript } from '../support/raw-provider.ts'
import { baseUrl, recordsOf } from '../support/routes.ts'

const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }

interface Said {
  readonly message: object
  readonly finish?: string
}

/** A whole answer of OpenAI's dialect. */
function openAiAnswer({ message, finish = 'stop' }: Said): RawScript {
  const body = {
    id: 'chatcmpl-2',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
    usage,
  }
  return answering(whole(200, JSON.stringify(body)))
}

/** Frames of a stream of OpenAI's dialect, up to its end unless told otherwise. */
function openAiFrames(deltas: readonly object[], finish = 'stop'): string[] {
  const frame = (choices: readonly object[], more: object = {}): string => {
    const body = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices }
    return `data: ${JSON.stringify({ ...body, ...more })}\n\n`
  }
  return [
    ...[{ role: 'assistant', content: '' }, ...deltas].map((delta) =>
      frame([{ index: 0, delta, finish_reason: null }]),
    ),
    frame([{ index: 0, delta: {}, finish_reason: finish }]),
    frame([], { usage }),
    'data: [DONE]\n\n',
  ]
}

function streaming(frames: readonly string[]): RawScript {
  return (exchange) => sendAll(exchange, streamHead, ...frames.map(chunk), lastChunk)
}

function anthropicAnswer(content: readonly object[], stopReason: string): RawScript {
  const body = {
    id: 'msg_2',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage: { input_tokens: 7, output_tokens: 3 },
  }
  return answering(whole(200, JSON.stringify(body)))
}

/** A good answer, whole or streamed as it is asked for. */
function good(dialect: Dialect): RawScript {
  return (exchange) => {
    const isStream = exchange.request.body.includes('"stream":true')
    return isStream
      ? streaming(streamFrames(dialect))(exchange)
      : answering(whole(200, plainAnswer(dialect)))(exchange)
  }
}

const error = answering(whole(500, '{"error":{"message":"no","type":"server_error"}}'))

interface Rig extends AsyncDisposable {
  readonly small: RawProvider
  readonly big: RawProvider
  readonly gateway: TestGateway
}

async function startRig(dialect: Dialect, lanes = 'sticky: off'): Promise<Rig> {
  const [small, big] = [await startRawProvider(), await startRawProvider(good(dialect))]
  const provider = (name: string, raw: RawProvider): string =>
    `  - { name: ${name}, type: ${dialect}, apiKey: ${providerKey}, baseUrl: "${baseUrl(raw, dialect)}" }`
  const gateway = await startTestGateway({
    yaml: [
      'providers:',
      provider('small', small),
      provider('big', big),
      'models:',
      '  - { name: s, targets: [{ provider: small, model: s }] }',
      '  - { name: b, targets: [{ provider: big, model: b }] }',
      `  - { name: m, lanes: { efficient: s, capable: b, ${lanes} } }`,
      'prices:',
      '  entries:',
      '    - { model: s, inputUsdPerMillion: 1, outputUsdPerMillion: 2 }',
      '    - { model: b, inputUsdPerMillion: 10, outputUsdPerMillion: 20 }',
    ].join('\n'),
  })
  return {
    small,
    big,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await small[Symbol.asyncDispose]()
      await big[Symbol.asyncDispose]()
    },
  }
}

function outcomeOf(records: readonly StoredRecord[], requestId: string | null) {
  const outcome = recordsOf(records, requestId).find(({ type }) => type === 'outcome')
  if (outcome?.type !== 'outcome') throw new Error('no outcome')
  return outcome
}

/** What 7 tokens of a question and 3 of an answer cost at the efficient target, in nano-dollars. */
const smallCost = 7 * 1000 + 3 * 2000

describe('an answer of the efficient lane that is none', () => {
  const wholeFaults: readonly (readonly [string, string, Dialect, RawScript])[] = [
    [
      'is refused',
      'refusal',
      'openai',
      openAiAnswer({ message: { content: null, refusal: 'No.' } }),
    ],
    [
      'is filtered',
      'refusal',
      'openai',
      openAiAnswer({ message: { content: '' }, finish: 'content_filter' }),
    ],
    ['is empty', 'empty', 'openai', openAiAnswer({ message: { content: '' } })],
    [
      'is blank',
      'empty',
      'openai',
      openAiAnswer({ message: { content: ' \n' }, finish: 'length' }),
    ],
    [
      'is refused',
      'refusal',
      'anthropic',
      anthropicAnswer([{ type: 'text', text: 'No' }], 'refusal'),
    ],
    ['is empty', 'empty', 'anthropic', anthropicAnswer([], 'end_turn')],
  ]
  test.each(wholeFaults)(
    'and %s (%s, %s) is asked for in the capable one, once',
    async (_, fault, dialect, script) => {
      await using rig = await startRig(dialect)
      rig.small.script(script)
      for (const client of ['openai', 'anthropic'] as const) {
        const result = await chat(rig.gateway, { dialect: client, stream: false })
        expect(result).toMatchObject({ status: 200, said: spoken })
        expect(result.headers.get('x-smartflow-lane')).toBe('capable')
      }
      expect([rig.small.requests.length, rig.big.requests.length]).toEqual([2, 2])
      const last = await chat(rig.gateway, { dialect, stream: false })
      const outcome = outcomeOf(await rig.gateway.records(), last.requestId)
      expect(outcome.attempts).toMatchObject([
        {
          provider: 'small',
          status: 200,
          usage: { outputTokens: 3 },
          cost: { nanoUsd: smallCost },
        },
        { provider: 'big', status: 200, reason: 'quality' },
      ])
      expect(outcome).toMatchObject({
        provider: 'big',
        cost: { nanoUsd: 11 * smallCost },
        lane: { lane: 'capable', escalation: fault, savingsNanoUsd: -smallCost },
      })
    },
  )

  const streamFaults: readonly (readonly [string, string, RawScript])[] = [
    [
      'is refused',
      'refusal',
      streaming(openAiFrames([{ refusal: 'I ' }, { refusal: 'will not.' }])),
    ],
    ['is empty', 'empty', streaming(openAiFrames([]))],
    ['is filtered', 'refusal', streaming(openAiFrames([], 'content_filter'))],
  ]
  test.each(streamFaults)(
    'and %s (%s) is asked for again while nothing of its stream was shown',
    async (_, fault, script) => {
      await using rig = await startRig('openai')
      rig.small.script(script)
      for (const client of ['openai', 'anthropic'] as const) {
        const result = await chat(rig.gateway, { dialect: client, stream: true })
        expect(result).toMatchObject({ status: 200, said: spoken, terminated: true })
        expect(result.text).not.toContain('will not')
        expect(result.headers.get('x-smartflow-lane')).toBe('capable')
      }
      const last = await chat(rig.gateway, { dialect: 'openai', stream: true })
      const outcome = outcomeOf(await rig.gateway.records(), last.requestId)
      expect(outcome.attempts).toMatchObject([
        { provider: 'small', usage: { inputTokens: expect.any(Number) } },
        { provider: 'big', reason: 'quality' },
      ])
      expect(outcome.lane).toMatchObject({ lane: 'capable', escalation: fault })
      expect(outcome.lane?.savingsNanoUsd).toBeLessThan(0)
    },
  )

  test('is shown all the same when the capable lane has no answer, and both are recorded', async () => {
    await using rig = await startRig('openai')
    rig.big.script(error)
    const results: Awaited<ReturnType<typeof chat>>[] = []
    for (const stream of [false, true]) {
      const frames = openAiFrames([{ refusal: 'I will not.' }])
      rig.small.script(
        stream
          ? streaming(frames)
          : openAiAnswer({ message: { content: null, refusal: 'I will not.' } }),
      )
      const result = await chat(rig.gateway, { dialect: 'openai', stream })
      expect(result.status).toBe(200)
      expect(result.text).toContain('I will not.')
      expect(result.headers.get('x-smartflow-lane')).toBe('efficient')
      if (stream) expect(result.terminated).toBe(true)
      results.push(result)
    }
    const records = await rig.gateway.records()
    for (const { requestId } of results) {
      const outcome = outcomeOf(records, requestId)
      expect(outcome).toMatchObject({ endedBy: 'complete', provider: 'small' })
      expect(outcome.attempts).toMatchObject([
        { provider: 'small', status: 200 },
        { provider: 'big', status: 500, reason: 'quality' },
      ])
      expect(outcome.lane).toMatchObject({
        lane: 'efficient',
        escalation: 'refusal',
        savingsNanoUsd: 9 * smallCost,
      })
    }
  })

  test('has its conversation stay in the capable lane; an outage does not', async () => {
    await using rig = await startRig('openai', 'sticky: capable')
    const ask = async (session: string) => {
      const headers = { 'x-smartflow-session': session }
      await chat(rig.gateway, { dialect: 'openai', stream: false, headers })
      return rig.small.requests.length
    }
    rig.small.script(openAiAnswer({ message: { content: '' } }))
    expect([await ask('refused'), await ask('refused')]).toEqual([1, 1])
    rig.small.script(error)
    expect([await ask('failed'), await ask('failed')]).toEqual([2, 3])
  })

  test('is left alone where the model does not want it asked again', async () => {
    await using rig = await startRig('openai', 'qualityRetry: false')
    rig.small.script(openAiAnswer({ message: { content: '' } }))
    const result = await chat(rig.gateway, { dialect: 'openai', stream: false })
    expect(result.headers.get('x-smartflow-lane')).toBe('efficient')
    expect(rig.big.requests).toHaveLength(0)
  })
})

describe('an answer of the efficient lane that is one', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig('openai')
  })
  afterAll(() => rig[Symbol.asyncDispose]())

  const call = { id: 'call_1', type: 'function', function: { name: 'now', arguments: '' } }
  const answers: readonly (readonly [string, boolean, RawScript])[] = [
    ['words', false, openAiAnswer({ message: { content: 'I am sorry, I cannot do that.' } })],
    [
      'a call of a tool',
      false,
      openAiAnswer({ message: { content: null, tool_calls: [call] }, finish: 'tool_calls' }),
    ],
    ['streamed words', true, streaming(openAiFrames([{ content: 'Yes' }]))],
    [
      'a streamed call without arguments',
      true,
      streaming(openAiFrames([{ tool_calls: [{ index: 0, ...call }] }], 'tool_calls')),
    ],
    [
      'words before a refusal',
      true,
      streaming(openAiFrames([{ content: 'Well' }, { refusal: 'no' }])),
    ],
    [
      'words before a filter',
      true,
      streaming(openAiFrames([{ content: 'Well' }], 'content_filter')),
    ],
  ]
  test.each(answers)('is not asked for again: %s', async (_, stream, script) => {
    rig.small.script(script)
    const result = await chat(rig.gateway, { dialect: 'openai', stream })
    expect(result.status).toBe(200)
    expect(result.headers.get('x-smartflow-lane')).toBe('efficient')
    expect(rig.big.requests).toHaveLength(0)
  })
})

test('a stream that dies before its first word is answered by the capable lane, later it is not', async () => {
  await using rig = await startRig('openai')
  const [opening = '', word = ''] = openAiFrames([{ content: 'Well' }])
  rig.small.script(async (exchange) => {
    await sendAll(exchange, streamHead, chunk(opening))
    exchange.reset()
  })
  const early = await chat(rig.gateway, { dialect: 'openai', stream: true })
  expect(early).toMatchObject({ said: spoken, terminated: true })
  rig.small.script(async (exchange) => {
    await sendAll(exchange, streamHead, chunk(opening), chunk(word))
    exchange.reset()
  })
  const late = await chat(rig.gateway, { dialect: 'openai', stream: true })
  expect(late).toMatchObject({ terminated: false })
  expect(late.text).toContain('Well')
  const outcome = outcomeOf(await rig.gateway.records(), early.requestId)
  expect(outcome.attempts).toMatchObject([{ provider: 'small' }, { reason: 'fallback' }])
  expect(outcome.lane).toMatchObject({ escalation: 'failure' })
})

test('nothing is counted as saved for tokens that nobody has counted', async () => {
  await using rig = await startRig('openai')
  const frames = openAiFrames([{ content: 'Yes' }]).filter((frame) => !frame.includes('usage'))
  rig.small.script(streaming(frames))
  const uncounted = await chat(rig.gateway, { dialect: 'openai', stream: true })
  rig.small.script(async (exchange) => {
    await sendAll(
      exchange,
      streamHead,
      ...openAiFrames([{ content: 'Yes' }])
        .slice(0, 2)
        .map(chunk),
    )
    await hang()
  })
  const controller = new AbortController()
  const leaving = chat(rig.gateway, { dialect: 'openai', stream: true, signal: controller.signal })
  setTimeout(() => controller.abort(), 100)
  await leaving.catch(() => undefined)
  await Bun.sleep(20)
  const metrics = await (await fetch(`${rig.gateway.adminUrl}/metrics`)).text()
  const records = await rig.gateway.records()
  expect(outcomeOf(records, uncounted.requestId).lane?.savingsNanoUsd).toBeUndefined()
  const left = records.find((record) => record.type === 'outcome' && record.endedBy === 'client')
  expect(left).toMatchObject({ lane: { lane: 'efficient' } })
  expect(metrics).toContain('smartflow_routing_savings_nanousd_total 0\n')
  expect(metrics).toContain('smartflow_routing_savings_unknown_total 2\n')
})

test('a call that both lanes fail is refused as the capable one failed it', async () => {
  await using rig = await startRig('openai')
  rig.small.script(error)
  rig.big.script(answering(whole(529, '{"error":{"message":"full","type":"server_error"}}')))
  const result = await chat(rig.gateway, { dialect: 'openai', stream: false })
  expect(result.status).toBe(529)
  const outcome = outcomeOf(await rig.gateway.records(), result.requestId)
  expect(outcome.attempts).toMatchObject([{ status: 500 }, { status: 529, reason: 'fallback' }])
})
