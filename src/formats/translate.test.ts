import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isObject, parseJson, type JsonObject } from '../core/json.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import type { ClientFormat, ProviderFormat, Warning } from './format.ts'
import type { NeutralAnswer, NeutralEvent, NeutralMessage, NeutralPart } from './neutral.ts'
import { openAiChat } from './openai-chat/index.ts'
import { createSseSplitter, type SseFrame } from './sse.ts'

type Format = ClientFormat & ProviderFormat

const bothWays: readonly (readonly [string, Format, Format])[] = [
  ['an OpenAI client over an Anthropic provider', openAiChat, anthropicMessages],
  ['an Anthropic client over an OpenAI provider', anthropicMessages, openAiChat],
]

/** What goes over the wire and comes back: fields without a value are gone. */
function overTheWire(body: JsonObject): JsonObject {
  const parsed = parseJson(JSON.stringify(body))
  if (!isObject(parsed)) throw new Error('not an object')
  return parsed
}

function translate(body: JsonObject, from: Format, to: Format): [JsonObject, Warning[]] {
  const warnings: Warning[] = []
  const request = from.readRequest(body)
  const dropped = request.inexpressible.map((field) => ({ type: 'dropped', field }) as const)
  const written = to.writeRequest(request, (warning) => warnings.push(warning))
  return [overTheWire(written), [...dropped, ...warnings]]
}

describe('golden requests', () => {
  for (const name of ['text', 'tools', 'media', 'reasoning']) {
    const read = async (format: Format): Promise<JsonObject> => {
      const file = `${import.meta.dir}/fixtures/anthropic-${name}.${format.name}.json`
      const body: unknown = await Bun.file(file).json()
      if (!isObject(body)) throw new Error('not an object')
      return body
    }
    test.each(bothWays)(`${name}: %s`, async (_, from, to) => {
      const [written, warnings] = translate(await read(from), from, to)
      expect(written).toEqual(await read(to))
      expect(warnings).toEqual([])
    })
  }
})

// Text of visible characters only: Anthropic refuses other text.
const word = fc.string({ minLength: 1, maxLength: 12 }).map((value) => `w${value}.`)
const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/)
const text = word.map((value) => ({ type: 'text', text: value }) as const)
const jsonText = fc
  .dictionary(word, fc.jsonValue(), { maxKeys: 3 })
  .map((value) => JSON.stringify(value))
const call = fc.record({
  type: fc.constant('tool-call' as const),
  id,
  name: id,
  arguments: jsonText,
})
const reasoning = fc.oneof(
  fc.record({ type: fc.constant('reasoning' as const), text: word, signature: word }),
  fc.record({ type: fc.constant('redacted-reasoning' as const), data: word }),
)
const binary = fc.oneof(
  fc.record({
    type: fc.constant('base64' as const),
    mediaType: fc.constant('application/pdf'),
    data: fc.base64String({ minLength: 4 }),
  }),
  fc.record({ type: fc.constant('url' as const), url: fc.webUrl() }),
)
const image = binary.map((source) => ({ type: 'image', source }) as const)
const document = fc.record({ type: fc.constant('document' as const), source: binary, title: word })

/** Chat completions keep thinking, text and calls apart: content is made in that order. */
const assistantContent = fc
  .tuple(
    fc.array(reasoning, { maxLength: 2 }),
    fc.array(text, { minLength: 1, maxLength: 2 }),
    fc.array(call, { maxLength: 3 }),
  )
  .map((parts): NeutralPart[] => parts.flat())
const turn = fc.tuple(fc.array(fc.oneof(text, image, document), { minLength: 1 }), assistantContent)

const messages = fc
  .tuple(fc.option(text, { nil: undefined }), fc.array(turn, { minLength: 1, maxLength: 3 }), word)
  .map(([system, turns, last]): NeutralMessage[] => [
    ...(system === undefined ? [] : [{ role: 'system', content: [system] } as const]),
    ...turns.flatMap(([user, assistant]): NeutralMessage[] => [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
      ...assistant.flatMap((part): NeutralMessage[] =>
        part.type === 'tool-call' ? [{ role: 'tool', content: [resultOf(part.id)] }] : [],
      ),
    ]),
    { role: 'user', content: [{ type: 'text', text: last }] },
  ])

function resultOf(callId: string): NeutralPart {
  return { type: 'tool-result', callId, content: [{ type: 'text', text: `result of ${callId}` }] }
}

/** The messages as one list of parts with their side: how they are cut into messages says nothing. */
function meaningOf(list: readonly NeutralMessage[]): unknown[] {
  return list.flatMap(({ role, content }) => content.map((part) => ({ role, part })))
}

