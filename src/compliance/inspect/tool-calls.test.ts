import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { makeCall, makeQuestion } from '../../../test/support/question.ts'
import { createBodyReader } from '../../body-reader.ts'
import { newReport } from '../../core/call.ts'
import type { Answer, Question } from '../../core/call.ts'
import type { Decision } from '../../core/decision.ts'
import { GatewayError } from '../../core/errors.ts'
import type { PolicyFacts, RuleStatement } from '../../core/facts.ts'
import { asObject, parseJson } from '../../core/json.ts'
import type { ClientFormat } from '../../formats/index.ts'
import {
  clientFormats,
  eventsOf,
  streamOf,
  understandBody,
  understandStream,
} from '../../formats/texts/testing/streamed.ts'
import type { NeutralAnswer } from '../../formats/neutral.ts'
import type { PolicySet } from '../contracts.ts'
import { createCompliance } from './index.ts'
import type { HeldAction, InspectionParts } from './index.ts'
import { toyParts, toyPolicy } from './testing/rig.ts'

const card = '4539 5787 6362 1486'
const iban = 'DE89 3704 0044 0532 0130 00'
const mail = 'anna.schmidt@example.org'

/** Wiping is blocked, paying and everything of T3 is held; cards are taken out, accounts must not be told. */
const policies: PolicySet = (() => {
  const toy = toyPolicy({ 'payment-card': 'redact', email: 'tokenise', iban: 'block' })
  return {
    ...toy,
    evaluate(facts: PolicyFacts) {
      const outcome = toy.evaluate(facts)
      const called = facts.tools.filter(({ use }) => use === 'called')
      const said: RuleStatement[] = [...outcome.spoken]
      const say = (ruleId: string, action: 'block' | 'hold', is: boolean): void => {
        if (is) said.push({ ruleId, action, words: `Rule ${ruleId}.` })
      }
      say(
        't/wipe',
        'block',
        called.some(({ name }) => name === 'wipe'),
      )
      say(
        't/pay',
        'hold',
        called.some(({ name }) => name === 'pay'),
      )
      say(
        't/tier',
        'hold',
        called.some(({ tier }) => tier === 'T3'),
      )
      const isBlocked = said.some(({ action }) => action === 'block')
      const isHeld = said.some(({ action }) => action === 'hold')
      return { ...outcome, spoken: said, verdict: isBlocked ? 'block' : isHeld ? 'hold' : 'allow' }
    },
  }
})()

interface Run {
  readonly asks: readonly HeldAction[]
  readonly code: string | undefined
  readonly message: string | undefined
  readonly body: Answer['body']
  readonly decision: unknown
}

/** Lets an answer through the stage; people approve what mentions `fine`. */
async function run(format: ClientFormat, body: Answer['body'], isStreamed: boolean): Promise<Run> {
  const asks: HeldAction[] = []
  const parts: InspectionParts = {
    ...toyParts(policies),
    reader: createBodyReader({
      clientFormats: new Map([
        [format.name, format],
        ['openai-chat', format],
      ]),
      maxFrameBytes: 1_000_000,
    }),
    tierOf: ({ arguments: given = '' }) => (given.includes(mail) ? 'T3' : 'T1'),
    holds: {
      ask(action) {
        asks.push(action)
        const isFine = action.content.includes('fine')
        const state = isFine ? 'approved' : action.content.includes('never') ? 'denied' : 'waiting'
        return Promise.resolve({ state, holdId: `hold-${asks.length}` })
      },
    },
  }
  const compliance = createCompliance(parts, true)
  const question = questionFor(format)
  const answer: Answer = {
    status: 200,
    headers: {
      'content-type': isStreamed ? (format.streamType ?? 'text/event-stream') : 'application/json',
    },
    body,
    provider: 'p',
    model: 'm',
    cache: 'miss',
    warnings: [],
    report: newReport(),
  }
  const result = (error: GatewayError | undefined, given: Answer['body']): Run => ({
    asks,
    code: error?.code,
    message: error?.message,
    body: given,
    decision: withoutSize(answer.report.decision),
  })
  const decision = await compliance.inspectRequest(question, { order: () => [] })
  compliance.redact(question, decision)
  try {
    const given = (await compliance.inspectAnswer(question, answer, decision)).body
    if (!isStreamed || typeof given === 'string' || given instanceof Uint8Array)
      return result(undefined, given)
    const pieces: Uint8Array[] = []
    for await (const piece of given) pieces.push(piece)
    return result(answer.report.error, Buffer.concat(pieces))
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return result(error, '')
  } finally {
    compliance.forget(question)
  }
}

/** Streams have more words of the protocol around the same text. */
function withoutSize(decision: Decision | undefined) {
  return { ...decision, facts: { ...decision?.facts, bytes: 0 } }
}

function questionFor({ name }: ClientFormat): Question {
  // Said in every format alike, so that there is a token to be restored.
  const text = JSON.stringify({
    messages: [{ role: 'user', content: `Write to ${mail}.` }],
    note: `To ${mail}`,
  })
  return makeQuestion({
    stream: true,
    call: makeCall({ clientFormat: name }),
    body: {
      bytes: Buffer.from(text),
      contentType: 'application/json',
      text,
      json: asObject(parseJson(text)),
    },
  })
}

