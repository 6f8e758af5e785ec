import { z } from 'zod'

const minuteMs = 60_000

const emergencyStopSchema = z
  .strictObject({
    twoPersonRelease: z
      .boolean()
      .default(false)
      .describe('A stop becomes weaker only when two different administrators want it'),
    releaseTtlMs: z
      .int()
      .min(10_000)
      .max(1440 * minuteMs)
      .default(15 * minuteMs)
      .describe('How long the first of the two waits for the second, in milliseconds'),
  })
  .prefault({})

/** Schema of the `oversight` section: what people decide about while calls run. */
export const oversightConfigSchema = z
  .strictObject({
    emergencyStop: emergencyStopSchema.describe('Stops that an administrator orders'),
  })
  .prefault({})

export type OversightConfig = z.output<typeof oversightConfigSchema>
