import type { JsonValue } from '../core/json.ts'
import {
  anthropicAtBedrock,
  anthropicVersion,
  bedrockCohereEmbeddings,
  bedrockConverse,
  bedrockInvoke,
  bedrockRerank,
  openAiChat,
  titanEmbeddings,
} from '../formats/index.ts'
import { createAwsCredentials, domainOf } from './aws-credentials.ts'
import type { ProviderConfig } from './config.ts'
import { trimSlashes } from './openai-paths.ts'
import type {
  EndpointRequest,
  ProviderRuntime,
  ProviderTraits,
  UnsignedRequest,
} from './provider.ts'
import { createSigner, encodeUriComponent } from './sigv4.ts'
import type { AwsCredentials } from './sigv4.ts'

type BedrockConfig = ProviderConfig & { readonly type: 'bedrock' }

/**
 * Amazon Bedrock's runtime: Converse for every model, InvokeModel for Claude where the client speaks
 * Anthropic's own format, or the API in OpenAI's style
 * (docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html).
 */
export function bedrock(config: BedrockConfig, runtime: ProviderRuntime): ProviderTraits {
  const { region } = config
  const root = trimSlashes(
    config.baseUrl ?? `https://bedrock-runtime.${region}.${domainOf(region)}`,
  )
  return {
    ...(config.api === 'openai' ? openAiStyle(root) : native(root)),
    ...authorization(config, runtime),
  }
}

type Dialect = Omit<ProviderTraits, 'headers' | 'authorize'>

/** https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html */
function openAiStyle(root: string): Dialect {
  return {
    formats: [openAiChat],
    forwardedHeaders: [],
    asksStreamUsage: true,
    url: ({ format }) =>
      format === 'openai-chat' ? `${root}/openai/v1/chat/completions` : undefined,
  }
}

function native(root: string): Dialect {
  return {
    formats: [bedrockConverse],
    formatsFor: (model) =>
      isClaude(model) ? [bedrockConverse, bedrockInvoke, anthropicAtBedrock] : [bedrockConverse],
    forwardedHeaders: [],
    asksStreamUsage: false,
    embeddings: (model) => (model.includes('cohere.') ? bedrockCohereEmbeddings : titanEmbeddings),
    rerank: () => bedrockRerank,
    bodyMembers: (request) =>
      request.format === 'anthropic-messages' ? invokeMembers(request) : {},
    url(request) {
      const action = actionOf(request)
      const id = encodeUriComponent(request.model)
      // A name of dots would leave its place in the path.
      const isName = !/^\.{0,2}$/.test(request.model)
      return action === undefined || !isName ? undefined : `${root}/model/${id}/${action}`
    },
  }
}

function actionOf({ operation, format, stream }: EndpointRequest): string | undefined {
  if (format === 'bedrock-converse') return stream === true ? 'converse-stream' : 'converse'
  if (format === 'bedrock-invoke' || format === 'anthropic-messages') {
    return stream === true ? 'invoke-with-response-stream' : 'invoke'
  }
  return operation === 'embeddings' || operation === 'rerank' ? 'invoke' : undefined
}

/** Models whose InvokeModel takes Anthropic's bodies; the ARN of a profile does not say what is behind it. */
function isClaude(model: string): boolean {
  return /anthropic\.|claude/i.test(model)
}

/** What Bedrock wants in Anthropic's body: the path names the model, and betas are no header. */
function invokeMembers({ headers }: EndpointRequest): Record<string, JsonValue | undefined> {
  const betas = headers?.get('anthropic-beta')
  const list = betas?.split(',').map((beta) => beta.trim())
  return {
    anthropic_version: anthropicVersion,
    ...(list !== undefined && { anthropic_beta: list }),
    model: undefined,
    stream: undefined,
  }
}

/** Headers that others may change on the way are not signed. */
const signedHeaders = ['content-type', 'accept'] as const

function authorization(
  { auth, region }: BedrockConfig,
  runtime: ProviderRuntime,
): Pick<ProviderTraits, 'headers' | 'authorize'> {
  if (auth.type === 'api-key') {
    return { headers: { authorization: `Bearer ${auth.apiKey.reveal()}` } }
  }
  const source = createAwsCredentials(auth, { runtime, region })
  const signer = createSigner()
  const sign = (request: UnsignedRequest, credentials: AwsCredentials) =>
    signer(
      { ...request, headers: pick(request.headers) },
      { credentials, region, service: 'bedrock', at: runtime.clock.now() },
    )
  return {
    headers: {},
    authorize(request) {
      const credentials = source.credentials(request.signal)
      return credentials instanceof Promise
        ? credentials.then((found) => sign(request, found))
        : sign(request, credentials)
    },
  }
}

function pick(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    signedHeaders.flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
