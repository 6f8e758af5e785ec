import { describe, expect, test } from 'bun:test'
import * as cohere from '../../../node_modules/cohere-ai/serialization/index.js'
import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { convertRerank } from './convert.ts'
import type { RerankClientDialect, RerankProviderDialect } from './dialect.ts'
import { bedrockRerank, cohereRerank, jinaRerank } from './index.ts'

const body = {
  model: 'asked',
  query: 'red house',
  documents: ['blue house', { text: 'red house', id: 7 }, 'car'],
  top_n: 2,
  return_documents: true,
  max_tokens_per_doc: 64,
  rank_fields: ['text'],
}

function convert(
  provider: RerankProviderDialect,
  options: { client?: RerankClientDialect; body?: JsonObject; model?: string } = {},
) {
  const fields: string[] = []
  const call = convertRerank({
    client: options.client ?? jinaRerank,
    provider,
    body: options.body ?? body,
    model: options.model ?? 'the-model',
    warn: ({ field }) => fields.push(field),
  })
  return { call, sent: JSON.parse(JSON.stringify(call.requests[0])), fields }
}

describe('a wish for a ranking', () => {
  test('reaches Cohere as its SDK would have written it', () => {
    const { sent, fields } = convert(cohereRerank)
    expect(sent).toEqual({
      model: 'the-model',
      query: 'red house',
      documents: ['blue house', 'red house', 'car'],
      top_n: 2,
      max_tokens_per_doc: 64,
    })
    const options = { unrecognizedObjectKeys: 'fail' } as const
    expect(cohere.V2RerankRequest.parse(sent, options)).toMatchObject({ ok: true })
    expect(fields).toEqual(['rank_fields'])
  })

  test('reaches OpenAI-style servers without what they do not know', () => {
    const { sent, fields } = convert(jinaRerank, { client: cohereRerank })
    expect(sent).toMatchObject({ top_n: 2, return_documents: false })
    expect(fields).toEqual(['rank_fields', 'max_tokens_per_doc'])
  })

  test('reaches Bedrock without the model, in the words of the model', () => {
    const { sent } = convert(bedrockRerank, { model: 'cohere.rerank-v3-5:0' })
    expect(sent).toMatchObject({ api_version: 2, max_tokens_per_doc: 64 })
    const { sent: amazon, fields } = convert(bedrockRerank, { model: 'amazon.rerank-v1:0' })
    expect(amazon).toEqual({
      query: 'red house',
      documents: ['blue house', 'red house', 'car'],
      top_n: 2,
    })
    expect(fields).toContain('max_tokens_per_doc')
  })

  test('is answered with the documents of the client, scores and usage', () => {
    const { call } = convert(cohereRerank)
    const { body: answer } = call.answer([
      {
        id: 'x',
        results: [
          { index: 1, relevance_score: 0.9 },
          { index: 0, relevance_score: 0.1 },
        ],
        meta: { billed_units: { search_units: 1 } },
      },
    ])
    expect(answer).toMatchObject({
      model: 'the-model',
      results: [
        { index: 1, relevance_score: 0.9, document: { text: 'red house' } },
        { index: 0, relevance_score: 0.1, document: { text: 'blue house' } },
      ],
      meta: { billed_units: { search_units: 1 } },
    })
    const counted = convert(jinaRerank, { client: cohereRerank }).call
    const { body: plain, usage } = counted.answer([{ results: [], usage: { total_tokens: 12 } }])
    expect(usage).toEqual({ inputTokens: 12, outputTokens: 0 })
    expect(cohere.V2RerankResponse.parse(plain)).toMatchObject({ ok: true })
  })

  test.each<[JsonObject, string]>([
    [{ documents: ['a'] }, 'query'],
    [{ query: 'a' }, 'documents'],
    [{ query: 'a', documents: [] }, 'documents'],
    [{ query: 'a', documents: ['a', 1] }, 'documents[1]'],
    [{ query: 'a', documents: [{ title: 'x' }] }, 'documents[0]'],
    [{ query: 'a', documents: ['a'], top_n: 0 }, 'top_n'],
    [{ query: 'a', documents: ['a'], return_documents: 'yes' }, 'return_documents'],
  ])('that is not valid is refused by its path: %j', (asked, param) => {
    let error: unknown
    try {
      convert(cohereRerank, { body: asked })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'invalid_request', param })
  })

  test.each<[JsonObject]>([
    [{}],
    [{ results: [{}] }],
    [{ results: [{ index: 9, relevance_score: 1 }] }],
    [{ results: [{ index: 0.5, relevance_score: 1 }] }],
  ])('whose answer is none is not answered: %j', (answer) => {
    expect(() => convert(cohereRerank).call.answer([answer])).toThrow(GatewayError)
  })
})
