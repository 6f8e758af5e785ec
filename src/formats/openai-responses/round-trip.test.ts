import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import { asArray, asObject, isObject, type JsonObject } from '../../core/json.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import type { ClientFormat, ProviderFormat, Warning } from '../format.ts'
import type { NeutralAnswer, NeutralEvent, NeutralMessage, NeutralPart } from '../neutral.ts'
import { openAiChat } from '../openai-chat/index.ts'
import { createSseSplitter, type SseFrame } from '../sse.ts'
import { openAiResponses } from './index.ts'

type Format = ClientFormat & ProviderFormat

const word = fc.string({ minLength: 1, maxLength: 12 }).map((value) => `w${value}.`)
const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/)
const text = word.map((value) => ({ type: 'text', text: value }) as const)
const refusal = word.map((value) => ({ type: 'refusal', text: value }) as const)
const call = fc.record({
  type: fc.constant('tool-call' as const),
  id,
  name: id,
  arguments: fc
    .dictionary(word, fc.jsonValue(), { maxKeys: 2 })
    .map((value) => JSON.stringify(value)),
})
const signed = fc.record({ type: fc.constant('reasoning' as const), text: word, signature: word })
const sealed = fc.record({ type: fc.constant('redacted-reasoning' as const), data: word })
const binary = fc.oneof(
  fc.record({
    type: fc.constant('base64' as const),
    mediaType: fc.constant('image/png'),
    data: fc.base64String({ minLength: 4 }),
  }),
  fc.record({ type: fc.constant('url' as const), url: fc.webUrl() }),
)
const image = binary.map((source) => ({ type: 'image', source, detail: 'auto' }) as const)

/** An answer in the order that all formats keep: thinking, words, calls. */
const answerContent = fc
  .tuple(
    fc.array(fc.oneof(signed, sealed), { maxLength: 2 }),
    fc.array(text, { minLength: 1, maxLength: 3 }),
    fc.uniqueArray(call, { maxLength: 3, selector: (each) => each.id }),
  )
  .map((parts): NeutralPart[] => parts.flat())

/** Whatever content an answer can have, in any order; events of two refusals would be those of one. */
const anyContent = fc.uniqueArray(fc.oneof(text, refusal, signed, sealed, call), {
  maxLength: 8,
  selector: (part) => (part.type === 'refusal' ? part.type : JSON.stringify(part)),
})

