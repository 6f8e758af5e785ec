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
    refusals: z
      .strictObject({
        perSourcePerSecond: z
          .int()
          .min(0)
          .max(1_000)
          .default(5)
          .describe('Refused requests of one address that have a record each, in a second'),
        perSecond: z
          .int()
          .min(0)
          .max(10_000)
          .default(50)
          .describe('Refused requests of all addresses that have a record each, in a second'),
        summaryIntervalMs: z
          .int()
          .min(100)
          .max(3_600_000)
          .default(10_000)
          .describe('How often those beyond are summed up, one record an address, in milliseconds'),
      })
      .prefault({})
      .describe(
        'Requests that were refused before they became calls: without a valid key, with a body that was not ' +
          'taken in, at no endpoint. Whoever sends many of them must not fill the log',
      ),
  })
  .prefault({})

export type AuditConfig = z.output<typeof auditConfigSchema>
