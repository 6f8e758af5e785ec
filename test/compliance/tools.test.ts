import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { asArray, asObject, asString } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { administrator } from '../support/admin.ts'
import type { AskAdmin } from '../support/admin.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

const card = '4539 5787 6362 1486'
const mail = 'anna.schmidt@example.org'

/** A call that the provider makes. */
interface Call {
  readonly name: string
  readonly arguments: string
}

/** A provider of OpenAI's and Anthropic's interfaces that says `Well. ` and calls what it is told to. */
function startProvider() {
  let calls: readonly Call[] = []
  const aborted: string[] = []
  const prompts: string[] = []
  async function* pieces(frames: readonly string[], open: boolean): AsyncGenerator<string> {
    for (const frame of frames) {
      await Bun.sleep(1)
      yield frame
    }
    // Whoever is stopped in front of a call does not wait for what follows it.
    if (open) await Bun.sleep(5_000)
  }
  const server = Bun.serve({
    port: 0,
    idleTimeout: 30,
    async fetch(request) {
      const body = asObject(await request.json()) ?? {}
      const { pathname } = new URL(request.url)
      prompts.push(promptOf(body))
      const isAnthropic = pathname.endsWith('/messages')
      if (body['stream'] !== true) {
        return Response.json(isAnthropic ? wholeMessage(calls) : wholeCompletion(calls))
      }
      request.signal.addEventListener('abort', () => aborted.push(pathname))
      const frames = isAnthropic ? messageFrames(calls) : completionFrames(calls)
      const open = calls.some(({ name }) => name.startsWith('wipe'))
      return new Response(pieces(frames, open), {
        headers: { 'content-type': 'text/event-stream' },
      })
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    aborted,
    prompts,
    calls(...next: Call[]) {
      calls = next
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

function promptOf(body: JsonObject): string {
  return asString(asObject(asArray(body['messages']).at(-1))?.['content']) ?? ''
}

function halves(text: string): readonly [string, string] {
  return [text.slice(0, text.length / 2), text.slice(text.length / 2)]
}

function wholeCompletion(calls: readonly Call[]): JsonObject {
  const tool_calls = calls.map((call, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }))
  const message = { role: 'assistant', content: 'Well. ', tool_calls }
  const choices = [{ index: 0, message, finish_reason: 'tool_calls' }]
  return { id: 'x', object: 'chat.completion', created: 1, model: 'real', choices }
}

function completionFrames(calls: readonly Call[]): string[] {
  const chunk = (delta: JsonObject, finish_reason: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'real', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
  return [
    chunk({ role: 'assistant', content: 'We' }),
    chunk({ content: 'll. ' }),
    ...calls.flatMap((call, index) => {
      const [first, second] = halves(call.arguments)
      const { name } = call
      return [
        chunk({
          tool_calls: [
            { index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } },
          ],
        }),
        chunk({ tool_calls: [{ index, function: { arguments: first } }] }),
        chunk({ tool_calls: [{ index, function: { arguments: second } }] }),
      ]
    }),
    chunk({}, 'tool_calls'),
    'data: [DONE]\n\n',
  ]
}

const usage = { input_tokens: 1, output_tokens: 1 }

function wholeMessage(calls: readonly Call[]): JsonObject {
  const content = [
    { type: 'text', text: 'Well. ' },
    ...calls.map((call, index) => {
      const input: JsonObject = JSON.parse(call.arguments)
      return { type: 'tool_use', id: `toolu_${index}`, name: call.name, input }
    }),
  ]
  const known = { id: 'm', type: 'message', role: 'assistant', model: 'real', usage }
  return { ...known, content, stop_reason: 'tool_use', stop_sequence: null }
}

function messageFrames(calls: readonly Call[]): string[] {
  const event = (type: string, more: JsonObject): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`
  const block = (index: number, content_block: JsonObject, deltas: readonly JsonObject[]) => [
    event('content_block_start', { index, content_block }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ]
  return [
    event('message_start', { message: { ...wholeMessage([]), content: [], stop_reason: null } }),
    ...block(0, { type: 'text', text: '' }, [{ type: 'text_delta', text: 'Well. ' }]),
    ...calls.flatMap((call, index) =>
      block(
        index + 1,
        { type: 'tool_use', id: `toolu_${index}`, name: call.name, input: {} },
        halves(call.arguments).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      ),
    ),
    event('message_delta', { delta: { stop_reason: 'tool_use', stop_sequence: null }, usage }),
    event('message_stop', {}),
  ]
}

const boss = administrator('boss')
let provider: ReturnType<typeof startProvider>
let gateway: TestGateway
let openai: OpenAI
let anthropic: Anthropic
let asBoss: AskAdmin

beforeAll(async () => {
  provider = startProvider()
  gateway = await startTestGateway({
    adminKeys: [boss.entry],
    yaml: `
providers:
  - { name: one, type: openai-compatible, baseUrl: "${provider.url}/v1" }
  - { name: other, type: anthropic, baseUrl: "${provider.url}", apiKey: k }
models:
  - { name: gpt, targets: [{ provider: one, model: real }] }
  - { name: claude, targets: [{ provider: other, model: real }] }
policies:
  - id: house
    rules:
      - { id: mails, action: tokenise, what: { detectors: [email] } }
      - { id: cards, action: redact, what: { detectors: [payment-card] } }
      - { id: wiping, action: block, what: { tools: ['wipe_*'], toolUse: [called], direction: answer }, message: "Nothing is wiped here." }
      - { id: final, action: hold, what: { toolTiers: [T3], toolUse: [called], direction: answer }, message: "What cannot be undone needs a second person." }
`,
  })
  const { url, key } = gateway
  openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: `${url}/anthropic`, apiKey: key, maxRetries: 0 })
  asBoss = boss.at(gateway)
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

/** What a client got: words, calls, and the error that ended it. */
interface Got {
  text: string
  readonly calls: Call[]
  error: string
}

async function askOpenAi(model: string, content: string, stream: boolean): Promise<Got> {
  const got: Got = { text: '', calls: [], error: '' }
  const messages = [{ role: 'user' as const, content }]
  try {
    if (!stream) {
      const { choices } = await openai.chat.completions.create({ model, messages })
      const message = choices[0]?.message
      for (const call of message?.tool_calls ?? []) {
        if (call.type === 'function') got.calls.push({ ...call.function })
      }
      return { ...got, text: message?.content ?? '' }
    }
    const calls: { name: string; arguments: string }[] = []
    for await (const { choices } of await openai.chat.completions.create({
      model,
      messages,
      stream,
    })) {
      got.text += choices[0]?.delta.content ?? ''
      for (const { index, function: said } of choices[0]?.delta.tool_calls ?? []) {
        const call = (calls[index] ??= { name: '', arguments: '' })
        call.name += said?.name ?? ''
        call.arguments += said?.arguments ?? ''
        if (calls.length > got.calls.length) got.calls.push(call)
      }
    }
  } catch (error) {
    got.error = String(error)
  }
  return got
}

async function askAnthropic(model: string, content: string, stream: boolean): Promise<Got> {
  const got: Got = { text: '', calls: [], error: '' }
  const asked = { model, max_tokens: 100, messages: [{ role: 'user' as const, content }] }
  const take = (block: Anthropic.ContentBlock): void => {
    if (block.type === 'text') got.text += block.text
    if (block.type === 'tool_use') {
      got.calls.push({ name: block.name, arguments: JSON.stringify(block.input) })
    }
  }
  try {
    if (stream) {
      const running = anthropic.messages.stream(asked)
      running.on('contentBlock', take)
      await running.finalMessage()
    } else {
      for (const block of (await anthropic.messages.create(asked)).content) take(block)
    }
  } catch (error) {
    got.error = String(error)
  }
  return got
}

const clients = [
  ['the OpenAI SDK', askOpenAi, 'gpt'],
  ['the OpenAI SDK, of a model of Anthropic', askOpenAi, 'claude'],
  ['the Anthropic SDK', askAnthropic, 'claude'],
  ['the Anthropic SDK, of a model of OpenAI', askAnthropic, 'gpt'],
] as const

for (const [client, ask, model] of clients) {
  for (const stream of [false, true]) {
    describe(`${client}, ${stream ? 'streaming' : 'at once'}`, () => {
      test('gets calls that only read, with its own values and without those of others', async () => {
        provider.calls(
          { name: 'get_contact', arguments: '{"mail":"<EMAIL_1>"}' },
          { name: 'list_payments', arguments: `{"card":"${card}"}` },
        )
        expect(await ask(model, `Who is ${mail}?`, stream)).toEqual({
          text: 'Well. ',
          calls: [
            { name: 'get_contact', arguments: JSON.stringify({ mail }) },
            { name: 'list_payments', arguments: '{"card":"<PAYMENT_CARD_1>"}' },
          ],
          error: '',
        })
        expect(provider.prompts.at(-1)).toBe('Who is <EMAIL_1>?')
      })

      test('gets nothing of a call that policy blocks, and the provider is left', async () => {
        provider.calls({ name: 'wipe_disk', arguments: '{"disk":"everything"}' })
        const before = provider.aborted.length
        const got = await ask(model, 'Make room.', stream)
        expect(got.calls).toEqual([])
        expect(got.error).toContain('Nothing is wiped here.')
        expect(got.text).toBe(stream ? 'Well. ' : '')
        // Told over a socket: a moment later.
        const isLeft = (): boolean => provider.aborted.length > before
        for (let left = 100; left > 0 && !isLeft() && got.text !== ''; left--) await Bun.sleep(10)
        expect(isLeft()).toBe(stream)
      })

      test('gets a held call once it was approved, once, and not another', async () => {
        const who = `${client} ${stream}`
        const call = (amount: number): Call => ({
          name: 'delete_record',
          arguments: JSON.stringify({ who, mail: '<EMAIL_1>', amount, card }),
        })
        provider.calls(call(1))
        const held = await ask(model, `Delete ${mail}.`, stream)
        expect(held).toMatchObject({ calls: [], text: stream ? 'Well. ' : '' })
        expect(held.error).toContain('What cannot be undone needs a second person.')
        const [id = ''] = /hold_[0-9a-f]{32}/.exec(held.error) ?? []
        const { data } = await asBoss('GET', `/api/holds/${id}`)
        expect(data).toMatchObject({
          state: 'waiting',
          kind: 'tool-call',
          tool: 'delete_record',
          tier: 'T3',
          rule_ids: ['house/final'],
        })
        expect(data['preview']).toContain('delete_record({')
        expect(data['preview']).not.toContain('4539')
        expect(data['preview']).not.toContain(mail)
        await asBoss('POST', `/api/holds/${id}/approve`, { reason: 'agreed' })
        provider.calls(call(2))
        expect((await ask(model, `Delete ${mail}.`, stream)).error).toContain('hold_')
        provider.calls(call(1))
        // Another way to ask the same: the order of members says nothing.
        const passed = await ask(model, `Please delete ${mail}.`, !stream)
        expect(passed.error).toBe('')
        expect(passed.calls.map(({ name }) => name)).toEqual(['delete_record'])
        expect(JSON.parse(passed.calls[0]?.arguments ?? '')).toEqual({
          who,
          mail,
          amount: 1,
          card: '<PAYMENT_CARD_1>',
        })
        expect((await ask(model, `Delete ${mail}.`, stream)).error).toContain('hold_')
      })
    })
  }
}

test('the audit log tells which tools were called, and what held or blocked them', async () => {
  const records = await gateway.records()
  const answers = records.flatMap((record) =>
    record.type === 'outcome' && record.answer !== undefined ? [record.answer] : [],
  )
  const by = (rule: string) => answers.filter(({ ruleIds }) => ruleIds.includes(rule))
  expect(by('house/wiping').length).toBe(2 * clients.length)
  expect(by('house/wiping').every(({ verdict }) => verdict === 'block')).toBe(true)
  const held = by('house/final').filter(({ verdict }) => verdict === 'hold')
  expect(held.length).toBe(6 * clients.length)
  expect(by('house/wiping')[0]?.tools).toEqual([{ name: 'wipe_disk', tier: 'T3', use: 'called' }])
  expect(held.every(({ tools }) => tools?.[0]?.name === 'delete_record')).toBe(true)
  expect(JSON.stringify(records)).not.toContain('4539')
})
