import { z } from 'zod'
import { keyHash } from './keys.ts'

const word = z
  .string()
  .min(1)
  .max(256)
  // eslint-disable-next-line no-control-regex -- control characters are what must not pass
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'expected text without control characters')

const keySchema = z.strictObject({
  name: word.describe('Name of the key in lists and audit records; unique in this file'),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'expected 64 hex digits: the SHA-256 of the key')
    .transform(keyHash)
    .describe('SHA-256 of the key in hex (printf %s "$KEY" | sha256sum), never the key itself'),
  user: word.describe('Who calls with this key, such as an e-mail address'),
  kind: z
    .enum(['user', 'service', 'agent'])
    .default('user')
    .describe('Whether a person, a program or an agent calls'),
  tenant: word.default('default').describe('Organisation the caller belongs to'),
  department: word.optional().describe('Department of the caller'),
  groups: z.array(word).max(1000).default([]).describe('Groups of the caller'),
  roles: z
    .array(word)
    .max(1000)
    .optional()
    .describe('What the caller is to the organisation, such as trader; for rules of policies'),
  models: z
    .array(word)
    .max(1000)
    .default(['*'])
    .describe('Names of models this key may ask for; * stands for any characters'),
  product: word.optional().describe('Product the key belongs to'),
  tier: word.optional().describe('Access tier of the caller'),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'expected a time such as 2027-01-31T00:00:00Z' })
    .transform((text) => Date.parse(text))
    .optional()
    .describe('Time after which the key is refused, ISO 8601 with offset'),
})

/** Schema of the `keys` section: virtual keys kept in the configuration, by their hash. */
export const keysConfigSchema = z
  .array(keySchema)
  .default([])
  .superRefine((keys, context) => {
    reportDuplicates(keys, 'name', context)
    reportDuplicates(keys, 'sha256', context)
  })

export type KeyConfig = z.output<typeof keySchema>

function reportDuplicates(
  keys: readonly KeyConfig[],
  field: 'name' | 'sha256',
  context: z.RefinementCtx,
): void {
  const firstIndex = new Map<string, number>()
  keys.forEach((key, index) => {
    const first = firstIndex.get(key[field])
    if (first === undefined) firstIndex.set(key[field], index)
    else {
      context.addIssue({
        code: 'custom',
        path: [index, field],
        message: `is the same as that of keys[${first}]`,
      })
    }
  })
}
