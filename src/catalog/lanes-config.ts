import { z } from 'zod'

const weight = (value: number, what: string) =>
  z.number().min(0).max(10).default(value).describe(what)

const weightsSchema = z
  .strictObject({
    size: weight(
      0.5,
      'Length of what the user said last (24 to 400 tokens) or of all (1,500 to 24,000)',
    ),
    steps: weight(0.35, 'Items of lists and sentences in what the user said last'),
    code: weight(0.65, 'Program text and formulas, by their characters: any programming language'),
    tools: weight(0.3, 'Tools on offer, up to 8'),
    toolResults: weight(0.35, 'Results of tools in the conversation, up to 3'),
    structuredOutput: weight(0.1, 'JSON as the form of the answer; half of it without a schema'),
    trouble: weight(0.8, 'Tools that failed, refusals, and questions asked again'),
    depth: weight(0.3, 'Turns of the user, from 2 to 12'),
    attachments: weight(0.3, 'Images and documents, up to 3'),
    effort: weight(0.55, 'Reasoning effort that the caller asks for'),
    maxTokens: weight(0.1, 'Bound of the answer: less than 1,024 tokens speaks against'),
  })
  .prefault({})

const lanesSchema = z.strictObject({
  efficient: z.string().min(1).max(256).describe('Model of this file that answers what is simple'),
  capable: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('Model of this file that answers what is not; the targets of this model without it'),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Score, from 0 to 1, from which on a call goes to the capable lane'),
  releaseBelow: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('With sticky: hysteresis, score below which a conversation comes back'),
  sticky: z
    .enum(['capable', 'hysteresis', 'off'])
    .default('capable')
    .describe(
      'What a conversation that went to the capable lane does: stay there, come back once its score is below ' +
        'releaseBelow, or go by the score of each call',
    ),
  stickyTtlMs: z
    .int()
    .min(1000)
    .max(604_800_000)
    .default(3_600_000)
    .describe('How long after its last call a conversation is remembered, in this process'),
  qualityRetry: z
    .boolean()
    .default(true)
    .describe(
      'Whether the capable lane is asked once when the efficient one refused or answered nothing, as long as ' +
        'nothing was shown; the refusal has to be marked as such by the format',
    ),
  header: z
    .enum(['permitted', 'off'])
    .default('permitted')
    .describe(
      'Whether x-smartflow-lcr (auto, off, efficient, capable) may choose the lane: among the models the caller ' +
        'may ask for, or not at all',
    ),
  weights: weightsSchema.describe(
    'How much each signal adds to the score when it is at its strongest',
  ),
})

/** Settings of a model that has an efficient and a capable lane. */
export const modelLaneMembers = {
  lanes: lanesSchema
    .optional()
    .describe(
      'Two lanes for chats: a cheaper model answers what seems simple. What this model requires of its targets ' +
        'holds in both',
    ),
}
