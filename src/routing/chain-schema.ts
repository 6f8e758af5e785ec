import { z } from 'zod'
import type { FailureClass } from '../core/failure.ts'

/** Failures against which another model may help. */
const helpful = [
  'rate-limit',
  'context-window',
  'content-policy',
  'timeout',
  'server-error',
  'unreachable',
  'bad-answer',
  'credentials',
  'unsupported',
] as const satisfies readonly FailureClass[]

const modelName = z.string().min(1).max(256)

const stepSchema = z.strictObject({
  on: z.array(z.enum(helpful)).min(1).max(helpful.length).optional(),
  models: z.array(modelName).min(1).max(32),
})

/** What a named chain says: for which calls it holds, and what is asked when those have failed. */
export const chainBodySchema = z
  .strictObject({
    model: modelName.optional(),
    provider: z.string().min(1).max(64).optional(),
    steps: z.array(stepSchema).min(1).max(32),
    enabled: z.boolean().default(true),
  })
  .refine(({ model, provider }) => (model === undefined) !== (provider === undefined), {
    error: 'names either a model or a provider',
  })

/** Schema of the names of chains. */
export const chainNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected letters, digits, dots, dashes')

export type ChainBody = z.output<typeof chainBodySchema>
