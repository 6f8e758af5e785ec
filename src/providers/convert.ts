import type { Call, Question } from '../core/call.ts'
import type { JsonObject } from '../core/json.ts'
import {
  cohereEmbeddings,
  cohereRerank,
  convertCount,
  convertEmbeddings,
  convertRerank,
  geminiBatchEmbedContents,
  geminiEmbedContent,
  jinaRerank,
  ollamaEmbed,
  openAiEmbeddings,
} from '../formats/index.ts'
import type {
  ClientFormat,
  Conversion,
  EmbeddingsClientDialect,
  RerankClientDialect,
  Warn,
} from '../formats/index.ts'
import type { ExchangeDependencies } from './exchange.ts'
import type { Provider } from './provider.ts'

/** A question that is no chat, and its provider, that understands another dialect of it. */
export interface Convertible {
  /** Path behind an OpenAI-style API root. */
  readonly path: string
  /** Converts the question. Throws `invalid_request`. */
  convert(warn: Warn): Conversion
}

/**
 * Returns how a question is converted for a provider; `undefined` where both speak alike, so that it is
 * forwarded as it is, and for operations of which there is one dialect only.
 */
export function convertibleFor(
  provider: Pick<Provider, 'embeddings' | 'rerank' | 'tokenizes'>,
  { call, body: { json: body } }: Question,
  {
    model,
    clientFormats,
  }: { readonly model: string } & Pick<ExchangeDependencies, 'clientFormats'>,
): Convertible | undefined {
  if (body === undefined) return undefined
  if (call.operation === 'count_tokens' && provider.tokenizes === true) {
    return countFor(call, clientFormats.get(call.clientFormat), { body, model })
  }
  if (call.operation === 'embeddings') return embeddingsFor(provider, call, { body, model })
  return call.operation === 'rerank' ? rerankFor(provider, call, { body, model }) : undefined
}

interface Asked {
  readonly body: JsonObject
  readonly model: string
}

function embeddingsFor(
  { embeddings }: Pick<Provider, 'embeddings'>,
  call: Call,
  asked: Asked,
): Convertible | undefined {
  const client = embeddingsClientOf(call)
  const provider = embeddings?.(asked.model) ?? openAiEmbeddings
  if (client.name === provider.name) return undefined
  return {
    path: '/embeddings',
    convert: (warn) => convertEmbeddings({ ...asked, client, provider, warn }),
  }
}

function rerankFor(
  { rerank }: Pick<Provider, 'rerank'>,
  call: Call,
  asked: Asked,
): Convertible | undefined {
  const client: RerankClientDialect =
    call.clientFormat === 'cohere-chat' ? cohereRerank : jinaRerank
  const provider = rerank?.(asked.model) ?? jinaRerank
  if (client.name === provider.name) return undefined
  return {
    path: '/rerank',
    convert: (warn) => convertRerank({ ...asked, client, provider, warn }),
  }
}

function countFor(
  { target }: Call,
  client: ClientFormat | undefined,
  asked: Asked,
): Convertible | undefined {
  if (client === undefined) return undefined
  return {
    path: '/tokenize',
    convert: (warn) => convertCount({ ...asked, client, target, warn }),
  }
}

function embeddingsClientOf({ clientFormat, path }: Call): EmbeddingsClientDialect {
  if (clientFormat === 'cohere-chat') return cohereEmbeddings
  if (clientFormat === 'ollama-chat') return ollamaEmbed
  if (clientFormat !== 'gemini') return openAiEmbeddings
  return path.includes(':batchEmbedContents') ? geminiBatchEmbedContents : geminiEmbedContent
}
