import { leastBusy } from './least-busy.ts'
import { leastLatency } from './least-latency.ts'
import { lowestCost } from './lowest-cost.ts'
import { prefixAffinity } from './prefix-affinity.ts'
import { priority } from './priority.ts'
import { random } from './random.ts'
import { roundRobin } from './round-robin.ts'
import { sticky } from './sticky.ts'
import type { Strategy, StrategyDependencies } from './strategy.ts'
import { weighted } from './weighted.ts'

export { conditional, isNamed } from './conditional.ts'
export type { TargetRule } from './conditional.ts'
export type { Choice, PriceOf, Strategy, StrategyDependencies } from './strategy.ts'

/** Every strategy by its name in the configuration. A new one is a file and a line here. */
const strategies = {
  priority,
  'round-robin': roundRobin,
  weighted,
  random,
  'least-busy': leastBusy,
  'least-latency': leastLatency,
  'lowest-cost': lowestCost,
  sticky,
  'prefix-affinity': prefixAffinity,
} as const satisfies Record<string, (dependencies: StrategyDependencies) => Strategy>

export type StrategyName = keyof typeof strategies

/** Makes a strategy with its own state, one per route. */
export function createStrategy(name: StrategyName, dependencies: StrategyDependencies): Strategy {
  return strategies[name](dependencies)
}
