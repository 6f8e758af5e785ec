import type { Sharing } from '../../core/decision.ts'
import { treatments } from '../../core/facts.ts'
import type { Treatment } from '../../core/facts.ts'
import type {
  OverrideConfig,
  RouteConfig,
  RuleAction,
  WhatConfig,
  WhereConfig,
  WhoConfig,
} from './schema.ts'

/** Where a value stands in the configuration: keys and list positions from the top. */
export type PolicyPath = readonly (string | number)[]

/** A rule with everything said that its policy, its pack and its overrides say. */
export interface PolicyRule {
  /** `policy/rule`. */
  readonly id: string
  readonly policy: string
  readonly path: PolicyPath
  readonly isFromPack: boolean
  /** What the operator wrote of it: all of an own rule, the overrides of a pack's. */
  readonly written: Pick<OverrideConfig, 'who' | 'what' | 'where' | 'route'>
  readonly action: RuleAction
  readonly isShadow: boolean
  readonly description?: string | undefined
  /** Conditions on the caller, all of which must hold. */
  readonly who: readonly WhoConfig[]
  readonly what: WhatConfig
  /** How surely something must be found, in hundredths. */
  readonly minHundredths: number
  readonly where?: WhereConfig | undefined
  readonly route?: RouteConfig | undefined
  readonly message?: string | undefined
  readonly sharing?: Sharing | undefined
}

/** What a policy says beside its rules. */
export interface PolicyFrame {
  readonly id: string
  readonly path: PolicyPath
  readonly isShadow: boolean
  /** Nothing passes but what a rule of the policy allows. */
  readonly isClosed: boolean
  readonly who: readonly WhoConfig[]
  readonly windowSize?: number | undefined
  readonly sharing?: Sharing | undefined
}

/** Something wrong with a policy, with its place and, where it is known, the cure. */
export interface PolicyProblem {
  readonly path: PolicyPath
  readonly message: string
  readonly hint?: string
}

/** A score in hundredths, as observations count it; the same rounding everywhere, so that thresholds mean one thing. */
export function hundredthsOf(score: number): number {
  // A score of 0.29 is 28.999… hundredths to the machine.
  return Math.floor(score * 100 + 1e-9)
}

/** Tells whether an action changes what was found. */
export function isTreatment(action: string): action is Treatment {
  return treatments.some((treatment) => treatment === action)
}

/** How little a treatment leaves: 0 for the one that leaves most. */
export function strengthOf(treatment: Treatment): number {
  return treatments.indexOf(treatment)
}

/** Tells whether a rule looks at findings at all. */
export function looksAtFindings({ detectors, categories }: WhatConfig): boolean {
  return detectors !== undefined || categories !== undefined
}
