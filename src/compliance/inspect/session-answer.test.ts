import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { asObject } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SessionVerdict } from '../../core/session.ts'
import type { PolicySet } from '../contracts.ts'
import type { HeldAction, HoldAnswer, HoldDesk } from './index.ts'
import { toyParts, toyPolicy } from './testing/rig.ts'
import type { ToyRules } from './testing/rig.ts'
import {
  answer,
  begin,
  card,
  iban,
  mail,
  passed,
  respond,
  say,
  show,
} from './testing/session-rig.ts'

describe('sound of the provider', () => {
  const at = { response_id: 'r', item_id: 'i', output_index: 0, content_index: 0 }
  const sound = { type: 'response.output_audio.delta', ...at, delta: 'AAAA' }

  test('passes where no rule is against it, and stops its response where one is', async () => {
    expect(await show(await begin(toyPolicy({})), 'provider', sound)).toEqual({ verdict: 'pass' })
    const policy = toyPolicy({})
    const inspector = await begin({
      ...policy,
      evaluate: (facts) => ({
        ...policy.evaluate(facts),
        verdict: facts.attachments.length > 0 && facts.direction === 'answer' ? 'block' : 'allow',
      }),
    })
    const words = { ...sound, type: 'response.output_audio_transcript.delta', delta: 'Well' }
    await show(inspector, 'provider', words)
    expect(inspector.isHolding).toBe(true)
    const verdict = await show(inspector, 'provider', sound)
    expect(verdict).toMatchObject({
      verdict: 'block',
      decision: { facts: { direction: 'answer', attachments: [{ type: 'audio', count: 1 }] } },
    })
    expect(inspector.isHolding).toBe(false)
    const next = await show(inspector, 'provider', { ...sound, response_id: 'next' })
    expect(next).toMatchObject({ decision: verdict.decision })
    expect(await show(inspector, 'provider', { ...words, response_id: 'text' })).toMatchObject({
      verdict: 'replace',
    })
  })

  test('is recorded once where a rule only watches it', async () => {
    const policy = toyPolicy({})
    const inspector = await begin({
      ...policy,
      evaluate: (facts) => ({
        ...policy.evaluate(facts),
        spoken: facts.attachments.map(() => ({ ruleId: 'a/b', action: 'log', words: 'Sound.' })),
      }),
    })
    expect(await show(inspector, 'provider', sound)).toMatchObject({
      verdict: 'pass',
      decision: { verdict: 'allow', ruleIds: ['a/b'] },
    })
    expect(await show(inspector, 'provider', sound)).toEqual({ verdict: 'pass' })
  })
})

