import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { makeCall, makeQuestion } from '../../../test/support/question.ts'
import { newReport } from '../../core/call.ts'
import { asObject, asString, parseJson } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SessionInspector, SessionVerdict } from '../../core/session.ts'
import type { PolicySet } from '../contracts.ts'
import { createCompliance } from './index.ts'
import type { HeldAction, HoldAnswer, HoldDesk } from './index.ts'
import { toyParts, toyPolicy } from './testing/rig.ts'
import type { ToyRules } from './testing/rig.ts'

const card = '4539 5787 6362 1486'
const iban = 'DE89 3704 0044 0532 0130 00'
const mail = 'anna.schmidt@example.org'

/** A session that was let begin, as its gates see it. */
async function begin(policies: PolicySet, holds?: HoldDesk): Promise<SessionInspector> {
  const parts = toyParts(policies)
  const compliance = createCompliance({ ...parts, holds: holds ?? parts.holds }, true)
  const call = makeCall({ operation: 'realtime' })
  const question = makeQuestion({ call, body: emptyBody })
  await compliance.inspectRequest(question, { order: () => [] })
  return compliance.sessions.open(question, {
    status: 101,
    headers: {},
    body: '',
    provider: 'p',
    model: 'm',
    cache: 'bypass',
    warnings: [],
    report: newReport(),
  })
}

const emptyBody = { bytes: new Uint8Array(), contentType: '', text: undefined, json: undefined }

/** Shows an event to an inspector. */
async function show(
  inspector: SessionInspector,
  from: 'client' | 'provider',
  json: JsonObject,
): Promise<SessionVerdict> {
  return inspector.inspect({
    from,
    frame: JSON.stringify(json),
    json,
    type: asString(json['type']),
    responseId: asString(json['response_id'] ?? asObject(json['response'])?.['id']),
    itemId: asString(json['item_id'] ?? asObject(json['item'])?.['id']),
  })
}

/** What goes on of an event. */
async function passed(
  inspector: SessionInspector,
  from: 'client' | 'provider',
  json: JsonObject,
): Promise<JsonObject[]> {
  const verdict = await show(inspector, from, json)
  return verdict.verdict === 'pass' ? [json] : eventsOf(verdict.frames ?? [])
}

function eventsOf(frames: readonly unknown[]): JsonObject[] {
  return frames.map((frame) => asObject(parseJson(String(frame))) ?? {})
}

const say = (text: string, more: JsonObject = {}): JsonObject => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  ...more,
})

/** The events of a response that says a text in pieces. */
function answer(text: string, lengths: readonly number[], id = 'r'): JsonObject[] {
  const at = { response_id: id, item_id: `i${id}`, output_index: 0, content_index: 0 }
  const content = [{ type: 'output_text', text }]
  const item = { id: `i${id}`, type: 'message', role: 'assistant', content }
  const events: JsonObject[] = []
  for (let from = 0, step = 0; from < text.length; step++) {
    const length = lengths[step % lengths.length] ?? 1
    const delta = text.slice(from, from + length)
    events.push({ type: 'response.output_text.delta', ...at, delta })
    from += length
  }
  events.push({ type: 'response.output_text.done', ...at, text })
  events.push({ type: 'response.output_item.done', ...at, item })
  events.push({ type: 'response.done', response: { id, output: [item] } })
  return events
}

/** Sends a response through; returns what was said of it, how it was told, and what was decided. */
async function respond(inspector: SessionInspector, events: readonly JsonObject[]) {
  let said = ''
  const told: string[] = []
  for (const event of events) {
    const verdict = await show(inspector, 'provider', event)
    const frames = verdict.verdict === 'pass' ? [event] : eventsOf(verdict.frames ?? [])
    for (const each of frames) {
      said += asString(each['delta']) ?? ''
      const text = asString(each['text'])
      if (text !== undefined) told.push(text)
    }
    if (verdict.verdict === 'block') return { said, told, decision: verdict.decision }
    if (event['type'] === 'response.done') return { said, told, decision: verdict.decision }
  }
  return { said, told, decision: undefined }
}

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
