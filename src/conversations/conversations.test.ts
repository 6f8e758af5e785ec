import { describe, expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { neverStopped } from '../../test/support/controls.ts'
import { isStreamed, newReport } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import { systemClock } from '../core/clock.ts'
import { undecided } from '../core/decision.ts'
import { GatewayError } from '../core/errors.ts'
import { asArray, asObject, asString } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import type { Offer, Stages } from '../pipeline/index.ts'
import { makeCall, makePrincipal, makeQuestion } from '../../test/support/question.ts'
import { conversationsConfigSchema } from './config.ts'
import type { ConversationsConfig } from './config.ts'
import { openConversations } from './conversations.ts'
import { withConversations } from './stages.ts'

const ana = makePrincipal({ id: 'ana' })
const eve = makePrincipal({ id: 'eve' })

function open(config: Partial<ConversationsConfig> = {}) {
  const errors: unknown[] = []
  return openConversations({
    dataDir: mkdtempSync(join(tmpdir(), 'conversations-')),
    clock: systemClock,
    config: { ...conversationsConfigSchema.parse({}), ...config },
    onError: (error) => errors.push(error),
  })
}

function ask(json: JsonObject, principal = ana): Question {
  const text = JSON.stringify({ model: 'm', ...json })
  return makeQuestion({
    call: makeCall({ clientFormat: 'openai-responses', path: '/responses' }),
    principal,
    body: {
      bytes: Buffer.from(text),
      contentType: 'application/json',
      text,
      json: { model: 'm', ...json },
    },
  })
}

function about(path: string, method = 'GET', principal = ana): Question {
  const call = makeCall({
    clientFormat: 'openai-responses',
    operation: 'responses',
    method,
    path,
  })
  return makeQuestion({ call, principal, model: '' })
}

function responseOf(id: string, text: string): JsonObject {
  const content = [{ type: 'output_text', text, annotations: [] }]
  return {
    id,
    object: 'response',
    status: 'completed',
    output: [{ id: `msg_${id}`, type: 'message', role: 'assistant', content }],
  }
}

function answerOf(body: JsonObject | Answer['body'], more: Partial<Answer> = {}): Answer {
  const isBody =
    typeof body === 'string' || body instanceof Uint8Array || Symbol.asyncIterator in body
  return {
    status: 200,
    headers: {},
    body: isBody ? body : JSON.stringify(body),
    provider: 'p',
    cache: 'miss',
    warnings: [],
    report: newReport(),
    ...more,
  }
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error)
  }
  return 'none'
}

function inputOf({ body }: Question): unknown[] {
  return [...asArray(body.json?.['input'])]
}

