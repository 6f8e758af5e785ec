import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { makeCall, makeQuestion } from '../../../test/support/question.ts'
import { newReport } from '../../core/call.ts'
import type { Answer, Question } from '../../core/call.ts'
import { asObject, asString, parseJson } from '../../core/json.ts'
import { toyCompliance, toyPolicy } from './testing/rig.ts'
import type { ToyRules } from './testing/rig.ts'

const card = '4539 5787 6362 1486'
const iban = 'DE89 3704 0044 0532 0130 00'
const mail = 'anna.schmidt@example.org'
const noTargets = { order: () => [] }

function ask(content: string, more: object = {}): Question {
  const text = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more })
  return makeQuestion({
    stream: true,
    call: makeCall(),
    body: {
      bytes: Buffer.from(text),
      contentType: 'application/json',
      text,
      json: asObject(parseJson(text)),
    },
  })
}

function answerOf(body: Answer['body']): Answer {
  return {
    status: 200,
    headers: {
      'content-type': typeof body === 'string' ? 'application/json' : 'text/event-stream',
    },
    body,
    provider: 'p',
    model: 'm',
    cache: 'miss',
    warnings: [],
    report: newReport(),
  }
}

function whole(content: string): Answer {
  const message = { role: 'assistant', content }
  return answerOf(JSON.stringify({ id: 'x', choices: [{ index: 0, message }] }))
}

function streamed(content: string, lengths: readonly number[]): Answer {
  const frames: string[] = []
  const frame = (delta: object): string =>
    `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta }] })}\n\n`
  let at = 0
  for (let step = 0; at < content.length; step++) {
    const length = lengths[step % lengths.length] ?? 1
    frames.push(frame({ content: content.slice(at, at + length) }))
    at += length
  }
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const each of [...frames, 'data: [DONE]\n\n']) yield Buffer.from(each)
  }
  return answerOf(body())
}

/** Takes a call through all its stages; returns what the model got and what the client got. */
async function run(rules: ToyRules, question: Question, answer: (sent: string) => Answer) {
  const compliance = toyCompliance(toyPolicy(rules))
  const decision = await compliance.inspectRequest(question, noTargets)
  if (decision.verdict === 'block') return { decision, sent: '', received: '', report: newReport() }
  const allowed = compliance.redact(question, decision)
  const given = answer(promptOf(allowed))
  try {
    const { body } = await compliance.inspectAnswer(allowed, given, decision)
    const received = await contentOf(body)
    return { decision, sent: promptOf(allowed), received, report: given.report }
  } finally {
    compliance.forget(question)
  }
}

function promptOf({ body }: Question): string {
  const messages = body.json?.['messages']
  const [message] = Array.isArray(messages) ? messages : []
  return asString(asObject(message)?.['content']) ?? ''
}

async function contentOf(body: Answer['body']): Promise<string> {
  if (typeof body === 'string') return deltas(body, 'message')
  if (body instanceof Uint8Array) return deltas(Buffer.from(body).toString(), 'message')
  let text = ''
  for await (const piece of body) text += Buffer.from(piece).toString()
  return text
    .split('\n\n')
    .map((frame) => deltas(frame.replace(/^data: /, ''), 'delta'))
    .join('')
}

function deltas(text: string, member: 'delta' | 'message'): string {
  const choices = asObject(parseJson(text))?.['choices']
  const [choice] = Array.isArray(choices) ? choices : []
  const content = asObject(asObject(choice)?.[member])?.['content']
  return typeof content === 'string' ? content : ''
}

describe('a request', () => {
  test('leaves as it came when nothing is found, in the very same body', async () => {
    const compliance = toyCompliance(toyPolicy({ 'payment-card': 'redact' }))
    const question = ask('What is the weather like?')
    const decision = await compliance.inspectRequest(question, noTargets)
    expect(decision).toMatchObject({ verdict: 'allow', ruleIds: [], policyVersion: 'toy' })
    expect(compliance.redact(question, decision)).toBe(question)
  })

  test('is changed only where something was found, and says what was found without its words', async () => {
    const question = ask(`Charge ${card}, not ${iban}.`, { temperature: 0.5 })
    const { decision, sent } = await run({ 'payment-card': 'redact', iban: 'mask' }, question, () =>
      whole(''),
    )
    expect(decision.verdict).toBe('redact')
    expect(sent).toBe('Charge <PAYMENT_CARD_1>, not DE** **** **** **** **30 00.')
    expect(JSON.stringify(decision)).not.toContain('4539')
    expect(decision.facts?.observations.map(({ label }) => label)).toContain('payment-card')
  })

  test('is blocked with words for the user', async () => {
    const { decision } = await run({ 'payment-card': 'block' }, ask(card), () => whole(''))
    expect(decision).toMatchObject({
      verdict: 'block',
      reason: 'Not this.',
      ruleIds: ['toy/block'],
    })
  })

  test('that a detector fails on is denied', async () => {
    const policy = toyPolicy({})
    const failing = {
      ...policy,
      evaluate: () => {
        throw new Error('out of order')
      },
    }
    const compliance = toyCompliance(failing)
    const denied = compliance.inspectRequest(ask('hello'), noTargets)
    expect(denied).rejects.toMatchObject({ code: 'compliance_unavailable' })
  })
})

describe('an answer', () => {
  test('gives tokens back their values, and only those of its own call', async () => {
    const { sent, received } = await run(
      { email: 'tokenise' },
      ask(`Write to ${mail}.`),
      (prompt) => whole(`Done: ${prompt} Not <EMAIL_2>.`),
    )
    expect(sent).toBe('Write to <EMAIL_1>.')
    expect(received).toBe(`Done: Write to ${mail}. Not <EMAIL_2>.`)
  })

  test('is the same in a stream, for every split, as in one piece', async () => {
    const words = fc.constantFrom(
      `The card is ${card}. `,
      `Pay to ${iban} today. `,
      'Nothing of interest here, only words. ',
      'Ask <EMAIL_1> for it. ',
      `Or ${mail} himself. `,
    )
    const texts = fc.array(words, { minLength: 1, maxLength: 9 }).map((parts) => parts.join(''))
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
    const rules: ToyRules = { 'payment-card': 'redact', iban: 'hash', email: 'tokenise' }
    await fc.assert(
      fc.asyncProperty(texts, lengths, async (text, split) => {
        const question = `From ${mail}`
        const one = await run(rules, ask(question), () => whole(text))
        const many = await run(rules, ask(question), () => streamed(text, split))
        expect(many.received).toBe(one.received)
        expect(many.report.decision).toEqual(one.report.decision)
        expect(one.received).not.toContain('4539')
        expect(one.received.includes('<EMAIL_1>')).toBe(false)
      }),
      { numRuns: 25 },
    )
  })

  test('that must not be said is refused whole, and stopped in a stream before what it is about', async () => {
    const text = `${'All is well. '.repeat(40)}The card is ${card}, take it. ${'More. '.repeat(90)}`
    const rules: ToyRules = { 'payment-card': 'block' }
    const refused = run(rules, ask('hi'), () => whole(text))
    expect(refused).rejects.toMatchObject({ code: 'blocked_by_policy', message: 'Not this.' })
    const { received, report } = await run(rules, ask('hi'), () => streamed(text, [7]))
    expect(text).toStartWith(received)
    expect(received).not.toContain('4539')
    expect(report.error?.code).toBe('blocked_by_policy')
    expect(report.decision).toMatchObject({ verdict: 'block', ruleIds: ['toy/block'] })
  })
})
