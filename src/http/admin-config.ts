import { z } from 'zod'

const adminKeySchema = z.strictObject({
  name: z
    .string()
    .regex(/^[^\p{Cc}]{1,256}$/u, 'expected text without control characters')
    .describe('Who holds the key; named in the records of what was changed with it'),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'expected 64 hex digits: the SHA-256 of the key')
    .transform((hex) => hex.toLowerCase())
    .describe(
      'SHA-256 of the key in hex (printf %s "$KEY" | sha256sum), never the key itself; make keys long and by chance',
    ),
})

/** Schema of the keys of administrators: who may change something by the admin API. */
export const adminKeysSchema = z
  .array(adminKeySchema)
  .max(1000)
  .default([])
  .superRefine((keys, context) => {
    for (const field of ['name', 'sha256'] as const) {
      keys.forEach((key, index) => {
        const first = keys.findIndex((each) => each[field] === key[field])
        if (first === index) return
        const message = `is the same as that of keys[${first}]`
        context.addIssue({ code: 'custom', path: [index, field], message })
      })
    }
  })
