import { matchesAny } from '../core/patterns.ts'
import type { TierConfig } from './aliases-config.ts'

/** Which models of different providers stand for each other. */
export interface TierTable {
  /**
   * Returns a provider's model of the tier that one of the names belongs to; `undefined` when there is
   * none. The first tier that names both counts. Names that the provider itself has there stay as they are.
   */
  counterpart(provider: string, names: readonly string[]): string | undefined
  /** Tells whether some tier has one of the names, whoever serves it there. */
  knows(names: readonly string[]): boolean
  /** Names the table gives a provider's models, without patterns. */
  modelsAt(provider: string): ReadonlySet<string>
}

interface Tier {
  /** Names and patterns of all its models, whoever serves them. */
  readonly exact: ReadonlySet<string>
  readonly patterns: readonly string[]
  /** The model that stands for the tier, by provider. */
  readonly chosen: ReadonlyMap<string, string>
}

/** Makes the table of a configuration. */
export function createTierTable(config: readonly TierConfig[]): TierTable {
  const tiers = config.map(readTier)
  const byProvider = new Map<string, Set<string>>()
  for (const { models } of config) {
    for (const [provider, listed] of Object.entries(models)) {
      const names = byProvider.get(provider) ?? new Set()
      for (const name of [listed].flat()) if (!name.includes('*')) names.add(name)
      byProvider.set(provider, names)
    }
  }
  const none: ReadonlySet<string> = new Set()
  const modelsAt = (provider: string): ReadonlySet<string> => byProvider.get(provider) ?? none

  return {
    modelsAt,
    knows: (names) => tiers.some((tier) => hasOne(tier, names)),
    counterpart(provider, names) {
      const own = names.find((name) => modelsAt(provider).has(name))
      if (own !== undefined) return own
      const tier = tiers.find((each) => each.chosen.has(provider) && hasOne(each, names))
      return tier?.chosen.get(provider)
    },
  }
}

function hasOne({ exact, patterns }: Tier, names: readonly string[]): boolean {
  return names.some((name) => exact.has(name) || matchesAny(patterns, name))
}

function readTier({ models }: TierConfig): Tier {
  const names = Object.values(models).flat()
  return {
    exact: new Set(names.filter((name) => !name.includes('*'))),
    patterns: names.filter((name) => name.includes('*')),
    chosen: new Map(
      Object.entries(models).flatMap(([provider, listed]) => {
        const [first] = [listed].flat()
        return first === undefined ? [] : [[provider, first] as const]
      }),
    ),
  }
}
