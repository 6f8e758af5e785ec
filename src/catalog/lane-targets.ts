import type { AliasesConfig } from './aliases-config.ts'
import type { ModelConfig } from './config.ts'
import { createLineup } from './lineup.ts'

/**
 * Gives models with lanes and without targets of their own those of their capable lane: they answer what has
 * no lanes, and stand for the model wherever it is listed.
 */
export function withLaneTargets(config: {
  readonly models: readonly ModelConfig[]
  readonly aliases: AliasesConfig
}): readonly ModelConfig[] {
  const { models } = config
  if (models.every(({ targets }) => targets.length > 0)) return models
  const lineup = createLineup(config)
  return models.map((model) => {
    const capable = model.lanes?.capable
    if (model.targets.length > 0 || capable === undefined) return model
    return { ...model, targets: lineup.find(lineup.read(capable))?.model.targets ?? [] }
  })
}
