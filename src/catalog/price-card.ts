import type { ConditionalPrice, ModelInfo, ModelPrice } from '@pydantic/genai-prices'
import { nanoUsd, type Rates } from './price-rates.ts'

/** The prices of one model over time, in the order of the published list: later periods go before earlier. */
export type PriceCard = readonly Period[]

interface Period {
  readonly isAt: (atMs: number) => boolean
  /** Rates by length of the input, longest first; the last one holds for any length. */
  readonly tiers: readonly Tier[]
}

interface Tier {
  /** Holds for calls with more input tokens than this. */
  readonly aboveInputTokens: number
  readonly rates: Rates
}

/** Makes a card with one price for all times and lengths. */
export function constantCard(rates: Rates): PriceCard {
  return [{ isAt: () => true, tiers: [{ aboveInputTokens: -1, rates }] }]
}

/**
 * Reads the published prices of a model. `undefined` when none of them is a price of tokens (audio by
 * the hour, documents by the page, nothing at all).
 */
export function readCard(model: ModelInfo): PriceCard | undefined {
  const prices = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }]
  const card = prices.map(periodOf)
  return card.some((period) => period.tiers.length > 0) ? card : undefined
}

/**
 * Returns the rates of a card at a time, for a length of input: the last period that fits, the first
 * when none does (as the publisher of the list counts).
 */
export function ratesAt(card: PriceCard, atMs: number, inputTokens: number): Rates | undefined {
  const period = card.findLast(({ isAt }) => isAt(atMs)) ?? card[0]
  return period?.tiers.find((tier) => inputTokens > tier.aboveInputTokens)?.rates
}

function periodOf({ constraint, prices }: ConditionalPrice): Period {
  return {
    isAt: constraint === undefined ? () => true : testOf(constraint),
    tiers: tiersOf(prices),
  }
}

function testOf(constraint: NonNullable<ConditionalPrice['constraint']>): Period['isAt'] {
  if (constraint.type === 'start_date') {
    const startMs = Date.parse(constraint.start_date)
    return (atMs) => atMs >= startMs
  }
  const start = secondsOfDay(constraint.start_time)
  const end = secondsOfDay(constraint.end_time)
  return (atMs) => {
    const now = (atMs / 1000) % 86_400
    return end < start ? now >= start || now < end : now >= start && now < end
  }
}

/** Reads `16:30:00Z` or `16:30:00+08:00` as seconds after midnight UTC. */
function secondsOfDay(time: string): number {
  return (Date.parse(`1970-01-02T${time}`) / 1000) % 86_400
}

function tiersOf(prices: ModelPrice): Tier[] {
  const starts = new Set([-1])
  for (const price of Object.values(prices)) {
    if (typeof price === 'object') for (const { start } of price.tiers) starts.add(start)
  }
  return [...starts]
    .toSorted((a, b) => b - a)
    .flatMap((aboveInputTokens) => {
      const rates = ratesOf(prices, aboveInputTokens)
      return rates === undefined ? [] : [{ aboveInputTokens, rates }]
    })
}

// Names of prices: https://github.com/pydantic/genai-prices/blob/main/prices/units.yml
function ratesOf(prices: ModelPrice, aboveInputTokens: number): Rates | undefined {
  const rate = (name: string): number | undefined => {
    const usd = usdOf(prices[name], aboveInputTokens)
    return usd === undefined ? undefined : nanoUsd(usd)
  }
  const input = rate('input_mtok')
  if (input === undefined) return undefined
  const output = rate('output_mtok')
  const cacheRead = rate('cache_read_mtok') ?? input
  const inputAudio = rate('input_audio_mtok') ?? input
  const inputImage = rate('input_image_mtok') ?? input
  const outputAudio = rate('output_audio_mtok') ?? output
  return {
    input,
    output,
    cacheRead,
    cacheWrite: rate('cache_write_mtok') ?? input,
    reasoning: rate('output_reasoning_mtok') ?? output,
    request: nanoUsd((usdOf(prices['requests_kcount'], aboveInputTokens) ?? 0) / 1000),
    media: {
      inputAudio,
      inputImage,
      // Without a price of its own nothing is known of a cheaper one: audio read again is audio.
      cacheReadAudio: rate('cache_audio_read_mtok') ?? inputAudio,
      cacheReadImage: rate('cache_image_read_mtok') ?? inputImage,
      outputAudio,
    },
  }
}

function usdOf(price: ModelPrice[string], aboveInputTokens: number): number | undefined {
  if (typeof price !== 'object') return price
  let usd = price.base
  for (const tier of price.tiers.toSorted((a, b) => a.start - b.start)) {
    if (tier.start <= aboveInputTokens) usd = tier.price
  }
  return usd
}
