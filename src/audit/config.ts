import { z } from 'zod'

/** Schema of the `audit` section: where the log of decisions and outcomes is kept, and how. */
export const auditConfigSchema = z
  .strictObject({
    directory: z
      .string()
      .min(1)
      .optional()
      .describe('Directory of the log; `audit` within `data.dir` when absent'),
    maxCommitDelayMs: z
      .int()
      .min(0)
      .max(1_000)
      .default(2)
      .describe(
        'Longest time a record waits until it is written to the device, in milliseconds; ' +
          'a higher value saves write operations, calls wait longer',
      ),
    segmentBytes: z
      .int()
      .min(1_048_576)
      .max(4_294_967_296)
      .default(67_108_864)
      .describe('Size at which the log begins a new file, in bytes'),
  })
  .prefault({})

export type AuditConfig = z.output<typeof auditConfigSchema>