/** Turns with thoughts of some kind: proofs are taken by the providers that gave them only. */
function messagesWith(thought: fc.Arbitrary<NeutralPart>): fc.Arbitrary<NeutralMessage[]> {
  return fc
    .array(
      fc.tuple(
        fc.array(fc.oneof(text, image), { minLength: 1, maxLength: 3 }),
        fc
          .tuple(
            fc.array(thought, { maxLength: 2 }),
            fc.array(text, { maxLength: 2 }),
            fc.uniqueArray(call, { minLength: 1, maxLength: 2, selector: (each) => each.id }),
          )
          .map((parts): NeutralPart[] => parts.flat()),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((turns): NeutralMessage[] =>
      turns.flatMap(([user, assistant]): NeutralMessage[] => [
        { role: 'user', content: user },
        { role: 'assistant', content: assistant },
        {
          role: 'tool',
          content: assistant.flatMap((part) =>
            part.type === 'tool-call'
              ? [{ type: 'tool-result', callId: part.id, content: [{ type: 'text', text: 'r' }] }]
              : [],
          ),
        },
      ]),
    )
}
const ownSigned = signed.map((part) => ({ ...part, signature: `openai:${part.signature}` }))

describe('a request', () => {
  test('keeps its meaning there and back', () => {
    fc.assert(
      fc.property(messagesWith(ownSigned), fc.boolean(), (list, stream) => {
        const warnings: Warning[] = []
        const request = {
          model: 'gpt-5',
          messages: list,
          stream,
          ...(stream ? { streamUsage: true } : {}),
          maxOutputTokens: 100,
          temperature: 1,
          tools: [{ name: 'f', parameters: { type: 'object' }, strict: true }],
          toolChoice: { type: 'tool', name: 'f' } as const,
          parallelToolCalls: false,
          reasoning: { effort: 'low' },
          userId: 'u',
          inexpressible: [],
        }
        const body = overTheWire(
          openAiResponses.writeRequest(request, (warning) => warnings.push(warning)),
        )
        expect(openAiResponses.readRequest(body)).toEqual(request)
        expect(warnings).toEqual([])
      }),
    )
  })
})

describe('an answer', () => {
  test('keeps its meaning there and back', () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        const answer = answerOf(content)
        const body = overTheWire(openAiResponses.writeAnswer(answer, () => {}))
        expect(openAiResponses.readAnswer(body)).toEqual({ ...answer, id: 'resp_a' })
      }),
    )
  })

  test('is the same streamed as whole, to the last field of its output', () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        const answer = answerOf(content)
        const whole = overTheWire(openAiResponses.writeAnswer(answer, () => {}))
        const frames = split(writeStream(openAiResponses, eventsOf(answer)), [1e6])
        const last: unknown = JSON.parse(frames.at(-1)?.data ?? '')
        const response = isObject(last) ? asObject(last['response']) : undefined
        expect(response).toEqual(whole)
        const types = frames.map((frame) => frame.event)
        const items = asArray(whole['output']).length
        expect(types.filter((type) => type === 'response.output_item.added')).toHaveLength(items)
        expect(types.filter((type) => type === 'response.output_item.done')).toHaveLength(items)
      }),
    )
  })

  test('streamed in any split gives the same events', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 })
    fc.assert(
      fc.property(anyContent, lengths, (content, cuts) => {
        const wire = writeStream(openAiResponses, eventsOf(answerOf(content)))
        const whole = readStream(openAiResponses, split(wire, [1e6]))
        expect(readStream(openAiResponses, split(wire, cuts))).toEqual(whole)
        expect(contentOf(whole)).toEqual(content.filter((part) => part.type !== 'refusal'))
      }),
    )
  })

  test('that is broken anywhere is a bad answer or another one, and nothing worse', () => {
    const wire = overTheWire(
      openAiResponses.writeAnswer(answerOf([{ type: 'text', text: 'x' }]), () => {}),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(wire), 'output', 'output'),
        fc.jsonValue(),
        fc.array(fc.dictionary(fc.constantFrom('type', 'content', 'call_id'), fc.jsonValue())),
        fc.boolean(),
        (key, value, items, isList) => {
          const body: unknown = JSON.parse(
            JSON.stringify({ ...wire, [key]: isList ? items : value }),
          )
          if (!isObject(body)) return
          try {
            openAiResponses.readAnswer(body)
            openAiResponses.readUsage(body)
          } catch (error) {
            expect(error).toBeInstanceOf(GatewayError)
            expect(error).toMatchObject({ code: 'provider_bad_answer' })
          }
        },
      ),
    )
  })

  test('streamed with any event broken is a bad answer or another one, and nothing worse', () => {
    const events = fc.array(
      fc.record({
        type: fc.constantFrom(
          'response.created',
          'response.output_item.added',
          'response.output_item.done',
          'response.output_text.delta',
          'response.content_part.done',
          'response.function_call_arguments.delta',
          'response.reasoning_summary_text.delta',
          'response.completed',
          'response.failed',
          'error',
        ),
        output_index: fc.oneof(fc.nat({ max: 2 }), fc.jsonValue()),
        item: fc.oneof(
          fc.jsonValue(),
          fc.record({
            type: fc.constantFrom('message', 'reasoning', 'function_call'),
            content: fc.jsonValue(),
            call_id: fc.oneof(id, fc.jsonValue()),
            name: fc.oneof(id, fc.jsonValue()),
            arguments: fc.jsonValue(),
          }),
        ),
        delta: fc.oneof(fc.string(), fc.jsonValue()),
        part: fc.jsonValue(),
        response: fc.jsonValue(),
      }),
    )
    fc.assert(
      fc.property(events, (given) => {
        const wire = given.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
        const reader = openAiResponses.openStreamReader()
        const observer = openAiResponses.openStreamObserver()
        for (const frame of split(wire, [1e6])) {
          try {
            reader.read(frame)
            observer.observe(frame)
          } catch (error) {
            expect(error).toMatchObject({ code: 'provider_bad_answer' })
            return
          }
        }
      }),
    )
  })
})

