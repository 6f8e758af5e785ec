import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import * as cohere from '../../../node_modules/cohere-ai/serialization/index.js'
import { GatewayError } from '../../core/errors.ts'
import { asArray, asObject, asString, isObject, parseJson } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Warning } from '../format.ts'
import { convertEmbeddings } from './convert.ts'
import type { EmbeddingsClientDialect, EmbeddingsProviderDialect } from './dialect.ts'
import {
  bedrockCohereEmbeddings,
  cohereEmbeddings,
  geminiBatchEmbedContents,
  geminiEmbedContent,
  openAiEmbeddings,
  titanEmbeddings,
  vertexPredict,
} from './index.ts'
import { asBase64, asNumbers } from './vector.ts'

/** A vector that depends on its text alone, in numbers that 32 bits hold. */
function vectorOf(text: string): number[] {
  return [
    text.length,
    ...Array.from({ length: 3 }, (_, index) => (text.codePointAt(index) ?? 0) / 4),
  ]
}

/** Counts one token for every text. */
type Model = (body: JsonObject) => JsonObject

function texts(list: JsonValue | undefined): string[] {
  return asArray(list).map((each) => asString(each) ?? '')
}

/** How a provider of each dialect answers. */
const providers: readonly (readonly [EmbeddingsProviderDialect, Model])[] = [
  [
    openAiEmbeddings,
    (body) => ({
      // Out of order, as nothing forbids.
      data: texts(body['input'])
        .map((text, index) => ({
          index,
          embedding:
            body['encoding_format'] === 'base64' ? asBase64(vectorOf(text)) : vectorOf(text),
        }))
        .toReversed(),
      usage: { prompt_tokens: texts(body['input']).length, total_tokens: 0 },
    }),
  ],
  [
    cohereEmbeddings,
    (body) => {
      const vectors = texts(body['texts']).map(vectorOf)
      const isPacked = asArray(body['embedding_types'])[0] === 'base64'
      return {
        id: 'x',
        embeddings: isPacked ? { base64: vectors.map(asBase64) } : { float: vectors },
        meta: { billed_units: { input_tokens: vectors.length } },
      }
    },
  ],
  [
    geminiBatchEmbedContents,
    (body) => {
      const requests = asArray(body['requests']).map((each) => asObject(each))
      const parts = requests.map((each) => asArray(asObject(each?.['content'])?.['parts'])[0])
      const embeddings = parts.map((part) => ({
        values: vectorOf(asString(asObject(part)?.['text']) ?? ''),
      }))
      return { embeddings, usageMetadata: { promptTokenCount: embeddings.length } }
    },
  ],
  [
    vertexPredict,
    (body) => ({
      predictions: asArray(body['instances']).map((each) => ({
        embeddings: {
          values: vectorOf(asString(asObject(each)?.['content']) ?? ''),
          statistics: { token_count: 1, truncated: false },
        },
      })),
    }),
  ],
  [
    titanEmbeddings,
    (body) => ({
      embedding: vectorOf(asString(body['inputText']) ?? ''),
      inputTextTokenCount: 1,
    }),
  ],
  [
    bedrockCohereEmbeddings,
    (body) => ({ embeddings: { float: texts(body['texts']).map(vectorOf) }, texts: [] }),
  ],
]

/** How clients of each dialect ask, and what they read. */
const clients: readonly (readonly [
  string,
  EmbeddingsClientDialect,
  (list: readonly string[]) => JsonObject,
  (body: JsonObject) => unknown,
])[] = [
  [
    'OpenAI with numbers',
    openAiEmbeddings,
    (list) => ({ model: 'm', input: [...list] }),
    (body) => asArray(body['data']).map((each) => asObject(each)?.['embedding']),
  ],
  [
    'OpenAI with base64',
    openAiEmbeddings,
    (list) => ({ model: 'm', input: [...list], encoding_format: 'base64' }),
    (body) =>
      asArray(body['data']).map((each) => asNumbers(asString(asObject(each)?.['embedding']) ?? '')),
  ],
  [
    'Cohere',
    cohereEmbeddings,
    (list) => ({ model: 'm', texts: [...list], input_type: 'search_query' }),
    (body) => asObject(body['embeddings'])?.['float'],
  ],
  [
    'Gemini in batches',
    geminiBatchEmbedContents,
    (list) => ({
      requests: list.map((text) => ({ model: 'models/m', content: { parts: [{ text }] } })),
    }),
    (body) => asArray(body['embeddings']).map((each) => asObject(each)?.['values']),
  ],
]

