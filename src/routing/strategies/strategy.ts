import type { Question } from '../../core/call.ts'
import type { Clock } from '../../core/clock.ts'
import type { Target } from '../../core/target.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { EstimateTokens } from '../conditions.ts'
import type { RoutedTarget } from '../routed-target.ts'

/**
 * The choices of one call. `choose` is asked again after each target that failed, then without it; it
 * returns one of the candidates it is given, or `undefined` when there are none.
 */
export interface Choice {
  choose(candidates: readonly RoutedTarget[]): RoutedTarget | undefined
  /** Told which target answered the call in the end. */
  answered?(target: RoutedTarget): void
}

/** Begins the choices of a call. Has its own state, one per route. */
export type Strategy = (question: Question) => Choice

/** Returns what a call of this size would cost at a target in nano-dollars; `undefined` without a price. */
export type PriceOf = (target: Target, usage: TokenUsage) => number | undefined

/** What strategies are made with; each uses what it needs. */
export interface StrategyDependencies {
  readonly clock: Clock
  /** Returns a number in [0, 1). */
  readonly random: () => number
  readonly estimateTokens: EstimateTokens
  readonly priceOf: PriceOf
}
