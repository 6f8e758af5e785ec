import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import {
  createLossList,
  optionalArray,
  optionalBoolean,
  optionalInteger,
  pruned,
  refuse,
  requiredName,
} from '../openai-chat/fields.ts'
import type { RerankRequest } from './dialect.ts'

/**
 * Reads a wish for an order as Jina, vLLM and both versions of Cohere have it: they differ in few names.
 * Documents that are objects say what they say in `text`.
 */
export function readRerankRequest(body: JsonObject): RerankRequest {
  const lost = createLossList()
  lost.addUnknown(body, knownFields, '')
  const documents = optionalArray(body, 'documents') ?? []
  if (documents.length === 0) refuse('documents', 'an array of texts that is not empty')
  return {
    ...pruned<Pick<RerankRequest, 'topCount' | 'maxTokensPerDocument'>>({
      topCount: optionalInteger(body, 'top_n', 1),
      maxTokensPerDocument: optionalInteger(body, 'max_tokens_per_doc', 1),
    }),
    query: requiredName(body, 'query'),
    documents: documents.map((document, index) => readDocument(document, `documents[${index}]`)),
    returnsDocuments: optionalBoolean(body, 'return_documents') ?? false,
    inexpressible: lost.paths,
  }
}

const knownFields = new Set([
  'model',
  'query',
  'documents',
  'top_n',
  'return_documents',
  'max_tokens_per_doc',
])

function readDocument(document: JsonValue, path: string): string {
  if (typeof document === 'string') return document
  const text = isObject(document) ? document['text'] : undefined
  return typeof text === 'string' ? text : refuse(path, 'a text, or an object with one')
}
