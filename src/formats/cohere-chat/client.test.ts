import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import * as cohere from '../../../node_modules/cohere-ai/serialization/index.js'
import { GatewayError } from '../../core/errors.ts'
import { isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { NeutralAnswer, NeutralEvent, NeutralPart } from '../neutral.ts'
import { createSseSplitter } from '../sse.ts'
import { cohereChat } from './index.ts'

const word = fc.string({ minLength: 1, maxLength: 12 })
const text = fc.record({ type: fc.constant('text' as const), text: word })
const thought = fc.record({ type: fc.constant('reasoning' as const), text: word })
const call = fc.record({
  type: fc.constant('tool-call' as const),
  id: word,
  name: word,
  arguments: fc.json(),
})
const usage = fc.record({
  inputTokens: fc.integer({ min: 9, max: 999 }),
  outputTokens: fc.nat(999),
  cacheReadTokens: fc.nat(9),
})
const stopReason = fc.constantFrom(
  'end' as const,
  'max-tokens' as const,
  'stop-sequence' as const,
  'tool-calls' as const,
)
const answer: fc.Arbitrary<NeutralAnswer> = fc.record({
  id: word,
  model: fc.constant(''),
  content: fc.oneof(
    fc
      .tuple(fc.array(thought, { maxLength: 1 }), fc.array(text, { minLength: 1, maxLength: 2 }))
      .map((parts): NeutralPart[] => parts.flat()),
    fc
      .tuple(fc.array(text, { maxLength: 1 }), fc.array(call, { minLength: 1, maxLength: 3 }))
      .map((parts): NeutralPart[] => parts.flat()),
  ),
  stopReason,
  usage,
})

function overTheWire(body: JsonObject): JsonObject {
  const parsed = parseJson(JSON.stringify(body))
  return isObject(parsed) ? parsed : {}
}

/** An answer with tool calls ends by them, whatever was said. */
function ending({ content, stopReason: reason }: NeutralAnswer): string {
  const hasCalls = content.some(({ type }) => type === 'tool-call')
  return reason === 'end' && hasCalls ? 'tool-calls' : reason
}

describe('an answer to a client of Cohere', () => {
  test('is one that the official SDK understands, and means the same when it is read', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const body = overTheWire(cohereChat.writeAnswer(given, () => undefined))
        const options = { unrecognizedObjectKeys: 'fail' } as const
        expect(cohere.V2ChatResponse.parse(body, options)).toMatchObject({ ok: true })
        const read: unknown = cohereChat.readAnswer(body)
        expect(read).toEqual({ ...given, stopReason: ending(given) })
      }),
    )
  })

  test('is streamed as events that mean the same', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const events = eventsOf(given)
        const writer = cohereChat.openStreamWriter()
        const wire = events.map((event) => writer.write(event)).join('')
        const reader = cohereChat.openStreamReader()
        const frames = createSseSplitter({ maxFrameBytes: 10_000 }).push(Buffer.from(wire))
        expect(frames.flatMap((frame) => [...reader.read(frame)])).toEqual(events)
        for (const { data } of frames) {
          if (data === undefined || data === '[DONE]') continue
          // As the SDK itself reads them: Cohere says more at the start than its description.
          const parsed = cohere.V2ChatStreamResponse.parse(parseJson(data), {
            unrecognizedObjectKeys: 'passthrough',
          })
          expect(parsed).toMatchObject({ ok: true })
        }
      }),
    )
  })

  test('that was refused or failed says so', () => {
    const error = {
      status: 502,
      code: 'provider_error',
      message: 'It failed.',
      source: 'provider',
      requestId: 'req_1',
    } as const
    expect(cohereChat.writeError(error)).toMatchObject({ id: 'req_1', message: 'It failed.' })
    const [frame] = createSseSplitter({ maxFrameBytes: 1000 }).push(
      Buffer.from(cohereChat.writeStreamError(error)),
    )
    if (frame === undefined) throw new Error('no frame')
    expect(cohereChat.openStreamReader().read(frame)).toEqual([
      { type: 'error', fault: { status: 502, type: 'ERROR', message: 'It failed.' } },
    ])
    const writer = cohereChat.openStreamWriter()
    const refused = (['No', '.'] as const)
      .map((said) => writer.write({ type: 'refusal-delta', text: said }))
      .join('')
    expect(refused.match(/content-start"/g)).toHaveLength(1)
  })
})

