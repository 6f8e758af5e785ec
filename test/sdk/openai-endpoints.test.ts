import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI, { NotFoundError, PermissionDeniedError, toFile } from 'openai'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { failure, openAiTargets, startSdkRig } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

let rig: SdkRig
let openai: OpenAI
const narrowKey = newKey()
const otherKey = newKey()

beforeAll(async () => {
  rig = await startSdkRig(
    {
      chat: ['openai', 'sim-model'],
      claude: ['anthropic', 'sim-claude'],
      ...Object.fromEntries(
        openAiTargets.map((name) => [`embed-${name}`, [name, 'sim-embedding'] as const]),
      ),
      'embed-claude': ['anthropic', 'sim-claude'],
      moderator: ['openai', 'sim-moderation'],
      'omni-moderation-latest': ['openai', 'sim-moderation'],
      voice: ['openai', 'sim-voice'],
      ears: ['openai', 'sim-ears'],
      painter: ['openai', 'sim-painter'],
      ranker: ['compatible', 'sim-ranker'],
      'ranker-openai': ['openai', 'sim-ranker'],
    },
    {
      keys: [
        `{ name: narrow, sha256: ${hashKey(narrowKey)}, user: narrow@example.com, models: ["embed-*"] }`,
        `{ name: other, sha256: ${hashKey(otherKey)}, user: other@example.com }`,
      ],
    },
  )
  openai = rig.openai
})

afterAll(() => rig[Symbol.asyncDispose]())

function clientWith(apiKey: string): OpenAI {
  return new OpenAI({ baseURL: `${rig.gateway.url}/v1`, apiKey, maxRetries: 0 })
}

describe('embeddings', () => {
  test.each(openAiTargets)('are the same as floats and in base64 from %s', async (target) => {
    const request = { model: `embed-${target}`, input: ['a', 'b'], dimensions: 16 }
    const floats = await openai.embeddings.create({ ...request, encoding_format: 'float' })
    expect(rig.upstream.last().json).toEqual({
      ...request,
      model: 'sim-embedding',
      encoding_format: 'float',
    })
    const packed = await openai.embeddings.create({ ...request, encoding_format: 'base64' })
    const raw: unknown = packed.data[0]?.embedding
    expect(typeof raw).toBe('string')
    const decoded = new Float32Array(new Uint8Array(Buffer.from(String(raw), 'base64')).buffer)
    expect(decoded).toHaveLength(16)
    expect(decoded[3]).toBeCloseTo(floats.data[0]?.embedding[3] ?? Number.NaN, 6)
    // Without a wish the SDK asks for base64 itself and unpacks it.
    const usual = await openai.embeddings.create(request)
    expect(usual.data[1]?.embedding[5]).toBeCloseTo(floats.data[1]?.embedding[5] ?? Number.NaN, 6)
    expect(usual.usage).toEqual(floats.usage)
  })

  test('of a provider that has none are refused as not supported', async () => {
    const error = await failure(openai.embeddings.create({ model: 'embed-claude', input: 'a' }))
    expect(error).toMatchObject({ status: 501, code: 'not_supported' })
  })
})

describe('models', () => {
  test('lists what the key may ask for, and nothing else', async () => {
    const all = (await openai.models.list()).data.map((model) => model.id)
    expect(all).toContain('chat')
    expect(all).toContain('embed-openai')
    const few = (await clientWith(narrowKey).models.list()).data.map((model) => model.id)
    expect(few).toEqual([...openAiTargets.map((name) => `embed-${name}`), 'embed-claude'])
  })

  test('retrieves one, and not one the key may not use', async () => {
    expect(await openai.models.retrieve('chat')).toMatchObject({ id: 'chat', object: 'model' })
    expect(await failure(openai.models.retrieve('chatt'))).toBeInstanceOf(NotFoundError)
    expect(await failure(clientWith(narrowKey).models.retrieve('chat'))).toBeInstanceOf(
      NotFoundError,
    )
    const error = await failure(
      clientWith(narrowKey).chat.completions.create({
        model: 'chat',
        messages: [{ role: 'user', content: 'x' }],
      }),
    )
    expect(error).toBeInstanceOf(PermissionDeniedError)
  })
})

describe.each(['chat', 'claude'])('legacy completions of %s', (model) => {
  test('are the same plain and streamed, with usage when asked for', async () => {
    const request = { model, prompt: 'Once upon a time', max_tokens: 100 }
    const plain = await openai.completions.create(request)
    expect(plain.object).toBe('text_completion')
    expect(plain.choices[0]?.text).toStartWith('This is a simulated answer')
    expect(plain.choices[0]?.finish_reason).toBe('stop')
    expect(plain.usage?.prompt_tokens).toBeGreaterThan(0)
    const bare = await Array.fromAsync(
      await openai.completions.create({ ...request, stream: true }),
    )
    expect(textOf(bare)).toBe(plain.choices[0]?.text ?? '')
    expect(bare.filter((chunk) => chunk.usage)).toEqual([])
    const counted = await Array.fromAsync(
      await openai.completions.create({
        ...request,
        stream: true,
        stream_options: { include_usage: true },
      }),
    )
    expect(counted.at(-1)?.usage?.completion_tokens).toBe(
      plain.usage?.completion_tokens ?? Number.NaN,
    )
  })

  test('say when the limit of tokens cut them', async () => {
    const answer = await openai.completions.create({ model, prompt: 'Once', max_tokens: 2 })
    expect(answer.choices[0]).toMatchObject({ text: 'This is ', finish_reason: 'length' })
  })
})

