import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { toFile } from 'openai'
import { failure, recordsOf, startSdkRig } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'
import { post } from './support/callers.ts'
import {
  blockMessage,
  card,
  foreignCard,
  iban,
  mail,
  policies,
  privateKey,
  traces,
} from './support/rig.ts'

let rig: SdkRig

beforeAll(async () => {
  rig = await startSdkRig(
    {
      chat: ['openai', 'sim-model'],
      claude: ['anthropic', 'sim-claude'],
      vectors: ['openai', 'sim-embedding'],
      moderator: ['openai', 'sim-moderation'],
      voice: ['openai', 'sim-voice'],
      ears: ['openai', 'sim-ears'],
      painter: ['openai', 'sim-painter'],
      ranker: ['compatible', 'sim-ranker'],
    },
    { yaml: policies },
  )
})

afterAll(() => rig[Symbol.asyncDispose]())

const text = `Card ${card}, account ${iban}, mail ${mail}.`
const treated = /Card <PAYMENT_CARD_1>, account <IBAN:[a-z2-7]{13}>, mail <EMAIL_1>\./

/** What the provider was sent last; nothing of the values is in it. */
function sent(): string {
  const { text: body, path } = rig.upstream.last()
  for (const trace of traces) expect(path + body).not.toContain(trace)
  return body
}

/** Expects that a call is refused and that nobody was asked. */
async function refused(call: () => PromiseLike<unknown>): Promise<unknown> {
  const count = rig.upstream.calls.length
  const error = await failure(call())
  expect(rig.upstream.calls).toHaveLength(count)
  expect(error).toMatchObject({ status: 403, code: 'blocked_by_policy' })
  return error
}