const pairs: readonly (readonly [string, Format, Format])[] = [
  ['a Responses client over a chat provider', openAiResponses, openAiChat],
  ['a Responses client over an Anthropic provider', openAiResponses, anthropicMessages],
  ['a chat client over a Responses provider', openAiChat, openAiResponses],
  ['an Anthropic client over a Responses provider', anthropicMessages, openAiResponses],
]

describe.each(pairs)('%s', (_, client, provider) => {
  test('gets an answer as the provider gave it', () => {
    fc.assert(
      fc.property(answerContent, (content) => {
        const wire = overTheWire(provider.writeAnswer(answerOf(content), () => {}))
        const seen = client.readAnswer(
          overTheWire(client.writeAnswer(provider.readAnswer(wire), () => {})),
        )
        const { stopReason, usage } = answerOf(content)
        expect(joined(seen.content)).toEqual(joined(content))
        expect(seen).toMatchObject({ stopReason, usage })
      }),
    )
  })

  test('gets a stream as the provider sent it, however its bytes are cut', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 })
    fc.assert(
      fc.property(answerContent, lengths, (content, cuts) => {
        const sent = writeStream(provider, eventsOf(answerOf(content)))
        const received = readStream(provider, split(sent, cuts))
        const seen = readStream(client, split(writeStream(client, received), cuts))
        expect(joined(contentOf(seen))).toEqual(joined(content))
        const ending = seen.find((event) => event.type === 'answer-end')
        expect(ending).toMatchObject({ usage: { inputTokens: 9, outputTokens: 4 } })
        expect(seen.at(-1)).toEqual({ type: 'done' })
      }),
    )
  })

  test('sends its turns to the provider as they were', () => {
    fc.assert(
      fc.property(messagesWith(text), (list) => {
        const asked = {
          model: 'claude',
          messages: list,
          stream: false,
          maxOutputTokens: 9,
          inexpressible: [],
        }
        const sent = client.readRequest(overTheWire(client.writeRequest(asked, () => {})))
        const back = provider.readRequest(overTheWire(provider.writeRequest(sent, () => {})))
        expect(meaningOf(back.messages)).toEqual(meaningOf(list))
      }),
    )
  })
})

function answerOf(content: readonly NeutralPart[]): NeutralAnswer {
  const has = (type: NeutralPart['type']) => content.some((part) => part.type === type)
  return {
    id: 'a',
    model: 'm',
    createdAt: 1,
    content,
    stopReason: has('tool-call') ? 'tool-calls' : has('refusal') ? 'refusal' : 'end',
    usage: {
      inputTokens: 9,
      outputTokens: 4,
      cacheReadTokens: 2,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
    },
  }
}

/** The parts with their side: how they are cut into messages says nothing; details are Open AI's. */
function meaningOf(list: readonly NeutralMessage[]): unknown[] {
  return list.flatMap(({ role, content }) =>
    content.map((part) => {
      const { detail: _, ...rest } = { detail: '', ...part }
      return { role, part: rest }
    }),
  )
}

/** Content with neighbouring texts joined, as chat completions do. */
function joined(content: readonly NeutralPart[]): NeutralPart[] {
  const parts: NeutralPart[] = []
  for (const part of content) {
    const last = parts.at(-1)
    if (part.type === 'text' && last?.type === 'text') {
      parts[parts.length - 1] = { ...last, text: last.text + part.text }
    } else parts.push(part)
  }
  return parts
}

function eventsOf(answer: NeutralAnswer): NeutralEvent[] {
  let next = 0
  const { usage } = answer
  return [
    { type: 'answer-start', id: answer.id, model: answer.model },
    ...answer.content.flatMap((part) =>
      part.type === 'refusal'
        ? [{ type: 'refusal-delta', text: part.text } as const]
        : eventsOfPart(part, next++),
    ),
    {
      type: 'answer-end',
      stopReason: answer.stopReason,
      ...(usage === undefined ? {} : { usage }),
    },
    { type: 'done' },
  ]
}

