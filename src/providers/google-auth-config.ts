import { z } from 'zod'
import { Secret } from '../core/secret.ts'

const text = z.string().min(1)
const address = z.url({ protocol: /^https?$/ })

const serviceAccount = z.object({
  type: z.literal('service_account'),
  client_email: text,
  private_key: text.includes('-----BEGIN PRIVATE KEY-----'),
  private_key_id: text.optional(),
  token_uri: address.default('https://oauth2.googleapis.com/token'),
})

const authorizedUser = z.object({
  type: z.literal('authorized_user'),
  client_id: text,
  client_secret: text,
  refresh_token: text,
  token_uri: address.default('https://oauth2.googleapis.com/token'),
})

const subjectFormat = z.object({
  type: z.enum(['text', 'json']).default('text'),
  subject_token_field_name: text.optional(),
})

const externalAccount = z.object({
  type: z.literal('external_account'),
  audience: text,
  subject_token_type: text,
  token_url: address,
  service_account_impersonation_url: address.optional(),
  service_account_impersonation: z
    .object({ token_lifetime_seconds: z.int().min(600).max(43_200).optional() })
    .optional(),
  credential_source: z.union([
    z.object({ file: text, format: subjectFormat.optional() }),
    z.object({
      url: address,
      headers: z.record(z.string(), z.string()).optional(),
      format: subjectFormat.optional(),
    }),
  ]),
})

/**
 * What a credential file of Google says: a key of a service account, a person who signed in, or another
 * identity provider whose tokens are exchanged. https://google.aip.dev/auth/4110
 */
export const googleCredentialsSchema = z.discriminatedUnion('type', [
  serviceAccount,
  authorizedUser,
  externalAccount,
])

export type GoogleCredentials = z.output<typeof googleCredentialsSchema>
export type ServiceAccount = z.output<typeof serviceAccount>
export type AuthorizedUser = z.output<typeof authorizedUser>
export type ExternalAccount = z.output<typeof externalAccount>

const secret = text.transform((value) => new Secret(value))

/** Schema of `auth` at a provider of Google: how it proves who it is. */
export const googleAuthSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('file'),
    file: text.describe(
      'Credential file: key of a service account, workload identity federation, or a signed-in person',
    ),
  }),
  z.strictObject({
    type: z.literal('json'),
    json: secret.describe('Content of such a file, best as ${env:NAME}'),
  }),
  z.strictObject({
    type: z.literal('metadata'),
    server: address
      .default('http://metadata.google.internal')
      .describe('Metadata server of the machine on Google Cloud'),
    account: text.default('default').describe('Service account at the metadata server'),
  }),
  z.strictObject({
    type: z.literal('token'),
    token: secret.describe('Access token that something else renews'),
  }),
])

export type GoogleAuthConfig = z.output<typeof googleAuthSchema>
