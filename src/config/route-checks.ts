import { unknownName } from './checks.ts'
import type { CheckProblem } from './checks.ts'

/** The part of a configuration that says how calls of models are sent. */
interface Routes {
  readonly models: readonly {
    readonly name: string
    readonly lanes?:
      { readonly efficient: string; readonly capable?: string | undefined } | undefined
    readonly targets: readonly {
      readonly provider: string
      readonly model: string
      readonly name?: string | undefined
    }[]
    readonly rules?: readonly { readonly targets: readonly string[] }[] | undefined
    readonly hedge?:
      | { readonly delayMs?: number | undefined; readonly percentile?: number | undefined }
      | undefined
  }[]
}

/** Problems with rules: targets that the model does not have. One misspelt would keep calls from where they belong. */
export function checkRules({ models }: Routes): CheckProblem[] {
  return models.flatMap(({ targets, lanes, rules = [] }, index) => {
    // Rules of a model hold in its lanes.
    const others = models.filter(({ name }) => name === lanes?.efficient || name === lanes?.capable)
    const all = [...targets, ...others.flatMap((model) => model.targets)]
    const known = all.flatMap(({ provider, model, name }) => [
      ...(name === undefined ? [] : [name]),
      provider,
      `${provider}/${model}`,
    ])
    return rules.flatMap((rule, at) =>
      rule.targets.flatMap((name, place) =>
        known.includes(name)
          ? []
          : [
              unknownName(
                ['models', index, 'rules', at, 'targets', place],
                'target of this model',
                name,
                known,
              ),
            ],
      ),
    )
  })
}

/** Problems with hedges that say nothing about when. */
export function checkHedges({ models }: Routes): CheckProblem[] {
  return models.flatMap(({ hedge }, index) =>
    hedge === undefined || hedge.delayMs !== undefined || hedge.percentile !== undefined
      ? []
      : [
          {
            path: ['models', index, 'hedge'],
            message: 'expected delayMs, percentile or both',
          },
        ],
  )
}
