import { z } from 'zod'

/** Schema of the `conversations` section: what `previous_response_id` may name, and for how long. */
export const conversationsConfigSchema = z
  .strictObject({
    maxBytes: z
      .int()
      .min(0)
      .max(1_099_511_627_776)
      .default(134_217_728)
      .describe(
        'Memory for responses that the gateway keeps because their provider does not, in bytes; the longest unused go first. 0 keeps none',
      ),
    maxResponses: z
      .int()
      .min(0)
      .max(100_000_000)
      .default(100_000)
      .describe('Most responses the gateway keeps'),
    maxResponseBytes: z
      .int()
      .min(1024)
      .max(1_073_741_824)
      .default(8_388_608)
      .describe('Largest response, its new input included, that is kept, in bytes'),
    maxConversationBytes: z
      .int()
      .min(1024)
      .max(1_073_741_824)
      .default(33_554_432)
      .describe('Largest request that a kept conversation may grow to, in bytes'),
    ttlMs: z
      .int()
      .min(1000)
      .max(31_536_000_000)
      .default(86_400_000)
      .describe('How long a kept response that nobody names is kept, in milliseconds'),
    ownerTtlMs: z
      .int()
      .min(60_000)
      .max(315_360_000_000)
      .default(2_592_000_000)
      .describe(
        'How long the owner of a response that its provider keeps is known, in milliseconds',
      ),
    maxOwners: z
      .int()
      .min(1000)
      .max(1_000_000_000)
      .default(10_000_000)
      .describe(
        'Most responses and items at providers whose owners are known; the oldest go first',
      ),
  })
  .prefault({})

export type ConversationsConfig = z.output<typeof conversationsConfigSchema>
