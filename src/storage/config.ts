import { z } from 'zod'

/** Schema of the `data` section: where the gateway keeps what must outlive it. */
export const dataConfigSchema = z
  .strictObject({
    dir: z
      .string()
      .min(1)
      .max(4096)
      .default('./data')
      .describe(
        'Folder of the embedded databases and the audit chain; made with mode 0700 when missing. ' +
          'A relative path starts at the working directory',
      ),
  })
  .prefault({})

export type DataConfig = z.output<typeof dataConfigSchema>
