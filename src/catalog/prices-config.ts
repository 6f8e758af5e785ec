import { z } from 'zod'

const usd = z.number().nonnegative().max(1_000_000)

const priceEntrySchema = z.strictObject({
  provider: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Name of the provider of this file it holds for; every provider when left out'),
  model: z
    .string()
    .min(1)
    .max(256)
    .describe("The provider's own name of the model; * stands for any characters"),
  inputUsdPerMillion: usd.describe('US dollars for a million input tokens'),
  outputUsdPerMillion: usd.describe('US dollars for a million output tokens, reasoning included'),
  cacheReadUsdPerMillion: usd
    .optional()
    .describe(
      "US dollars for a million input tokens read from the provider's prompt cache; as other input when left out",
    ),
  cacheWriteUsdPerMillion: usd
    .optional()
    .describe(
      "US dollars for a million input tokens written to the provider's prompt cache; as other input when left out",
    ),
  inputAudioUsdPerMillion: usd
    .optional()
    .describe('US dollars for a million input tokens of audio; as other input when left out'),
  outputAudioUsdPerMillion: usd
    .optional()
    .describe('US dollars for a million output tokens of audio; as other output when left out'),
  cacheReadAudioUsdPerMillion: usd
    .optional()
    .describe(
      "US dollars for a million tokens of audio read from the provider's prompt cache; as other audio input when left out",
    ),
  requestUsd: usd.optional().describe('US dollars for each request, on top of its tokens'),
})

const priceEntriesSchema = z
  .array(priceEntrySchema)
  .max(10_000)
  .default([])
  .describe('Prices that go before the published ones; the first entry that fits counts')

/** Schema of the `prices` section: an administrator's own prices. */
export const pricesConfigSchema = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .optional()
      .describe('YAML or JSON file with further entries; they come after those named here'),
    entries: priceEntriesSchema,
  })
  .prefault({})

/** Schema of the file that `prices.file` names. */
export const priceFileSchema = z.strictObject({ entries: priceEntriesSchema })

export type PriceEntry = z.output<typeof priceEntrySchema>
export type PricesConfig = z.output<typeof pricesConfigSchema>
