import { describe, expect, test } from 'bun:test'
import type { PolicySet } from '../contracts.ts'
import { toyPolicy } from './testing/rig.ts'
import {
  answer,
  begin,
  card,
  eventsOf,
  mail,
  passed,
  respond,
  say,
  show,
} from './testing/session-rig.ts'

describe('what the client sends', () => {
  test('is treated in place, and its values come back in what is answered', async () => {
    const inspector = await begin(toyPolicy({ email: 'tokenise', 'payment-card': 'redact' }))
    const verdict = await show(inspector, 'client', say(`Card ${card}, mail ${mail}.`))
    expect(verdict).toMatchObject({ verdict: 'replace', decision: { verdict: 'redact' } })
    const [sent = {}] = await passed(inspector, 'client', say(`Write to ${mail}.`))
    expect(sent).toEqual(say('Write to <EMAIL_1>.'))
    const { said, told } = await respond(inspector, answer('I wrote to <EMAIL_1>.', [3]))
    expect(said).toBe(`I wrote to ${mail}.`)
    expect(told).toEqual([said])
    const [echo = {}] = await passed(inspector, 'provider', {
      ...sent,
      type: 'conversation.item.done',
    })
    expect(JSON.stringify(echo)).toContain(mail)
  })

  test('passes with its very characters where nothing is found', async () => {
    const inspector = await begin(toyPolicy({ email: 'redact' }))
    const events = [
      say('Hello'),
      { type: 'session.update', session: { instructions: 'Be kind.' } },
      { type: 'input_audio_buffer.commit' },
      { type: 'response.create' },
    ]
    for (const event of events) {
      expect(await show(inspector, 'client', event)).toEqual({ verdict: 'pass' })
    }
  })

  test('is told to the policies by who says it', async () => {
    const seen: string[] = []
    const policy = toyPolicy({ email: 'redact' })
    const inspector = await begin({
      ...policy,
      evaluate(facts) {
        for (const { role, kind } of facts.observations) seen.push(`${role} ${kind}`)
        return policy.evaluate(facts)
      },
    })
    const output = { type: 'function_call_output', call_id: 'c', output: mail }
    await show(inspector, 'client', { type: 'conversation.item.create', item: output })
    await show(inspector, 'client', { type: 'session.update', session: { instructions: mail } })
    const tools = [{ type: 'function', name: 'f', description: mail }]
    await show(inspector, 'client', { type: 'response.create', response: { tools } })
    await show(inspector, 'client', say(mail))
    expect(seen).toEqual(['tool tool-result', 'system text', 'system text', 'user text'])
  })

  test('is blocked with words for the user, and the session goes on', async () => {
    const inspector = await begin(toyPolicy({ 'payment-card': 'block' }))
    const verdict = await show(inspector, 'client', say(card))
    expect(verdict).toMatchObject({
      verdict: 'block',
      decision: { verdict: 'block', reason: 'Not this.', ruleIds: ['toy/block'] },
    })
    expect(JSON.stringify(verdict)).not.toContain('4539')
    expect(await show(inspector, 'client', say('Hello'))).toEqual({ verdict: 'pass' })
  })

  test('waits for approval, and is the same event however it is numbered', async () => {
    const policy = toyPolicy({})
    const holding: PolicySet = {
      ...policy,
      evaluate: (facts) => ({
        ...policy.evaluate(facts),
        verdict: 'hold',
        spoken: [{ ruleId: 'toy/hold', action: 'hold', words: 'Two must agree.' }],
      }),
    }
    const asked: string[] = []
    const inspector = await begin(holding, {
      ask({ content }) {
        asked.push(content)
        return Promise.resolve({ state: 'waiting', holdId: 'hold-1' })
      },
    })
    const verdict = await show(inspector, 'client', say('Wire it.', { event_id: 'one' }))
    await show(inspector, 'client', say('Wire it.', { event_id: 'two', previous_item_id: 'x' }))
    // The beginning of the session is held by this policy as well.
    expect(new Set(asked.slice(1)).size).toBe(1)
    expect(asked).toHaveLength(3)
    expect(verdict).toMatchObject({
      verdict: 'block',
      decision: { verdict: 'hold', holdId: 'hold-1' },
    })
    expect(verdict).toMatchObject({ decision: { reason: expect.stringContaining('hold-1') } })
  })

  test('stays within the session: what policy wants at another model is refused', async () => {
    const policy = toyPolicy({})
    const routing: PolicySet = {
      ...policy,
      evaluate: (facts) => ({
        ...policy.evaluate(facts),
        ...(facts.bytes > 0 && { routeTo: 'inside' }),
      }),
    }
    const inspector = await begin(routing)
    expect(await show(inspector, 'client', say('Hello'))).toMatchObject({
      verdict: 'block',
      decision: { reason: expect.stringContaining("only to the model 'inside'") },
    })
    const elsewhere: PolicySet = {
      ...policy,
      evaluate: (facts) => ({
        ...policy.evaluate(facts),
        ...(facts.bytes > 0 && { admits: () => false }),
      }),
    }
    expect(await show(await begin(elsewhere), 'client', say('Hello'))).toMatchObject({
      verdict: 'block',
    })
  })
})

