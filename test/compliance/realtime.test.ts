import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { asArray, asObject, asString, parseJson } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { openSession, startRealtimeProvider } from '../support/realtime.ts'
import type { ProviderConnection, RealtimeClient, RealtimeProvider } from '../support/realtime.ts'

const card = '4539 5787 6362 1486'
const mail = 'anna.schmidt@example.org'
const silent = newKey()
const banker = newKey()
const seller = newKey()

let far: RealtimeProvider
let gateway: TestGateway

function yamlFor(url: string): string {
  return `
providers:
  - { name: far, type: openai, baseUrl: ${url}/v1, apiKey: k }
  - { name: near, type: simulated }
models:
  - { name: voice, targets: [{ provider: far, model: gpt-realtime }] }
  - { name: simulated, targets: [{ provider: near, model: simulated }] }
compliance:
  patterns:
    - { name: wire, pattern: 'WIRE-\\d+' }
    - { name: falcon, pattern: 'project falcon', flags: i }
    - { name: note, pattern: 'desk note' }
  categories:
    - { label: 'deal:falcon', detectors: ['custom:falcon'] }
    - { label: research, detectors: ['custom:note'] }
policies:
  - id: privacy
    rules:
      - { id: cards, action: redact, what: { detectors: [payment-card] } }
      - { id: mails, action: tokenise, what: { detectors: [email] } }
      - { id: keys, action: block, what: { detectors: [private-key] }, message: "Private keys stay here." }
      - { id: wires, action: hold, what: { detectors: ['custom:wire'], direction: request }, message: "Wires need a second person." }
      - { id: sound, action: block, who: { groups: [typists] }, what: { attachments: [audio] }, message: "Typing only." }
`
}

const barriers = `
barriers:
  walls:
    - name: equities
      sides:
        - { name: banking, groups: [banking], categories: ['deal:*'] }
        - { name: markets, groups: [markets], categories: [research] }
`

beforeAll(async () => {
  far = startRealtimeProvider()
  gateway = await startTestGateway({
    yaml: yamlFor(far.url) + barriers,
    keys: [
      `{ name: silent, sha256: ${hashKey(silent)}, user: tina, groups: [typists], models: ["*"] }`,
      `{ name: banker, sha256: ${hashKey(banker)}, user: ben, groups: [banking], models: ["*"] }`,
      `{ name: seller, sha256: ${hashKey(seller)}, user: sam, groups: [markets], models: ["*"] }`,
    ],
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  far[Symbol.dispose]()
})

async function join(key = gateway.key): Promise<[RealtimeClient, ProviderConnection]> {
  const client = await openSession(gateway, 'voice', { key })
  return [client, await far.next()]
}

const say = (text: string, id = 'mine'): JsonObject => ({
  type: 'conversation.item.create',
  event_id: id,
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})

/** What the provider got last. */
async function sent({ frames }: ProviderConnection): Promise<JsonObject> {
  await Bun.sleep(5)
  return asObject(parseJson(String(frames.at(-1)))) ?? {}
}

/** Sends the events of a response from the provider. */
function answer({ socket }: ProviderConnection, pieces: readonly string[], id = 'r'): void {
  const at = { response_id: id, item_id: `i${id}`, output_index: 0, content_index: 0 }
  const text = pieces.join('')
  const item = {
    id: `i${id}`,
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text }],
  }
  const send = (event: JsonObject) => socket.send(JSON.stringify(event))
  send({ type: 'response.created', response: { id, status: 'in_progress', output: [] } })
  for (const delta of pieces) send({ type: 'response.output_text.delta', ...at, delta })
  send({ type: 'response.output_text.done', ...at, text })
  send({ type: 'response.output_item.done', ...at, item })
  send({ type: 'response.done', response: { id, status: 'completed', output: [item] } })
}

/** What a response said in its pieces, and what its end says it said. */
async function heard(client: RealtimeClient): Promise<readonly [string, string]> {
  const from = client.events.length
  const { response } = await client.until('response.done')
  const said = client.events
    .slice(from)
    .map(({ type, delta }) =>
      type === 'response.output_text.delta' ? (asString(delta) ?? '') : '',
    )
  const [item] = asArray(asObject(response)?.['output'])
  const [part] = asArray(asObject(item)?.['content'])
  return [said.join(''), asString(asObject(part)?.['text']) ?? '']
}

