import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { makeCall, makePrincipal, makeQuestion } from '../../../test/support/question.ts'
import { asObject, parseJson } from '../../core/json.ts'
import type { BarrierContact, BarrierSet, PolicySet } from '../contracts.ts'
import { dryRun } from './dry-run.ts'
import type { DryRunContent, DryRunInput } from './dry-run-input.ts'
import { toyCompliance, toyParts, toyPolicy } from './testing/rig.ts'

const card = '4539 5787 6362 1486'
const mail = 'anna.schmidt@example.org'
const target = { provider: 'p', model: 'real', perimeter: 'public' }

function texts(...all: string[]): DryRunContent {
  return {
    type: 'texts',
    texts: all.map((text) => ({ role: 'user', kind: 'text', text })),
    tools: [],
    attachments: [],
  }
}

function input(content: DryRunContent, more: Partial<DryRunInput> = {}): DryRunInput {
  return {
    direction: 'request',
    principal: { id: 'ana', kind: 'user', tenant: 'default', groups: [] },
    operation: 'chat',
    model: 'm',
    targets: [target],
    content,
    ...more,
  }
}

/** A policy of which every verdict is the same. */
function always(verdict: 'hold' | 'block'): PolicySet {
  const policy = toyPolicy({})
  return {
    ...policy,
    evaluate: (facts) => ({
      ...policy.evaluate(facts),
      verdict,
      spoken: [{ ruleId: `always/${verdict}`, action: verdict, words: 'So it is.' }],
    }),
  }
}

describe('a dry run of a request', () => {
  const policy = toyPolicy({ 'payment-card': 'redact', email: 'tokenise' })

  test('says what is found where, and how the texts would go on', async () => {
    const report = await dryRun(
      input(texts(`Charge ${card}.`, `Tell ${mail}, please.`)),
      toyParts(policy),
    )
    expect(report.decision.verdict).toBe('redact')
    expect(report.reason).toBeUndefined()
    expect(report.texts.map(({ treated }) => treated)).toEqual([
      'Charge <PAYMENT_CARD_1>.',
      'Tell <EMAIL_1>, please.',
    ])
    expect(report.texts[1]?.findings).toMatchObject([
      { label: 'email', start: 5, end: 5 + mail.length, treatment: 'tokenise' },
    ])
    expect(report.facts.targets).toEqual([target])
    expect(JSON.stringify(report.facts)).not.toContain('4539')
  })

  test('takes the body of a client, and returns it changed in its places', async () => {
    const body = JSON.stringify({
      system: 'Be brief.',
      max_tokens: 5,
      messages: [{ role: 'user', content: [{ type: 'text', text: `Charge ${card}.` }] }],
      tools: [{ name: 'pay', input_schema: {} }],
    })
    const content = { type: 'body', format: 'anthropic-messages', text: body } as const
    const report = await dryRun(input(content), toyParts(policy))
    expect(report.body).toBe(body.replace(card, '<PAYMENT_CARD_1>'))
    expect(report.texts.map(({ segment }) => segment.role).slice(0, 2)).toEqual(['system', 'user'])
    expect(report.facts.tools).toEqual([{ name: 'pay', use: 'offered', tier: 'T1' }])
  })

  test('opens no hold, and says what would wait', async () => {
    const parts = toyParts(always('hold'))
    const holds = { ask: () => Promise.reject(new Error('nobody is to be asked')) }
    const report = await dryRun(input(texts('x')), { ...parts, holds })
    expect(report.decision).toMatchObject({ verdict: 'hold', ruleIds: ['always/hold'] })
    expect(report.reason).toBe('So it is.')
  })

  test('asks barriers also about what policies block', async () => {
    const asked: BarrierContact[] = []
    const refusal = { ruleId: 'barrier/wall', action: 'block', words: 'There is a wall.' } as const
    const barriers: BarrierSet = {
      version: 'b',
      needs: (label) => label === 'deal',
      check(contact) {
        asked.push(contact)
        return { isAllowed: false, statements: [refusal], refused: ['deal'] }
      },
      record: () => undefined,
      enter: (contact) => barriers.check(contact),
    }
    const categories = { labels: ['deal'], needs: () => undefined, labelsOf: () => ['deal'] }
    const parts = { ...toyParts(always('block'), barriers), categories }
    const report = await dryRun(input(texts('x')), parts)
    expect(report.reason).toBe('So it is.')
    expect(report.barrier).toEqual({ isAllowed: false, statements: [refusal] })
    const answered = await dryRun(input(texts('x'), { direction: 'answer' }), {
      ...toyParts(policy, barriers),
      categories,
    })
    expect(answered).toMatchObject({ reason: 'There is a wall.', barrier: { isAllowed: false } })
    expect(asked.map(({ direction }) => direction)).toContain('receive')
  })

  test('is denied where the inspection fails', () => {
    const failing = {
      ...policy,
      evaluate: () => {
        throw new Error('out of order')
      },
    }
    expect(dryRun(input(texts('x')), toyParts(failing))).rejects.toMatchObject({
      code: 'compliance_unavailable',
    })
  })
})