describe('sound', () => {
  const sound = { type: 'input_audio_buffer.append', audio: Buffer.alloc(960).toString('base64') }

  test('passes where no rule asks for it, and is asked about once', async () => {
    let asked = 0
    const policy = toyPolicy({})
    const inspector = await begin({
      ...policy,
      evaluate(facts) {
        if (facts.attachments.length > 0) asked += 1
        return policy.evaluate(facts)
      },
    })
    for (let left = 3; left > 0; left--) {
      expect(await show(inspector, 'client', sound)).toEqual({ verdict: 'pass' })
    }
    expect(asked).toBe(1)
  })

  test('is refused where policy refuses attachments of sound', async () => {
    const policy = toyPolicy({})
    const inspector = await begin({
      ...policy,
      evaluate: (facts) => ({
        ...policy.evaluate(facts),
        verdict: facts.attachments.some(({ type }) => type === 'audio') ? 'block' : 'allow',
      }),
    })
    const first = await show(inspector, 'client', sound)
    expect(first).toMatchObject({ verdict: 'block' })
    expect(await show(inspector, 'client', sound)).toBe(first)
    expect(await show(inspector, 'client', say('Hello'))).toEqual({ verdict: 'pass' })
  })
})

describe('what the client says aloud', () => {
  const type = 'conversation.item.input_audio_transcription'
  const at = { item_id: 'i', content_index: 0 }

  test('is shown when all of it was judged as a request, and told so ever after', async () => {
    const inspector = await begin(toyPolicy({ 'payment-card': 'redact', email: 'tokenise' }))
    const transcript = `My card is ${card}, my mail ${mail}.`
    const shown = `My card is <PAYMENT_CARD_1>, my mail ${mail}.`
    const delta = { type: `${type}.delta`, event_id: 'e', ...at, delta: transcript }
    expect(await passed(inspector, 'provider', delta)).toEqual([{ ...delta, delta: '' }])
    const completed = { type: `${type}.completed`, ...at, transcript }
    const verdict = await show(inspector, 'provider', completed)
    expect(verdict).toMatchObject({ verdict: 'replace', decision: { verdict: 'redact' } })
    const [piece, whole] = verdict.verdict === 'replace' ? eventsOf(verdict.frames) : []
    expect(piece).toMatchObject({ type: `${type}.delta`, delta: shown })
    expect(piece?.['event_id']).not.toBe('e')
    expect(whole).toEqual({ ...completed, transcript: shown })
    const content = [{ type: 'input_audio', transcript }]
    const item = { id: 'i', type: 'message', role: 'user', content }
    const [again] = await passed(inspector, 'provider', {
      type: 'conversation.item.retrieved',
      item,
    })
    expect(JSON.stringify(again)).toContain(shown)
  })

  test('is blocked with its item', async () => {
    const inspector = await begin(toyPolicy({ 'payment-card': 'block' }))
    const completed = { type: `${type}.completed`, ...at, transcript: card }
    const verdict = await show(inspector, 'provider', completed)
    expect(verdict).toMatchObject({ verdict: 'block', decision: { reason: 'Not this.' } })
    expect(verdict).not.toHaveProperty('frames')
  })
})

test('an inspection that fails stops everything', async () => {
  const policy = toyPolicy({})
  let isBroken = false
  const inspector = await begin({
    ...policy,
    evaluate(facts) {
      if (isBroken) throw new Error('out of order')
      return policy.evaluate(facts)
    },
  })
  isBroken = true
  const failed = { code: 'compliance_unavailable' }
  expect(show(inspector, 'client', say('Hello'))).rejects.toMatchObject(failed)
  const [delta = {}, ...rest] = answer('Hello', [9])
  const all = async () => {
    for (const event of [delta, ...rest]) await show(inspector, 'provider', event)
  }
  expect(all()).rejects.toMatchObject(failed)
})
