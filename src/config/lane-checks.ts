import type { CatalogNames } from './catalog-checks.ts'
import { isOffered } from './catalog-checks.ts'
import { unknownName } from './checks.ts'
import type { CheckProblem } from './checks.ts'
import { quoted } from './problem.ts'

/** Problems with lanes: models that nothing bears or that have lanes themselves, thresholds in disorder. */
export function checkLanes(config: CatalogNames): CheckProblem[] {
  const known = config.models.map(({ name }) => name)
  return config.models.flatMap(({ name, targets, lanes }, index) => {
    if (lanes === undefined) return []
    const path = ['models', index, 'lanes']
    const problems = (['efficient', 'capable'] as const).flatMap((lane): CheckProblem[] => {
      const named = lanes[lane]
      if (named === undefined) return []
      if (named === name) {
        const hint =
          lane === 'capable' && targets.length > 0
            ? 'leave it out: the targets of the model are its capable lane then'
            : 'name another model of this file'
        return [{ path: [...path, lane], message: 'a model cannot be its own lane', hint }]
      }
      if (!isOffered(named, config)) return [unknownName([...path, lane], 'model', named, known)]
      const other = config.models.find((model) => model.name === named)
      if (other?.lanes === undefined) return []
      return [{ path: [...path, lane], message: `${quoted(named)} has lanes itself` }]
    })
    if (lanes.releaseBelow > lanes.threshold) {
      problems.push({
        path: [...path, 'releaseBelow'],
        message: `${lanes.releaseBelow} is above the threshold of ${lanes.threshold}`,
      })
    }
    return problems
  })
}

/** Problems with models that nobody answers for. */
export function checkTargetCounts({ models }: CatalogNames): CheckProblem[] {
  return models.flatMap(({ targets, lanes }, index) =>
    targets.length > 0 || lanes?.capable !== undefined
      ? []
      : [
          {
            path: ['models', index, 'targets'],
            message: 'expected at least one target',
            hint:
              lanes === undefined
                ? 'name a provider and its model'
                : 'name a provider and its model, or the model of lanes.capable',
          },
        ],
  )
}