describe('what the provider says', () => {
  const rules: ToyRules = { 'payment-card': 'redact', iban: 'hash', email: 'tokenise' }
  const sentences = fc.constantFrom(
    `The card is ${card}. `,
    `Pay to ${iban} today. `,
    'Nothing of interest here, only words. ',
    'Ask <EMAIL_1> for it. ',
    `Or ${mail} himself. `,
    'Write <EMAIL_2>, 😀. ',
  )
  const texts = fc.array(sentences, { minLength: 1, maxLength: 9 }).map((parts) => parts.join(''))
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

  test('has the same text and the same verdict for every split', async () => {
    await fc.assert(
      fc.asyncProperty(texts, lengths, async (text, split) => {
        const run = async (pieces: readonly number[]) => {
          const inspector = await begin(toyPolicy(rules))
          await show(inspector, 'client', say(`From ${mail}`))
          return respond(inspector, answer(text, pieces))
        }
        const one = await run([text.length])
        const many = await run(split)
        expect(many).toEqual(one)
        expect(one.told).toEqual([one.said])
        expect(one.said).not.toContain('4539')
        expect(one.said).not.toContain('<EMAIL_1>')
      }),
      { numRuns: 25 },
    )
  })

  test('is stopped before what must not be said, at the same place for every split', async () => {
    const text = `${'All is well. '.repeat(30)}The card is ${card}, take it. ${'More. '.repeat(60)}`
    const run = async (split: readonly number[]) => {
      const inspector = await begin(toyPolicy({ 'payment-card': 'block' }))
      const { said, decision } = await respond(inspector, answer(text, split))
      const next = await respond(inspector, answer('All is well.', [5], 'next'))
      return { said, decision, next }
    }
    const one = await run([text.length])
    expect(text).toStartWith(one.said)
    expect(one.said).toContain('All is well.')
    expect(one.said).not.toContain('4539')
    expect(one.decision).toMatchObject({ verdict: 'block', reason: 'Not this.' })
    expect(one.next).toMatchObject({ said: 'All is well.', decision: undefined })
    await fc.assert(
      fc.asyncProperty(lengths, async (split) => {
        expect(await run(split)).toEqual(one)
      }),
      { numRuns: 10 },
    )
  })

  test('may repeat what the client said, whatever rules say of answers', async () => {
    const policy = toyPolicy({ 'payment-card': 'block' })
    const onAnswers: PolicySet = {
      ...policy,
      evaluate: (facts) =>
        policy.evaluate(facts.direction === 'answer' ? facts : { ...facts, observations: [] }),
    }
    const inspector = await begin(onAnswers)
    const item = { ...asObject(say(card)['item']), id: 'mine' }
    expect((await show(inspector, 'client', say(card))).verdict).toBe('pass')
    const added = { type: 'conversation.item.added', item }
    expect(await show(inspector, 'provider', added)).toEqual({ verdict: 'pass' })
    const other = { ...item, id: 'other', content: [{ type: 'input_text', text: `So ${card}` }] }
    const foreign = await show(inspector, 'provider', { ...added, item: other })
    expect(foreign.verdict).toBe('block')
  })

  const call = (given: string): JsonObject[] => {
    const at = { response_id: 'r', item_id: 'i', output_index: 0 }
    const item = { id: 'i', type: 'function_call', name: 'pay', call_id: 'c', arguments: given }
    const name = 'response.function_call_arguments'
    return [
      { type: 'response.output_item.added', ...at, item: { ...item, arguments: '' } },
      { type: `${name}.delta`, ...at, delta: given },
      { type: `${name}.done`, ...at, call_id: 'c', arguments: given },
      { type: 'response.output_item.done', ...at, item },
    ]
  }
  const onCalls = (verdict: 'block' | 'hold'): PolicySet => {
    const policy = toyPolicy({ email: 'tokenise' })
    const spoken = [{ ruleId: 'toy/pay', action: verdict, words: 'No payments.' }]
    return {
      ...policy,
      evaluate(facts) {
        const isCalled = facts.tools.some(({ name, use }) => name === 'pay' && use === 'called')
        return { ...policy.evaluate(facts), ...(isCalled && { verdict, spoken }) }
      },
    }
  }

  test('completes no call of a tool that policy forbids', async () => {
    const inspector = await begin(onCalls('block'))
    let last: SessionVerdict | undefined
    let shown = ''
    for (const event of call('{}')) {
      last = await show(inspector, 'provider', event)
      if (last.verdict === 'block') break
      shown += JSON.stringify(event)
    }
    expect(last).toMatchObject({ verdict: 'block', decision: { reason: 'No payments.' } })
    expect(JSON.stringify(last)).not.toContain('call_id')
    expect(shown).not.toContain('.done')
  })

  test('completes a call that is held once people have approved it as the client gets it', async () => {
    const asked: HeldAction[] = []
    let state: HoldAnswer['state'] = 'waiting'
    const holds: HoldDesk = {
      ask(action) {
        asked.push(action)
        return Promise.resolve({ state, holdId: 'hold-1' })
      },
    }
    const run = async (): Promise<SessionVerdict[]> => {
      const inspector = await begin(onCalls('hold'), holds)
      await show(inspector, 'client', say(mail))
      const verdicts: SessionVerdict[] = []
      for (const event of call('{"to":"<EMAIL_1>"}')) {
        verdicts.push(await show(inspector, 'provider', event))
        if (verdicts.at(-1)?.verdict === 'block') break
      }
      return verdicts
    }
    const held = await run()
    expect(held.at(-1)).toMatchObject({
      verdict: 'block',
      decision: { verdict: 'hold', holdId: 'hold-1' },
    })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ facts: { kind: 'tool-call', tool: 'pay' } })
    expect(asked[0]?.content).toContain(mail)
    state = 'approved'
    expect((await run()).map(({ verdict }) => verdict)).not.toContain('block')
    expect(asked).toHaveLength(2)
    expect(new Set(asked.map(({ content }) => content)).size).toBe(1)
  })

  test('is looked through in turns where it is long, and within its time', async () => {
    const text = `${'All is well with everybody. '.repeat(8_000)}The card is ${card}.`
    const item = { id: 'i', type: 'message', role: 'assistant' }
    const content = [{ type: 'output_text', text }]
    const event = { type: 'conversation.item.retrieved', item: { ...item, content } }
    const inspector = await begin(toyPolicy({ 'payment-card': 'redact' }))
    let turns = 0
    const timer = setInterval(() => (turns += 1), 0)
    const [passedOn] = await passed(inspector, 'provider', event)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
    expect(JSON.stringify(passedOn)).toContain('The card is <PAYMENT_CARD_1>.')
    const parts = toyParts(toyPolicy({ 'payment-card': 'redact' }))
    const hasty = await begin(parts.policies, parts.holds, 1)
    const failed = await show(hasty, 'provider', event).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'compliance_unavailable' })
  })

  test('that nobody can read goes no further', async () => {
    const inspector = await begin(toyPolicy({}))
    const unread = { from: 'provider', type: undefined, json: undefined } as const
    const ids = { responseId: undefined, itemId: undefined }
    const verdict = await inspector.inspect({ ...unread, ...ids, frame: new Uint8Array(3) })
    expect(verdict).toMatchObject({
      verdict: 'block',
      decision: { ruleIds: ['compliance/unreadable'] },
    })
  })
})
