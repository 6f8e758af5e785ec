import { asArray, asNumber, asObject, type JsonObject } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import {
  badRanking,
  type RankedDocument,
  type RerankAnswer,
  type RerankClientDialect,
  type RerankProviderDialect,
  type RerankRequest,
} from './dialect.ts'
import { readRerankRequest } from './read-request.ts'

/**
 * `/v1/rerank` of Jina, vLLM, Together and other servers with an OpenAI-style API. Answers hold what
 * clients of Cohere's first version look for as well. https://jina.ai/reranker
 */
export const jinaRerank = {
  name: 'jina-rerank',
  readRequest: readRerankRequest,
  writeAnswer: (answer, request, model) => ({
    ...writeAnswer(answer, request),
    model,
    usage: {
      prompt_tokens: answer.usage?.inputTokens ?? 0,
      total_tokens: answer.usage?.inputTokens ?? 0,
    },
  }),
  writeRequest(request, model, warn) {
    warnOfTokenLimit(request, warn)
    return {
      model,
      query: request.query,
      documents: [...request.documents],
      top_n: request.topCount,
      // The client gets its own documents back: sending them here and back is for nothing.
      return_documents: false,
    }
  },
  readAnswer,
} as const satisfies RerankClientDialect & RerankProviderDialect

/** Cohere's `/v2/rerank`. https://docs.cohere.com/reference/rerank */
export const cohereRerank = {
  name: 'cohere-rerank',
  readRequest: readRerankRequest,
  writeAnswer,
  writeRequest: (request, model) => ({
    model,
    query: request.query,
    documents: [...request.documents],
    top_n: request.topCount,
    max_tokens_per_doc: request.maxTokensPerDocument,
  }),
  readAnswer,
} as const satisfies RerankClientDialect & RerankProviderDialect

/** Cohere's and Amazon's rerankers behind InvokeModel of Bedrock, where the path names the model. */
export const bedrockRerank = {
  name: 'bedrock-rerank',
  writeRequest(request, model, warn) {
    const isCohere = model.includes('cohere.')
    if (!isCohere) warnOfTokenLimit(request, warn)
    return {
      query: request.query,
      documents: [...request.documents],
      top_n: request.topCount,
      ...(isCohere && { api_version: 2, max_tokens_per_doc: request.maxTokensPerDocument }),
    }
  },
  readAnswer,
} as const satisfies RerankProviderDialect

function warnOfTokenLimit(request: RerankRequest, warn: Warn): void {
  if (request.maxTokensPerDocument !== undefined) {
    warn({ type: 'dropped', field: 'max_tokens_per_doc' })
  }
}

function writeAnswer(answer: RerankAnswer, request: RerankRequest): JsonObject {
  return {
    id: Bun.randomUUIDv7(),
    results: answer.results.map(({ index, score }) => ({
      index,
      relevance_score: score,
      ...(request.returnsDocuments && { document: { text: request.documents[index] ?? '' } }),
    })),
    meta: {
      api_version: { version: '2' },
      ...(answer.searchUnits !== undefined && {
        billed_units: { search_units: answer.searchUnits },
      }),
    },
  }
}

function readAnswer(body: JsonObject): RerankAnswer {
  const { results } = body
  if (!Array.isArray(results)) throw badRanking('there are no results')
  const usage = asObject(body['usage'])
  const tokens = asNumber(usage?.['prompt_tokens']) ?? asNumber(usage?.['total_tokens'])
  const meta = asObject(body['meta'])
  const searchUnits = asNumber(asObject(meta?.['billed_units'])?.['search_units'])
  const billed = asNumber(asObject(meta?.['tokens'])?.['input_tokens'])
  const inputTokens = tokens ?? billed
  return {
    results: asArray(results).map((each) => readResult(asObject(each))),
    ...(inputTokens === undefined ? {} : { usage: { inputTokens, outputTokens: 0 } }),
    ...(searchUnits === undefined ? {} : { searchUnits }),
  }
}

function readResult(result: JsonObject | undefined): RankedDocument {
  const index = asNumber(result?.['index'])
  const score = asNumber(result?.['relevance_score']) ?? asNumber(result?.['score'])
  if (index === undefined || score === undefined) throw badRanking('a result without its score')
  return { index, score }
}
