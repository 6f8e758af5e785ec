import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { Warning } from '../format.ts'
import type {
  NeutralAnswer,
  NeutralEvent,
  NeutralMessage,
  NeutralPart,
  NeutralRequest,
  StopReason,
} from '../neutral.ts'
import { createSseSplitter } from '../sse.ts'
import { openAiChat } from './index.ts'

/** Runs a value through JSON text, as the wire does. */
function overTheWire(value: JsonObject): JsonObject {
  const parsed: unknown = JSON.parse(JSON.stringify(value))
  return isObject(parsed) ? parsed : {}
}

const word = fc.string({ minLength: 1, maxLength: 12 })
const base64 = fc.base64String({ minLength: 4, maxLength: 16 })
/** A record whose optional fields are absent rather than undefined. */
const fields = <T extends object, K extends keyof T>(
  model: { [P in keyof T]: fc.Arbitrary<T[P]> },
  required: K[],
) => fc.record(model, { requiredKeys: required })

const cacheMark = fc.constantFrom({}, { ttl: '5m' as const }, { ttl: '1h' as const })
const text = fields({ type: fc.constant('text' as const), text: word, cacheMark }, ['type', 'text'])
const plainText = fc.record({ type: fc.constant('text' as const), text: word })
const webSource = fc.oneof(
  fc.record({ type: fc.constant('url' as const), url: fc.webUrl() }),
  fc.record({
    type: fc.constant('base64' as const),
    mediaType: fc.constantFrom('image/png', 'image/jpeg', 'application/pdf'),
    data: base64,
  }),
)
const image = fields(
  {
    type: fc.constant('image' as const),
    source: webSource,
    detail: fc.constantFrom('low', 'high'),
    cacheMark,
  },
  ['type', 'source'],
)
const document = fields(
  {
    type: fc.constant('document' as const),
    source: fc.oneof(webSource, fc.record({ type: fc.constant('file' as const), fileId: word })),
    title: word,
    cacheMark,
  },
  ['type', 'source', 'title'],
)
const audio = fc.record({
  type: fc.constant('audio' as const),
  data: base64,
  format: fc.constantFrom('wav', 'mp3'),
})
const toolCall = fc.record({
  type: fc.constant('tool-call' as const),
  id: word,
  name: word,
  arguments: fc.oneof(fc.json(), word, fc.constant('')),
})
const thinking: fc.Arbitrary<NeutralPart> = fc.oneof(
  fields({ type: fc.constant('reasoning' as const), text: word, signature: word }, [
    'type',
    'text',
  ]),
  fc.record({ type: fc.constant('redacted-reasoning' as const), data: base64 }),
)
const refusal = fc.record({ type: fc.constant('refusal' as const), text: word })
const parts = <T extends NeutralPart>(part: fc.Arbitrary<T>, maxLength = 3) =>
  fc.array<NeutralPart>(part, { maxLength })

const assistantContent = fc
  .tuple(parts(thinking), parts(text), fc.array(refusal, { maxLength: 1 }), parts(toolCall))
  .map((groups): NeutralPart[] => groups.flat())
const role = <R extends string>(name: R) => fc.constant(name)
const message: fc.Arbitrary<NeutralMessage> = fc.oneof(
  fields({ role: role('system'), content: parts(text), name: word }, ['role', 'content']),
  fields(
    {
      role: role('user'),
      content: parts<NeutralPart>(fc.oneof(text, image, document, audio)),
      name: word,
    },
    ['role', 'content'],
  ),
  fields({ role: role('assistant'), content: assistantContent, name: word }, ['role', 'content']),
  fc.record({
    role: role('tool'),
    content: fc
      .record({ type: role('tool-result'), callId: word, content: parts(text) })
      .map((part) => [part]),
  }),
)
const schema = fc.constantFrom({ type: 'object' }, { type: 'object', properties: { a: {} } })
const tool = fields(
  { name: word, description: fc.string(), parameters: schema, strict: fc.boolean(), cacheMark },
  ['name'],
)
const request: fc.Arbitrary<NeutralRequest> = fields(
  {
    model: fc.constantFrom('anthropic/claude-x', 'claude-y'),
    messages: fc.array(message, { minLength: 1, maxLength: 6 }),
    stream: fc.boolean(),
    tools: fc.array(tool, { minLength: 1, maxLength: 3 }),
    toolChoice: fc.oneof(
      fc.record({ type: fc.constantFrom('auto' as const, 'none' as const, 'required' as const) }),
      fc.record({ type: fc.constant('tool' as const), name: word }),
    ),
    parallelToolCalls: fc.boolean(),
    responseShape: fc.oneof(
      fc.record({ type: fc.constantFrom('text' as const, 'json' as const) }),
      fields(
        {
          type: fc.constant('json-schema' as const),
          schema,
          name: word,
          description: word,
          strict: fc.boolean(),
        },
        ['type', 'schema', 'name'],
      ),
    ),
    maxOutputTokens: fc.integer({ min: 1 }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }).map((value) => value + 0),
    topP: fc.constantFrom(0.1, 1),
    stopSequences: fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
    seed: fc.integer(),
    presencePenalty: fc.constantFrom(-2, 0.5),
    frequencyPenalty: fc.constantFrom(-2, 0.5),
    reasoning: fc.record({ effort: fc.constantFrom('none', 'low', 'xhigh') }),
    userId: word,
    inexpressible: fc.constant([]),
  },
  ['model', 'messages', 'stream', 'tools', 'inexpressible'],
)

