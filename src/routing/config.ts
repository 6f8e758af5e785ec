import { z } from 'zod'
import { conditionSchema, demandMembers } from '../core/condition-schema.ts'

const milliseconds = (min: number, max: number) => z.int().min(min).max(max)
const ratio = z.number().min(0).max(1)

const breakerSchema = z
  .strictObject({
    windowMs: milliseconds(1000, 600_000)
      .default(10_000)
      .describe('Time over which rates of failures and slow answers are taken'),
    consecutiveFailures: z
      .int()
      .min(1)
      .max(1000)
      .default(5)
      .describe('Failures in a row after which a target is left alone'),
    minAttempts: z
      .int()
      .min(1)
      .max(100_000)
      .default(10)
      .describe('Attempts in the window below which rates say nothing'),
    failureRatio: ratio
      .default(0.5)
      .describe('Part of the attempts in the window that fail when a target is left alone'),
    slowAfterMs: milliseconds(1, 3_600_000)
      .optional()
      .describe(
        'Time to the first token or whole answer that counts as slow; nothing does without it',
      ),
    slowRatio: ratio
      .default(0.8)
      .describe('Part of the answers in the window that are slow when a target is left alone'),
    openMs: milliseconds(100, 600_000)
      .default(2000)
      .describe(
        'How long a target is left alone the first time, less up to half of it by chance; twice as long each ' +
          'time in a row. Then one call finds out whether it is well again',
      ),
    maxOpenMs: milliseconds(100, 3_600_000)
      .default(60_000)
      .describe('Longest time a target is left alone before it is tried again'),
  })
  .prefault({})

const retriesSchema = z
  .strictObject({
    maxRetries: z
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe(
        'Further rounds through the targets of a model when all have failed. Official client libraries retry ' +
          'by themselves, twice as a rule: retries here multiply with theirs',
      ),
    baseDelayMs: milliseconds(1, 60_000)
      .default(250)
      .describe(
        'Longest pause before the first retry; it doubles with each, and chance picks a part of it',
      ),
    maxDelayMs: milliseconds(1, 600_000)
      .default(10_000)
      .describe(
        'Longest pause, also when a provider asks for more by retry-after: then there is no retry',
      ),
    budgetRatio: ratio
      .default(0.2)
      .describe(
        'Retries and hedges of a model for each of its calls, over time; ten are always there',
      ),
  })
  .prefault({})

const residencyRule = z.strictObject({
  when: conditionSchema.optional().describe('Calls it holds for; for all without it'),
  ...demandMembers,
})

/** Schema of the `routing` section: what holds for the routes of all models. */
export const routingConfigSchema = z
  .strictObject({
    connectTimeoutMs: milliseconds(10, 600_000)
      .default(10_000)
      .describe('Longest wait for a new connection to a provider to open'),
    firstByteTimeoutMs: milliseconds(100, 3_600_000)
      .default(120_000)
      .describe('Longest wait for the first byte of an answer, connecting included'),
    firstTokenTimeoutMs: milliseconds(100, 3_600_000)
      .optional()
      .describe(
        'Longest wait for the first word of a streamed answer; frames without words do not count',
      ),
    idleTimeoutMs: milliseconds(100, 3_600_000)
      .default(60_000)
      .describe('Longest silence within a streamed answer'),
    totalTimeoutMs: milliseconds(100, 86_400_000)
      .default(900_000)
      .describe('Longest duration of one call, with all its attempts and streams included'),
    maxAttempts: z
      .int()
      .min(1)
      .max(100)
      .default(16)
      .describe('Most attempts of one call: failover, retries, fallbacks and hedges together'),
    retries: retriesSchema.describe('When a call is tried again at targets that have failed it'),
    breaker: breakerSchema.describe('When a target that fails is left alone'),
    residency: z
      .array(residencyRule)
      .max(1000)
      .default([])
      .describe(
        'Where calls have to stay, whatever model they ask for. All rules that apply must be met, on every ' +
          'attempt, fallbacks included; a call that no target may receive is refused with 403',
      ),
  })
  .prefault({})

export type RoutingConfig = z.output<typeof routingConfigSchema>
