import type { Question } from '../../core/call.ts'
import type { Condition } from '../../core/condition.ts'
import { matches } from '../conditions.ts'
import type { EstimateTokens } from '../conditions.ts'
import type { RoutedTarget } from '../routed-target.ts'

/** Which targets of a route may answer the questions that are as its condition says. */
export interface TargetRule {
  /** Every question when absent. */
  readonly when?: Condition | undefined
  /** Names of targets, of their providers, or `provider/model`. */
  readonly targets: readonly string[]
}

/** Narrows the targets of a route to those a question may be answered by; any strategy chooses among them. */
export type Narrow = (question: Question) => readonly RoutedTarget[]

/** Makes the choice by rules: the first whose condition holds counts, all targets are left when none does. */
export function conditional(
  rules: readonly TargetRule[],
  targets: readonly RoutedTarget[],
  estimateTokens: EstimateTokens,
): Narrow {
  const compiled = rules.map(({ when, targets: names }) => ({
    when,
    left: targets.filter((target) => names.some((name) => isNamed(target, name))),
  }))
  return (question) =>
    compiled.find(({ when }) => when === undefined || matches(when, question, estimateTokens))
      ?.left ?? targets
}

/** Tells whether a name means a target. */
export function isNamed(
  { name: own, target: { provider, model } }: Pick<RoutedTarget, 'name' | 'target'>,
  name: string,
): boolean {
  return name === own || name === provider || name === `${provider}/${model}`
}