function overTheWire(body: JsonObject): JsonObject {
  const parsed = parseJson(JSON.stringify(body))
  return isObject(parsed) ? parsed : {}
}

const word = fc.string({ minLength: 1, maxLength: 8 })
const inputs = fc.oneof(
  fc.array(word, { minLength: 1, maxLength: 5 }),
  fc.array(word, { minLength: 97, maxLength: 130 }),
)

describe.each(clients)('a client of %s', (_, client, ask, read) => {
  test.each(providers.map(([dialect, model]) => [dialect.name, dialect, model] as const))(
    'gets the vectors of %s in the order of its texts',
    (_name, provider, model) => {
      fc.assert(
        fc.property(inputs, (list) => {
          const call = convertEmbeddings({
            client,
            provider,
            body: ask(list),
            model: 'm',
            warn: () => undefined,
          })
          const bodies = call.requests.map((body) => overTheWire(model(overTheWire(body))))
          const { body, usage } = call.answer(bodies)
          expect(read(overTheWire(body))).toEqual(list.map(vectorOf))
          if (provider !== bedrockCohereEmbeddings) {
            expect(usage).toEqual({ inputTokens: list.length, outputTokens: 0 })
          }
          expect(call.requests).toHaveLength(Math.ceil(list.length / provider.maxInputs('m')))
        }),
        { numRuns: 20 },
      )
    },
  )
})

