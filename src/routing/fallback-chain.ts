import type { ChainBody } from './chain-schema.ts'

/** A fallback chain that an administrator has set while the gateway runs. */
export interface FallbackChain extends ChainBody {
  readonly name: string
  readonly updatedBy: string
  /** Milliseconds since the epoch. */
  readonly updatedAt: number
}

/** A model as far as fallbacks concern it. */
interface ChainedModel {
  readonly name: string
  readonly targets: readonly { readonly provider: string }[]
  readonly fallbacks?: readonly ChainBody['steps'][number][] | undefined
}

/**
 * Returns models with the fallbacks that chains give them, before those of the configuration: chains of
 * the model itself first, then those of a provider it has targets at, each in the order of their names. A
 * model is no fallback of its own.
 */
export function withChains<Model extends ChainedModel>(
  models: readonly Model[],
  chains: readonly FallbackChain[],
): readonly Model[] {
  const inForce = chains
    .filter(({ enabled }) => enabled)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  if (inForce.length === 0) return models
  return models.map((model) => {
    const own = inForce.filter((chain) => chain.model === model.name)
    const providers = new Set(model.targets.map(({ provider }) => provider))
    const ofProvider = inForce.filter(
      ({ provider }) => provider !== undefined && providers.has(provider),
    )
    const steps = [...own, ...ofProvider].flatMap((chain) => stepsFor(model.name, chain))
    return steps.length === 0
      ? model
      : { ...model, fallbacks: [...steps, ...(model.fallbacks ?? [])] }
  })
}

function stepsFor(name: string, { steps }: FallbackChain): ChainBody['steps'] {
  return steps.flatMap((step) => {
    const models = step.models.filter((each) => each !== name)
    return models.length === 0 ? [] : [{ ...step, models }]
  })
}