function textOf(chunks: readonly OpenAI.Completion[]): string {
  return chunks.map((chunk) => chunk.choices[0]?.text ?? '').join('')
}

describe('endpoints that are passed through', () => {
  test('moderations', async () => {
    const answer = await openai.moderations.create({ model: 'moderator', input: ['a', 'b'] })
    expect(answer.results.map((result) => result.flagged)).toEqual([false, false])
    expect(rig.upstream.last().json['model']).toBe('sim-moderation')
    // The one endpoint where OpenAI's clients usually leave the model out.
    await openai.moderations.create({ input: 'a' })
    expect(rig.upstream.last().json).toEqual({ input: 'a', model: 'sim-moderation' })
  })

  test('speech comes back as the bytes the provider sent', async () => {
    const speech = await openai.audio.speech.create({ model: 'voice', voice: 'alloy', input: 'hi' })
    expect(speech.headers.get('content-type')).toBe('audio/wav')
    const wav = Buffer.from(await speech.arrayBuffer())
    expect(wav.subarray(0, 4).toString()).toBe('RIFF')
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8)
  })

  test('a transcription goes out as a form with the model renamed and the file whole', async () => {
    const bytes = new Uint8Array(100_000).map((_, index) => (index * 7) % 256)
    const file = await toFile(bytes, 'hällo.wav')
    const heard = await openai.audio.transcriptions.create({ model: 'ears', file })
    expect(heard.text).toContain('100000 bytes')
    expect(rig.upstream.last().text).toContain('sim-ears')
    expect(rig.upstream.last().headers.get('content-type')).toStartWith('multipart/form-data')
    const asText = await openai.audio.transcriptions.create({
      model: 'ears',
      file,
      response_format: 'text',
    })
    expect(asText).toContain('100000 bytes')
  })

  test('images', async () => {
    const image = await openai.images.generate({ model: 'painter', prompt: 'a pixel' })
    const png = Buffer.from(image.data?.[0]?.b64_json ?? '', 'base64')
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    const edited = await openai.images.edit({
      model: 'painter',
      prompt: 'greyer',
      image: await toFile(png, 'pixel.png', { type: 'image/png' }),
    })
    expect(edited.data).toHaveLength(1)
  })

  test('reranking, where a provider has it', async () => {
    const rerank = (model: string) =>
      fetch(`${rig.gateway.url}/v1/rerank`, {
        method: 'POST',
        headers: { 'api-key': rig.gateway.key, 'content-type': 'application/json' },
        body: JSON.stringify({ model, query: 'red car', documents: ['a tree', 'a red car'] }),
      })
    const response = await rerank('ranker')
    expect(await response.json()).toMatchObject({
      model: 'sim-ranker',
      results: [{ index: 1 }, { index: 0 }],
    })
    expect((await rerank('ranker-openai')).status).toBe(501)
  })
})

describe('files and batches', () => {
  test('go through their whole life', async () => {
    const body = { model: 'sim-model', messages: [{ role: 'user', content: 'Hello' }] }
    const line = { custom_id: 'one', method: 'POST', url: '/v1/chat/completions', body }
    const text = `${JSON.stringify(line)}\n`
    const upload = await openai.files.create({
      purpose: 'batch',
      file: await toFile(Buffer.from(text), 'batch.jsonl'),
    })
    expect(await openai.files.retrieve(upload.id)).toEqual(upload)
    expect(await (await openai.files.content(upload.id)).text()).toBe(text)
    const batch = await openai.batches.create({
      input_file_id: upload.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    expect(await openai.batches.retrieve(batch.id)).toEqual(batch)
    expect((await openai.batches.list()).data.map(({ id }) => id)).toEqual([batch.id])
    const output = await openai.files.content(batch.output_file_id ?? '')
    expect(await output.text()).toContain('This is a simulated answer')
    const listed = (await openai.files.list()).data.map(({ id }) => id)
    expect(listed).toEqual([upload.id, batch.output_file_id ?? ''])
    expect(await openai.files.delete(upload.id)).toMatchObject({ id: upload.id, deleted: true })
    expect(await failure(openai.files.retrieve(upload.id))).toBeInstanceOf(NotFoundError)
  })

  test('belong to who made them: others cannot list, read, use or delete them', async () => {
    const mine = await openai.files.create({
      purpose: 'batch',
      file: await toFile(Buffer.from('mine\n'), 'mine.jsonl'),
    })
    const other = clientWith(otherKey)
    const before = rig.upstream.calls.length
    expect(await failure(other.files.retrieve(mine.id))).toBeInstanceOf(NotFoundError)
    expect(await failure(other.files.content(mine.id).asResponse())).toBeInstanceOf(NotFoundError)
    expect(await failure(other.files.delete(mine.id))).toBeInstanceOf(NotFoundError)
    const batch = other.batches.create({
      input_file_id: mine.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    expect(await failure(batch)).toBeInstanceOf(NotFoundError)
    expect(rig.upstream.calls).toHaveLength(before)
    expect((await other.files.list()).data).toEqual([])
    expect(await failure(clientWith(narrowKey).files.list())).toBeInstanceOf(PermissionDeniedError)
  })
})
