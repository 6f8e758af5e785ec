import { z } from 'zod'
import { common, hasKey, keyed, missingKey, url } from './fields-config.ts'

const responses = {
  responses: z
    .boolean()
    .default(false)
    .describe('Whether to use its /responses for clients that speak it; translated if not'),
}

/** Services with an OpenAI-style API and habits of their own; the keys are the provider types. */
export const serviceSchemas = [
  z
    .strictObject({
      ...common,
      type: z.literal('mistral'),
      ...keyed,
      baseUrl: url.default('https://api.mistral.ai/v1'),
    })
    .refine(hasKey, missingKey),
  z
    .strictObject({
      ...common,
      ...responses,
      type: z.literal('groq'),
      ...keyed,
      baseUrl: url.default('https://api.groq.com/openai/v1'),
    })
    .refine(hasKey, missingKey),
  z
    .strictObject({
      ...common,
      type: z.literal('deepseek'),
      ...keyed,
      baseUrl: url.default('https://api.deepseek.com/v1'),
    })
    .refine(hasKey, missingKey),
  z
    .strictObject({
      ...common,
      ...responses,
      type: z.literal('xai'),
      ...keyed,
      baseUrl: url.default('https://api.x.ai/v1'),
    })
    .refine(hasKey, missingKey),
  z
    .strictObject({
      ...common,
      ...responses,
      type: z.literal('openrouter'),
      ...keyed,
      baseUrl: url.default('https://openrouter.ai/api/v1'),
      appUrl: url.optional().describe('Sent as HTTP-Referer: whom OpenRouter counts the calls to'),
      appTitle: z.string().optional().describe('Sent as X-Title'),
      routing: z
        .record(z.string(), z.json())
        .optional()
        .describe(
          'Members of `provider` in every request, such as { data_collection: deny }; clients cannot change them',
        ),
    })
    .refine(hasKey, missingKey),
  z
    .strictObject({
      ...common,
      type: z.literal('together'),
      ...keyed,
      baseUrl: url.default('https://api.together.xyz/v1'),
    })
    .refine(hasKey, missingKey),
  z.strictObject({
    ...common,
    ...responses,
    type: z.literal('vllm'),
    ...keyed,
    baseUrl: url.default('http://127.0.0.1:8000/v1'),
  }),
  z.strictObject({
    ...common,
    ...responses,
    type: z.literal('lmstudio'),
    ...keyed,
    baseUrl: url.default('http://127.0.0.1:1234/v1'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('llamacpp'),
    ...keyed,
    baseUrl: url.default('http://127.0.0.1:8080/v1'),
  }),
] as const
