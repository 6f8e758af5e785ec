import type { Choice, Strategy, StrategyDependencies } from './strategy.ts'

/** Draws a target, each with a chance in proportion to its weight. */
export function weighted({ random }: Pick<StrategyDependencies, 'random'>): Strategy {
  const choice: Choice = {
    choose(candidates) {
      let total = 0
      for (const { target } of candidates) total += target.weight
      let ticket = random() * total
      for (const candidate of candidates) {
        ticket -= candidate.target.weight
        if (ticket < 0) return candidate
      }
      // Rounding may leave a ticket past the last weight.
      return candidates.at(-1)
    },
  }
  return () => choice
}