describe('a conversation that the gateway keeps', () => {
  test('is written out turn by turn, in text, bytes and fields alike', async () => {
    await using conversations = open()
    const first = ask({ input: 'One?' })
    conversations.remember(conversations.expand(first), answerOf(responseOf('r1', '1')), false)
    const second = conversations.expand(
      ask({ previous_response_id: 'r1', input: [{ role: 'user', content: 'Two?' }], n: 1 }),
    )
    conversations.remember(second, answerOf(responseOf('r2', '2')), false)
    const third = conversations.expand(ask({ previous_response_id: 'r2', input: 'Three?' }))
    expect(inputOf(third).map((item) => JSON.stringify(item))).toEqual([
      '{"type":"message","role":"user","content":"One?"}',
      JSON.stringify(asArray(responseOf('r1', '1')['output'])[0]),
      '{"role":"user","content":"Two?"}',
      JSON.stringify(asArray(responseOf('r2', '2')['output'])[0]),
      '{"type":"message","role":"user","content":"Three?"}',
    ])
    expect(third.body.json).not.toHaveProperty('previous_response_id')
    expect(JSON.parse(third.body.text ?? '')).toEqual(third.body.json)
    expect(Buffer.from(third.body.bytes).toString()).toBe(third.body.text ?? '')
    expect(third.asked?.['previous_response_id']).toBe('r2')
    expect(conversations.size().responses).toBe(2)
  })

  test('leaves a question alone that names nothing, and gives the same for the same question', async () => {
    await using conversations = open()
    const alone = ask({ input: 'x' })
    expect(conversations.expand(alone)).toBe(alone)
    conversations.remember(alone, answerOf(responseOf('r1', '1')), false)
    const next = ask({ previous_response_id: 'r1' })
    expect(conversations.expand(next)).toBe(conversations.expand(next))
    expect(inputOf(conversations.expand(next))).toHaveLength(2)
    const other = makeQuestion()
    expect(conversations.expand(other)).toBe(other)
    expect(conversations.keeperOf(other)).toBeUndefined()
  })

  test('is kept as compliance left it, and not as it came', async () => {
    await using conversations = open()
    const redacted = ask({ input: 'My number is [redacted]' })
    conversations.remember(redacted, answerOf(responseOf('r1', '[redacted]')), false)
    const next = conversations.expand(ask({ previous_response_id: 'r1', input: 'x' }))
    expect(next.body.text).toContain('My number is [redacted]')
  })

  test('is still whole when its beginning went in the middle of a call', async () => {
    await using conversations = open({ maxResponses: 1 })
    conversations.remember(ask({ input: 'One?' }), answerOf(responseOf('r1', '1')), false)
    const second = conversations.expand(ask({ previous_response_id: 'r1', input: 'Two?' }))
    conversations.remember(ask({ input: 'Other?' }), answerOf(responseOf('r9', '9')), false)
    conversations.remember(second, answerOf(responseOf('r2', '2')), false)
    const third = conversations.expand(ask({ previous_response_id: 'r2', input: 'Three?' }))
    expect(inputOf(third)).toHaveLength(5)
  })

  test('is nobody else’s', async () => {
    await using conversations = open()
    conversations.remember(ask({ input: 'x' }), answerOf(responseOf('r1', '1')), false)
    const attempts: (() => unknown)[] = [
      () => conversations.keeperOf(ask({ previous_response_id: 'r1', input: 'y' }, eve)),
      () => conversations.expand(ask({ previous_response_id: 'r1', input: 'y' }, eve)),
    ]
    for (const attempt of attempts) expect(codeOf(attempt)).toBe('previous_response_not_found')
    const stolen = ask({ input: [{ type: 'item_reference', id: 'msg_r1' }] }, eve)
    expect(codeOf(() => conversations.keeperOf(stolen))).toBe('invalid_request')
    for (const method of ['GET', 'DELETE']) {
      const question = about('/responses/r1', method, eve)
      expect(codeOf(() => conversations.keeperOf(question))).toBe('not_found')
      expect(codeOf(() => conversations.answer(question))).toBe('not_found')
    }
  })

  test('may not grow without end', async () => {
    await using conversations = open({ maxConversationBytes: 2000 })
    const long = 'x'.repeat(1500)
    conversations.remember(ask({ input: long }), answerOf(responseOf('r1', '1')), false)
    const next = ask({ previous_response_id: 'r1', input: long })
    expect(codeOf(() => conversations.expand(next))).toBe('request_too_large')
  })

  test('is not multiplied by naming its items again and again', async () => {
    await using conversations = open()
    const said = 'x'.repeat(4_000_000)
    conversations.remember(ask({ input: 'x' }), answerOf(responseOf('r1', said)), false)
    const named = Array.from({ length: 10_000 }, () => ({ type: 'item_reference', id: 'msg_r1' }))
    const startedAt = performance.now()
    expect(codeOf(() => conversations.expand(ask({ input: named })))).toBe('request_too_large')
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  test('holds neither errors nor unfinished responses nor what is not to be stored', async () => {
    await using conversations = open()
    const attempts: [Question, Answer][] = [
      [ask({ input: 'x', store: false }), answerOf(responseOf('r1', '1'))],
      [ask({ input: 'x' }), answerOf(responseOf('r2', '2'), { status: 500 })],
      [ask({ input: 'x' }), answerOf({ ...responseOf('r3', '3'), status: 'queued' })],
      [ask({ input: 'x' }), answerOf('not JSON')],
      [makeQuestion(), answerOf(responseOf('r4', '4'))],
    ]
    for (const [question, answer] of attempts) {
      expect(conversations.remember(question, answer, false).body).toBe(answer.body)
    }
    expect(conversations.size().responses).toBe(0)
  })

  test('can be referred to item by item', async () => {
    await using conversations = open()
    conversations.remember(ask({ input: 'x' }), answerOf(responseOf('r1', '1')), false)
    const item = asArray(responseOf('r1', '1')['output'])[0]
    const user = { role: 'user', content: 'y' }
    const question = ask({
      input: [{ type: 'item_reference', id: 'msg_r1' }, { id: 'msg_r1' }, user],
    })
    expect(conversations.keeperOf(question)).toBeUndefined()
    expect(inputOf(conversations.expand(question))).toEqual([item, item, user])
  })

  test('answers about itself', async () => {
    await using conversations = open()
    conversations.remember(ask({ input: 'One?' }), answerOf(responseOf('r1', '1')), false)
    const second = conversations.expand(ask({ previous_response_id: 'r1', input: 'Two?' }))
    conversations.remember(second, answerOf(responseOf('r2', '2')), false)
    const read = (path: string, method = 'GET'): JsonObject => {
      const body = conversations.answer(about(path, method))?.body
      if (body === undefined || isStreamed(body)) throw new Error('no answer')
      const text = typeof body === 'string' ? body : Buffer.from(body).toString()
      return asObject(JSON.parse(text)) ?? {}
    }
    expect(read('/responses/r2')).toEqual(responseOf('r2', '2'))
    const page = read('/responses/r2/input_items?limit=2&order=asc')
    expect(page).toMatchObject({ object: 'list', has_more: true })
    expect(asArray(page['data'])[0]).toMatchObject({
      content: [{ type: 'input_text', text: 'One?' }],
    })
    const after = asString(page['last_id'])
    const rest = read(`/responses/r2/input_items?order=asc&after=${after}`)
    expect(asArray(rest['data'])).toHaveLength(1)
    expect(rest['has_more']).toBe(false)
    expect(codeOf(() => read('/responses/r2/input_items?limit=0'))).toBe('invalid_request')
    expect(codeOf(() => read('/responses/r2?stream=true'))).toBe('invalid_request')
    expect(codeOf(() => read('/responses/r2/cancel', 'POST'))).toBe('invalid_request')
    expect(read('/responses/r2', 'DELETE')).toEqual({
      id: 'r2',
      object: 'response',
      deleted: true,
    })
    expect(codeOf(() => conversations.keeperOf(about('/responses/r2')))).toBe('not_found')
  })
})

describe('a stream', () => {
  const events = [
    { type: 'response.created', response: { id: 'r1' } },
    { type: 'response.output_text.delta', delta: 'about response.completed' },
    { type: 'response.completed', response: responseOf('r1', 'streamed') },
  ]
  const text = events
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')

  async function* pieces(length: number): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
  }

  for (const length of [1, 7, 50, 10_000]) {
    test(`in pieces of ${length} bytes is kept when it is complete, and not before`, async () => {
      await using conversations = open()
      const answer = conversations.remember(ask({ input: 'x' }), answerOf(pieces(length)), false)
      if (!isStreamed(answer.body)) throw new Error('no stream')
      let got = ''
      for await (const piece of answer.body) {
        got += Buffer.from(piece).toString()
        expect(conversations.size().responses).toBe(got.length === text.length ? 1 : 0)
      }
      expect(got).toBe(text)
      const next = conversations.expand(ask({ previous_response_id: 'r1', input: 'y' }))
      expect(next.body.text).toContain('streamed')
    })
  }

  test('of a provider that keeps it is its caller’s from the first event on', async () => {
    await using conversations = open()
    const answer = conversations.remember(ask({ input: 'x' }), answerOf(pieces(60)), true)
    if (!isStreamed(answer.body)) throw new Error('no stream')
    const iterator = answer.body[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.next()
    expect(conversations.keeperOf(about('/responses/r1'))).toBe('p')
    await iterator.return?.()
    expect(conversations.size().responses).toBe(0)
  })
})

describe('a conversation that its provider keeps', () => {
  test('is passed on by its name, to that provider, for its owner', async () => {
    await using conversations = open()
    conversations.remember(ask({ input: 'x' }), answerOf(responseOf('r1', '1')), true)
    const next = ask({ previous_response_id: 'r1', input: [{ id: 'msg_r1' }] })
    expect(conversations.keeperOf(next)).toBe('p')
    const sent = conversations.expand(next)
    expect(sent.keeper).toBe('p')
    expect(sent.body).toBe(next.body)
    expect(conversations.keeperOf(about('/responses/r1'))).toBe('p')
    expect(conversations.answer(about('/responses/r1'))).toBeUndefined()
    expect(codeOf(() => conversations.keeperOf(about('/responses/r1', 'GET', eve)))).toBe(
      'not_found',
    )
    const stolen = ask({ previous_response_id: 'r1', input: 'x' }, eve)
    expect(codeOf(() => conversations.keeperOf(stolen))).toBe('previous_response_not_found')
  })

  test('lends nothing of itself to others who know an id', async () => {
    await using conversations = open()
    const thought = { id: 'rs_1', type: 'reasoning', summary: [] }
    const image = { id: 'ig_1', type: 'image_generation_call', status: 'completed' }
    const answer = { ...responseOf('r1', '1'), output: [thought, image] }
    conversations.remember(ask({ input: 'x' }), answerOf(answer), true)
    const keeperFor = (item: JsonObject, principal = eve) =>
      codeOf(() => conversations.keeperOf(ask({ input: [item] }, principal)))
    const whole = { ...thought, encrypted_content: 'sealed' }
    for (const wait of [0, 400]) {
      await Bun.sleep(wait)
      for (const item of [thought, image]) {
        expect(keeperFor(item)).toBe('invalid_request')
        expect(keeperFor(item, ana)).toBe('none')
        expect(keeperFor({ ...item, id: 'unknown' })).toBe('none')
      }
      expect(keeperFor(whole)).toBe('none')
      expect(keeperFor({ id: 'rs_1', type: 'message', role: 'user', content: 'x' })).toBe('none')
    }
  })

  test('cannot be mixed with that of another provider', async () => {
    await using conversations = open()
    conversations.remember(ask({ input: 'x' }), answerOf(responseOf('r1', '1')), true)
    const other = answerOf(responseOf('r2', '2'), { provider: 'q' })
    conversations.remember(ask({ input: 'x' }), other, true)
    const mixed = ask({ previous_response_id: 'r1', input: [{ id: 'msg_r2' }] })
    expect(codeOf(() => conversations.keeperOf(mixed))).toBe('invalid_request')
  })

  test('is forgotten with it, and the items it lists may be named', async () => {
    await using conversations = open()
    conversations.remember(ask({ input: 'x' }), answerOf(responseOf('r1', '1')), true)
    const list = answerOf({ object: 'list', data: [{ id: 'msg_in' }] })
    conversations.remember(about('/responses/r1/input_items'), list, true)
    expect(conversations.keeperOf(ask({ input: [{ id: 'msg_in' }] }))).toBe('p')
    conversations.remember(about('/responses/r1', 'DELETE'), answerOf({ deleted: true }), true)
    expect(codeOf(() => conversations.keeperOf(about('/responses/r1')))).toBe('not_found')
  })
})

describe('between the stages', () => {
  /** Stages that note what they were given. */
  function rehearse(conversations: ReturnType<typeof open>) {
    const seen: Record<string, Question> = {}
    const target = (provider: string) => ({
      provider,
      model: 'm',
      weight: 1,
      ask: () => Promise.reject(new Error('not asked')),
    })
    const offer: Offer = { name: 'm', order: () => [target('p'), target('q')] }
    const stages: Stages = {
      identity: { authenticate: () => ana },
      controls: neverStopped,
      intake: { parse: () => Promise.reject(new Error('not parsed')) },
      audit: {
        open: () => ({
          decided: () => Promise.resolve(),
          close: () => undefined,
          refuse: () => undefined,
        }),
      },
      catalog: { resolve: () => offer },
      limits: {
        reserve(question) {
          seen['limits'] = question
          return { settle: () => undefined }
        },
      },
      compliance: {
        inspectRequest(question) {
          seen['inspected'] = question
          return undecided
        },
        redact: (question) => question,
        inspectAnswer: (_, answer) => Promise.resolve(answer),
        forget: () => undefined,
      },
      cache: { find: () => undefined, keep: () => undefined },
      routing: { send: () => Promise.resolve(answerOf(responseOf('r2', '2'))) },
    }
    const keepers = new Map([['p', offer]])
    return { stages: withConversations(stages, { conversations, keepers }), seen }
  }

  test('everything is inspected that is sent, what was said before included', async () => {
    await using conversations = open()
    conversations.remember(ask({ input: 'secret' }), answerOf(responseOf('r1', '1')), false)
    const { stages, seen } = rehearse(conversations)
    const question = ask({ previous_response_id: 'r1', input: 'x' })
    const offer = stages.catalog.resolve(question)
    await stages.limits.reserve(question, offer)
    await stages.compliance.inspectRequest(question, offer)
    const sent = stages.compliance.redact(question, undecided)
    expect(seen['inspected']?.body.text).toContain('secret')
    expect(seen['limits']).toBe(seen['inspected'])
    expect(sent).toBe(seen['inspected'] ?? question)
  })

  test('only the provider that keeps the beginning may be asked', async () => {
    await using conversations = open()
    conversations.remember(ask({ input: 'x' }), answerOf(responseOf('r1', '1')), true)
    const { stages } = rehearse(conversations)
    const next = ask({ previous_response_id: 'r1', input: 'x' })
    stages.catalog.resolve(next)
    expect(stages.compliance.redact(next, undecided).keeper).toBe('p')
    expect(stages.compliance.redact(ask({ input: 'x' }), undecided).keeper).toBeUndefined()
    const moved = answerOf(responseOf('r3', '3'), { provider: 'z' })
    conversations.remember(ask({ input: 'x' }), moved, true)
    const astray = ask({ previous_response_id: 'r3', input: 'x' })
    expect(codeOf(() => stages.catalog.resolve(astray))).toBe('invalid_request')
    expect(codeOf(() => stages.catalog.resolve(about('/responses/r3')))).toBe('not_found')
  })

  test('an answer out of the cache is kept for whoever gets it', async () => {
    await using conversations = open()
    const { stages } = rehearse(conversations)
    const hit = answerOf(responseOf('r1', '1'), { cache: 'hit' })
    await stages.compliance.inspectAnswer(ask({ input: 'x' }, eve), hit, undecided)
    expect(conversations.keeperOf(about('/responses/r1', 'GET', eve))).toBeUndefined()
    expect(conversations.size().responses).toBe(1)
  })
})
