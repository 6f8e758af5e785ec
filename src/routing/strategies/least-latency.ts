import type { RoutedTarget } from '../routed-target.ts'
import type { Strategy, StrategyDependencies } from './strategy.ts'

/** What a target nothing is known of is taken for, so that its load counts from the first call on. */
const unknownMs = 1

/**
 * Draws two targets and takes the one that promises the sooner answer: the decaying peak of its latency
 * times the calls it has in progress. Two draws suffice to keep load from piling up at the best one.
 */
export function leastLatency({
  clock,
  random,
}: Pick<StrategyDependencies, 'clock' | 'random'>): Strategy {
  return ({ stream }) => ({
    choose(candidates) {
      const count = candidates.length
      if (count < 2) return candidates[0]
      const first = Math.floor(random() * count)
      const other = (first + 1 + Math.floor(random() * (count - 1))) % count
      const [one, two] = [candidates[first], candidates[other]]
      if (one === undefined || two === undefined) return one ?? two
      const now = clock.monotonic()
      return waitAt(two, stream, now) < waitAt(one, stream, now) ? two : one
    },
  })
}

function waitAt({ state, target }: RoutedTarget, isStream: boolean, now: number): number {
  const latencyMs = state.latency(isStream).estimate(now) + unknownMs
  return (latencyMs * (state.inFlight + 1)) / target.weight
}
