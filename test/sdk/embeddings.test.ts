import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { GoogleGenAI } from '@google/genai'
import { CohereClientV2 } from 'cohere-ai'
import { failure, recordsOf, startSdkRig } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'
import { startStrictVectors, vectorOf } from '../support/strict-vectors.ts'
import type { StrictVectors } from '../support/strict-vectors.ts'

let rig: SdkRig
let provider: StrictVectors
let google: GoogleGenAI
let cohere: CohereClientV2

/** Models, the provider's own names, and the tokens each is told to have read per text. */
const targets = [
  ['gemini', 'gemini-embedding-001', undefined],
  ['vertex', 'text-embedding-005', 2],
  ['titan', 'amazon.titan-embed-text-v2:0', 3],
  ['bedrock-cohere', 'cohere.embed-english-v3', 4],
] as const
const input = ['one', 'two words', 'three']

beforeAll(async () => {
  provider = startStrictVectors()
  const { url, key } = provider
  const bedrock = `{ name: aws, type: bedrock, region: eu-central-1, baseUrl: ${url}, auth: { type: api-key, apiKey: ${key} } }`
  const owners = { gemini: 'google', vertex: 'vertex', titan: 'aws', 'bedrock-cohere': 'aws' }
  rig = await startSdkRig(
    { 'openai-vectors': ['openai', 'sim-embedding'] },
    {
      providers: [
        `{ name: google, type: gemini, baseUrl: ${url}, apiKey: ${key} }`,
        `{ name: vertex, type: vertex, baseUrl: ${url}, project: p, location: europe-west4, auth: { type: token, token: ${key} } }`,
        bedrock,
      ],
      models: [
        ...targets.map(
          ([name, model]) =>
            `{ name: ${name}, targets: [{ provider: ${owners[name]}, model: "${model}" }] }`,
        ),
        '{ name: ranker, targets: [{ provider: aws, model: "cohere.rerank-v3-5:0" }] }',
      ],
    },
  )
  const baseUrl = `${rig.gateway.url}/gemini`
  google = new GoogleGenAI({ apiKey: rig.gateway.key, httpOptions: { baseUrl } })
  const options = { environment: rig.gateway.url, token: rig.gateway.key, maxRetries: 0 }
  cohere = new CohereClientV2(options)
})

afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

describe.each(targets)('vectors of %s', (model, own, tokens) => {
  test('reach an OpenAI client, packed or not, with their usage', async () => {
    const packed = await rig.openai.embeddings.create({ model, input })
    expect(packed.data.map(({ embedding }) => embedding)).toEqual(input.map(vectorOf))
    expect(packed.model).toBe(own)
    const asked = { model, input, encoding_format: 'float' } as const
    const floats = await rig.openai.embeddings.create(asked)
    expect(floats.data.map(({ embedding }) => embedding)).toEqual(input.map(vectorOf))
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.usage?.estimated).toBe(tokens === undefined)
    if (tokens !== undefined) expect(outcome.usage?.inputTokens).toBe(tokens * input.length)
  })

  test('reach a Cohere client', async () => {
    const answer = await cohere.embed({
      model,
      texts: input,
      inputType: 'clustering',
      embeddingTypes: ['float'],
    })
    expect(answer.embeddings.float).toEqual(input.map(vectorOf))
  })

  test('reach a Google client', async () => {
    const answer = await google.models.embedContent({ model, contents: input })
    expect(answer.embeddings?.map(({ values }) => values)).toEqual(input.map(vectorOf))
  })
})

test('vectors of OpenAI reach a Google client', async () => {
  const answer = await google.models.embedContent({
    model: 'openai-vectors',
    contents: input,
    config: { outputDimensionality: 16, taskType: 'RETRIEVAL_QUERY' },
  })
  expect(answer.embeddings?.map(({ values }) => values?.length)).toEqual([16, 16, 16])
  expect(rig.upstream.last().json).toMatchObject({ input, dimensions: 16, model: 'sim-embedding' })
})

test('Titan is asked once for each text, and in order', async () => {
  const many = Array.from({ length: 11 }, (_, index) => `text ${'x'.repeat(index)}`)
  const before = provider.calls.length
  const { data } = await rig.openai.embeddings.create({ model: 'titan', input: many })
  expect(provider.calls.length - before).toBe(11)
  expect(data.map(({ embedding }) => embedding)).toEqual(many.map(vectorOf))
})

test('what a provider has no place for is told, and what it cannot take is refused', async () => {
  const asked = { model: 'titan', input: ['a', 'b', 'c'], dimensions: 7, user: 'u' }
  const { response } = await rig.openai.embeddings.create(asked).withResponse()
  expect(response.headers.get('x-smartflow-warnings')).toContain('dropped user')
  const error = await failure(
    rig.openai.embeddings.create({ model: 'bedrock-cohere', input: [[1, 2]] }),
  )
  expect(error).toMatchObject({ status: 400, param: 'input' })
})

test('documents are ranked at Bedrock for clients of /v1/rerank and of Cohere', async () => {
  const documents = ['blue', 'red', 'green']
  const { results } = await cohere.rerank({ model: 'ranker', query: 'red', documents, topN: 1 })
  expect(results).toEqual([{ index: 1, relevanceScore: 1 }])
  const body = { model: 'ranker', query: 'red', documents, return_documents: true }
  expect(await rig.openai.post('/rerank', { body })).toMatchObject({
    results: [{ index: 1, document: { text: 'red' } }, {}, {}],
  })
})
