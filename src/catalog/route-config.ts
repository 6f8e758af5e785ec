import { z } from 'zod'
import { conditionSchema, demandMembers } from '../core/condition-schema.ts'

const milliseconds = (min: number, max: number) => z.int().min(min).max(max)
const targetName = z.string().min(1).max(321)

/** Settings of a target that say how calls reach it. */
export const targetRouteMembers = {
  name: targetName.optional().describe('Name by which rules refer to this target'),
  region: demandMembers.regions
    .unwrap()
    .element.optional()
    .describe('Where this target processes what it is sent; that of its provider without it'),
  perimeter: demandMembers.perimeters
    .unwrap()
    .element.optional()
    .describe('Within whose walls; that of its provider without it'),
  maxConcurrency: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Most calls in progress at this target; any number without it'),
  maxQueue: z
    .int()
    .min(0)
    .max(100_000)
    .optional()
    .describe('Calls that may wait for a place when all targets are full: 100 without it'),
  maxQueueWaitMs: milliseconds(1, 600_000)
    .optional()
    .describe('Longest wait for a place: 10,000 without it'),
}

const ruleSchema = z.strictObject({
  when: conditionSchema.optional().describe('Calls it holds for; for all without it'),
  targets: z
    .array(targetName)
    .min(1)
    .max(256)
    .describe('Targets that may answer: by their name, their provider, or provider/model'),
})

const fallbackSchema = z.strictObject({
  on: z
    .array(
      z.enum([
        'rate-limit',
        'context-window',
        'content-policy',
        'timeout',
        'server-error',
        'unreachable',
        'bad-answer',
        'credentials',
        'unsupported',
      ]),
    )
    .min(1)
    .optional()
    .describe('Failures it helps against; all of them without it'),
  models: z
    .array(z.string().min(1).max(256))
    .min(1)
    .max(32)
    .describe(
      'Models of this file that are asked, in this order. Their own fallbacks do not count',
    ),
})

const hedgeSchema = z.strictObject({
  delayMs: milliseconds(1, 600_000)
    .optional()
    .describe('Time without a first word after which a second target is asked'),
  percentile: z
    .number()
    .min(0.5)
    .max(0.999)
    .optional()
    .describe(
      'Instead: the time within which this part of the last 64 answers of the first target had come; ' +
        'delayMs counts while there are fewer than 8',
    ),
})

/** Settings of a model that say how its calls are sent. */
export const modelRouteMembers = {
  require: z
    .strictObject(demandMembers)
    .optional()
    .describe('Where every call of this model has to stay, fallbacks included'),
  rules: z
    .array(ruleSchema)
    .max(1000)
    .optional()
    .describe('Which targets may answer which calls: the first rule whose condition holds counts'),
  timeouts: z
    .strictObject({
      connectTimeoutMs: milliseconds(10, 600_000)
        .optional()
        .describe('Longest wait for a new connection to open'),
      firstByteTimeoutMs: milliseconds(100, 3_600_000)
        .optional()
        .describe('Longest wait for the first byte of an answer'),
      firstTokenTimeoutMs: milliseconds(100, 3_600_000)
        .optional()
        .describe('Longest wait for the first word of a streamed answer'),
      idleTimeoutMs: milliseconds(100, 3_600_000)
        .optional()
        .describe('Longest silence within a streamed answer'),
      totalTimeoutMs: milliseconds(100, 86_400_000)
        .optional()
        .describe('Longest duration of one call with all its attempts'),
    })
    .optional()
    .describe('Deadlines of this model instead of those of routing'),
  retries: z
    .strictObject({
      maxRetries: z.int().min(0).max(10).optional().describe('Further rounds through all targets'),
      baseDelayMs: milliseconds(1, 60_000)
        .optional()
        .describe('Longest pause before the first retry'),
      maxDelayMs: milliseconds(1, 600_000).optional().describe('Longest pause'),
      budgetRatio: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('Retries and hedges for each call, over time'),
    })
    .optional()
    .describe('Retries of this model instead of those of routing'),
  fallbacks: z
    .array(fallbackSchema)
    .max(32)
    .optional()
    .describe('What is asked when all targets have failed'),
  hedge: hedgeSchema
    .optional()
    .describe('Whether a second target is asked when the first is slow; the first answer wins'),
  continueStreams: z
    .boolean()
    .optional()
    .describe(
      'Whether a stream of text that breaks off is gone on with by another target, from what was said',
    ),
}
