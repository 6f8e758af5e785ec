import { z } from 'zod'

/** Schema of the `telemetry` section: what the gateway tells its operators. */
export const telemetryConfigSchema = z
  .strictObject({
    log: z
      .strictObject({
        level: z
          .enum(['debug', 'info', 'warn', 'error', 'silent'])
          .default('info')
          .describe('Least severe entries that are written to standard error'),
        format: z
          .enum(['json', 'text'])
          .default('json')
          .describe('`json` writes one JSON object a line, `text` lines for people'),
      })
      .prefault({})
      .describe('The operational log; it never holds prompts, answers or keys'),
  })
  .prefault({})

export type TelemetryConfig = z.output<typeof telemetryConfigSchema>
