import { z } from 'zod'

const percent = z.number().min(0).max(100)

const destinationSchema = z.union([
  z.string().min(1).max(256),
  z.strictObject({
    provider: z.string().describe('Name of a provider of this file'),
    model: z.string().min(1).max(256).describe("The provider's own name of the model"),
  }),
])

const rolloutSchema = z.strictObject({
  percent: percent.describe('Part of the callers, from 0 to 100'),
  to: destinationSchema.describe(
    'Where their calls go: a model of this file, or a model at a provider. Should that fail, the targets of this ' +
      'model follow',
  ),
  stickyBy: z
    .enum(['user', 'key', 'department', 'tenant'])
    .default('user')
    .describe('Who is in or out as a whole; a share that grows keeps everybody it had'),
})

const shadowSchema = z.strictObject({
  percent: percent.default(100).describe('Part of the calls, from 0 to 100'),
  to: destinationSchema.describe(
    'Who gets a copy of chats: a model of this file, or a model at a provider. What holds for the calls of this ' +
      'model (require, rules, residency) holds for the copies',
  ),
  maxConcurrent: z
    .int()
    .min(1)
    .max(10_000)
    .default(8)
    .describe('Most copies in progress; calls beyond that get none'),
})

/** Settings of a model that help to move its callers to another one. */
export const modelMigrationMembers = {
  rollout: rolloutSchema.optional().describe('A share of the callers that another model answers'),
  shadow: shadowSchema
    .optional()
    .describe(
      'A second answer that is compared with the first in numbers (length, stop reason, tools, similarity) and ' +
        'never shown; it costs what it costs',
    ),
}

export type Destination = z.output<typeof destinationSchema>
