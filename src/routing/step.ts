import type { Question } from '../core/call.ts'
import { meetsAll } from './constraints.ts'
import type { Demand } from './constraints.ts'
import type { RoutedTarget } from './routed-target.ts'
import type { Strategy } from './strategies/index.ts'

/** Targets among which a strategy chooses: those of a route, or of a model that it falls back to. */
export interface Step {
  /** Name of the model. */
  readonly name: string
  readonly targets: readonly RoutedTarget[]
  /** Those of them that meet the demands of the model. */
  readonly inside: readonly RoutedTarget[]
  readonly strategy: Strategy
  /** Those of them that rules leave for a question; all when absent. */
  readonly narrow?: ((question: Question) => readonly RoutedTarget[]) | undefined
  /** What every call demands of its targets. */
  readonly demands: readonly Demand[]
}

/**
 * Returns the targets of a step that may receive a question.
 * @param demands what holds besides the demands of the step's own model
 */
export function admitted(
  { inside, narrow }: Step,
  question: Question,
  demands: readonly Demand[],
): readonly RoutedTarget[] {
  const { keeper, admits } = question
  const chosen = narrow === undefined ? inside : narrow(question)
  const kept =
    keeper === undefined ? chosen : chosen.filter(({ target }) => target.provider === keeper)
  const left = admits === undefined ? kept : kept.filter(({ target }) => admits(target))
  return demands.length === 0 ? left : left.filter(({ target }) => meetsAll(target, demands))
}

/**
 * Returns the targets that may be asked now. When all others are broken, one that only a health check
 * calls down is asked all the same: the check may be wrong.
 */
export function available(
  targets: readonly RoutedTarget[],
  now: number,
  ignoreCooling: boolean,
): readonly RoutedTarget[] {
  const isWell = ({ state }: RoutedTarget): boolean =>
    state.unavailability(now, ignoreCooling) === undefined
  if (targets.every(isWell)) return targets
  const well = targets.filter(isWell)
  if (well.length > 0) return well
  return targets.filter(({ state }) => state.unavailability(now, ignoreCooling) === 'down')
}

/** Returns the targets that take a call without waiting. */
export function withRoom(targets: readonly RoutedTarget[]): readonly RoutedTarget[] {
  const hasRoom = ({ state, limits }: RoutedTarget): boolean => state.bulkhead.hasRoom(limits)
  return targets.every(hasRoom) ? targets : targets.filter(hasRoom)
}
