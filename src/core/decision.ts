import type { PolicyFacts, RuleStatement, TargetFacts } from './facts.ts'

/** Where something was found: labels and positions, never the text itself. */
export interface Finding {
  readonly label: string
  readonly category: string
  /** Number of the text it is in, in the order in which the texts of the body stand; absent where there is one. */
  readonly segment?: number
  /** Offsets in UTF-16 code units within the inspected segment; `end` is exclusive. */
  readonly start: number
  readonly end: number
  /** Confidence from 0 to 1. */
  readonly score: number
  readonly detector: string
}

/** How far an answer may be shared through the cache. */
export type Sharing = 'none' | 'user' | 'group' | 'department' | 'tenant'

/** What compliance decided about one direction of a call, and why. */
export interface Decision {
  readonly verdict: 'allow' | 'redact' | 'hold' | 'block'
  readonly findings: readonly Finding[]
  readonly ruleIds: readonly string[]
  readonly labels: readonly string[]
  readonly sharing: Sharing
  /** Version of the policy that decided; `none` while no policy is configured. */
  readonly policyVersion: string
  /** Words for the user when the verdict is `hold` or `block`. */
  readonly reason?: string
  /** What every rule in force that spoke said, in order of rule ids. */
  readonly statements?: readonly RuleStatement[]
  /** What rules said that only watch. */
  readonly shadowed?: readonly RuleStatement[]
  /** What the rules were told: recorded, so that another version can judge it again. */
  readonly facts?: PolicyFacts
  /** Where a hold waits for approval. */
  readonly holdId?: string
  /** The model that is to answer in the place of the asked one. */
  readonly routeTo?: string
  /** Tells whether the call may go to a target; absent where it may go to all. */
  readonly admits?: (target: TargetFacts) => boolean
}

/** The decision of a gateway without any policy: everything passes, nothing is shared. */
export const undecided: Decision = Object.freeze({
  verdict: 'allow',
  findings: [],
  ruleIds: [],
  labels: [],
  sharing: 'none',
  policyVersion: 'none',
})