function eventsOfPart(part: NeutralPart, index: number): NeutralEvent[] {
  switch (part.type) {
    case 'text':
      return [
        { type: 'text-start', index },
        ...halves(part.text).map((each) => ({ type: 'text-delta', index, text: each }) as const),
        { type: 'text-end', index },
      ]
    case 'reasoning':
      return [
        { type: 'reasoning-start', index },
        ...halves(part.text).map(
          (each) => ({ type: 'reasoning-delta', index, text: each }) as const,
        ),
        { type: 'reasoning-signature', index, signature: part.signature ?? '' },
        { type: 'reasoning-end', index },
      ]
    case 'redacted-reasoning':
      return [{ type: 'redacted-reasoning', index, data: part.data }]
    case 'tool-call':
      return [
        { type: 'tool-call-start', index, id: part.id, name: part.name },
        ...halves(part.arguments).map(
          (each) => ({ type: 'tool-call-delta', index, arguments: each }) as const,
        ),
        { type: 'tool-call-end', index },
      ]
    case 'audio':
    case 'document':
    case 'image':
    case 'refusal':
    case 'tool-result':
    default:
      throw new Error('not made here')
  }
}

/** Cuts text in two where no character is split. */
function halves(whole: string): string[] {
  const middle = whole.indexOf('.', 2)
  return middle < 0 ? [whole] : [whole.slice(0, middle), whole.slice(middle)]
}

function contentOf(events: readonly NeutralEvent[]): NeutralPart[] {
  const parts: NeutralPart[] = []
  for (const event of events) {
    const part = 'index' in event ? parts[event.index] : undefined
    if (event.type === 'text-start') parts[event.index] = { type: 'text', text: '' }
    if (event.type === 'reasoning-start') parts[event.index] = { type: 'reasoning', text: '' }
    if (event.type === 'redacted-reasoning') {
      parts[event.index] = { type: 'redacted-reasoning', data: event.data }
    }
    if (event.type === 'tool-call-start') {
      parts[event.index] = { type: 'tool-call', id: event.id, name: event.name, arguments: '' }
    }
    if (event.type === 'text-delta' && part?.type === 'text') {
      parts[event.index] = { ...part, text: part.text + event.text }
    }
    if (event.type === 'reasoning-delta' && part?.type === 'reasoning') {
      parts[event.index] = { ...part, text: part.text + event.text }
    }
    if (event.type === 'reasoning-signature' && part?.type === 'reasoning') {
      parts[event.index] = { ...part, signature: event.signature }
    }
    if (event.type === 'tool-call-delta' && part?.type === 'tool-call') {
      parts[event.index] = { ...part, arguments: part.arguments + event.arguments }
    }
  }
  return parts
}

function overTheWire(body: JsonObject): JsonObject {
  const parsed: unknown = JSON.parse(JSON.stringify(body))
  if (!isObject(parsed)) throw new Error('not an object')
  return parsed
}

function writeStream(format: Format, events: readonly NeutralEvent[]): string {
  const writer = format.openStreamWriter({ includeUsage: true, createdAt: 1 })
  return events.map((event) => writer.write(event)).join('')
}

function readStream(format: Format, frames: readonly SseFrame[]): NeutralEvent[] {
  const reader = format.openStreamReader()
  return frames.flatMap((frame) => reader.read(frame))
}

/** Splits text into frames, its bytes cut after each of the given lengths in turn. */
function split(whole: string, lengths: readonly number[]): SseFrame[] {
  const splitter = createSseSplitter({ maxFrameBytes: 1_000_000 })
  const bytes = Buffer.from(whole)
  const frames: SseFrame[] = []
  for (let at = 0, step = 0; at < bytes.length; step++) {
    const length = lengths[step % lengths.length] ?? 1
    frames.push(...splitter.push(Uint8Array.from(bytes.subarray(at, at + length))))
    at += length
  }
  return frames
}
