import type * as GenaiPrices from '@pydantic/genai-prices'
import { matchesPattern } from '../core/patterns.ts'
import type { Cost, TokenUsage } from '../core/usage.ts'
import { constantCard, ratesAt, readCard, type PriceCard } from './price-card.ts'
import { publisherOf, type PricedTarget } from './price-providers.ts'
import { costNanoUsd, nanoUsd } from './price-rates.ts'
import type { PriceEntry } from './prices-config.ts'

/** A call to be priced. */
export interface PricedCall extends PricedTarget {
  readonly usage: TokenUsage
  /** When the call was made, in milliseconds since the epoch: prices change over time. */
  readonly at: number
}

/** Prices of calls. Never reaches the network: published prices are those of the installed package. */
export interface PriceList {
  /** Names the published prices and the administrator's own; the same for the same prices. */
  readonly version: string
  /** Returns what a call costs, in the provider's own words if it said so; `undefined`, never 0, without a price. */
  priceOf(call: PricedCall): Cost | undefined
  /**
   * Looks prices up ahead of their first use, and reads the published ones (about 15 ms and 16 MB,
   * once) if one of the targets needs them. Best called after start-up; without it the first priced
   * call pays for that.
   */
  prepare(targets: Iterable<PricedTarget>): void
  /** Returns the names of a provider's models that have published prices. Reads those prices. */
  modelsOf(provider: Omit<PricedTarget, 'model'>): readonly string[]
}

export interface PriceListOptions {
  /** The administrator's prices; the first entry that fits goes before everything published. */
  readonly overrides: readonly PriceEntry[]
  /** Prices every call as of this time instead of its own, in milliseconds since the epoch. */
  readonly asOf?: number
  /** Reads the published prices; called at most once, and only when they are needed. */
  readonly readPublished?: () => typeof GenaiPrices
}

/** Version of the published prices: that of the package, whose content the lock file fixes by hash. */
export const publishedVersion = 'genai-prices-0.1.8'

const maxCachedTargets = 4096
const maxModelLength = 256

/** Makes a price list. Overrides are checked here: one with an amount that cannot be exact throws. */
export function createPriceList(options: PriceListOptions): PriceList {
  const { overrides, asOf, readPublished = requirePublished } = options
  const version = versionOf(overrides, asOf)
  const own = overrides.map((entry) => ({ ...entry, card: cardOfEntry(entry) }))
  /** Cards by target, oldest first; `undefined` for targets without a price. Bounded. */
  const cards = new Map<string, PriceCard | undefined>()
  let published: typeof GenaiPrices | undefined

  function cardOf(target: PricedTarget): PriceCard | undefined {
    const { providerType, providerName, model, preset = '', baseUrl = '' } = target
    const key = `${providerName}\n${providerType}\n${preset}\n${baseUrl}\n${model}`
    const known = cards.get(key)
    if (known !== undefined || cards.has(key)) return known
    const card = model.length > maxModelLength ? undefined : findCard(target)
    if (cards.size >= maxCachedTargets) cards.delete(cards.keys().next().value ?? '')
    cards.set(key, card)
    return card
  }

  function findCard(target: PricedTarget): PriceCard | undefined {
    const override = own.find(
      ({ provider, model }) =>
        (provider === undefined || provider === target.providerName) &&
        matchesPattern(model, target.model),
    )
    if (override !== undefined) return override.card
    const publisher = publisherOf(target)
    if (publisher === undefined) return undefined
    published ??= readPublished()
    return findPublishedCard(published, publisher, target.model)
  }

  return {
    version,
    priceOf(call) {
      const { chargedNanoUsd } = call.usage
      if (chargedNanoUsd !== undefined) return { nanoUsd: chargedNanoUsd, priceVersion: 'provider' }
      const card = cardOf(call)
      if (card === undefined) return undefined
      const rates = ratesAt(card, asOf ?? call.at, call.usage.inputTokens)
      const cost = rates === undefined ? undefined : costNanoUsd(rates, call.usage)
      return cost === undefined ? undefined : { nanoUsd: cost, priceVersion: version }
    },
    prepare(targets) {
      for (const target of targets) cardOf(target)
    },
    modelsOf(provider) {
      const publisher = publisherOf({ ...provider, model: '' })
      if (publisher === undefined) return []
      published ??= readPublished()
      const query =
        'id' in publisher ? { providerId: publisher.id } : { providerApiUrl: publisher.url }
      return published.findProvider(query)?.models.map(({ id }) => id) ?? []
    },
  }
}

function findPublishedCard(
  published: typeof GenaiPrices,
  publisher: { readonly id: string } | { readonly url: string },
  model: string,
): PriceCard | undefined {
  const providerId =
    'id' in publisher ? publisher.id : published.findProvider({ providerApiUrl: publisher.url })?.id
  if (providerId === undefined) return undefined
  // The library's own matching of names; its amounts are floating-point, so only its rates are used.
  const found = published.calcPrice({}, model, { providerId })
  return found === null ? undefined : readCard(found.model)
}

function cardOfEntry(entry: PriceEntry): PriceCard {
  const input = nanoUsd(entry.inputUsdPerMillion)
  const output = nanoUsd(entry.outputUsdPerMillion)
  const cacheRead = optionalNanoUsd(entry.cacheReadUsdPerMillion) ?? input
  const inputAudio = optionalNanoUsd(entry.inputAudioUsdPerMillion) ?? input
  return constantCard({
    input,
    output,
    cacheRead,
    cacheWrite: optionalNanoUsd(entry.cacheWriteUsdPerMillion) ?? input,
    reasoning: output,
    request: nanoUsd(entry.requestUsd ?? 0),
    media: {
      inputAudio,
      inputImage: input,
      cacheReadAudio: optionalNanoUsd(entry.cacheReadAudioUsdPerMillion) ?? inputAudio,
      cacheReadImage: cacheRead,
      outputAudio: optionalNanoUsd(entry.outputAudioUsdPerMillion) ?? output,
    },
  })
}

function optionalNanoUsd(usd: number | undefined): number | undefined {
  return usd === undefined ? undefined : nanoUsd(usd)
}

function versionOf(overrides: readonly PriceEntry[], asOf: number | undefined): string {
  const own =
    overrides.length === 0
      ? ''
      : `+${Bun.SHA256.hash(JSON.stringify(overrides), 'hex').slice(0, 12)}`
  const time = asOf === undefined ? '' : `@${new Date(asOf).toISOString()}`
  return publishedVersion + own + time
}

// Synchronous, unlike `import()`: a call must not go unpriced because it ended before a load did.
function requirePublished(): typeof GenaiPrices {
  return require('@pydantic/genai-prices')
}
