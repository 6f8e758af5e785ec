import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import * as cohere from '../../../node_modules/cohere-ai/serialization/index.js'
import { GatewayError } from '../../core/errors.ts'
import { isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { Warning } from '../format.ts'
import type { NeutralMessage, NeutralPart, NeutralRequest } from '../neutral.ts'
import { cohereChat } from './index.ts'

const hello: NeutralMessage = { role: 'user', content: [{ type: 'text', text: 'Hello' }] }

function write(
  request: Partial<NeutralRequest>,
): readonly [JsonObject, Pick<Warning, 'type' | 'field'>[]] {
  const warnings: Pick<Warning, 'type' | 'field'>[] = []
  const whole = { model: 'command-a', messages: [hello], stream: false, inexpressible: [] }
  const body = cohereChat.writeRequest({ ...whole, ...request }, ({ type, field }) =>
    warnings.push({ type, field }),
  )
  const parsed = parseJson(JSON.stringify(body))
  return [isObject(parsed) ? parsed : {}, warnings]
}

/** What the official SDK, which made its schemas from Cohere's own description, finds wrong. */
function faultsOf(body: JsonObject): unknown {
  const unstreamed = Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'stream'))
  const checked = cohere.V2ChatRequest.parse(unstreamed, { unrecognizedObjectKeys: 'fail' })
  return checked.ok ? [] : checked.errors
}

const word = fc.string({ minLength: 1, maxLength: 12 })
const text = fc.record({ type: fc.constant('text' as const), text: word })
const base64 = fc.base64String({ minLength: 4, maxLength: 16 })
const image: fc.Arbitrary<NeutralPart> = fc.record({
  type: fc.constant('image' as const),
  source: fc.oneof(
    fc.record({ type: fc.constant('url' as const), url: fc.webUrl() }),
    fc.record({
      type: fc.constant('base64' as const),
      mediaType: fc.constant('image/png'),
      data: base64,
    }),
    fc.record({ type: fc.constant('file' as const), fileId: word }),
  ),
})
const document: fc.Arbitrary<NeutralPart> = fc.record({
  type: fc.constant('document' as const),
  source: fc.oneof(
    fc.record({ type: fc.constant('text' as const), text: word }),
    fc.record({
      type: fc.constant('base64' as const),
      mediaType: fc.constantFrom('text/plain', 'application/pdf'),
      data: base64,
    }),
  ),
  title: word,
})
const call = fc.record({
  type: fc.constant('tool-call' as const),
  id: word,
  name: word,
  arguments: fc.oneof(fc.json(), fc.constant('')),
})
const spoken: fc.Arbitrary<NeutralPart> = fc.oneof(
  text,
  fc.record({ type: fc.constant('refusal' as const), text: word }),
  fc.record({ type: fc.constant('reasoning' as const), text: word }),
  fc.record({ type: fc.constant('reasoning' as const), text: word, signature: word }),
  fc.record({ type: fc.constant('redacted-reasoning' as const), data: base64 }),
)
const list = <T extends NeutralPart>(part: fc.Arbitrary<T>) =>
  fc.array<NeutralPart>(part, { maxLength: 3 })
const message: fc.Arbitrary<NeutralMessage> = fc.oneof(
  fc.record({ role: fc.constant('system' as const), content: list(text) }),
  fc.record({
    role: fc.constant('user' as const),
    content: list(fc.oneof<fc.Arbitrary<NeutralPart>[]>(text, image, document)),
  }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.tuple(list(spoken), list(call)).map((parts) => parts.flat()),
  }),
  fc.record({
    role: fc.constant('tool' as const),
    content: fc
      .record({
        type: fc.constant('tool-result' as const),
        callId: word,
        content: list(fc.oneof<fc.Arbitrary<NeutralPart>[]>(text, image, document)),
      })
      .map((part) => [part]),
  }),
)
const toolName = fc.constantFrom('find', 'book')
const request = fc
  .record(
    {
      messages: fc.array(message, { maxLength: 6 }),
      stream: fc.boolean(),
      tools: fc.array(
        fc.record(
          { name: toolName, description: word, strict: fc.boolean() },
          { requiredKeys: ['name'] },
        ),
        { maxLength: 3 },
      ),
      toolChoice: fc.oneof(
        fc.record({ type: fc.constantFrom('auto' as const, 'none' as const, 'required' as const) }),
        fc.record({ type: fc.constant('tool' as const), name: toolName }),
      ),
      responseShape: fc.oneof(
        fc.record({ type: fc.constantFrom('text' as const, 'json' as const) }),
        fc.record({
          type: fc.constant('json-schema' as const),
          schema: fc.constant({ type: 'object' }),
        }),
      ),
      maxOutputTokens: fc.integer({ min: 1 }),
      temperature: fc.double({ min: 0, max: 2, noNaN: true }),
      topP: fc.double({ min: 0, max: 1, noNaN: true }),
      topK: fc.nat(),
      stopSequences: fc.array(word, { maxLength: 7 }),
      seed: fc.integer(),
      presencePenalty: fc.double({ min: -2, max: 2, noNaN: true }),
      frequencyPenalty: fc.double({ min: -2, max: 2, noNaN: true }),
      reasoning: fc.record(
        { effort: fc.constantFrom('none', 'low', 'xhigh'), budgetTokens: fc.integer({ min: 1 }) },
        { requiredKeys: [] },
      ),
      userId: word,
    },
    { requiredKeys: [] },
  )
  .filter(
    ({ tools = [], toolChoice }) =>
      toolChoice?.type !== 'tool' ||
      tools.length === 0 ||
      tools.some(({ name }) => name === toolChoice.name),
  )

