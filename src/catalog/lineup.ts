import type { AliasesConfig } from './aliases-config.ts'
import type { ModelConfig } from './config.ts'
import { isSafeModelName, readSpelledName, starOfTarget, targetModelFor } from './model-name.ts'
import { createNameIndex } from './name-index.ts'
import type { Match, NameIndex, Wildcard } from './name-index.ts'

/** A name that was asked for, and what it stands for. */
export interface Named {
  /** As it was asked for, without the suffix of a long context. */
  readonly asked: string
  /** The asked name, every alias it leads to in turn, and last the name of a model. */
  readonly names: readonly string[]
  readonly longContext: boolean
}

/** A model with nothing left to fill in. */
export interface Concrete {
  readonly model: ModelConfig
  /** A wildcard made it, and some target knows it by another name than the one asked for. */
  readonly isRenamed: boolean
}

/** All names of a configuration: models, wildcards and aliases. */
export interface Lineup {
  /** Models whose names have no star, in the order of the configuration. */
  readonly exactModels: readonly ModelConfig[]
  readonly wildcards: readonly Wildcard<ModelConfig>[]
  /** Aliases with everything they lead to, in the order of the configuration. */
  readonly aliases: readonly Named[]
  /** Takes an asked name apart. It need not be one that leads anywhere. */
  read(asked: string): Named
  /** Tells whether some model without a star has this target. */
  hasTarget(provider: string, model: string): boolean
  /** Returns the model a name stands for; `undefined` when there is none. */
  find(named: Named): Concrete | undefined
  /** Names under which callers can ask for a provider's model; for wildcards of one target, their pattern. */
  publicNamesOf(provider: string, model: string): readonly string[]
}

/** Makes the line-up. Aliases that lead round in a circle end at the name where it closes. */
export function createLineup(config: {
  readonly models: readonly ModelConfig[]
  readonly aliases: AliasesConfig
}): Lineup {
  const index = createNameIndex(config.models)
  const exact = new Map<string, Concrete>(
    [...index.exact].map(([name, model]) => [name, { model, isRenamed: false }]),
  )
  const aliases = new Map(
    Object.keys(config.aliases).map((alias) => [alias, followAlias(alias, config.aliases)]),
  )
  let publicNames: ReadonlyMap<string, readonly string[]> | undefined
  const exactNamesOf = (provider: string, model: string): readonly string[] => {
    publicNames ??= namesByTarget(index.exact.values())
    return publicNames.get(targetKey(provider, model)) ?? []
  }

  return {
    exactModels: [...index.exact.values()],
    wildcards: index.wildcards,
    aliases: [...aliases.values()],
    read(asked) {
      const { name, longContext } = exact.has(asked)
        ? { name: asked, longContext: false }
        : readSpelledName(asked)
      const alias = aliases.get(name)
      if (alias === undefined) return { asked: name, names: [name], longContext }
      return longContext ? { ...alias, longContext } : alias
    },
    find({ names }) {
      const name = names.at(-1) ?? ''
      const known = exact.get(name)
      if (known !== undefined || index.wildcards.length === 0) return known
      const match = isSafeModelName(name) ? index.find(name) : undefined
      return match === undefined ? undefined : fillIn(match, name)
    },
    hasTarget: (provider, model) => exactNamesOf(provider, model).length > 0,
    publicNamesOf(provider, model) {
      const wild = index.wildcards.flatMap((wildcard) =>
        namesByWildcard(index, wildcard, { provider, model }),
      )
      return [...exactNamesOf(provider, model), ...wild]
    },
  }
}

function followAlias(alias: string, aliases: AliasesConfig): Named {
  const names: string[] = []
  let name: string | undefined = alias
  while (name !== undefined && !names.includes(name)) {
    names.push(name)
    name = Object.hasOwn(aliases, name) ? aliases[name] : undefined
  }
  return { asked: alias, names, longContext: false }
}

/** Fills the name that was asked for into a wildcard's targets. Targets it cannot be filled into fall away. */
function fillIn({ entry, star = '' }: Match<ModelConfig>, name: string): Concrete | undefined {
  const targets = entry.targets.flatMap((target) => {
    const model = targetModelFor(target.model, name, star)
    return model === undefined ? [] : [{ ...target, model }]
  })
  if (targets.length === 0) return undefined
  return {
    model: { ...entry, name, targets },
    isRenamed: targets.some((target) => target.model !== name),
  }
}

function namesByTarget(models: Iterable<ModelConfig>): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const { name, targets } of models) {
    for (const { provider, model } of targets) {
      const key = targetKey(provider, model)
      const known = names.get(key)
      if (known === undefined) names.set(key, [name])
      else known.push(name)
    }
  }
  return names
}

/** The names by which a wildcard leads to a provider's model. */
function namesByWildcard(
  index: NameIndex<ModelConfig>,
  { entry, prefix, suffix }: Wildcard<ModelConfig>,
  { provider, model }: { readonly provider: string; readonly model: string },
): string[] {
  return entry.targets.flatMap((target) => {
    if (target.provider !== provider) return []
    // One model for everything that matches: whoever may use a part of these names may use it.
    if (target.model === model) return [entry.name]
    const star = starOfTarget(target.model, model)
    const name = target.model === '*' ? model : star === undefined ? '' : prefix + star + suffix
    return isSafeModelName(name) && index.find(name)?.entry === entry ? [name] : []
  })
}

function targetKey(provider: string, model: string): string {
  return `${provider}\n${model}`
}