/** The events of an answer that is streamed, every part in one piece. */
function eventsOf(given: NeutralAnswer): NeutralEvent[] {
  const parts = given.content.flatMap((part, index): NeutralEvent[] => {
    if (part.type === 'tool-call') {
      const { id, name } = part
      return [
        { type: 'tool-call-start', index, id, name },
        { type: 'tool-call-delta', index, arguments: part.arguments },
        { type: 'tool-call-end', index },
      ]
    }
    if (part.type !== 'text' && part.type !== 'reasoning') return []
    return [
      { type: `${part.type}-start`, index },
      { type: `${part.type}-delta`, index, text: part.text },
      { type: `${part.type}-end`, index },
    ]
  })
  return [
    { type: 'answer-start', id: given.id, model: '' },
    ...parts,
    {
      type: 'answer-end',
      stopReason: cohereChat.readAnswer(overTheWire(cohereChat.writeAnswer(given, () => undefined)))
        .stopReason,
      ...(given.usage === undefined ? {} : { usage: given.usage }),
    },
    { type: 'done' },
  ]
}

const user = { role: 'user', content: 'Hello' }

describe('a request of a client of Cohere', () => {
  test('is read with its documents, tools and thinking', () => {
    const read = cohereChat.readRequest({
      model: 'command-a',
      messages: [{ role: 'system', content: [{ type: 'text', text: 'Be brief.' }] }, user],
      documents: ['plain', { id: 'd1', data: { title: 'T', snippet: 'S' } }, { data: { a: 1 } }],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      strict_tools: true,
      tool_choice: 'REQUIRED',
      thinking: { type: 'enabled', token_budget: 50 },
      response_format: { type: 'json_object', schema: { type: 'object' } },
      citation_options: { mode: 'ACCURATE' },
      safety_mode: 'STRICT',
      k: 3,
      p: 0.5,
    })
    expect(read).toMatchObject({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hello' },
            { type: 'document', source: { type: 'text', text: 'plain' } },
            { type: 'document', source: { type: 'text', text: 'S' }, title: 'T' },
            { type: 'document', source: { type: 'text', text: '{"a":1}' } },
          ],
        },
      ],
      tools: [{ name: 'f', strict: true }],
      toolChoice: { type: 'required' },
      reasoning: { budgetTokens: 50 },
      responseShape: { type: 'json-schema', schema: { type: 'object' } },
      topK: 3,
      topP: 0.5,
    })
    expect(read.inexpressible).toEqual(['documents[1].id', 'safety_mode', 'citation_options'])
  })

  test.each<[JsonObject, string]>([
    [{}, 'model'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'USER', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'video' }] }] }, 'messages[0].content[0].type'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] },
      'messages[0].content[0].image_url.url',
    ],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: {} }] }] },
      'messages[0].tool_calls[0].function.name',
    ],
    [{ messages: [user], documents: [{}] }, 'documents[0].data'],
    [{ messages: [{ role: 'system', content: 'x' }], documents: ['a'] }, 'documents'],
    [{ messages: [user], tool_choice: 'auto' }, 'tool_choice'],
    [{ messages: [user], thinking: { type: 'on' } }, 'thinking.type'],
    [{ messages: [user], thinking: { type: 'enabled', token_budget: 0 } }, 'thinking.token_budget'],
    [{ messages: [user], response_format: { type: 'xml' } }, 'response_format.type'],
    [{ messages: [user], stop_sequences: [1] }, 'stop_sequences[0]'],
    [{ messages: [user], k: -1 }, 'k'],
    [{ messages: [user], tools: [{}] }, 'tools[0].function'],
  ])('that is not valid is refused by its path: %j', (fields, param) => {
    let error: unknown
    try {
      cohereChat.readRequest(param === 'model' ? fields : { model: 'm', ...fields })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'invalid_request', param })
  })
})
