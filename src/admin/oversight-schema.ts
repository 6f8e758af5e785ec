import { z } from 'zod'
import { stopModes } from '../oversight/index.ts'

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
