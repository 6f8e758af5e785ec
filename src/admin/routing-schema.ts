import { z } from 'zod'
import { badRequest } from './refusal.ts'

/** Longest time an override may last, in minutes: a week. */
const maxTtlMinutes = 10_080

/** Schema of the body of `POST /api/routing/override`. */
export const overrideBodySchema = z.strictObject({
  provider: z.string().min(1).max(64),
  ttl_minutes: z.number().positive().max(maxTtlMinutes).default(5),
})

/** Reads a value by a schema. Throws a `Refusal` that names the path of the first fault. */
export function readBySchema<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = issue?.path.join('.') ?? ''
  const message = issue?.message ?? 'not valid'
  throw badRequest(path === '' ? message : `${path}: ${message}`, path === '' ? undefined : path)
}