async function* cut(bytes: Buffer, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let step = 0; at < bytes.length; step++) {
    const length = lengths[step % lengths.length] ?? 1
    yield Buffer.from(bytes.subarray(at, at + length))
    at += length
  }
}

const words = fc.constantFrom('All is well. ', `Card ${card}. `, 'For <EMAIL_1>. ', 'On we go. ')
const prose = fc.array(words, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))
const given = fc.constantFrom(
  '{}',
  '{"note":"fine"}',
  '{"note":"never"}',
  '{"to":"<EMAIL_1>","note":"fine"}',
  '{"to":"<EMAIL_1>"}',
  `{"card":"${card}","note":"fine"}`,
  `{"account":"${iban}"}`,
)
const call = fc.tuple(fc.constantFrom('read', 'pay', 'wipe', 'read', 'pay'), given)
const answers = fc.record({
  before: prose,
  calls: fc.array(call, { maxLength: 3 }),
  after: fc.option(prose),
})
const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 })

/** Formats that say where words stand among calls. */
const ordered = new Set(['anthropic-messages', 'gemini', 'gemini-array', 'openai-responses'])

const formats = clientFormats
  .filter(({ name }) => name !== 'openai-completions')
  .map((format) => [format.name, format] as const)

describe.each(formats)('calls of tools in answers of %s', (name, format) => {
  test('get the same verdict whole and streamed, and people are asked the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        answers,
        lengths,
        lengths,
        async ({ before, calls, after }, steps, split) => {
          const full: NeutralAnswer = {
            id: 'a1',
            model: 'm',
            stopReason: calls.length > 0 ? 'tool-calls' : 'end',
            content: [
              { type: 'text', text: before },
              ...calls.map(([tool, args], index) => ({
                type: 'tool-call' as const,
                id: `call_${index}`,
                name: tool,
                arguments: args,
              })),
              ...(after !== null && ordered.has(name)
                ? [{ type: 'text' as const, text: after }]
                : []),
            ],
          }
          const body = JSON.stringify(format.writeAnswer(full, () => undefined))
          const bytes = streamOf(format, eventsOf(full, steps))
          const whole = await run(format, body, false)
          const streamed = await run(format, cut(bytes, split), true)
          expect(streamed.asks).toEqual([...whole.asks])
          expect([streamed.code, streamed.message]).toEqual([whole.code, whole.message])
          expect(streamed.decision).toEqual(whole.decision)
          const received = streamed.body instanceof Uint8Array ? streamed.body : Buffer.from('')
          if (whole.code === undefined) {
            const json = asObject(parseJson(typeof whole.body === 'string' ? whole.body : '')) ?? {}
            expect(understandStream(format, received)).toEqual(understandBody(format, json))
          } else {
            expect(received.toString()).toContain(`${whole.message}`.slice(0, 8))
          }
          expect(received.toString()).not.toContain('4539')
          expect(received.toString()).not.toContain('"wipe"')
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('a held call', () => {
  const format = clientFormats[0]
  const ask = (args: string) => {
    if (format === undefined) throw new Error('there is no format')
    const tool_calls = [{ id: 'c', type: 'function', function: { name: 'pay', arguments: args } }]
    const choices = [{ index: 0, message: { role: 'assistant', content: null, tool_calls } }]
    return run(format, JSON.stringify({ id: 'x', choices }), false)
  }

  test('is asked about as the client would make it, and shown without what was found', async () => {
    const { asks, code, message, decision } = await ask(
      `{"to":"<EMAIL_1>","card":"${card}","cc":"eve@example.com"}`,
    )
    expect(code).toBe('held_for_approval')
    expect(message).toBe(
      "Rule t/pay. Rule t/tier. The model called the tool 'pay', which waits for approval as hold-1: once it is approved, the very same call passes.",
    )
    expect(decision).toMatchObject({
      verdict: 'hold',
      holdId: 'hold-1',
      ruleIds: ['t/pay', 't/tier'],
      facts: { tools: [{ name: 'pay', tier: 'T3', use: 'called' }] },
    })
    expect(asks.length).toBe(1)
    expect(asks[0]?.content).toContain(mail)
    expect(asks[0]?.content).not.toContain('4539')
    expect(asks[0]?.preview).toBe('pay({"to":"<EMAIL_1>","card":"<PAYMENT_CARD>","cc":"<EMAIL>"})')
    expect(asks[0]?.facts).toMatchObject({
      kind: 'tool-call',
      tool: 'pay',
      tier: 'T3',
      ruleIds: ['t/pay', 't/tier'],
    })
  })

  test('that was denied is blocked, and one that was approved is made', async () => {
    const denied = await ask('{"note":"never"}')
    expect([denied.code, denied.decision]).toEqual([
      'blocked_by_policy',
      expect.objectContaining({ verdict: 'block', holdId: 'hold-1' }),
    ])
    const approved = await ask('{"note":"fine"}')
    expect([approved.code, approved.asks.length]).toEqual([undefined, 1])
    expect(approved.decision).toMatchObject({ verdict: 'allow', ruleIds: ['t/pay'] })
  })
})
