import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { Warning } from '../format.ts'
import type { NeutralAnswer, NeutralMessage, NeutralRequest } from '../neutral.ts'
import { gemini } from './index.ts'
import { neutralSignature } from '../origin.ts'
import { signCallId } from './signature.ts'

const word = fc.string({ minLength: 1, maxLength: 12 }).map((text) => `w${text}.`)
const name = fc.stringMatching(/^[a-z_]{1,12}$/)
const text = word.map((value) => ({ type: 'text', text: value }) as const)
const base64 = fc.base64String({ minLength: 4 })
const binary = (types: readonly string[]) =>
  fc.record({
    type: fc.constant('base64' as const),
    mediaType: fc.constantFrom(...types),
    data: base64,
  })
const media = fc.oneof(
  fc.record({ type: fc.constant('image' as const), source: binary(['image/png', 'image/webp']) }),
  fc.record({
    type: fc.constant('document' as const),
    source: binary(['application/pdf', 'text/csv']),
  }),
  fc.record({
    type: fc.constant('audio' as const),
    data: base64,
    format: fc.constantFrom('mp3', 'wav'),
  }),
)
const argumentsText = fc
  .dictionary(word, fc.jsonValue(), { maxKeys: 3 })
  .map((value) => JSON.stringify(value))

/** A turn of calls and the turn of their results: an object, a text, an error. */
const calls = fc
  .array(fc.tuple(name, argumentsText, fc.constantFrom('object', 'text', 'error')), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((list) =>
    fc.tuple(fc.constant(list), fc.option(word, { nil: undefined }), fc.nat({ max: 1e6 })),
  )
  .map(([list, said, seed]): NeutralMessage[] => [
    {
      role: 'assistant',
      content: [
        ...(said === undefined ? [] : [{ type: 'text', text: said } as const]),
        ...list.map(
          ([called, args], index) =>
            ({
              type: 'tool-call',
              id: `id_${seed}_${index}`,
              name: called,
              arguments: args,
            }) as const,
        ),
      ],
    },
    {
      role: 'tool',
      content: list.map(([, , kind], index) => ({
        type: 'tool-result' as const,
        callId: `id_${seed}_${index}`,
        content: [{ type: 'text' as const, text: kind === 'object' ? '{"a":[1]}' : 'sunny' }],
        ...(kind === 'error' ? { isError: true } : {}),
      })),
    },
  ])

const userTurn = fc
  .array(fc.oneof(text, media), { minLength: 1, maxLength: 3 })
  .map((content): NeutralMessage[] => [{ role: 'user', content }])

const request: fc.Arbitrary<NeutralRequest> = fc.record(
  {
    model: fc.constant('gemini-2.5-flash'),
    stream: fc.constant(false),
    inexpressible: fc.constant<string[]>([]),
    messages: fc
      .tuple(fc.option(text, { nil: undefined }), userTurn, fc.array(calls, { maxLength: 2 }))
      .map(([system, first, rest]): NeutralMessage[] => [
        ...(system === undefined ? [] : [{ role: 'system', content: [system] } as const]),
        ...first,
        ...rest.flat(),
      ]),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }).map((value) => value + 0),
    topP: fc.constantFrom(0.1, 0.95),
    topK: fc.integer({ min: 1, max: 64 }),
    maxOutputTokens: fc.integer({ min: 1, max: 65_536 }),
    stopSequences: fc.array(word, { minLength: 1, maxLength: 5 }),
    seed: fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }),
    presencePenalty: fc.constantFrom(-1, 0.5),
    frequencyPenalty: fc.constantFrom(-1, 0.5),
    reasoning: fc.oneof(
      fc.constant({ effort: 'none' }),
      fc.constant({ adaptive: true }),
      fc.integer({ min: 512, max: 20_000 }).map((budgetTokens) => ({ budgetTokens })),
    ),
    responseShape: fc.oneof(
      fc.constant({ type: 'json' as const }),
      fc.constant({ type: 'json-schema' as const, schema: { type: 'object' } }),
    ),
    tools: fc.constant([
      { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } },
      { name: 'wait' },
    ]),
    toolChoice: fc.constantFrom(
      { type: 'auto' as const },
      { type: 'none' as const },
      { type: 'required' as const },
      { type: 'tool' as const, name: 'look' },
    ),
  },
  { requiredKeys: ['model', 'stream', 'inexpressible', 'messages', 'tools'] },
)

/** What goes over the wire and comes back: fields without a value are gone. */
function overTheWire(body: JsonObject): JsonObject {
  const parsed = parseJson(JSON.stringify(body))
  if (!isObject(parsed)) throw new Error('not an object')
  return parsed
}

describe('there and back', () => {
  test('a request is the same, without a warning', () => {
    fc.assert(
      fc.property(request, (given) => {
        const warnings: Warning[] = []
        const body = overTheWire(gemini.writeRequest(given, (warning) => warnings.push(warning)))
        expect(warnings).toEqual([])
        const target = { model: given.model, stream: false }
        expect(gemini.readRequest(body, target)).toEqual(given)
      }),
    )
  })

  test('an answer is the same, the proofs of Gemini included', () => {
    const part = fc.oneof(
      text,
      fc.record({
        type: fc.constant('reasoning' as const),
        text: word,
        signature: base64.map((value) => neutralSignature(value, 'gemini')),
      }),
      fc
        .tuple(name, base64, argumentsText)
        .map(
          ([id, proof, args]) =>
            ({ type: 'tool-call', id: signCallId(id, proof), name: 'f', arguments: args }) as const,
        ),
    )
    const parts = fc.array(part, { maxLength: 4 }).map((list) =>
      // What continues is joined: two texts in a row are one.
      list.filter(({ type }, index) => type !== 'text' || list[index - 1]?.type !== 'text'),
    )
    fc.assert(
      fc.property(parts, (content) => {
        const hasCalls = content.some(({ type }) => type === 'tool-call')
        const answer: NeutralAnswer = {
          id: 'r1',
          model: 'm',
          createdAt: 1_767_323_045,
          content,
          stopReason: hasCalls ? 'tool-calls' : 'end',
          usage: { inputTokens: 9, outputTokens: 8, cacheReadTokens: 3, reasoningTokens: 2 },
        }
        const written = gemini.writeAnswer(answer, () => {
          throw new Error('a warning')
        })
        expect(gemini.readAnswer(overTheWire(written))).toEqual(answer)
      }),
    )
  })
})
