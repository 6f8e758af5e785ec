import { z } from 'zod'

const patterns = z.array(z.string().min(1).max(256)).min(1).max(1000)
const tokens = z.int().min(0).max(1_000_000_000)

/** Schema of a `Condition`, for the rules of any room. Written once, so that all rules mean the same. */
export const conditionSchema = z.strictObject({
  tags: patterns.optional().describe('Words of the request header x-smartflow-tags'),
  groups: patterns.optional().describe('Groups of the caller'),
  departments: patterns.optional().describe('Department of the caller'),
  tenants: patterns.optional().describe('Tenant of the caller'),
  products: patterns.optional().describe('Product through which the call came'),
  labels: patterns.optional().describe('Labels that compliance put on the content'),
  minPromptTokens: tokens.optional().describe('Estimated size of the prompt, at least'),
  maxPromptTokens: tokens.optional().describe('Estimated size of the prompt, at most'),
})

const names = z
  .array(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'expected a label such as eu-central'))
  .min(1)
  .max(100)

/** Members of a demand on where a request may be sent. */
export const demandMembers = {
  regions: names
    .optional()
    .describe('Regions in which a target has to be; without a region none is'),
  perimeters: names
    .optional()
    .describe('Perimeters within which a target has to be; without a perimeter none is'),
}
