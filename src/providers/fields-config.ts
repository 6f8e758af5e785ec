import { z } from 'zod'
import { Secret } from '../core/secret.ts'

/** A name that other sections of the configuration refer to. */
export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'expected lower-case letters, digits, dots, dashes')
/** A value that is never shown. */
export const secret = z
  .string()
  .min(1)
  .transform((value) => new Secret(value))
/** An address of a service. */
export const url = z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' })

/** The key that proves who calls. */
export const apiKey = secret.describe(
  'API key of the provider, best as ${env:NAME} or ${file:/path}',
)

const names = z.array(z.string().min(1)).min(1).optional()

const identityCredential = z.strictObject({
  when: z
    .strictObject({
      departments: names.describe('Departments of callers'),
      groups: names.describe('Groups, one of which a caller belongs to'),
      products: names.describe('Products that callers come through'),
      tenants: names.describe('Tenants of callers'),
      users: names.describe('Users, as their keys name them'),
    })
    .describe('Callers that fit every list that is set; `*` stands for any part of a name'),
  apiKey: apiKey.describe('What these callers are served with'),
})

/** A key for certain callers. */
export type IdentityCredential = z.output<typeof identityCredential>

/** Keys of a provider: the usual one, and those of certain callers. */
export const keyed = {
  apiKey: apiKey.optional(),
  credentials: z
    .array(identityCredential)
    .min(1)
    .optional()
    .describe(
      'Keys by caller; the first entry that fits counts, then apiKey; without it nobody else is served',
    ),
}

/** Tells whether there is anything to prove with who calls. */
export function hasKey(config: {
  readonly apiKey?: unknown
  readonly credentials?: unknown
  readonly auth?: unknown
}): boolean {
  return [config.apiKey, config.credentials, config.auth].some((value) => value !== undefined)
}

/** The problem of a provider that has no key. */
export const missingKey = { path: ['apiKey'], error: 'set apiKey, or credentials by caller' }

/** The problem of a provider that has no key and gets no tokens. */
export const missingKeyOrAuth = {
  path: ['apiKey'],
  error: 'set apiKey, credentials by caller, or auth',
}

/** What is said of every provider. */
export const common = {
  name: name.describe('Name by which models refer to this provider'),
  headers: z.record(z.string(), secret).optional().describe('Extra headers sent with every call'),
  region: name
    .optional()
    .describe('Where this provider processes what it is sent, such as eu-central'),
  perimeter: name
    .optional()
    .describe('Within whose walls it does so, such as on-premises, eu or public'),
  healthCheck: z
    .strictObject({
      url: url.describe('Address that is asked with GET; anything below status 500 is well'),
      intervalMs: z.int().min(100).max(3_600_000).default(10_000).describe('Time between checks'),
      timeoutMs: z.int().min(10).max(600_000).default(5000).describe('Longest wait for an answer'),
      failures: z
        .int()
        .min(1)
        .max(100)
        .default(2)
        .describe('Checks in a row that fail before the provider is left alone'),
    })
    .optional()
    .describe(
      'Asks the provider from time to time whether it is well, beside the calls that show it',
    ),
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