describe('a dry run of an answer', () => {
  const policy = toyPolicy({ 'payment-card': 'redact', email: 'tokenise', iban: 'block' })

  test('is treated as answers are: tokens would mean nothing there', async () => {
    const body = JSON.stringify({
      choices: [{ index: 0, message: { role: 'assistant', content: `${card} of ${mail}` } }],
    })
    const content = { type: 'body', format: 'openai-chat', text: body } as const
    const report = await dryRun(input(content, { direction: 'answer' }), toyParts(policy))
    expect(report.decision.verdict).toBe('redact')
    expect(report.body).toContain('"<PAYMENT_CARD_1> of <EMAIL_1>"')
    expect(report.texts[0]?.findings.map(({ treatment }) => treatment)).toEqual([
      'redact',
      'redact',
    ])
    expect(report.facts).toMatchObject({ direction: 'answer', targets: [target] })
  })

  test('tells everything that is in it, also behind the place at which it stops', async () => {
    const said = `To DE89 3704 0044 0532 0130 00. ${'And so on. '.repeat(60)} Or ${card}.`
    const report = await dryRun(input(texts(said), { direction: 'answer' }), toyParts(policy))
    expect(report.decision.verdict).toBe('block')
    expect(report.facts.observations.map(({ label }) => label).toSorted()).toContain('payment-card')
    expect(report.body).toBeUndefined()
  })

  test('that nobody can read does not pass', async () => {
    const parts = toyParts(policy)
    const reader = {
      ...parts.reader,
      answer: (...asked: Parameters<typeof parts.reader.answer>) => ({
        ...parts.reader.answer(...asked),
        isReadable: false,
        reason: 'a PDF',
      }),
    }
    const content = { type: 'body', format: 'openai-chat', text: '{}' } as const
    const report = await dryRun(input(content, { direction: 'answer' }), { ...parts, reader })
    expect(report.decision).toMatchObject({
      verdict: 'block',
      ruleIds: ['compliance/unreadable'],
    })
    expect(report.reason).toBe('The answer cannot be inspected: a PDF.')
  })
})

test('a dry run says what a call would be told, and leaves its body as the call would', async () => {
  const words = fc.constantFrom(
    `Charge ${card}. `,
    `Tell ${mail}. `,
    'To DE89 3704 0044 0532 0130 00. ',
    'Nothing of interest. ',
    'As <EMAIL_1> said. ',
  )
  const content = fc.array(words, { maxLength: 6 }).map((parts) => parts.join(''))
  const what = fc.constantFrom('redact', 'mask', 'hash', 'tokenise', 'block')
  const rules = fc.record({ 'payment-card': what, email: what, iban: what }, { requiredKeys: [] })
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { minLength: 1, maxLength: 3 }),
      rules,
      async (all, given) => {
        const policy = toyPolicy(given)
        const messages = all.map((each) => ({ role: 'user', content: each }))
        const text = JSON.stringify({ model: 'm', messages })
        const json = asObject(parseJson(text))
        const question = makeQuestion({
          call: makeCall({ requestId: 'dry-run' }),
          principal: makePrincipal({ id: 'ana' }),
          body: { bytes: Buffer.from(text), contentType: 'application/json', text, json },
        })
        const compliance = toyCompliance(policy)
        const decision = await compliance.inspectRequest(question, { order: () => [target] })
        const report = await dryRun(
          input({ type: 'body', format: 'openai-chat', text }),
          toyParts(policy),
        )
        const { verdict, findings, statements, labels, sharing } = decision
        expect(report.decision).toMatchObject({ verdict, findings, labels, sharing })
        expect(report.decision.statements).toEqual(statements)
        expect(report.facts.observations).toEqual(decision.facts?.observations ?? [])
        const sent =
          verdict === 'block' ? undefined : compliance.redact(question, decision).body.text
        expect(report.body).toBe(sent)
      },
    ),
    { numRuns: 60 },
  )
})
