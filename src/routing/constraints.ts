import type { Question } from '../core/call.ts'
import type { Condition } from '../core/condition.ts'
import { GatewayError } from '../core/errors.ts'
import type { Target } from '../core/target.ts'
import { matches } from './conditions.ts'
import type { EstimateTokens } from './conditions.ts'

/** Where a request may be sent. A target without the label that is asked for is outside. */
export interface Demand {
  readonly regions?: readonly string[] | undefined
  readonly perimeters?: readonly string[] | undefined
}

/** A demand on the requests that are as its condition says; on all when it has none. */
export interface ResidencyRule extends Demand {
  readonly when?: Condition | undefined
}

/** Tells whether a target lies where a demand wants it. */
export function meets(target: Pick<Target, 'region' | 'perimeter'>, demand: Demand): boolean {
  return isWithin(target.region, demand.regions) && isWithin(target.perimeter, demand.perimeters)
}

/** Tells whether a target lies where all demands want it. */
export function meetsAll(target: Target, demands: readonly Demand[]): boolean {
  return demands.every((demand) => meets(target, demand))
}

/** Returns the demands on a question: they hold on every hop, whoever is asked. */
export function demandsOn(
  question: Question,
  rules: readonly ResidencyRule[],
  estimateTokens: EstimateTokens,
): readonly Demand[] {
  if (rules.length === 0) return none
  return rules.filter(({ when }) => when === undefined || matches(when, question, estimateTokens))
}

/** The error of a request that no target may receive. */
export function noAdmissibleTarget(demands: readonly Demand[]): GatewayError {
  const wanted = demands.flatMap(({ regions, perimeters }) => [
    ...(regions === undefined ? [] : [`the region ${regions.join(' or ')}`]),
    ...(perimeters === undefined ? [] : [`the perimeter ${perimeters.join(' or ')}`]),
  ])
  return new GatewayError(
    'no_admissible_target',
    wanted.length === 0
      ? 'The rules of this model leave no target for this request.'
      : `No target of this model may receive this request: it has to stay within ${[...new Set(wanted)].join(' and ')}.`,
  )
}

const none: readonly Demand[] = []

function isWithin(label: string | undefined, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || (label !== undefined && wanted.includes(label))
}
