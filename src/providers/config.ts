import { z } from 'zod'
import { bedrockSchema } from './bedrock-config.ts'
import { azureAuthSchema } from './azure-auth-config.ts'
import { common, hasKey, keyed, missingKey, missingKeyOrAuth, url } from './fields-config.ts'
import { googleAuthSchema } from './google-auth-config.ts'
import { serviceSchemas } from './services-config.ts'

/** Presets of OpenAI-compatible services: their addresses and habits; provider types of their own as well. */
export const compatiblePresets = [
  'vllm',
  'lmstudio',
  'groq',
  'mistral',
  'deepseek',
  'xai',
  'openrouter',
  'together',
  'llamacpp',
] as const

const providerSchema = z.discriminatedUnion('type', [
  z
    .strictObject({
      ...common,
      ...keyed,
      type: z.literal('openai'),
      baseUrl: url.default('https://api.openai.com/v1'),
      organization: z.string().optional().describe('Sent as OpenAI-Organization'),
      project: z.string().optional().describe('Sent as OpenAI-Project'),
    })
    .refine(hasKey, missingKey),
  z.strictObject({
    ...common,
    ...keyed,
    type: z.literal('openai-compatible'),
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
  z
    .strictObject({
      ...common,
      ...keyed,
      type: z.literal('anthropic'),
      baseUrl: url.default('https://api.anthropic.com'),
      version: z
        .string()
        .default('2023-06-01')
        .describe('Sent as anthropic-version when the client sends none'),
    })
    .refine(hasKey, missingKey),
  z
    .strictObject({
      ...common,
      ...keyed,
      type: z.literal('azure-openai'),
      auth: azureAuthSchema.optional().describe('Tokens of Entra in place of a key'),
      baseUrl: url.describe('Resource address, such as https://NAME.openai.azure.com'),
      apiStyle: z
        .enum(['v1', 'deployments'])
        .default('v1')
        .describe('v1: /openai/v1/…; deployments: /openai/deployments/MODEL/…?api-version='),
      apiVersion: z.string().optional().describe('api-version; required for the deployments style'),
    })
    .refine(hasKey, missingKeyOrAuth),
  z
    .strictObject({
      ...common,
      ...keyed,
      type: z.literal('azure-apim'),
      apiKey: keyed.apiKey.describe('APIM subscription key'),
      auth: azureAuthSchema
        .optional()
        .describe('Tokens of Entra, beside a subscription key or in its place'),
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
    })
    .refine(hasKey, missingKeyOrAuth),
  z
    .strictObject({
      ...common,
      ...keyed,
      type: z.literal('cohere'),
      baseUrl: url.default('https://api.cohere.com').describe('Address before /v2'),
    })
    .refine(hasKey, missingKey),
  z
    .strictObject({
      ...common,
      ...keyed,
      type: z.literal('gemini'),
      baseUrl: url
        .default('https://generativelanguage.googleapis.com')
        .describe('Address before the version'),
      apiVersion: z
        .enum(['v1beta', 'v1', 'v1alpha'])
        .default('v1beta')
        .describe('Version of the API, part of its addresses'),
    })
    .refine(hasKey, missingKey),
  z.strictObject({
    ...common,
    type: z.literal('vertex'),
    project: z.string().min(1).describe('Project on Google Cloud'),
    location: z
      .string()
      .min(1)
      .default('global')
      .describe('Such as europe-west4, eu, us or global; decides the address'),
    baseUrl: url.optional().describe('Address before /v1, for private endpoints'),
    auth: googleAuthSchema.describe('How it proves to Google who it is'),
  }),
  bedrockSchema,
  z.strictObject({
    ...common,
    ...keyed,
    type: z.literal('ollama'),
    baseUrl: url.default('http://127.0.0.1:11434'),
  }),
  ...serviceSchemas,
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
