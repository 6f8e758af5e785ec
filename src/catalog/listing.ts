import type { ModelConfig } from './config.ts'
import { starOfTarget } from './model-name.ts'
import type { Lineup } from './lineup.ts'
import type { TierTable } from './tiers.ts'
import type { Wildcard } from './name-index.ts'

/** A model as lists tell of it. */
export interface ListedModel {
  readonly name: string
  /** The provider it is first asked of. */
  readonly ownedBy: string
}

/** Where lists of models come from. */
export interface ListingParts {
  readonly lineup: Lineup
  readonly tiers: TierTable
  /** Names of the models a provider is known to have. */
  readonly known: (provider: string) => readonly string[]
}

/** A model that can be listed, and the names of which one must be permitted to whoever sees it. */
export interface ListableModel {
  readonly model: ListedModel
  readonly names: readonly string[]
}

/**
 * Lists all models there are: those of the configuration, then aliases, then what is known of the models
 * behind wildcards. What only a wildcard could name is not invented here.
 */
export function listModels(parts: ListingParts): readonly ListableModel[] {
  const { lineup } = parts
  const listed = new Map<string, ListableModel>()
  const add = (name: string, names: readonly string[], model: ModelConfig | undefined): void => {
    if (model === undefined || listed.has(name)) return
    listed.set(name, { model: { name, ownedBy: model.targets[0]?.provider ?? '' }, names })
  }
  for (const model of lineup.exactModels) add(model.name, [model.name], model)
  for (const alias of lineup.aliases) add(alias.asked, alias.names, lineup.find(alias)?.model)
  for (const wildcard of lineup.wildcards) {
    for (const name of namesBehind(wildcard, parts)) {
      // Another entry may fit this name better: then it is listed, or not, for that one.
      const model = lineup.find({ asked: name, names: [name], longContext: false })?.model
      if (model?.targets[0]?.provider === wildcard.entry.targets[0]?.provider)
        add(name, [name], model)
    }
  }
  return [...listed.values()]
}

/** The names a wildcard stands for, as far as its first target's models are known. */
function namesBehind(
  { entry, prefix, suffix }: Wildcard<ModelConfig>,
  { tiers, known }: ListingParts,
): string[] {
  const [target] = entry.targets
  if (target === undefined) return []
  const models = new Set([...tiers.modelsAt(target.provider), ...known(target.provider)])
  const names = [...models].flatMap((model) => {
    if (target.model === '*') return [model]
    const star = starOfTarget(target.model, model)
    return star === undefined ? [] : [prefix + star + suffix]
  })
  return names.filter(
    (name) =>
      name.length >= prefix.length + suffix.length &&
      name.startsWith(prefix) &&
      name.endsWith(suffix),
  )
}
