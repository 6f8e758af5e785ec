import { z } from 'zod'

const name = z
  .string()
  .min(1)
  .max(256)
  // eslint-disable-next-line no-control-regex -- control characters are what must not pass
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'expected text without control characters')
const time = z.iso
  .datetime({ offset: true, error: 'expected a time such as 2027-01-31T18:00:00Z' })
  .transform((text) => Date.parse(text))

/** Schema of the body of `POST /api/barriers/crossings`: its end is a time, or so many hours from its beginning. */
export const crossingBodySchema = z
  .strictObject({
    user: name,
    tenant: name.default('default'),
    categories: z.array(name).min(1).max(100),
    direction: z.enum(['send', 'receive', 'both']),
    from: time.optional(),
    until: time.optional(),
    ttl_hours: z.number().positive().max(10_000).optional(),
    reason: z.string().trim().min(3).max(500),
  })
  .refine(({ until, ttl_hours: hours }) => (until === undefined) !== (hours === undefined), {
    error: 'expected either until or ttl_hours',
  })

/** Schema of the questions of `GET /api/barriers/explain`. */
export const explainQuerySchema = z.strictObject({
  user: name,
  category: name.refine((text) => !text.includes('*'), 'expected one category, not a pattern'),
  direction: z.enum(['send', 'receive']).optional(),
  tenant: name.optional(),
  groups: z
    .string()
    .max(10_000)
    .transform((text) =>
      text
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    )
    .optional(),
  department: name.optional(),
})

/** Schema of the questions about one person. */
export const personQuerySchema = z.strictObject({ user: name, tenant: name.default('default') })