describe('a request to Cohere', () => {
  test('is one that the official SDK would have sent, whatever was asked', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const [body] = write(asked)
        expect(faultsOf(body)).toEqual([])
        expect(body['stream']).toBe(asked.stream ?? false)
      }),
    )
  })

  test('means the same when it is read and written again', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const [body] = write({ ...asked, messages: [...(asked.messages ?? []), hello] })
        const read = cohereChat.readRequest(body)
        expect(read.inexpressible).toEqual([])
        expect(write(read)[0]).toEqual(body)
      }),
    )
  })

  test('names every part that is not in it', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), (messages) => {
        const [body, warnings] = write({ messages })
        const sent = JSON.stringify(body)
        for (const [index, { content }] of messages.entries()) {
          for (const [at, part] of content.entries()) {
            if (part.type !== 'text' && part.type !== 'reasoning') continue
            const field = `messages[${index}].content[${at}]`
            const isSent = sent.includes(JSON.stringify(part.text).slice(1, -1))
            expect(isSent || warnings.some((warning) => warning.field === field)).toBe(true)
          }
        }
      }),
    )
  })

  test('writes words before tool calls as their plan, and results by their calls', () => {
    const [body, warnings] = write({
      messages: [
        hello,
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'Think.' },
            { type: 'text', text: 'I will look.' },
            { type: 'tool-call', id: 'c1', name: 'find', arguments: '{"a":1}' },
            { type: 'tool-call', id: 'c2', name: 'find', arguments: '' },
          ],
        },
        {
          role: 'tool',
          content: [
            { type: 'tool-result', callId: 'c1', content: [{ type: 'text', text: 'one' }] },
            {
              type: 'tool-result',
              callId: 'c2',
              content: [{ type: 'document', source: { type: 'text', text: 'two' }, title: 'Two' }],
            },
          ],
        },
      ],
    })
    expect(body['messages']).toEqual([
      { role: 'user', content: 'Hello' },
      {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'Think.' }],
        tool_plan: 'I will look.',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'find', arguments: '{"a":1}' } },
          { id: 'c2', type: 'function', function: { name: 'find', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'one' },
      {
        role: 'tool',
        tool_call_id: 'c2',
        content: [{ type: 'document', document: { data: { title: 'Two', text: 'two' } } }],
      },
    ])
    expect(warnings).toEqual([])
  })

  test('sends documents beside the messages, or as text where Cohere takes none', () => {
    const content: NeutralPart[] = [
      { type: 'text', text: 'What does it say?' },
      { type: 'document', source: { type: 'text', text: 'Nothing.' }, title: 'Report' },
    ]
    const [beside] = write({ messages: [{ role: 'user', content }] })
    expect(beside).toMatchObject({
      messages: [{ role: 'user', content: 'What does it say?' }],
      documents: [{ data: { title: 'Report', text: 'Nothing.' } }],
      citation_options: { mode: 'OFF' },
    })
    const [inside] = write({
      messages: [{ role: 'user', content }],
      responseShape: { type: 'json-schema', schema: { type: 'object' } },
    })
    expect(inside['documents']).toBeUndefined()
    expect(JSON.stringify(inside['messages'])).toContain('Report\\n\\nNothing.')
    expect(inside['response_format']).toEqual({
      type: 'json_object',
      json_schema: { type: 'object' },
    })
  })

  test('offers only the tool that must be called', () => {
    const tools = [{ name: 'a' }, { name: 'b', strict: true }]
    const [body, warnings] = write({ tools, toolChoice: { type: 'tool', name: 'b' } })
    expect(body).toMatchObject({
      tools: [{ type: 'function', function: { name: 'b' } }],
      strict_tools: true,
      tool_choice: 'REQUIRED',
    })
    expect(warnings).toEqual([{ type: 'changed', field: 'tools' }])
  })

  test('that demands a tool it does not offer is refused', () => {
    const demand = { tools: [{ name: 'a' }], toolChoice: { type: 'tool', name: 'b' } } as const
    expect(() => write(demand)).toThrow(GatewayError)
  })

  test('keeps numbers within what Cohere accepts and says so', () => {
    const [body, warnings] = write({
      temperature: 1.5,
      topP: 1,
      topK: 900,
      presencePenalty: -1,
      frequencyPenalty: 0,
      seed: -1,
      stopSequences: ['1', '2', '3', '4', '5', '6'],
      reasoning: { effort: 'low' },
    })
    expect(body).toMatchObject({
      temperature: 1,
      p: 0.99,
      k: 500,
      stop_sequences: ['1', '2', '3', '4', '5'],
      thinking: { type: 'enabled', token_budget: 2048 },
    })
    expect(body).not.toHaveProperty('presence_penalty')
    expect(body).not.toHaveProperty('frequency_penalty')
    expect(warnings.map(({ field }) => field).sort()).toEqual([
      'presence_penalty',
      'reasoning_effort',
      'seed',
      'stop[5]',
      'temperature',
      'top_k',
      'top_p',
    ])
  })
})
