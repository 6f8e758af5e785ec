import type { Choice, Strategy, StrategyDependencies } from './strategy.ts'

/** Draws any target, each with the same chance. */
export function random({ random: next }: Pick<StrategyDependencies, 'random'>): Strategy {
  const choice: Choice = {
    choose: (candidates) => candidates[Math.floor(next() * candidates.length)],
  }
  return () => choice
}
