import type { Target } from '../core/target.ts'

/** Returns the targets in the order in which they are to be tried. Never empty for a non-empty list. */
export type Strategy = (targets: readonly Target[]) => readonly Target[]

export type StrategyName = 'priority' | 'round-robin' | 'weighted' | 'random'

/**
 * Makes a strategy with its own state, one per model.
 * @param random returns a number in [0, 1)
 */
export function createStrategy(name: StrategyName, random: () => number): Strategy {
  switch (name) {
    case 'priority':
      return (targets) => targets
    case 'round-robin':
      return roundRobin()
    case 'weighted':
      return (targets) => drawAll(targets, random, (target) => target.weight)
    case 'random':
      return (targets) => drawAll(targets, random, () => 1)
  }
}

function roundRobin(): Strategy {
  let next = 0
  return (targets) => {
    if (targets.length < 2) return targets
    const first = next % targets.length
    next = (first + 1) % targets.length
    return [...targets.slice(first), ...targets.slice(0, first)]
  }
}

/** Draws all targets without putting back, each with a chance in proportion to its weight. */
function drawAll(
  targets: readonly Target[],
  random: () => number,
  weightOf: (target: Target) => number,
): readonly Target[] {
  if (targets.length < 2) return targets
  const left = [...targets]
  const drawn: Target[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, target) => sum + weightOf(target), 0)
    let ticket = random() * total
    let index = left.findIndex((target) => (ticket -= weightOf(target)) < 0)
    // Rounding may leave a ticket past the last weight.
    if (index < 0) index = left.length - 1
    drawn.push(...left.splice(index, 1))
  }
  return drawn
}
