import { anthropicMessages, gemini, geminiArray, vertexPredict } from '../formats/index.ts'
import type { ProviderConfig } from './config.ts'
import { encodePath, geminiMethod } from './gemini.ts'
import { createGoogleTokens } from './google-auth.ts'
import { trimSlashes } from './openai-paths.ts'
import type { EndpointRequest, ProviderRuntime, ProviderTraits } from './provider.ts'

/**
 * Vertex AI: Gemini and Claude in one project
 * (cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference).
 */
export function vertex(
  config: ProviderConfig & { readonly type: 'vertex' },
  runtime: ProviderRuntime,
): ProviderTraits {
  const { project, location } = config
  const host = trimSlashes(config.baseUrl ?? hostOf(location))
  const root = `${host}/v1/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}`
  const tokens = createGoogleTokens(config.auth, runtime)
  return {
    formats: [gemini, geminiArray],
    formatsFor: (model) => (isClaude(model) ? [anthropicMessages] : [gemini, geminiArray]),
    headers: {},
    forwardedHeaders: ['anthropic-beta'],
    asksStreamUsage: false,
    embeddings: () => vertexPredict,
    bodyMembers: ({ operation, model }) =>
      isClaude(model) ? claudeMembers(operation, model) : googleMembers(operation),
    url(request) {
      const { model } = request
      const path = isClaude(model) ? claudePath(request) : googlePath(request)
      return path === undefined ? undefined : `${root}/${path}`
    },
    authorize({ signal }) {
      const token = tokens.token(signal)
      return typeof token === 'string' ? bearer(token) : token.then(bearer)
    },
  }
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations */
function hostOf(location: string): string {
  if (location === 'global') return 'https://aiplatform.googleapis.com'
  if (location === 'us' || location === 'eu')
    return `https://aiplatform.${location}.rep.googleapis.com`
  return `https://${location}-aiplatform.googleapis.com`
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

const anthropicModels = 'publishers/anthropic/models/'

function isClaude(model: string): boolean {
  return model.startsWith('claude-') || model.startsWith(anthropicModels)
}

function claudeName(model: string): string {
  return model.startsWith(anthropicModels) ? model.slice(anthropicModels.length) : model
}

/** https://docs.anthropic.com/en/api/claude-on-vertex-ai */
function claudePath({ operation, model, stream }: EndpointRequest): string | undefined {
  if (operation === 'count_tokens') return `${anthropicModels}count-tokens:rawPredict`
  if (operation !== 'chat' && operation !== 'text_completion') return undefined
  const method = stream === true ? 'streamRawPredict' : 'rawPredict'
  return `${anthropicModels}${encodePath(claudeName(model))}:${method}`
}

function claudeMembers(
  operation: EndpointRequest['operation'],
  model: string,
): Readonly<Record<string, string | undefined>> {
  const counted = operation === 'count_tokens' ? claudeName(model) : undefined
  return { anthropic_version: 'vertex-2023-10-16', model: counted }
}

/** The path names the model that counts. */
function googleMembers(operation: EndpointRequest['operation']): { readonly model?: undefined } {
  return operation === 'count_tokens' ? { model: undefined } : {}
}

/** A name that says where it is (`publishers/meta/models/…`, `endpoints/123`) is a path already. */
function googlePath(request: EndpointRequest): string | undefined {
  const { model, operation } = request
  const method = operation === 'embeddings' ? 'predict' : geminiMethod(request)
  if (method === undefined) return undefined
  const path = /^(?:publishers|endpoints)\//.test(model)
    ? model
    : `publishers/google/models/${model}`
  return `${encodePath(path)}:${method}`
}
