import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI, { AzureOpenAI, NotFoundError, PermissionDeniedError, toFile } from 'openai'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { failure, recordsOf, startSdkRig } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'

const narrowKey = newKey()
const messages = [{ role: 'user' as const, content: 'What is a gateway?' }]
const models = ['openai', 'azure-deployments', 'anthropic', 'bedrock', 'gemini'] as const
let rig: SdkRig

beforeAll(async () => {
  rig = await startSdkRig(
    {
      ...Object.fromEntries(models.map((name) => [name, [name, `sim-${name}`]])),
      'same-name': ['openai', 'same-name'],
      embed: ['azure-deployments', 'sim-embedding'],
      transcriber: ['azure-v1', 'sim-whisper'],
      picture: ['azure-v1', 'sim-image'],
    },
    {
      keys: [
        `{ name: narrow, sha256: ${hashKey(narrowKey)}, user: n@example.com, models: [openai] }`,
      ],
    },
  )
})
afterAll(() => rig[Symbol.asyncDispose]())

/** OpenAI's SDK as it is used with Azure, unchanged but for address and key. */
function azure(options: { readonly deployment?: string; readonly apiKey?: string } = {}) {
  const { url: endpoint, key: apiKey } = rig.gateway
  return new AzureOpenAI({ endpoint, apiKey, apiVersion: '2024-10-21', maxRetries: 0, ...options })
}

describe.each([...models])('the Azure class in front of %s', (model) => {
  test('gets the same answer plain and streamed', async () => {
    const plain = await azure().chat.completions.create({ model, messages })
    const text = plain.choices[0]?.message.content ?? ''
    expect(text).toStartWith('This is a simulated answer')
    const stream = await azure({ deployment: model }).chat.completions.create({
      model: '',
      messages,
      stream: true,
    })
    const chunks = await Array.fromAsync(stream)
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(text)
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome).toMatchObject({ endedBy: 'complete', modelUsed: `sim-${model}` })
  })
})

describe('the Azure class', () => {
  test('asks for nothing but the deployment in its address', async () => {
    const client = azure({ deployment: 'same-name' })
    await client.chat.completions.create({ model: 'anthropic', messages })
    expect(rig.upstream.last().json['model']).toBe('same-name')
    const narrow = { apiKey: narrowKey, deployment: 'anthropic' }
    const refused = azure(narrow).chat.completions.create({ model: 'openai', messages })
    expect(await failure(refused)).toBeInstanceOf(PermissionDeniedError)
    const unknown = azure({ deployment: 'opemai' }).chat.completions.create({ model: '', messages })
    const error = await failure(unknown)
    expect(error).toBeInstanceOf(NotFoundError)
    expect(String(error)).toContain('openai')
  })

  test('gets vectors, pictures and transcriptions', async () => {
    const vectors = await azure().embeddings.create({ model: 'embed', input: ['a', 'b'] })
    expect(vectors.data).toHaveLength(2)
    expect(rig.upstream.last().path).toBe(
      '/openai/deployments/sim-embedding/embeddings?api-version=2024-10-21',
    )
    const picture = await azure().images.generate({ model: 'picture', prompt: 'a door' })
    expect(picture.data).toHaveLength(1)
    const file = await toFile(Buffer.from('RIFF'), 'a.wav')
    const heard = await azure().audio.transcriptions.create({ model: 'transcriber', file })
    expect(heard.text).not.toBe('')
    expect(rig.upstream.last().text).toContain('sim-whisper')
  })
})

test("Azure's v1 API is OpenAI's", async () => {
  const { url, key } = rig.gateway
  const client = new OpenAI({ baseURL: `${url}/openai/v1`, apiKey: key, maxRetries: 0 })
  const plain = await client.chat.completions.create({ model: 'openai', messages })
  expect(plain.choices[0]?.message.content).toStartWith('This is a simulated answer')
  expect((await client.models.list()).data.map(({ id }) => id)).toContain('openai')
})
