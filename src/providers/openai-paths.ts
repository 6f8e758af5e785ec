import type { FormatName } from '../formats/index.ts'
import type { Operation } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import type { EndpointRequest } from './provider.ts'

const formatPaths: Partial<Record<FormatName, string>> = {
  'openai-chat': '/chat/completions',
  'openai-completions': '/completions',
  'openai-responses': '/responses',
}

/** Returns the path of an operation behind an OpenAI-style API root, or `undefined` for one it lacks. */
export function openAiPath(
  request: EndpointRequest,
  offered: ReadonlySet<Operation>,
): string | undefined {
  if (!offered.has(request.operation)) return undefined
  if (request.format !== undefined) return formatPaths[request.format]
  return request.path
}

/** Everything the OpenAI API itself offers through this gateway. */
export const openAiOperations: ReadonlySet<Operation> = new Set([
  'chat',
  'text_completion',
  'embeddings',
  'moderations',
  'audio',
  'images',
  'files',
  'batches',
  'responses',
  'realtime',
])

/** Headers of OpenAI clients that concern the call and not the account. */
export const openAiForwardedHeaders: readonly string[] = ['openai-beta', 'idempotency-key']

/** Returns the header that carries a key as OpenAI wants it; none without a key. */
export function bearer(key: Secret | undefined): Readonly<Record<string, string>> {
  return key === undefined ? {} : { authorization: `Bearer ${key.reveal()}` }
}

/** Removes slashes from the end of a base URL. */
export function trimSlashes(url: string): string {
  let end = url.length
  while (url.charCodeAt(end - 1) === 0x2f) end -= 1
  return url.slice(0, end)
}
