import { z } from 'zod'
import { Secret } from '../core/secret.ts'

const text = z.string().min(1)
const secret = text.transform((value) => new Secret(value))
const address = z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' })

/** Schema of `auth` at a provider of AWS: how it proves who it is. */
export const awsAuthSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('api-key'),
    apiKey: secret.describe('Bedrock API key, best as ${env:AWS_BEARER_TOKEN_BEDROCK}'),
  }),
  z.strictObject({
    type: z.literal('keys'),
    accessKeyId: secret.describe('Access key id, best as ${env:AWS_ACCESS_KEY_ID}'),
    secretAccessKey: secret.describe('Its secret, best as ${env:AWS_SECRET_ACCESS_KEY}'),
    sessionToken: secret.optional().describe('Session token of temporary keys'),
  }),
  z.strictObject({
    type: z.literal('container'),
    url: address.describe(
      'Credential endpoint of the container (ECS, EKS Pod Identity), such as http://169.254.170.23/v1/credentials',
    ),
    tokenFile: text
      .optional()
      .describe('File with what is sent there as authorization, read again each time'),
  }),
  z.strictObject({
    type: z.literal('instance-metadata'),
    server: address
      .default('http://169.254.169.254')
      .describe('Metadata server of the machine on EC2 (version 2)'),
  }),
  z.strictObject({
    type: z.literal('web-identity'),
    roleArn: text.describe('Role that is taken on, as an ARN'),
    tokenFile: text.describe('File with the token of the identity provider, read again each time'),
    sessionName: z
      .string()
      .regex(/^[\w+=,.@-]{2,64}$/)
      .default('smartflow')
      .describe('Name of the session in the logs of AWS'),
    stsUrl: address.optional().describe('Security Token Service; that of the region when left out'),
  }),
])

export type AwsAuthConfig = z.output<typeof awsAuthSchema>
