import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { asArray, asObject, asString } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

const card = '4539 5787 6362 1486'
const iban = 'DE89 3704 0044 0532 0130 00'
const mail = 'anna.schmidt@example.org'

/** A provider that says what it is told to and remembers what it was sent. */
function startProvider() {
  const seen: JsonObject[] = []
  const aborted: string[] = []
  let says: (prompt: string) => string = (prompt) => prompt
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      const body = asObject(await request.json()) ?? {}
      seen.push(body)
      const prompt = promptOf(body)
      const text = says(prompt)
      if (body['stream'] !== true) {
        const message = { role: 'assistant', content: text }
        return Response.json({
          id: 'x',
          object: 'chat.completion',
          choices: [{ index: 0, message, finish_reason: 'stop' }],
        })
      }
      request.signal.addEventListener('abort', () => aborted.push(prompt))
      return new Response(streamOf(text), { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  async function* streamOf(text: string): AsyncGenerator<string> {
    for (const piece of text.match(/.{1,5}/gs) ?? []) {
      await Bun.sleep(1)
      yield `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: piece } }] })}\n\n`
    }
    yield 'data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    yield 'data: [DONE]\n\n'
  }
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    seen,
    aborted,
    say(next: (prompt: string) => string) {
      says = next
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

const adminKey = newKey()

let provider: ReturnType<typeof startProvider>
let gateway: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = startProvider()
  gateway = await startTestGateway({
    adminKeys: [`{ name: boss, sha256: ${hashKey(adminKey)} }`],
    yaml: `
providers:
  - { name: cloud, type: openai, baseUrl: "${provider.url}", apiKey: k }
  - { name: local, type: openai-compatible, baseUrl: "${provider.url}" }
models:
  - { name: m, targets: [{ provider: cloud, model: real, perimeter: public }] }
  - { name: inside, targets: [{ provider: local, model: own, perimeter: on-premises }] }
compliance:
  patterns:
    - { name: case-number, pattern: 'CASE-\\d{6}' }
    - { name: wire, pattern: 'WIRE-\\d+' }
    - { name: note, pattern: 'NOTE-\\d+' }
  categories:
    - { label: litigation, detectors: ["custom:case-number"] }
policies:
  - id: privacy
    rules:
      - { id: cards, action: redact, what: { detectors: [payment-card] } }
      - { id: accounts, action: hash, what: { detectors: [iban] } }
      - { id: mails, action: tokenise, what: { detectors: [email] } }
      - { id: keys, action: block, what: { detectors: [private-key] }, message: "Private keys stay here." }
      - { id: wires, action: hold, what: { detectors: ['custom:wire'], direction: request }, message: "Wires need a second person." }
      - { id: notes, action: warn, what: { detectors: ['custom:note'] }, message: "Notes are kept for ten years." }
      - { id: litigation, action: route, what: { labels: [litigation], direction: request }, route: { model: inside } }
`,
  })
  openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 })
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

async function ask(content: string, stream: boolean): Promise<string> {
  const messages = [{ role: 'user' as const, content }]
  if (!stream) {
    const { choices } = await openai.chat.completions.create({ model: 'm', messages })
    return choices[0]?.message.content ?? ''
  }
  let text = ''
  for await (const chunk of await openai.chat.completions.create({
    model: 'm',
    messages,
    stream,
  })) {
    text += chunk.choices[0]?.delta.content ?? ''
  }
  return text
}

function lastPrompt(): string {
  return promptOf(provider.seen.at(-1) ?? {})
}

function promptOf(body: JsonObject): string {
  return asString(asObject(asArray(body['messages']).at(-1))?.['content']) ?? ''
}

for (const stream of [false, true]) {
  describe(stream ? 'a streamed call' : 'a call', () => {
    test('sends nothing that policy keeps back, and gives back what was only hidden', async () => {
      provider.say((prompt) => `You said: ${prompt}`)
      const text = await ask(`Card ${card}, account ${iban}, mail ${mail}.`, stream)
      expect(lastPrompt()).toMatch(
        /^Card <PAYMENT_CARD_1>, account <IBAN:[a-z2-7]{13}>, mail <EMAIL_1>\.$/,
      )
      expect(text).toMatch(
        /^You said: Card <PAYMENT_CARD_1>, account <IBAN:[a-z2-7]{13}>, mail anna\.schmidt@example\.org\.$/,
      )
    })

    test('shows nothing that policy keeps back', async () => {
      provider.say(
        () => `${'Well then. '.repeat(60)}It is ${card}, of ${mail}. ${'Bye. '.repeat(70)}`,
      )
      const text = await ask('Which card?', stream)
      expect(text).toContain('It is <PAYMENT_CARD_1>, of <EMAIL_1>. Bye.')
    })

    test('goes to the model that policy says, and is called as it was asked for', async () => {
      provider.say(() => 'Fine.')
      await ask('What about CASE-123456?', stream)
      expect(provider.seen.at(-1)?.['model']).toBe('own')
    })

    test('is refused with words for the user, before anybody is asked', async () => {
      const count = provider.seen.length
      const key =
        '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun\nVTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxK\n-----END RSA PRIVATE KEY-----'
      const refused = ask(`Fix this: ${key}`, stream)
      expect(refused).rejects.toMatchObject({
        status: 403,
        code: 'blocked_by_policy',
        message: expect.stringContaining('Private keys stay here.'),
      })
      await refused.catch(() => undefined)
      expect(provider.seen).toHaveLength(count)
    })
  })
}

test('a stream is ended before what must not be said, and the provider is left', async () => {
  const key = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun\n'.repeat(8)}-----END RSA PRIVATE KEY-----`
  provider.say(() => `${'Here it comes. '.repeat(40)}${key}${' And more. '.repeat(400)}`)
  let text = ''
  const stream = await openai.chat.completions.create({
    model: 'm',
    messages: [{ role: 'user', content: 'A key!' }],
    stream: true,
  })
  const reading = (async () => {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  })()
  expect(reading).rejects.toThrow('Private keys stay here.')
  await reading.catch(() => undefined)
  expect(text).toStartWith('Here it comes.')
  expect(text).not.toContain('MIIE')
  await Bun.sleep(50)
  expect(provider.aborted).toEqual(['A key!'])
})

test('a request that needs approval waits, and passes once when it has it', async () => {
  const prompt = `Send WIRE-99 for ${card} now.`
  const count = provider.seen.length
  const refusal = await ask(prompt, false).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ status: 403, code: 'held_for_approval' })
  expect(refusal).toHaveProperty('message', expect.stringContaining('Wires need a second person.'))
  expect(provider.seen).toHaveLength(count)
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
  const list = await (await fetch(`${gateway.adminUrl}/api/holds`, { headers })).json()
  const hold = asObject(asArray(asObject(asObject(list)?.['data'])?.['holds'])[0])
  expect(hold).toMatchObject({ state: 'waiting', rule_ids: ['privacy/wires'] })
  expect(JSON.stringify(list)).not.toContain('4539')
  const id = asString(hold?.['id']) ?? ''
  const approval = await fetch(`${gateway.adminUrl}/api/holds/${id}/approve`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ reason: 'I know about it.' }),
  })
  expect(approval.status).toBe(200)
  provider.say(() => 'Sent.')
  expect(await ask(prompt, false)).toBe('Sent.')
  expect(lastPrompt()).toBe('Send WIRE-99 for <PAYMENT_CARD_1> now.')
  expect(await ask(prompt, false).catch((error: unknown) => error)).toMatchObject({ status: 403 })
})

test('a warning travels with the answer', async () => {
  provider.say(() => 'Fine.')
  const { response } = await openai.chat.completions
    .create({ model: 'm', messages: [{ role: 'user', content: 'About NOTE-7' }] })
    .withResponse()
  expect(response.headers.get('x-smartflow-warnings')).toBe(
    'policy: Notes are kept for ten years. (rule privacy/notes)',
  )
  expect(response.headers.get('x-smartflow-decision')).toBe('allow')
})

test('the audit log tells what was decided, and nothing of what was said', async () => {
  const records = await gateway.records()
  const text = JSON.stringify(records)
  for (const secret of ['4539', iban, 'DE89', mail, 'MIIE', 'WIRE-99'])
    expect(text).not.toContain(secret)
  const decisions = records.filter(({ type }) => type === 'decision')
  expect(decisions).toContainEqual(
    expect.objectContaining({ verdict: 'block', ruleIds: ['privacy/keys'] }),
  )
  expect(text).toContain('"action":"redact"')
})
