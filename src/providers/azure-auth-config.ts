import { z } from 'zod'
import { Secret } from '../core/secret.ts'

const text = z.string().min(1)
const secret = text.transform((value) => new Secret(value))
const address = z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' })

const scope = text
  .default('https://cognitiveservices.azure.com/.default')
  .describe('What the token is for; newer resources take https://ai.azure.com/.default')
const authority = address
  .default('https://login.microsoftonline.com')
  .describe('Entra, or that of another cloud')

/** Schema of `auth` at a provider of Azure: how it proves to Entra who it is. */
export const azureAuthSchema = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('client-credentials'),
      tenantId: text.describe('Directory (tenant) of the application'),
      clientId: text.describe('Application (client) id'),
      clientSecret: secret.optional().describe('Secret of the application'),
      certificateFile: text
        .optional()
        .describe('PEM file with its certificate and private key, in place of a secret'),
      authority,
      scope,
    })
    .refine(
      ({ clientSecret, certificateFile }) =>
        (clientSecret === undefined) !== (certificateFile === undefined),
      { path: ['clientSecret'], error: 'set either clientSecret or certificateFile' },
    ),
  z
    .strictObject({
      type: z.literal('managed-identity'),
      clientId: text
        .optional()
        .describe('Identity assigned by the user; otherwise that of the machine'),
      server: address
        .default('http://169.254.169.254')
        .describe('Metadata server of a virtual machine on Azure'),
      endpoint: address
        .optional()
        .describe('In App Service, Functions and Container Apps: ${env:IDENTITY_ENDPOINT}'),
      header: secret.optional().describe('There as well: ${env:IDENTITY_HEADER}'),
      scope,
    })
    .refine(({ endpoint, header }) => (endpoint === undefined) === (header === undefined), {
      path: ['header'],
      error: 'set endpoint and header together',
    }),
  z.strictObject({
    type: z.literal('workload-identity'),
    tenantId: text.describe('Best as ${env:AZURE_TENANT_ID}'),
    clientId: text.describe('Best as ${env:AZURE_CLIENT_ID}'),
    tokenFile: text.describe(
      'Token of the service account, best as ${env:AZURE_FEDERATED_TOKEN_FILE}; read again each time',
    ),
    authority,
    scope,
  }),
])

export type AzureAuthConfig = z.output<typeof azureAuthSchema>
