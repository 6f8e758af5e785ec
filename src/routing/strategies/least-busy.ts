import type { RoutedTarget } from '../routed-target.ts'
import type { Choice, Strategy, StrategyDependencies } from './strategy.ts'

/** Takes the target with the fewest calls in progress for its weight; chance decides between equals. */
export function leastBusy({ random }: Pick<StrategyDependencies, 'random'>): Strategy {
  const choice: Choice = {
    choose: (candidates) => leastBusyOf(candidates, Math.floor(random() * candidates.length)),
  }
  return () => choice
}

/** Returns the least busy candidate, the first of equals when counted from a place. */
export function leastBusyOf(
  candidates: readonly RoutedTarget[],
  from: number,
): RoutedTarget | undefined {
  let best: RoutedTarget | undefined
  let bestLoad = Infinity
  for (let step = 0; step < candidates.length; step++) {
    const candidate = candidates[(from + step) % candidates.length]
    if (candidate === undefined) continue
    const load = candidate.state.inFlight / candidate.target.weight
    if (load < bestLoad) {
      best = candidate
      bestLoad = load
    }
  }
  return best
}