describe('a wish for vectors', () => {
  const body = { model: 'm', input: ['a', 'b'], dimensions: 256, user: 'u', custom: 1 }

  function convert(
    provider: EmbeddingsProviderDialect,
    asked: JsonObject = body,
    client: EmbeddingsClientDialect = openAiEmbeddings,
  ): readonly [JsonObject[], string[]] {
    const warnings: Warning[] = []
    const call = convertEmbeddings({
      client,
      provider,
      body: asked,
      model: 'the-model',
      warn: (warning) => warnings.push(warning),
    })
    return [call.requests.map(overTheWire), warnings.map(({ field }) => field)]
  }

  test('becomes no more than a bounded number of requests', () => {
    const input = Array.from({ length: 2049 }, () => 'a')
    expect(convert(cohereEmbeddings, { ...body, input })[0]).toHaveLength(22)
    expect(() => convert(titanEmbeddings, { ...body, input })).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'input' }),
    )
  })

  test('reaches Cohere with a purpose, as its SDK would have written it', () => {
    const [requests, warnings] = convert(cohereEmbeddings)
    expect(requests).toEqual([
      {
        model: 'the-model',
        texts: ['a', 'b'],
        input_type: 'search_document',
        embedding_types: ['float'],
        output_dimension: 256,
      },
    ])
    expect(warnings).toEqual(['custom', 'user'])
    const options = { unrecognizedObjectKeys: 'fail' } as const
    expect(cohere.V2EmbedRequest.parse(requests[0], options)).toMatchObject({ ok: true })
    const [[query]] = convert(cohereEmbeddings, { input: 'a', input_type: 'query' })
    expect(query).toMatchObject({ texts: ['a'], input_type: 'search_query' })
  })

  test('reaches Gemini and Vertex with task types', () => {
    const asked = { input: 'a', input_type: 'query', dimensions: 8 }
    expect(convert(geminiBatchEmbedContents, asked)[0]).toEqual([
      {
        requests: [
          {
            model: 'models/the-model',
            content: { parts: [{ text: 'a' }] },
            taskType: 'RETRIEVAL_QUERY',
            outputDimensionality: 8,
          },
        ],
      },
    ])
    expect(convert(vertexPredict, asked)[0]).toEqual([
      {
        instances: [{ content: 'a', task_type: 'RETRIEVAL_QUERY' }],
        parameters: { outputDimensionality: 8 },
      },
    ])
  })

  test('of one Gemini content is answered with one vector', () => {
    const asked = { content: { parts: [{ text: 'a' }, { text: 'b' }] }, taskType: 'CLUSTERING' }
    const call = convertEmbeddings({
      client: geminiEmbedContent,
      provider: openAiEmbeddings,
      body: asked,
      model: 'm',
      warn: () => undefined,
    })
    expect(call.requests[0]).toMatchObject({ input: ['a\nb'] })
    const { body: answer } = call.answer([{ data: [{ index: 0, embedding: [1, 2] }] }])
    expect(answer).toEqual({ embedding: { values: [1, 2] } })
  })

  test.each<[EmbeddingsClientDialect, JsonObject, string]>([
    [openAiEmbeddings, {}, 'input'],
    [openAiEmbeddings, { input: '' }, 'input'],
    [openAiEmbeddings, { input: [] }, 'input'],
    [openAiEmbeddings, { input: ['a', 3] }, 'input[1]'],
    [openAiEmbeddings, { input: ['a', ''] }, 'input[1]'],
    [openAiEmbeddings, { input: [[1], [-1]] }, 'input[1][0]'],
    [openAiEmbeddings, { input: 'a', dimensions: 0 }, 'dimensions'],
    [openAiEmbeddings, { input: 'a', encoding_format: 'int8' }, 'encoding_format'],
    [openAiEmbeddings, { input: 'a', input_type: 'poem' }, 'input_type'],
    [cohereEmbeddings, {}, 'texts'],
    [cohereEmbeddings, { texts: [1] }, 'texts[0]'],
    [cohereEmbeddings, { images: ['data:'] }, 'images'],
    [cohereEmbeddings, { texts: ['a'], embedding_types: ['int8'] }, 'embedding_types'],
    [cohereEmbeddings, { texts: ['a'], truncate: 'MIDDLE' }, 'truncate'],
    [
      cohereEmbeddings,
      { inputs: [{ content: [{ type: 'image_url', image_url: {} }] }] },
      'inputs[0].content[0]',
    ],
    [geminiEmbedContent, { content: {} }, 'content'],
    [geminiEmbedContent, { content: { parts: [{ inlineData: {} }] } }, 'content.parts[0].text'],
    [geminiBatchEmbedContents, {}, 'requests'],
    [
      geminiBatchEmbedContents,
      {
        requests: [
          { content: { parts: [{ text: 'a' }] } },
          { content: { parts: [{ text: 'b' }] }, taskType: 'CLUSTERING' },
        ],
      },
      'requests[1].taskType',
    ],
  ])('that is not valid is refused by its path: %#', (client, asked, param) => {
    let error: unknown
    try {
      convert(titanEmbeddings, asked, client)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'invalid_request', param })
  })

  test('in tokens reaches only OpenAI', () => {
    const asked = { input: [[1, 2], [3]] }
    expect(convert(openAiEmbeddings, asked)[0]).toMatchObject([{ input: [[1, 2], [3]] }])
    expect(() => convert(cohereEmbeddings, asked)).toThrow(GatewayError)
  })

  test('whose answer has too few, broken or no vectors is not answered', () => {
    const call = convertEmbeddings({
      client: cohereEmbeddings,
      provider: openAiEmbeddings,
      body: { texts: ['a', 'b'] },
      model: 'm',
      warn: () => undefined,
    })
    const one = { index: 0, embedding: [1] }
    for (const data of [[], [one], [one, { index: 1 }], [one, { index: 1, embedding: ['x'] }]]) {
      expect(() => call.answer([{ data }])).toThrow(GatewayError)
    }
  })
})

test('a vector survives base64', () => {
  const single = fc.float({ noNaN: true, noDefaultInfinity: true })
  fc.assert(
    fc.property(fc.array(single, { minLength: 1, maxLength: 20 }), (vector) => {
      expect(asNumbers(asBase64(vector))).toEqual(vector)
    }),
  )
})

describe('whatever a client sends', () => {
  const member = fc.constantFrom(
    'input',
    'texts',
    'inputs',
    'images',
    'content',
    'requests',
    'parts',
    'text',
    'input_type',
    'embedding_types',
    'taskType',
    'dimensions',
    'output_dimension',
    'encoding_format',
    'truncate',
  )
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.boolean(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(member, tie('value'), { maxKeys: 5 }),
    ),
  })).value

  test.each(
    [openAiEmbeddings, cohereEmbeddings, geminiEmbedContent, geminiBatchEmbedContents].map(
      (client, index) => [index, client] as const,
    ),
  )('is read or refused as an invalid request: %i', (_, client) => {
    fc.assert(
      fc.property(anything, (value) => {
        const body = parseJson(JSON.stringify(value) ?? 'null')
        if (!isObject(body)) return
        try {
          convertEmbeddings({
            client,
            provider: cohereEmbeddings,
            body,
            model: 'm',
            warn: () => undefined,
          })
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_request' })
        }
      }),
      { numRuns: 300 },
    )
  })
})
