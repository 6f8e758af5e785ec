import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { JsonObject } from '../../core/json.ts'
import type { Warning } from '../format.ts'
import type { NeutralAnswer, NeutralMessage, NeutralPart, NeutralRequest } from '../neutral.ts'
import { readAnswer, writeAnswer } from './answer.ts'
import { readRequest } from './read-request.ts'
import { writeRequest } from './write-request.ts'

// Words that survive as they are: no empty text, no white space at the end of a last answer.
const word = fc.string({ minLength: 1, maxLength: 20 }).map((value) => `w${value}.`)
const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/)
const mark = fc.option(fc.constantFrom({}, { ttl: '5m' } as const, { ttl: '1h' } as const), {
  nil: undefined,
})

function marked<T extends object>(part: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc
    .tuple(part, mark)
    .map(([value, cacheMark]) => (cacheMark === undefined ? value : { ...value, cacheMark }))
}

const textPart = marked(word.map((text) => ({ type: 'text', text }) as const))
const source = fc.oneof(
  fc.record({
    type: fc.constant('base64' as const),
    mediaType: fc.constant('application/pdf'),
    data: word,
  }),
  fc.record({ type: fc.constant('url' as const), url: fc.webUrl() }),
  fc.record({ type: fc.constant('file' as const), fileId: id }),
)
const imagePart = marked(source.map((value) => ({ type: 'image', source: value }) as const))
const documentPart = marked(
  fc.record(
    {
      type: fc.constant('document' as const),
      source: fc.oneof(source, fc.record({ type: fc.constant('text' as const), text: word })),
      title: word,
    },
    { requiredKeys: ['type', 'source'] },
  ),
)
const jsonObjectText = fc
  .dictionary(word, fc.jsonValue(), { maxKeys: 3 })
  .map((value) => JSON.stringify(value))
const toolCall = marked(
  fc.record({ type: fc.constant('tool-call' as const), id, name: id, arguments: jsonObjectText }),
)
const reasoning = fc.record({
  type: fc.constant('reasoning' as const),
  text: fc.string(),
  signature: word,
})
const redacted = fc.record({ type: fc.constant('redacted-reasoning' as const), data: word })
const toolResult = marked(
  fc.record(
    {
      type: fc.constant('tool-result' as const),
      callId: id,
      content: fc.array(fc.oneof(textPart, imagePart, documentPart), { maxLength: 3 }),
      isError: fc.constant(true),
    },
    { requiredKeys: ['type', 'callId', 'content'] },
  ),
)

const some = { minLength: 1, maxLength: 4 }
const userMessage = fc
  .array(fc.oneof(textPart, imagePart, documentPart), some)
  .map((content): NeutralMessage => ({ role: 'user', content }))
const assistantMessage = fc
  .array(fc.oneof(textPart, toolCall, reasoning, redacted), some)
  .map((content): NeutralMessage => ({ role: 'assistant', content }))
const toolMessage = fc
  .array(toolResult, some)
  .map((content): NeutralMessage => ({ role: 'tool', content }))
const systemMessage = fc
  .array(textPart, some)
  .map((content): NeutralMessage => ({ role: 'system', content }))

// Turns alternate: that neighbours of one side merge is tested by itself.
const messages = fc
  .tuple(
    fc.option(systemMessage, { nil: undefined }),
    fc.array(fc.tuple(userMessage, assistantMessage), { maxLength: 2 }),
    fc.array(fc.tuple(toolMessage, fc.option(userMessage, { nil: undefined })), { maxLength: 1 }),
    userMessage,
  )
  .map(([system, turns, [results], last]) => [
    ...(system === undefined ? [] : [system]),
    ...turns.flat(),
    ...(results === undefined ? [last] : [results[0], ...(results[1] ? [results[1]] : [])]),
  ])

const tool = marked(
  fc.record(
    {
      name: id,
      description: word,
      parameters: fc.record({ type: fc.constant('object'), properties: fc.constant({ a: {} }) }),
      strict: fc.boolean(),
    },
    { requiredKeys: ['name', 'parameters'] },
  ),
)

const request: fc.Arbitrary<NeutralRequest> = fc.record(
  {
    model: fc.constant('a-model'),
    messages,
    stream: fc.constant(false),
    tools: fc.array(tool, some),
    toolChoice: fc.oneof(
      fc.record({ type: fc.constantFrom('auto', 'none', 'required') }),
      fc.record({ type: fc.constant('tool' as const), name: id }),
    ),
    responseShape: fc.record({
      type: fc.constant('json-schema' as const),
      schema: fc.record({ type: fc.constant('object') }),
    }),
    maxOutputTokens: fc.integer({ min: 5000, max: 9000 }),
    temperature: fc.double({ min: 0, max: 0.9, noNaN: true }),
    topP: fc.double({ min: 0, max: 0.9, noNaN: true }),
    topK: fc.integer({ min: 1, max: 9 }),
    stopSequences: fc.array(word, some),
    userId: id,
    inexpressible: fc.constant([]),
  },
  { requiredKeys: ['model', 'messages', 'stream', 'tools', 'maxOutputTokens', 'inexpressible'] },
)

function collect(): { warnings: Warning[]; warn: (warning: Warning) => void } {
  const warnings: Warning[] = []
  return { warnings, warn: (warning) => warnings.push(warning) }
}

/** What goes over the wire and comes back, strings and prototypes included. */
function overTheWire(body: JsonObject): JsonObject {
  const parsed: JsonObject = JSON.parse(JSON.stringify(body))
  return parsed
}

