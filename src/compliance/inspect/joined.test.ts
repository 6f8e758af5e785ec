import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { makeCall, makeQuestion } from '../../../test/support/question.ts'
import { createBodyReader } from '../../body-reader.ts'
import { newReport } from '../../core/call.ts'
import type { Answer, Question } from '../../core/call.ts'
import { asObject, parseJson } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { gemini, ollamaChat, openAiChat } from '../../formats/index.ts'
import { anthropicMessages, openAiResponses } from '../../formats/index.ts'
import type { ClientFormat } from '../../formats/index.ts'
import { understandBody, understandStream } from '../../formats/texts/testing/streamed.ts'
import { createCompliance } from './index.ts'
import type { Compliance } from './index.ts'
import { toyParts, toyPolicy } from './testing/rig.ts'
import type { ToyRules } from './testing/rig.ts'

const card = '4539 5787 6362 1486'
const formats = [openAiChat, openAiResponses, anthropicMessages, gemini, ollamaChat]

function open(rules: ToyRules, holdsCalls = true): Compliance {
  const clientFormats = new Map<string, ClientFormat>(formats.map((each) => [each.name, each]))
  const reader = createBodyReader({ clientFormats, maxFrameBytes: 1_000_000 })
  return createCompliance({ ...toyParts(toyPolicy(rules)), reader, holdsCalls }, true)
}

function ask(format: ClientFormat, json: JsonObject): Question {
  const text = JSON.stringify(json)
  return makeQuestion({
    stream: true,
    call: makeCall({ clientFormat: format.name }),
    body: {
      bytes: Buffer.from(text),
      contentType: 'application/json',
      text,
      json: asObject(parseJson(text)),
    },
  })
}

/** Cards cut in two at every place, by what a reader does not see. */
const places = Array.from({ length: card.length - 1 }, (_, index) => index + 1)
const halves = (at: number): readonly [string, string] => [card.slice(0, at), card.slice(at)]

type Parts = (first: string, second: string) => JsonObject

const requests: readonly (readonly [string, ClientFormat, Parts])[] = [
  [
    'OpenAI',
    openAiChat,
    (...parts) => ({
      messages: [{ role: 'user', content: parts.map((text) => ({ type: 'text', text })) }],
    }),
  ],
  [
    'OpenAI Responses',
    openAiResponses,
    (...parts) => ({
      input: [{ role: 'user', content: parts.map((text) => ({ type: 'input_text', text })) }],
    }),
  ],
  [
    'Anthropic',
    anthropicMessages,
    (...parts) => ({
      messages: [{ role: 'user', content: parts.map((text) => ({ type: 'text', text })) }],
    }),
  ],
  [
    'Gemini',
    gemini,
    (...parts) => ({ contents: [{ role: 'user', parts: parts.map((text) => ({ text })) }] }),
  ],
]

describe.each(requests)('two parts of one content in a request of %s', (_, format, parts) => {
  test('hide no card between them', async () => {
    for (const at of places) {
      const [first, second] = halves(at)
      const compliance = open({ 'payment-card': 'redact' })
      const question = ask(format, parts(`Charge ${first}`, `${second} now.`))
      const decision = await compliance.inspectRequest(question, { order: () => [] })
      const sent = compliance.redact(question, decision).body.text ?? ''
      expect([at, decision.verdict]).toEqual([at, 'redact'])
      // Neither half is there, and what stood around them is.
      expect(sent).not.toContain(first.length > 3 ? first : `Charge ${first}"`)
      expect(sent).not.toContain(second.length > 3 ? second : `"${second} now.`)
      expect(sent).toContain('Charge <PAYMENT_CARD_1>')
      expect(sent).toContain(' now.')
      const blocking = open({ 'payment-card': 'block' })
      expect((await blocking.inspectRequest(question, { order: () => [] })).verdict).toBe('block')
    }
  })
})

function answerOf(body: Answer['body'], isStreamed: boolean): Answer {
  return {
    status: 200,
    headers: { 'content-type': isStreamed ? 'text/event-stream' : 'application/json' },
    body,
    provider: 'p',
    model: 'm',
    cache: 'miss',
    warnings: [],
    report: newReport(),
  }
}

/** Takes an answer of Gemini through the stage, in parts or frame by frame. */
async function say(
  rules: ToyRules,
  parts: readonly JsonObject[],
  isStreamed: boolean,
  holdsCalls: boolean,
) {
  const compliance = open(rules, holdsCalls)
  const question = ask(gemini, { contents: [] })
  const told = (some: readonly JsonObject[]) => ({
    candidates: [{ index: 0, content: { role: 'model', parts: [...some] } }],
  })
  async function* frames(): AsyncGenerator<Uint8Array> {
    for (const part of parts) yield Buffer.from(`data: ${JSON.stringify(told([part]))}\n\n`)
  }
  const answer = answerOf(isStreamed ? frames() : JSON.stringify(told(parts)), isStreamed)
  const decision = await compliance.inspectRequest(question, { order: () => [] })
  try {
    const { body } = await compliance.inspectAnswer(question, answer, decision)
    if (typeof body === 'string') {
      return {
        verdict: answer.report.decision?.verdict,
        said: understandBody(gemini, asObject(parseJson(body)) ?? {}),
      }
    }
    const pieces: Uint8Array[] = []
    for await (const piece of body instanceof Uint8Array ? [body] : body) pieces.push(piece)
    const { decision: decided } = answer.report
    return { verdict: decided?.verdict, said: understandStream(gemini, Buffer.concat(pieces)) }
  } catch {
    return { verdict: answer.report.decision?.verdict, said: undefined }
  } finally {
    compliance.forget(question)
  }
}

describe('parts of an answer that a stream brings as one text', () => {
  const redacting: ToyRules = { 'payment-card': 'redact' }

  test('hide no card between them, also with thoughts in their midst', async () => {
    for (const at of places) {
      const [first, second] = halves(at)
      const parts = [
        { text: `It is ${first}` },
        { text: 'Hm.', thought: true },
        { text: `${second}.` },
      ]
      for (const isStreamed of [false, true]) {
        const { verdict, said } = await say(redacting, parts, isStreamed, true)
        expect([at, verdict, said?.text]).toEqual([at, 'redact', 'It is <PAYMENT_CARD_1>.'])
        expect((await say({ 'payment-card': 'block' }, parts, isStreamed, true)).verdict).toBe(
          'block',
        )
      }
    }
  })

  test('are the same whole and streamed, calls of tools among them', async () => {
    const text = fc
      .array(fc.constantFrom(card, card.slice(0, 7), card.slice(7), 'Well. ', ' or '), {
        minLength: 1,
        maxLength: 3,
      })
      .map((words): JsonObject => ({ text: words.join('') }))
    const thought = text.map((part) => ({ ...part, thought: true }))
    const call = fc
      .constantFrom('x', card)
      .map((to): JsonObject => ({ functionCall: { name: 'get', args: { to } } }))
    const parts = fc.array(fc.oneof({ weight: 3, arbitrary: text }, thought, call), {
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(parts, fc.boolean(), async (parts, holdsCalls) => {
        const whole = await say(redacting, parts, false, holdsCalls)
        expect(await say(redacting, parts, true, holdsCalls)).toEqual(whole)
      }),
      { numRuns: 100 },
    )
  })
})
