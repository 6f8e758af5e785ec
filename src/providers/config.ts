import { z } from 'zod'
import { Secret } from '../core/secret.ts'

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'expected lower-case letters, digits, dots, dashes')
const secret = z
  .string()
  .min(1)
  .transform((value) => new Secret(value))
const url = z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' })

const common = {
  name: name.describe('Name by which models refer to this provider'),
  headers: z.record(z.string(), secret).optional().describe('Extra headers sent with every call'),
  region: name
    .optional()
    .describe('Where this provider processes what it is sent, such as eu-central'),
  perimeter: name
    .optional()
    .describe('Within whose walls it does so, such as on-premises, eu or public'),
  caFile: z.string().optional().describe('PEM file of the certificate authority of this provider'),
  proxy: url
    .optional()
    .describe('HTTP proxy for calls to this provider; none is taken from the environment'),
  streamUsage: z
    .enum(['ask', 'leave'])
    .optional()
    .describe(
      'Whether to ask for token usage in streams when the client did not (the extra frame is withheld)',
    ),
}
const apiKey = secret.describe('API key of the provider, best as ${env:NAME} or ${file:/path}')

/** Presets of OpenAI-compatible services: known addresses, nothing else. */
export const compatiblePresets = [
  'vllm',
  'lmstudio',
  'groq',
  'mistral',
  'deepseek',
  'xai',
  'openrouter',
  'together',
] as const

const providerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('openai'),
    apiKey,
    baseUrl: url.default('https://api.openai.com/v1'),
    organization: z.string().optional().describe('Sent as OpenAI-Organization'),
    project: z.string().optional().describe('Sent as OpenAI-Project'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('openai-compatible'),
    apiKey: apiKey.optional(),
    preset: z
      .enum(compatiblePresets)
      .optional()
      .describe('Fills in the address of a known service'),
    baseUrl: url.optional().describe('Address up to and including /v1; required without a preset'),
    responses: z
      .boolean()
      .default(false)
      .describe(
        'Whether it offers /responses (vLLM, LM Studio, Groq, OpenRouter); translated if not',
      ),
    keepsResponses: z
      .boolean()
      .default(false)
      .describe(
        'Whether it takes previous_response_id; if not, the gateway keeps the conversations itself',
      ),
  }),
  z.strictObject({
    ...common,
    type: z.literal('anthropic'),
    apiKey,
    baseUrl: url.default('https://api.anthropic.com'),
    version: z
      .string()
      .default('2023-06-01')
      .describe('Sent as anthropic-version when the client sends none'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('azure-openai'),
    apiKey,
    baseUrl: url.describe('Resource address, such as https://NAME.openai.azure.com'),
    apiStyle: z
      .enum(['v1', 'deployments'])
      .default('v1')
      .describe('v1: /openai/v1/…; deployments: /openai/deployments/MODEL/…?api-version='),
    apiVersion: z.string().optional().describe('api-version; required for the deployments style'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('azure-apim'),
    apiKey: apiKey.describe('APIM subscription key'),
    baseUrl: url.describe('Address of the imported API'),
    subscriptionKeyHeaders: z
      .array(z.string())
      .min(1)
      .default(['Ocp-Apim-Subscription-Key', 'api-key'])
      .describe('Headers that carry the subscription key'),
    apiStyle: z
      .enum(['v1', 'deployments', 'plain'])
      .default('deployments')
      .describe('Shape of the paths behind baseUrl; plain: /chat/completions directly'),
    apiVersion: z.string().optional().describe('api-version query parameter'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('cohere'),
    apiKey,
    baseUrl: url.default('https://api.cohere.com').describe('Address before /v2'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('ollama'),
    apiKey: apiKey.optional(),
    baseUrl: url.default('http://127.0.0.1:11434'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('simulated'),
    behaviour: z
      .string()
      .optional()
      .describe('Script such as latency=200;tps=50, see docs/simulated-provider.md'),
  }),
])

/** Schema of the `providers` section: who answers, where, and with which credentials. */
export const providersConfigSchema = z.array(providerSchema).default([])

export type ProviderConfig = z.output<typeof providerSchema>
