import { z } from 'zod'

/** Schema of the `routing` section: deadlines of calls to providers, in milliseconds. */
export const routingConfigSchema = z
  .strictObject({
    firstByteTimeoutMs: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(120_000)
      .describe('Longest wait for the first byte of an answer, connecting included'),
    idleTimeoutMs: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(60_000)
      .describe('Longest silence within a streamed answer'),
    totalTimeoutMs: z
      .int()
      .min(100)
      .max(86_400_000)
      .default(900_000)
      .describe('Longest duration of one call, streams included'),
  })
  .prefault({})

export type RoutingConfig = z.output<typeof routingConfigSchema>
