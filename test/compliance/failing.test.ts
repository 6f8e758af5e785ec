import { describe, expect, test } from 'bun:test'
import type { Answer, Question } from '../../src/core/call.ts'
import { newReport } from '../../src/core/call.ts'
import { asObject, parseJson } from '../../src/core/json.ts'
import { createCompliance } from '../../src/compliance/index.ts'
import type { Compliance } from '../../src/compliance/index.ts'
import { toyParts, toyPolicy } from '../../src/compliance/inspect/testing/rig.ts'
import { makeQuestion } from '../support/question.ts'
import { recordsOf } from '../support/sdk.ts'
import { ask } from './support/callers.ts'
import { foreignCard, policies, startComplianceRig } from './support/rig.ts'

const offer = { order: () => [] }
const words = 'Nothing to see here, only words about nothing at all. '

type Broken = 'patterns' | 'names' | 'policies'

/** The stage with a part that works for so many times and then throws. */
function breaking(part: Broken, after: number): Compliance {
  let turns = 0
  const turn = (): void => {
    turns += 1
    if (turns > after) throw new Error('out of order')
  }
  const parts = toyParts(toyPolicy({ 'payment-card': 'redact' }))
  const { finders, policies: rules } = parts
  const find: typeof finders.find = (...given) => {
    turn()
    return finders.find(...given)
  }
  const findNamesNow: typeof finders.findNamesNow = (...given) => {
    turn()
    return finders.findNamesNow(...given)
  }
  const evaluate: typeof rules.evaluate = (facts) => {
    turn()
    return rules.evaluate(facts)
  }
  const broken = {
    patterns: { finders: { ...finders, find } },
    names: { finders: { ...finders, findNamesNow } },
    policies: { policies: { ...rules, evaluate } },
  }[part]
  return createCompliance({ ...parts, ...broken }, true)
}

function question(stream: boolean): Question {
  const text = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] })
  const json = asObject(parseJson(text))
  const body = { bytes: Buffer.from(text), contentType: 'application/json', text, json }
  return makeQuestion({ stream, body })
}

/** An answer with a tool whose name has to be looked at too. */
function answer(body: Answer['body']): Answer {
  const type = typeof body === 'string' ? 'application/json' : 'text/event-stream'
  return {
    status: 200,
    headers: { 'content-type': type },
    body,
    provider: 'p',
    model: 'm',
    cache: 'miss',
    warnings: [],
    report: newReport(),
  }
}

const text = `${words.repeat(20)}Card ${foreignCard}. ${words.repeat(20)}`

function whole(): string {
  const message = { role: 'assistant', content: text }
  return JSON.stringify({ id: 'x', choices: [{ index: 0, message }] })
}

async function* frames(): AsyncGenerator<Uint8Array> {
  for (const piece of text.match(/.{1,20}/gs) ?? []) {
    const delta = { id: 'x', choices: [{ index: 0, delta: { content: piece } }] }
    yield Buffer.from(`data: ${JSON.stringify(delta)}\n\n`)
  }
  yield Buffer.from('data: [DONE]\n\n')
}

describe.each(['patterns', 'names', 'policies'] as const)('where %s fail', (part) => {
  test('a request goes nowhere', async () => {
    if (part === 'names') return
    const refused = Promise.resolve(breaking(part, 0).inspectRequest(question(false), offer))
    expect(refused).rejects.toMatchObject({ code: 'compliance_unavailable', status: 503 })
    await refused.catch(() => undefined)
  })

  test('a whole answer is not handed over', async () => {
    const compliance = breaking(part, 1)
    const asked = question(false)
    const decision = await compliance.inspectRequest(asked, offer)
    const allowed = compliance.redact(asked, decision)
    const handed = (async () => compliance.inspectAnswer(allowed, answer(whole()), decision))()
    expect(handed).rejects.toMatchObject({ code: 'compliance_unavailable' })
    await handed.catch(() => undefined)
  })

  test.each([1, 2, 5])(
    'a stream ends with the error, and no word was let out unseen (%p)',
    async (after) => {
      const compliance = breaking(part, after)
      const asked = question(true)
      const decision = await compliance.inspectRequest(asked, offer)
      const allowed = compliance.redact(asked, decision)
      const given = answer(frames())
      const { body, report } = await compliance.inspectAnswer(allowed, given, decision)
      if (typeof body === 'string' || body instanceof Uint8Array) throw new Error('no stream')
      let received = ''
      for await (const piece of body) received += Buffer.from(piece).toString()
      if (part === 'policies' && after > 3) {
        // They are asked only when something new was found.
        expect(received).toContain('<PAYMENT_CARD_1>')
        return
      }
      expect(received).toContain('compliance_unavailable')
      expect(received).not.toContain(foreignCard)
      expect(received).not.toContain('[DONE]')
      expect(report.error?.code).toBe('compliance_unavailable')
    },
  )
})

test('a request that takes too long to be looked through is refused before anybody is asked', async () => {
  await using rig = await startComplianceRig({
    policies: `${policies}\ncompliance: { maxInspectionMs: 20 }\n`,
  })
  const prompt = `Card ${foreignCard}, mail a.b@example.org, call +49 30 23125 0987. `.repeat(
    12_000,
  )
  const asked = { ...rig.at, model: 'openai', stream: false }
  // What is read once, the model of names, counts for the first call.
  await (await ask('openai-chat', 'Hello', asked)).text()
  rig.provider.seen.length = 0
  const response = await ask('openai-chat', prompt, asked)
  expect(response.status).toBe(503)
  expect(await response.text()).toContain('compliance_unavailable')
  expect(rig.provider.seen).toHaveLength(0)
  rig.provider.script({ says: () => [{ type: 'text', text: prompt }] })
  const answered = await ask('openai-chat', 'Hello', asked)
  expect(answered.status).toBe(503)
  expect(await answered.text()).not.toContain('5555')
  const { outcome } = await recordsOf(rig.gateway, answered.headers.get('x-request-id') ?? '')
  expect(outcome).toMatchObject({ errorCode: 'compliance_unavailable' })
}, 20_000)