describe.each(bothWays)('%s', (_, client, provider) => {
  test('a request keeps its messages, ids, arguments and signatures there and back', () => {
    fc.assert(
      fc.property(messages, (list) => {
        const neutral = {
          model: 'claude',
          messages: list,
          stream: false,
          maxOutputTokens: 100,
          tools: [{ name: 'f', parameters: { type: 'object' } }],
          inexpressible: [],
        }
        const warnings: Warning[] = []
        const warn = (warning: Warning) => warnings.push(warning)
        const asked = client.readRequest(overTheWire(client.writeRequest(neutral, warn)))
        const sent = provider.readRequest(overTheWire(provider.writeRequest(asked, warn)))
        const back = client.readRequest(overTheWire(client.writeRequest(sent, warn)))
        expect(meaningOf(sent.messages)).toEqual(meaningOf(list))
        expect(meaningOf(back.messages)).toEqual(meaningOf(list))
        expect(back.tools).toEqual(neutral.tools)
        expect(warnings).toEqual([])
      }),
    )
  })

  test('an answer reaches the client as the provider gave it', () => {
    const usage = fc.tuple(fc.nat(), fc.nat(), fc.nat()).map(([input, cached, output]) => ({
      inputTokens: input + cached,
      outputTokens: output,
      cacheReadTokens: cached,
    }))
    fc.assert(
      fc.property(assistantContent, usage, (content, counted) => {
        const calls = content.some((part) => part.type === 'tool-call')
        const stopReason = calls ? 'tool-calls' : 'end'
        const answer: NeutralAnswer = { id: 'a', model: 'm', content, stopReason, usage: counted }
        const wire = overTheWire(provider.writeAnswer(answer, () => {}))
        const seen = client.readAnswer(
          overTheWire(client.writeAnswer(provider.readAnswer(wire), () => {})),
        )
        expect(joined(seen.content)).toEqual(joined(content))
        expect(seen).toMatchObject({ id: 'a', model: 'm', stopReason, usage: counted })
      }),
    )
  })

  test('a stream reaches the client as the provider sent it, however its bytes are cut', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 })
    fc.assert(
      fc.property(assistantContent, lengths, fc.boolean(), (content, cuts, together) => {
        const sent = writeStream(provider, eventsOf(content, together))
        const received = readStream(provider, split(sent, cuts))
        const seen = readStream(client, split(writeStream(client, received), cuts))
        expect(joined(contentOf(seen))).toEqual(joined(content))
        const ending = seen.find((event) => event.type === 'answer-end')
        expect(ending).toMatchObject({ usage: { inputTokens: 9, outputTokens: 4 } })
        expect(seen.at(-1)).toEqual({ type: 'done' })
      }),
    )
  })

  test('an error in the stream of the provider is told to the client', () => {
    const fault = { status: 429, message: 'Slow down.' }
    const sent = writeStream(provider, [{ type: 'error', fault }])
    const [event] = readStream(provider, split(sent, [7]))
    if (event === undefined) throw new Error('no event')
    const [seen] = readStream(client, split(writeStream(client, [event]), [7]))
    expect(seen).toMatchObject({ type: 'error', fault })
  })
})

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

/** Returns the events of an answer; tool calls are given one by one, or in turns. */
function eventsOf(content: readonly NeutralPart[], together: boolean): NeutralEvent[] {
  const parts = content.map(eventsOfPart)
  const isCall = (index: number) => content[index]?.type === 'tool-call'
  const calls = parts.filter((_, index) => isCall(index))
  const others = parts.filter((_, index) => !isCall(index))
  const turns = calls[0] === undefined ? [] : calls[0].map((_, at) => calls.map((each) => each[at]))
  const usage = { inputTokens: 9, outputTokens: 4 }
  return [
    { type: 'answer-start', id: 'a', model: 'm' },
    ...others.flat(),
    ...(together ? turns.flat().filter((event) => event !== undefined) : calls.flat()),
    { type: 'answer-end', stopReason: calls.length > 0 ? 'tool-calls' : 'end', usage },
    { type: 'done' },
  ]
}

function eventsOfPart(part: NeutralPart, index: number): NeutralEvent[] {
  switch (part.type) {
    case 'text':
      return [
        { type: 'text-start', index },
        ...cut(part.text).map((each) => ({ type: 'text-delta', index, text: each }) as const),
        { type: 'text-end', index },
      ]
    case 'reasoning':
      return [
        { type: 'reasoning-start', index },
        ...cut(part.text).map((each) => ({ type: 'reasoning-delta', index, text: each }) as const),
        { type: 'reasoning-signature', index, signature: part.signature ?? '' },
        { type: 'reasoning-end', index },
      ]
    case 'redacted-reasoning':
      return [{ type: 'redacted-reasoning', index, data: part.data }]
    case 'tool-call': {
      const [head, tail] = cut(part.arguments)
      return [
        { type: 'tool-call-start', index, id: part.id, name: part.name },
        { type: 'tool-call-delta', index, arguments: head },
        { type: 'tool-call-delta', index, arguments: tail },
        { type: 'tool-call-end', index },
      ]
    }
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
function cut(whole: string): [string, string] {
  const middle = whole.indexOf('.', 2)
  return middle < 0 ? [whole, ''] : [whole.slice(0, middle), whole.slice(middle)]
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
