import { plainModel } from './aliases-config.ts'
import type { ModelConfig } from './config.ts'
import type { Lineup, Named } from './lineup.ts'
import type { TierTable } from './tiers.ts'

/** A provider's answer to a name: the model with only its own targets. */
export interface ProviderChoice {
  readonly model: ModelConfig
  /** Names of which the caller must be permitted one, besides the name it asked for. */
  readonly publicNames: readonly string[]
}

/**
 * Finds what a provider offers for a name: its own targets of that model; else the model of that name
 * which the tier table or another model lists there; else its model of the same tier.
 */
export function findAtProvider(
  { lineup, tiers }: { readonly lineup: Lineup; readonly tiers: TierTable },
  named: Named,
  provider: string,
): ProviderChoice | 'unknown' | 'no-counterpart' {
  const offered = lineup.find(named)?.model
  const own = offered?.targets.filter((target) => target.provider === provider) ?? []
  if (offered !== undefined && own.length > 0) {
    return { model: withTargets(offered, own), publicNames: named.names }
  }
  const names = [...named.names, ...(offered?.targets.map(({ model }) => model) ?? [])]
  const listed = named.names.find((name) => lineup.hasTarget(provider, name))
  const model = listed ?? tiers.counterpart(provider, names)
  if (model === undefined) {
    const isKnown = offered !== undefined || tiers.knows(named.names)
    return isKnown ? 'no-counterpart' : 'unknown'
  }
  const plain = plainModel(named.names.at(-1) ?? '', { provider, model })
  const publicNames = lineup.publicNamesOf(provider, model)
  return {
    model: offered === undefined ? plain : withTargets(offered, plain.targets),
    publicNames: publicNames.length > 0 ? publicNames : [model],
  }
}

/**
 * The model with other targets. All that its configuration demands of targets stays in force; what would
 * lead away from the chosen provider does not.
 */
function withTargets(model: ModelConfig, targets: ModelConfig['targets']): ModelConfig {
  const { fallbacks: _, rollout: __, shadow: ___, lanes: ____, ...rest } = model
  return { ...rest, targets }
}
