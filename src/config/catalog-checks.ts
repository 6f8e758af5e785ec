import type { AliasesConfig, TierConfig } from '../catalog/aliases-config.ts'
import type { ModelConfig } from '../catalog/config.ts'
import { matchesPattern } from '../core/patterns.ts'
import { unknownName } from './checks.ts'
import type { CheckProblem } from './checks.ts'
import { quoted } from './problem.ts'

/** What these checks read of a configuration. */
export interface CatalogNames {
  readonly providers: readonly { readonly name: string }[]
  readonly models: readonly ModelConfig[]
  readonly aliases: AliasesConfig
  readonly tiers: readonly TierConfig[]
}

/** Problems with stars: more than one in a name, or something to fill in where no star says what with. */
export function checkModelNames({ models }: CatalogNames): CheckProblem[] {
  return models.flatMap(({ name, targets }, index) => {
    const stars = name.split('*').length - 1
    const problems: CheckProblem[] = []
    if (stars > 1) {
      const message = `the name ${quoted(name)} has more than one *`
      problems.push({ path: ['models', index, 'name'], message })
    }
    targets.forEach(({ model }, at) => {
      const path = ['models', index, 'targets', at, 'model']
      if (model.includes('$1') && stars === 0) {
        const hint = 'give the model a name with a *, such as "gpt-*"'
        problems.push({ path, message: 'there is no * in the name that $1 could stand for', hint })
      }
      if (model.includes('*') && model !== '*') {
        const message = `${quoted(model)} is no name of a model`
        const hint = '"*" alone stands for the asked name, $1 for what the star of the name matched'
        problems.push({ path, message, hint })
      }
    })
    return problems
  })
}

/** Problems with aliases: names that lead nowhere or round in a circle, or that a model bears already. */
export function checkAliases({ models, aliases }: CatalogNames): CheckProblem[] {
  const modelNames = models.map(({ name }) => name)
  const exact = new Set(modelNames)
  const wildcards = modelNames.filter((name) => name.includes('*'))
  const known = [...modelNames, ...Object.keys(aliases)]
  return Object.entries(aliases).flatMap(([alias, target]) => {
    const path = ['aliases', alias]
    if (exact.has(alias)) {
      const hint = 'rename one of them: the alias would hide the model'
      return [{ path, message: `a model is named ${quoted(alias)} as well`, hint }]
    }
    const circle = circleOf(alias, aliases)
    if (circle !== undefined) {
      return [
        { path, message: `the alias leads back to itself: ${circle.map(quoted).join(' → ')}` },
      ]
    }
    const isKnown =
      exact.has(target) ||
      Object.hasOwn(aliases, target) ||
      wildcards.some((pattern) => matchesPattern(pattern, target))
    return isKnown ? [] : [unknownName(path, 'model', target, known)]
  })
}

/** Problems with rollouts and shadows: destinations that nothing bears, or that are where the calls come from. */
export function checkMigrations(config: CatalogNames): CheckProblem[] {
  const providers = config.providers.map(({ name }) => name)
  return config.models.flatMap((model, index) =>
    (['rollout', 'shadow'] as const).flatMap((kind) => {
      const to = model[kind]?.to
      if (to === undefined) return []
      const path = ['models', index, kind, 'to']
      if (typeof to !== 'string') {
        const { provider } = to
        const isKnown = providers.includes(provider)
        return isKnown ? [] : [unknownName([...path, 'provider'], 'provider', provider, providers)]
      }
      if (to === model.name) return [{ path, message: 'a model cannot be its own destination' }]
      const known = config.models.map(({ name }) => name)
      return isOffered(to, config) ? [] : [unknownName(path, 'model', to, known)]
    }),
  )
}

/** Problems with fallbacks: models that the configuration does not name. */
export function checkFallbacks({ models }: CatalogNames): CheckProblem[] {
  const known = models.map(({ name }) => name)
  return models.flatMap(({ fallbacks = [] }, index) =>
    fallbacks.flatMap((fallback, at) =>
      fallback.models.flatMap((name, place) =>
        known.includes(name)
          ? []
          : [
              unknownName(
                ['models', index, 'fallbacks', at, 'models', place],
                'model',
                name,
                known,
              ),
            ],
      ),
    ),
  )
}

/** Tells whether a name leads to a model. */
export function isOffered(name: string, { models, aliases }: CatalogNames): boolean {
  return Object.hasOwn(aliases, name) || models.some((model) => matchesPattern(model.name, name))
}

/** Problems with tiers: unknown providers, names given twice, a pattern that stands for a tier. */
export function checkTiers({ providers, tiers }: CatalogNames): CheckProblem[] {
  const known = providers.map(({ name }) => name)
  return tiers.flatMap(({ models }, index) =>
    Object.entries(models).flatMap(([provider, listed]) => {
      const path = ['tiers', index, 'models', provider]
      if (!known.includes(provider)) return [unknownName(path, 'provider', provider, known)]
      const [first = ''] = [listed].flat()
      if (!first.includes('*')) return []
      const hint = 'put the name of a model first; patterns may follow it'
      return [{ path, message: `the pattern ${quoted(first)} cannot stand for the tier`, hint }]
    }),
  )
}

/** The way from an alias back to itself; aliases that only lead into a circle are not part of it. */
function circleOf(alias: string, aliases: AliasesConfig): string[] | undefined {
  const way = [alias]
  for (;;) {
    const last = way.at(-1) ?? ''
    const next = Object.hasOwn(aliases, last) ? aliases[last] : undefined
    if (next === undefined) return undefined
    if (next === alias) return [...way, alias]
    if (way.includes(next)) return undefined
    way.push(next)
  }
}
