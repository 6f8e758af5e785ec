import { z } from 'zod'
import { awsAuthSchema } from './aws-auth-config.ts'
import { common, url } from './fields-config.ts'

/** Schema of a provider of the type `bedrock`. */
export const bedrockSchema = z.strictObject({
  ...common,
  type: z.literal('bedrock'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/, 'expected an AWS region such as eu-central-1')
    .describe('AWS region, such as eu-central-1; also where it processes what it is sent'),
  baseUrl: url
    .optional()
    .describe('Address of the runtime, for VPC endpoints; that of the region when left out'),
  api: z
    .enum(['native', 'openai'])
    .default('native')
    .describe(
      'native: Converse, and InvokeModel for Claude where the client speaks Anthropic; openai: /openai/v1',
    ),
  auth: awsAuthSchema.describe('How it proves to AWS who it is'),
})
