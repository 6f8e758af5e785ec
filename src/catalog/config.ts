import { z } from 'zod'
import { modelLaneMembers } from './lanes-config.ts'
import { modelMigrationMembers } from './migration-config.ts'
import { modelRouteMembers, targetRouteMembers } from './route-config.ts'

const targetSchema = z.strictObject({
  provider: z.string().describe('Name of a provider of this file'),
  model: z.string().min(1).max(256).describe("The provider's own name of the model or deployment"),
  weight: z
    .number()
    .positive()
    .max(1_000_000)
    .default(1)
    .describe('Share of calls under the weighted strategy, and of load under most others'),
  ...targetRouteMembers,
})

const modelSchema = z.strictObject({
  name: z.string().min(1).max(256).describe('Name that clients ask for'),
  strategy: z
    .enum([
      'priority',
      'round-robin',
      'weighted',
      'random',
      'least-busy',
      'least-latency',
      'lowest-cost',
      'sticky',
      'prefix-affinity',
    ])
    .default('priority')
    .describe('How the target of a call is chosen'),
  targets: z
    .array(targetSchema)
    .max(256)
    .default([])
    .describe('Who may answer; with lanes.capable it may be left out'),
  ...modelRouteMembers,
  ...modelMigrationMembers,
  ...modelLaneMembers,
})

/** Schema of the `models` section: what is offered, and who answers for it. */
export const modelsConfigSchema = z.array(modelSchema).default([])

export type ModelConfig = z.output<typeof modelSchema>