const usage: fc.Arbitrary<TokenUsage> = fields(
  {
    inputTokens: fc.nat(9999),
    outputTokens: fc.nat(9999),
    cacheReadTokens: fc.nat(99),
    cacheWriteTokens: fc.nat(99),
    reasoningTokens: fc.nat(99),
  },
  ['inputTokens', 'outputTokens'],
)
const answer: fc.Arbitrary<NeutralAnswer> = fc
  .tuple(
    fc.tuple(parts(thinking), parts(plainText, 1), parts(toolCall)),
    fields({ id: word, model: word, createdAt: fc.nat(), usage }, ['id', 'model', 'createdAt']),
    fc.constantFrom<StopReason>('max-tokens', 'content-filter', 'stop-sequence', 'end'),
    word,
  )
  .map(([groups, head, asked, sequence]) => {
    const content = groups.flat()
    const calls = content.some((part) => part.type === 'tool-call')
    const stopReason = calls ? 'tool-calls' : asked
    const tail =
      stopReason === 'stop-sequence' ? { stopReason, stopSequence: sequence } : { stopReason }
    return { ...head, content, ...tail }
  })

describe('a round trip', () => {
  test('keeps the meaning of a request', () => {
    fc.assert(
      fc.property(request, (before) => {
        const warnings: Warning[] = []
        const body = openAiChat.writeRequest(before, (warning) => warnings.push(warning))
        expect(openAiChat.readRequest(overTheWire(body))).toEqual(before)
        expect(warnings).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('keeps the meaning of an answer', () => {
    fc.assert(
      fc.property(answer, (before) => {
        const warnings: Warning[] = []
        const body = openAiChat.writeAnswer(before, (warning) => warnings.push(warning))
        expect(openAiChat.readAnswer(overTheWire(body))).toEqual(before)
        expect(warnings).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('keeps a stream as it was, however its bytes are split', () => {
    fc.assert(
      fc.property(answer, fc.array(fc.nat(5000)), fc.boolean(), (whole, places, interleaved) => {
        const before = eventsOf(whole, interleaved)
        const writer = openAiChat.openStreamWriter({ includeUsage: true, createdAt: 1 })
        const bytes = Buffer.from(before.map((event) => writer.write(event)).join(''))
        const reader = openAiChat.openStreamReader()
        const observer = openAiChat.openStreamObserver({ withholdUsage: false })
        const splitter = createSseSplitter({ maxFrameBytes: 1 << 20 })
        const after: NeutralEvent[] = []
        let last = ''
        for (const chunk of cut(bytes, places)) {
          for (const frame of splitter.push(chunk)) {
            after.push(...reader.read(frame))
            last = observer.observe(frame).type
          }
        }
        expect(settled(after)).toEqual(settled(before))
        expect(last).toBe('end')
        expect(observer.usage()).toEqual(whole.usage)
      }),
      { numRuns: 300 },
    )
  })
})

describe('anything a provider may send', () => {
  const keys = (
    'id model created choices index delta message content text type finish_reason stop_reason refusal ' +
    'reasoning reasoning_details reasoning_content signature data thinking tool_calls function name ' +
    'arguments custom input function_call usage prompt_tokens x_groq error code detail loc msg audio'
  ).split(' ')
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(
        '',
        'text',
        'thinking',
        'reasoning.text',
        'reasoning.encrypted',
        'stop',
        '400',
      ),
      fc.constantFrom(null, true, 0, -1, 1.5),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 6 }),
    ),
  }))
  const choice = fc.record({
    index: fc.constantFrom(0, 1),
    delta: value,
    message: value,
    finish_reason: value,
  })
  const chunk = fc
    .record({
      id: value,
      choices: fc.oneof(value, fc.array(choice)),
      usage: value,
      error: fc.option(value),
    })
    .map((each) => overTheWire(each as JsonObject))

  test('is read, or refused as a bad answer', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 4 }), (chunks) => {
        const text = chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('')
        const frames = createSseSplitter({ maxFrameBytes: 1 << 20 }).push(Buffer.from(text))
        const reader = openAiChat.openStreamReader()
        const observer = openAiChat.openStreamObserver({ withholdUsage: true })
        for (const frame of frames) {
          orBadAnswer(() => reader.read(frame))
          orBadAnswer(() => observer.observe(frame))
        }
        for (const each of chunks) {
          orBadAnswer(() => openAiChat.readAnswer(each))
          openAiChat.readUsage(each)
          openAiChat.readError(500, JSON.stringify(each))
        }
      }),
      { numRuns: 500 },
    )
  })
})

