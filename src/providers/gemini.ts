import { gemini as geminiFormat, geminiArray, geminiBatchEmbedContents } from '../formats/index.ts'
import type { ProviderConfig } from './config.ts'
import { geminiMembers } from './gemini-members.ts'
import { trimSlashes } from './openai-paths.ts'
import type { EndpointRequest, ProviderTraits } from './provider.ts'

/** The Gemini API (ai.google.dev/api). */
export function gemini(config: ProviderConfig & { readonly type: 'gemini' }): ProviderTraits {
  const root = `${trimSlashes(config.baseUrl)}/${config.apiVersion}`
  return {
    formats: [geminiFormat, geminiArray],
    headers: config.apiKey === undefined ? {} : { 'x-goog-api-key': config.apiKey.reveal() },
    forwardedHeaders: [],
    asksStreamUsage: false,
    embeddings: () => geminiBatchEmbedContents,
    bodyMembers: geminiMembers,
    url(request) {
      const method = geminiMethod(request) ?? embeddingMethod(request)
      return method === undefined ? undefined : `${root}/${modelPath(request.model)}:${method}`
    },
  }
}

/** Returns the method of chats and of counting, its query included; `undefined` for anything else. */
export function geminiMethod({ operation, format, stream }: EndpointRequest): string | undefined {
  if (operation === 'count_tokens') return 'countTokens'
  if (operation !== 'chat' && operation !== 'text_completion') return undefined
  if (stream !== true) return 'generateContent'
  return format === 'gemini-array' ? 'streamGenerateContent' : 'streamGenerateContent?alt=sse'
}

/** A call that was converted is a batch always. */
function embeddingMethod({ operation, path }: EndpointRequest): string | undefined {
  if (operation !== 'embeddings') return undefined
  return path.endsWith(':embedContent') ? 'embedContent' : 'batchEmbedContents'
}

/** A name with a folder (`tunedModels/mine`) is a path already. */
function modelPath(model: string): string {
  const path = /^(?:models|tunedModels)\//.test(model) ? model : `models/${model}`
  return encodePath(path)
}

/** Encodes each segment of a path; `@` before the date of a version stays as Google writes it. */
export function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment).replaceAll('%40', '@'))
    .join('/')
}