describe('requests', () => {
  test('what Anthropic can express comes back as it was, without a warning', () => {
    fc.assert(
      fc.property(request, (neutral) => {
        const { warnings, warn } = collect()
        expect(readRequest(overTheWire(writeRequest(neutral, warn)))).toEqual(neutral)
        expect(warnings).toEqual([])
      }),
    )
  })

  test.each([{ budgetTokens: 2000 }, { budgetTokens: 2000, effort: 'low' }, { effort: 'none' }])(
    'the wish for reasoning %p comes back',
    (reasoning) => {
      const neutral: NeutralRequest = {
        model: 'a-model',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
        stream: true,
        streamUsage: true,
        maxOutputTokens: 4000,
        reasoning,
        inexpressible: [],
      }
      const { warnings, warn } = collect()
      expect(readRequest(overTheWire(writeRequest(neutral, warn)))).toEqual(neutral)
      expect(warnings).toEqual([])
    },
  )

  test('turns of one side merge and read back as one', () => {
    const part = (text: string): NeutralPart => ({ type: 'text', text })
    const said = (role: 'user' | 'assistant', text: string): NeutralMessage => ({
      role,
      content: [part(text)],
    })
    const neutral: NeutralRequest = {
      model: 'a-model',
      messages: [
        said('user', 'a'),
        said('user', 'b'),
        said('assistant', 'c'),
        said('assistant', 'd'),
      ],
      stream: false,
      maxOutputTokens: 5,
      inexpressible: [],
    }
    expect(readRequest(writeRequest(neutral, () => {})).messages).toEqual([
      { role: 'user', content: [part('a'), part('b')] },
      { role: 'assistant', content: [part('c'), part('d')] },
    ])
  })
})

const count = fc.nat({ max: 1000 })
const usage = fc
  .tuple(count, count, count, count, fc.option(count, { nil: undefined }))
  .map(([input, read, written, output, reasoning]) => ({
    inputTokens: input + read + written,
    outputTokens: output,
    cacheReadTokens: read,
    cacheWriteTokens: written,
    ...(reasoning !== undefined && { reasoningTokens: reasoning }),
  }))

const plainCall = fc.record({
  type: fc.constant('tool-call' as const),
  id,
  name: id,
  arguments: jsonObjectText,
})
const answer: fc.Arbitrary<NeutralAnswer> = fc
  .record(
    {
      id,
      model: id,
      content: fc.array(
        fc.oneof(
          word.map((text) => ({ type: 'text', text }) as const),
          plainCall,
          reasoning,
          redacted,
        ),
      ),
      stopReason: fc.constantFrom(
        'max-tokens',
        'stop-sequence',
        'pause',
        'refusal',
        'end' as const,
      ),
      stopSequence: word,
      usage,
    },
    { requiredKeys: ['id', 'model', 'content', 'stopReason', 'usage'] },
  )
  .map((value) => {
    const calls = value.content.some((part) => part.type === 'tool-call')
    return calls ? { ...value, stopReason: 'tool-calls' } : value
  })

describe('answers', () => {
  test('an answer comes back as it was', () => {
    fc.assert(
      fc.property(answer, (neutral) => {
        const { warnings, warn } = collect()
        expect(readAnswer(overTheWire(writeAnswer(neutral, warn)))).toEqual(neutral)
        expect(warnings).toEqual([])
      }),
    )
  })

  test('an answer that ends with calls tells the client to run them', () => {
    const content = [{ type: 'tool-call', id: 'a', name: 'f', arguments: '' }] as const
    const body = writeAnswer({ id: 'i', model: 'm', content, stopReason: 'end' }, () => {})
    expect(body).toMatchObject({ stop_reason: 'tool_use', content: [{ input: {} }] })
  })

  test('arguments that are no JSON survive as text there and back', () => {
    const content = [{ type: 'tool-call', id: 'a', name: 'f', arguments: '{"a":' }] as const
    const { warnings, warn } = collect()
    const body = writeAnswer({ id: 'i', model: 'm', content, stopReason: 'tool-calls' }, warn)
    expect(readAnswer(body).content).toEqual([...content])
    expect(warnings).toMatchObject([{ type: 'changed', field: 'content[0].input' }])
  })

  test('a refusal is explained in its own words', () => {
    const explanation = 'This request was blocked.'
    const body = { content: [], stop_reason: 'refusal', stop_details: { explanation } }
    expect(readAnswer(body)).toMatchObject({
      content: [{ type: 'refusal', text: explanation }],
      stopReason: 'refusal',
    })
  })

  test('blocks of tools that ran at the provider are left out', () => {
    const body = {
      content: [
        { type: 'server_tool_use', id: 'a', name: 'web_search', input: {} },
        { type: 'web_search_tool_result', tool_use_id: 'a', content: [] },
        { type: 'text', text: 'found', citations: null },
      ],
      stop_reason: 'something_new',
    }
    expect(readAnswer(body)).toMatchObject({
      content: [{ type: 'text', text: 'found' }],
      stopReason: 'other',
    })
  })

  test.each<JsonObject>([{}, { content: 'x' }, { content: [1] }, { content: [{ type: 'text' }] }])(
    'the body %p is a bad answer',
    (body) => {
      expect(() => readAnswer(body)).toThrow(
        expect.objectContaining({ code: 'provider_bad_answer' }),
      )
    },
  )
})