function orBadAnswer(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'provider_bad_answer') throw error
  }
}

function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const places = offsets.map((offset) => offset % (bytes.length + 1)).sort((a, b) => a - b)
  return [...places, bytes.length].map((end, index) =>
    bytes.subarray(index === 0 ? 0 : places[index - 1], end),
  )
}

/** The events with the ends of calls behind all calls: they come as soon as they are known. */
function settled(events: readonly NeutralEvent[]): NeutralEvent[] {
  const isEnd = ({ type }: NeutralEvent): boolean => type === 'tool-call-end'
  const at = events.findIndex(({ type }) => type === 'answer-end')
  return [
    ...events.slice(0, at).filter((event) => !isEnd(event)),
    ...events.filter(isEnd).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
    ...events.slice(at),
  ]
}

/** The events of an answer, each text in two deltas; tool calls one by one or interleaved. */
function eventsOf(answer: NeutralAnswer, interleaved: boolean): NeutralEvent[] {
  const { id, model, createdAt = 0, content, stopReason, stopSequence, usage } = answer
  const events: NeutralEvent[] = [{ type: 'answer-start', id, model, createdAt }]
  const calls: { start: NeutralEvent; deltas: NeutralEvent[] }[] = []
  const ends: NeutralEvent[] = []
  content.forEach((part, index) => {
    if (part.type === 'text') events.push(...spoken('text', index, part.text))
    if (part.type === 'reasoning')
      events.push(...spoken('reasoning', index, part.text, part.signature))
    if (part.type === 'redacted-reasoning') events.push({ type: part.type, index, data: part.data })
    if (part.type === 'tool-call') {
      const deltas = halves(part.arguments).map(
        (half) => ({ type: 'tool-call-delta', index, arguments: half }) as const,
      )
      calls.push({
        start: { type: 'tool-call-start', index, id: part.id, name: part.name },
        deltas,
      })
      ends.push({ type: 'tool-call-end', index })
    }
  })
  if (interleaved) {
    events.push(...calls.map((call) => call.start))
    for (const half of [0, 1]) events.push(...calls.flatMap((call) => call.deltas[half] ?? []))
  } else {
    for (const call of calls) events.push(call.start, ...call.deltas)
  }
  const tail = {
    ...(stopSequence === undefined ? {} : { stopSequence }),
    ...(usage === undefined ? {} : { usage }),
  }
  return [...events, ...ends, { type: 'answer-end', stopReason, ...tail }, { type: 'done' }]
}

function spoken(
  kind: 'text' | 'reasoning',
  index: number,
  text: string,
  signature?: string,
): NeutralEvent[] {
  const deltas = halves(text).map((half): NeutralEvent => ({
    type: `${kind}-delta`,
    index,
    text: half,
  }))
  const signed: NeutralEvent[] =
    signature === undefined ? [] : [{ type: 'reasoning-signature', index, signature }]
  return [{ type: `${kind}-start`, index }, ...deltas, ...signed, { type: `${kind}-end`, index }]
}

function halves(text: string): string[] {
  const middle = text.length >> 1
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== '')
}