describe('a session', () => {
  test('sends nothing that policy keeps back, and gives back what was only hidden', async () => {
    const [client, provider] = await join()
    client.send(say(`Card ${card}, mail ${mail}.`))
    await provider.untilFrames(1)
    expect(await sent(provider)).toEqual(say('Card <PAYMENT_CARD_1>, mail <EMAIL_1>.'))
    answer(provider, [
      'I wrote to <EMA',
      'IL_',
      '1>, and of ',
      card.slice(0, 7),
      card.slice(7),
      '.',
    ])
    const shown = `I wrote to ${mail}, and of <PAYMENT_CARD_1>.`
    expect(await heard(client)).toEqual([shown, shown])
    client.socket.close()
  })

  test('says the same for every split, in an order that clients understand', async () => {
    const [client, provider] = await join()
    const text = `Pay with ${card}. `.repeat(4) + 'Thank you, that was all. '.repeat(12)
    const splits = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })
    let count = 0
    await fc.assert(
      fc.asyncProperty(splits, async (lengths) => {
        const pieces: string[] = []
        for (let at = 0, step = 0; at < text.length; step++) {
          const length = lengths[step % lengths.length] ?? 1
          pieces.push(text.slice(at, at + length))
          at += length
        }
        const from = client.events.length
        answer(provider, pieces, `r${count++}`)
        const [said, told] = await heard(client)
        expect(said).toBe(text.replaceAll(card, '<PAYMENT_CARD_1>'))
        expect(told).toBe(said)
        const types = client.events.slice(from).map(({ type }) => asString(type))
        expect(types.lastIndexOf('response.output_text.delta')).toBe(
          types.indexOf('response.output_text.done') - 1,
        )
      }),
      { numRuns: 15 },
    )
    client.socket.close()
  })

  test('tells the client what may not pass, and goes on', async () => {
    const [client, provider] = await join()
    const key =
      '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun\nVTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxK\n-----END RSA PRIVATE KEY-----'
    client.send(say(key, 'first'))
    expect(await client.until('error')).toMatchObject({
      error: {
        code: 'blocked_by_policy',
        message: 'Private keys stay here. (rule privacy/keys)',
        event_id: 'first',
      },
    })
    client.send(say('Pay by WIRE-123.', 'second'))
    expect(await client.until('error')).toMatchObject({
      error: { code: 'held_for_approval', event_id: 'second' },
    })
    client.send(say('Hello'))
    await provider.untilFrames(1)
    expect(provider.frames.map(String).join()).not.toMatch(/PRIVATE|WIRE/)
    answer(provider, ['Here: ', key.slice(0, 30), key.slice(30), ' and more.'], 'bad')
    const { error } = await client.until('error')
    expect(error).toMatchObject({ code: 'blocked_by_policy' })
    expect((await client.until('response.done'))['response']).toMatchObject({ output: [] })
    await provider.untilFrames(2)
    const cancelled = provider.frames.map(String).filter((frame) => frame.includes('cancel'))
    expect(cancelled.map((frame) => asObject(parseJson(frame))?.['response_id'])).toEqual(['bad'])
    answer(provider, ['Fine.'], 'good')
    expect(await heard(client)).toEqual(['Fine.', 'Fine.'])
    expect(JSON.stringify(client.events)).not.toContain('MIIE')
    client.socket.close()
  })

  test('shows what the client said aloud as policy wants it, and takes back what it forbids', async () => {
    const [client, provider] = await join()
    const type = 'conversation.item.input_audio_transcription'
    const at = { item_id: 'spoken', content_index: 0 }
    const hear = (event: JsonObject) => provider.socket.send(JSON.stringify({ ...at, ...event }))
    hear({ type: `${type}.delta`, delta: `My card is ${card}` })
    hear({ type: `${type}.completed`, transcript: `My card is ${card}` })
    const { transcript } = await client.until(`${type}.completed`)
    expect(transcript).toBe('My card is <PAYMENT_CARD_1>')
    expect(JSON.stringify(client.events)).not.toContain('4539')
    hear({ type: `${type}.completed`, item_id: 'wire', transcript: 'Pay WIRE-77' })
    expect(await client.until('error')).toMatchObject({ error: { code: 'held_for_approval' } })
    await provider.untilFrames(1)
    expect(await sent(provider)).toMatchObject({
      type: 'conversation.item.delete',
      item_id: 'wire',
    })
    client.socket.close()
  })

  test('takes no sound from those who may only type', async () => {
    const [client, provider] = await join(silent)
    const append = {
      type: 'input_audio_buffer.append',
      audio: Buffer.alloc(960).toString('base64'),
    }
    for (let left = 3; left > 0; left--) {
      client.send(append)
      expect(await client.until('error')).toMatchObject({
        error: { code: 'blocked_by_policy', message: 'Typing only. (rule privacy/sound)' },
      })
    }
    client.send(say('Hello'))
    await provider.untilFrames(1)
    expect(provider.frames).toHaveLength(1)
    client.socket.close()
  })

  test('keeps people on their side of a wall, in what they say and in what they hear', async () => {
    const [inside, ours] = await join(banker)
    inside.send(say('About project Falcon'))
    await ours.untilFrames(1)
    answer(ours, ['Project Falcon ', 'is on.'])
    expect((await heard(inside))[0]).toBe('Project Falcon is on.')
    inside.socket.close()
    const [outside, theirs] = await join(seller)
    outside.send(say('About project Falcon'))
    expect(await outside.until('error')).toMatchObject({ error: { code: 'blocked_by_policy' } })
    answer(theirs, ['Project Falcon ', 'is on.'])
    expect(await outside.until('error')).toMatchObject({ error: { code: 'blocked_by_policy' } })
    expect(JSON.stringify(outside.events)).not.toContain('Falcon is on')
    outside.socket.close()
  })

  test('lets out what it holds when the provider breaks off', async () => {
    const [client, provider] = await join()
    const at = { response_id: 'r', item_id: 'i', output_index: 0, content_index: 0 }
    const event = { type: 'response.output_text.delta', ...at, delta: `Ask <EMAIL_9> or ${card}` }
    provider.socket.send(JSON.stringify(event))
    provider.socket.close(1000)
    await client.closed
    expect(client.events.map(({ delta }) => delta)).toEqual([
      '',
      'Ask <EMAIL_9> or <PAYMENT_CARD_1>',
    ])
  })

  test('of the simulated provider is inspected from the first event to the last', async () => {
    using client = await openSession(gateway, 'simulated')
    await client.until('session.created')
    client.send(say(`Repeat ${mail}.`))
    const { item } = await client.until('conversation.item.done')
    expect(JSON.stringify(item)).toContain(mail)
    client.send({ type: 'response.create', response: { output_modalities: ['audio'] } })
    const { response } = await client.until('response.done')
    const spoken = client.events
      .filter(({ type }) => type === 'response.output_audio_transcript.delta')
      .map(({ delta }) => asString(delta))
      .join('')
    expect(spoken.length).toBeGreaterThan(20)
    expect(JSON.stringify(response)).toContain(JSON.stringify(spoken))
  })
})

test('every decision about what is said is recorded, without what was said', async () => {
  await using own = await startTestGateway({ yaml: yamlFor(far.url) })
  const client = await openSession(own, 'voice')
  const provider = await far.next()
  client.send(say(`Card ${card}.`))
  await provider.untilFrames(1)
  answer(provider, ['Your card ', `${card}.`])
  await heard(client)
  client.send(say('Hello'))
  await provider.untilFrames(2)
  client.socket.close()
  await provider.closed
  const records = await own.records()
  const decisions = records.filter(({ type }) => type === 'decision')
  expect(decisions).toMatchObject([
    { verdict: 'allow' },
    { verdict: 'redact', facts: { direction: 'request' }, ruleIds: ['privacy/cards'] },
    { verdict: 'redact', facts: { direction: 'answer' }, ruleIds: ['privacy/cards'] },
  ])
  expect(JSON.stringify(records)).not.toContain('4539')
})