describe('values leave no endpoint', () => {
  test('embeddings', async () => {
    const { openai } = rig
    await openai.embeddings.create({ model: 'vectors', input: text })
    expect(sent()).toMatch(treated)
    await openai.embeddings.create({ model: 'vectors', input: ['Hello', text] })
    expect(sent()).toMatch(treated)
    await refused(() => openai.embeddings.create({ model: 'vectors', input: [1, 2, 3] }))
    await refused(() => openai.embeddings.create({ model: 'vectors', input: [[1], [2, 3]] }))
  })

  test('embeddings and reranking in the words of others', async () => {
    const { url, key } = rig.gateway
    const ask = (path: string, body: object): Promise<Response> =>
      post(path, JSON.stringify(body), { url, key })
    expect((await ask('/api/embed', { model: 'vectors', input: text })).status).toBe(200)
    expect(sent()).toMatch(treated)
    const reranked = { model: 'ranker', query: mail, documents: ['Hello', text] }
    const ranking = await ask('/v1/rerank', reranked)
    expect(ranking.status).toBe(200)
    expect(sent()).toContain('"query":"<EMAIL_1>"')
    expect((await ask('/v2/rerank', reranked)).status).toBe(200)
    sent()
  })

  test('moderations, speech and pictures', async () => {
    const { openai } = rig
    await openai.moderations.create({ model: 'moderator', input: [text] })
    expect(sent()).toMatch(treated)
    await openai.audio.speech.create({ model: 'voice', voice: 'alloy', input: text })
    expect(sent()).toMatch(treated)
    await openai.images.generate({ model: 'painter', prompt: text })
    expect(sent()).toMatch(treated)
    await refused(() => openai.images.generate({ model: 'painter', prompt: privateKey }))
  })

  test('forms with files', async () => {
    const { openai } = rig
    const file = await toFile(new Uint8Array(2000).fill(7), `Call about ${card}.wav`)
    const heard = await openai.audio.transcriptions.create({ model: 'ears', file, prompt: text })
    expect(sent()).toMatch(treated)
    expect(sent()).toContain('filename="Call about <PAYMENT_CARD_1>.wav"')
    expect(heard.text).toContain('2000 bytes')
    const png = await toFile(Buffer.from('89504e470d0a1a0a', 'hex'), 'a.png', { type: 'image/png' })
    await openai.images.edit({ model: 'painter', prompt: text, image: png })
    expect(sent()).toMatch(treated)
  })

  test('counting of tokens', async () => {
    const { input_tokens: tokens } = await rig.anthropic.messages.countTokens({
      model: 'claude',
      system: text,
      messages: [{ role: 'user', content: `${foreignCard} and ${mail}` }],
    })
    expect(tokens).toBeGreaterThan(0)
    expect(sent()).toMatch(treated)
  })

  test('uploaded files and what is made of them', async () => {
    const { openai } = rig
    const body = { model: 'sim-model', messages: [{ role: 'user', content: text }] }
    const line = { custom_id: 'one', method: 'POST', url: '/v1/chat/completions', body }
    const upload = await openai.files.create({
      purpose: 'batch',
      file: await toFile(Buffer.from(`${JSON.stringify(line)}\n`.repeat(3)), 'batch.jsonl'),
    })
    expect(sent()).toMatch(treated)
    const kept = await (await openai.files.content(upload.id)).text()
    expect(
      kept
        .trim()
        .split('\n')
        .map((each) => JSON.parse(each)),
    ).toMatchObject([
      { custom_id: 'one', body: { messages: [{ content: expect.stringMatching(treated) }] } },
      { custom_id: 'one' },
      { custom_id: 'one' },
    ])
    const batch = await openai.batches.create({
      input_file_id: upload.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      metadata: { who: mail },
    })
    expect(sent()).toContain('<EMAIL_1>')
    expect(batch.id).toBeString()
    const notes = await openai.files.create({
      purpose: 'user_data',
      file: await toFile(Buffer.from(`Notes.\n${text}\n`), 'notes.txt'),
    })
    expect(sent()).toMatch(treated)
    expect(notes.id).toBeString()
  })

  test('files that nobody here can read are refused', async () => {
    const { openai } = rig
    for (const [name, bytes] of [
      ['scan.pdf', Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\n')],
      ['data.zip', Buffer.from('504b0304140000000800', 'hex')],
      ['noise.bin', Buffer.from(new Uint8Array(500).map((_, index) => (index * 37) % 256))],
    ] as const) {
      const file = await toFile(bytes, name)
      await refused(() => openai.files.create({ purpose: 'user_data', file }))
    }
    const key = await toFile(Buffer.from(privateKey), 'key.pem')
    const error = await refused(() => openai.files.create({ purpose: 'user_data', file: key }))
    expect(String(error)).toContain(blockMessage)
  })
})

describe('answers are inspected wherever they come from', () => {
  test('what a provider heard', async () => {
    const { openai, upstream } = rig
    const file = await toFile(new Uint8Array(2000), 'a.wav')
    upstream.answerNext(Response.json({ text: `Her card is ${foreignCard}.` }))
    const heard = await openai.audio.transcriptions.create({ model: 'ears', file })
    expect(heard.text).toBe('Her card is <PAYMENT_CARD_1>.')
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.answer).toMatchObject({ verdict: 'redact', ruleIds: ['privacy/cards'] })
    upstream.answerNext(
      new Response(`Her card is ${foreignCard}.`, { headers: { 'content-type': 'text/plain' } }),
    )
    const said = await openai.audio.transcriptions.create({
      model: 'ears',
      file,
      response_format: 'text',
    })
    expect(said).toContain('Her card is <PAYMENT_CARD_1>.')
  })

  test('what is in files that a provider keeps', async () => {
    const { openai, upstream } = rig
    const { id } = await openai.files.create({
      purpose: 'batch',
      file: await toFile(Buffer.from('{"a":1}\n'), 'batch.jsonl'),
    })
    const content = async (body: string): Promise<string> => {
      upstream.answerNext(
        new Response(body, { headers: { 'content-type': 'application/octet-stream' } }),
      )
      return (await openai.files.content(id)).text()
    }
    expect(await content(`{"said":"${foreignCard}"}\n{"said":"no"}\n`)).toBe(
      '{"said":"<PAYMENT_CARD_1>"}\n{"said":"no"}\n',
    )
    expect(await failure(content(privateKey))).toMatchObject({ status: 403 })
    upstream.answerNext(new Response(Buffer.from('504b0304140000000800', 'hex')))
    expect(await failure(openai.files.content(id))).toMatchObject({ status: 403 })
  })

  test('errors of providers', async () => {
    const { openai, upstream } = rig
    const error = { message: `Do not know ${foreignCard}`, type: 'invalid_request_error' }
    upstream.answerNext(Response.json({ error }, { status: 400 }))
    const messages = [{ role: 'user' as const, content: 'Hello' }]
    const failed = await failure(openai.chat.completions.create({ model: 'chat', messages }))
    expect(failed).toMatchObject({ status: 400 })
    expect(String(failed)).not.toContain('5555')
  })
})

describe('conversations', () => {
  test('that the gateway keeps are inspected as a whole, and say nothing that was hidden', async () => {
    const { openai } = rig
    const first = await openai.responses.create({ model: 'claude', input: text })
    expect(sent()).toMatch(treated)
    const second = await openai.responses.create({
      model: 'claude',
      input: `And ${foreignCard}?`,
      previous_response_id: first.id,
    })
    const whole = sent()
    expect(whole).toMatch(treated)
    expect(whole).toContain('And <PAYMENT_CARD_2>?')
    const kept = await openai.responses.retrieve(second.id)
    expect(JSON.stringify(kept)).not.toContain('5555')
    const items = await openai.responses.inputItems.list(second.id)
    expect(JSON.stringify(items.data)).not.toContain('5555')
  })

  test('that a provider keeps are inspected when they are read', async () => {
    const { openai, upstream } = rig
    const { id } = await openai.responses.create({ model: 'chat', input: text })
    expect(sent()).toMatch(treated)
    const kept = await openai.responses.retrieve(id)
    const message = (words: string) => ({
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: words, annotations: [] }],
    })
    upstream.answerNext(Response.json({ ...kept, output: [message(`It is ${foreignCard}.`)] }))
    const read = await openai.responses.retrieve(id)
    expect(read.output_text).toBe('It is <PAYMENT_CARD_1>.')
    upstream.answerNext(Response.json({ ...kept, output: [message(privateKey)] }))
    expect(await failure(openai.responses.retrieve(id))).toMatchObject({ status: 403 })
  })
})
