import { z } from 'zod'
import { holdStates, stopModes } from '../oversight/index.ts'

const name = z.string().min(1).max(256)
const reason = z.string().trim().min(1).max(500)

/** Schema of the body of `POST /api/emergency-stop`; without names in its scope a stop is for everything. */
export const stopBodySchema = z.strictObject({
  mode: z.enum(stopModes),
  scope: z
    .strictObject({
      tenant: name.optional(),
      model: name.optional(),
      key: name.optional(),
    })
    .default({}),
  reason,
})

/** Schema of the body of `POST /api/holds/{id}/approve` and `…/deny`. */
export const verdictBodySchema = z.strictObject({ reason })

/** Schema of the query of `GET /api/holds`. */
export const holdQuerySchema = z.strictObject({
  state: z.enum(holdStates).optional(),
  tenant: name.optional(),
  requester: name.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})
