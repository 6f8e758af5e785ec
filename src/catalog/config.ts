import { z } from 'zod'

const targetSchema = z.strictObject({
  provider: z.string().describe('Name of a provider of this file'),
  model: z.string().min(1).max(256).describe("The provider's own name of the model or deployment"),
  weight: z
    .number()
    .positive()
    .max(1_000_000)
    .default(1)
    .describe('Share of calls under the weighted strategy'),
})

const modelSchema = z.strictObject({
  name: z.string().min(1).max(256).describe('Name that clients ask for'),
  strategy: z
    .enum(['priority', 'round-robin', 'weighted', 'random'])
    .default('priority')
    .describe('Order in which targets are tried'),
  targets: z.array(targetSchema).min(1).max(256),
})

/** Schema of the `models` section: what is offered, and who answers for it. */
export const modelsConfigSchema = z.array(modelSchema).default([])

export type ModelConfig = z.output<typeof modelSchema>
