import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { asArray, asObject, asString, parseJson } from '../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

/** A provider that answers with what it is told to and counts what it was asked. */
function startProvider() {
  let asked = 0
  let message: JsonObject = {}
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      asked += 1
      const { stream } = asObject(await request.json()) ?? {}
      if (stream !== true) {
        const choices = [
          { index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' },
        ]
        return Response.json({ id: 'x', object: 'chat.completion', choices })
      }
      return new Response(frames(asString(message['content']) ?? ''), {
        headers: { 'content-type': 'text/event-stream' },
      })
    },
  })
  async function* frames(text: string): AsyncGenerator<string> {
    const chunk = (delta: JsonObject, reason: string | null): string =>
      `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`
    for (const piece of text.match(/.{1,7}/gs) ?? []) {
      await Bun.sleep(0)
      yield chunk({ content: piece }, null)
    }
    yield chunk({}, 'stop')
    yield 'data: [DONE]\n\n'
  }
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    asked: () => asked,
    say(next: JsonObject) {
      message = next
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

const keys = { banker: newKey(), seller: newKey(), reader: newKey() }
let provider: ReturnType<typeof startProvider>
let gateway: TestGateway

beforeAll(async () => {
  provider = startProvider()
  gateway = await startTestGateway({
    keys: [
      `{ name: banker, sha256: ${hashKey(keys.banker)}, user: ben, groups: [banking] }`,
      `{ name: seller, sha256: ${hashKey(keys.seller)}, user: sam, groups: [markets] }`,
      `{ name: reader, sha256: ${hashKey(keys.reader)}, user: rita, groups: [readers] }`,
    ],
    yaml: `
providers: [{ name: cloud, type: openai, baseUrl: "${provider.url}", apiKey: k }]
models: [{ name: m, targets: [{ provider: cloud, model: real }] }]
compliance:
  patterns: [{ name: falcon, pattern: 'project falcon', flags: i }, { name: note, pattern: 'desk note' }]
  categories:
    - { label: 'deal:falcon', detectors: ['custom:falcon'] }
    - { label: crm, tools: [crm_search], textKinds: [tool-result, tool-arguments] }
    - { label: note, detectors: ['custom:note'] }
barriers:
  walls:
    - name: equities
      sides:
        - { name: banking, groups: [banking], categories: ['deal:*'] }
        - { name: markets, groups: [markets], categories: [crm, note] }
      allow:
        - { from: outside, to: markets, direction: send, categories: [note] }
`,
  })
})
beforeEach(() => provider.say({ content: 'Nothing to tell.' }))
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

async function ask(
  who: keyof typeof keys,
  messages: readonly JsonValue[],
  more: JsonObject = {},
): Promise<readonly [number, string]> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys[who]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages, ...more }),
  })
  return [response.status, await response.text()]
}

/** The text of an answer, whole or streamed. */
function contentOf(body: string): string {
  const events = body.startsWith('data:') ? body.matchAll(/^data: (\{.*)$/gm) : [[body, body]]
  return Array.from(events, ([, json = '']) => {
    const [choice] = asArray(asObject(parseJson(json))?.['choices'])
    const { message, delta } = asObject(choice) ?? {}
    return asString(asObject(message ?? delta)?.['content']) ?? ''
  }).join('')
}

const prompt = (content: string): JsonObject => ({ role: 'user', content })
const call = (name: string, args: string): JsonObject => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'call_1', type: 'function', function: { name, arguments: args } }],
})
const result = (content: string): JsonObject => ({ role: 'tool', tool_call_id: 'call_1', content })

/** What of a request nobody but a banker, or nobody but a seller, may have. */
const requests: readonly (readonly [string, 'banker' | 'seller', readonly JsonObject[]])[] = [
  ['a prompt', 'banker', [prompt('Where does Project Falcon stand?')]],
  [
    'an earlier answer that the client sends back',
    'banker',
    [prompt('Hm?'), { role: 'assistant', content: 'Project Falcon closes.' }, prompt('When?')],
  ],
  [
    'arguments of a tool call',
    'banker',
    [prompt('Look.'), call('find', '{"about":"project falcon"}'), result('none')],
  ],
  [
    'what a tool gave back',
    'banker',
    [prompt('Look.'), call('find', '{}'), result('{"title":"Project Falcon"}')],
  ],
  [
    'what a tool gave back, whatever is in it',
    'seller',
    [prompt('Look.'), call('crm_search', '{}'), result('three clients')],
  ],
]

describe('what a request holds reaches no model for somebody of another side:', () => {
  test.each(requests)('%s', async (_, owner, messages) => {
    const before = provider.asked()
    for (const who of ['banker', 'seller', 'reader'] as const) {
      const [status, text] = await ask(who, messages)
      expect([who, status]).toEqual([who, who === owner ? 200 : 403])
      if (who !== owner) expect(text).toContain("the wall 'equities'")
    }
    expect(provider.asked()).toBe(before + 1)
  })
})

describe('what an answer holds reaches nobody of another side:', () => {
  const secret = `${'It is a long story, and it goes like this. '.repeat(20)}Project Falcon closes on Friday.`

  test.each([
    ['whole', {}],
    ['streamed', { stream: true }],
  ])('%s', async (_, more) => {
    provider.say({ content: secret })
    const [status, text] = await ask('banker', [prompt('Tell me.')], more)
    expect(status).toBe(200)
    expect(contentOf(text)).toBe(secret)
    for (const who of ['seller', 'reader'] as const) {
      const [, refused] = await ask(who, [prompt('Tell me.')], more)
      expect(contentOf(refused)).not.toMatch(/falcon|closes/i)
      expect(refused).toContain('blocked_by_policy')
    }
  })

  test('in arguments of a tool call', async () => {
    const { tool_calls } = call('find', '{"about":"Project Falcon"}')
    provider.say({ content: null, tool_calls })
    expect((await ask('banker', [prompt('Tell me.')]))[1]).toContain('Project Falcon')
    const [status, text] = await ask('seller', [prompt('Tell me.')])
    expect(status).toBe(403)
    expect(text).not.toContain('Project Falcon')
  })
})

test('who may send a category may not receive it for that', async () => {
  const note = 'Please file this desk note.'
  expect((await ask('reader', [prompt(note)]))[0]).toBe(200)
  const retrieved = [prompt('Look.'), call('find', '{}'), result(note)]
  expect((await ask('reader', retrieved))[0]).toBe(403)
  expect((await ask('seller', retrieved))[0]).toBe(200)
  provider.say({ content: note })
  expect((await ask('reader', [prompt('Tell me.')]))[0]).toBe(403)
})
