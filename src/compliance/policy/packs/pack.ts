import type { PolicyCaseInput } from '../cases-schema.ts'
import type { RuleConfig } from '../schema.ts'

/** Rules to start from, each with the provision that asks for it. Administrators change them by overrides. */
export interface PolicyPack {
  /** Name by which a policy asks for it; that of the policy where it has none. */
  readonly id: string
  readonly title: string
  /** What it is for, and what has to be configured for all of it to work. */
  readonly description: string
  readonly rules: readonly RuleConfig[]
  /** What the rules say as they are delivered, and what they must leave alone. */
  readonly cases: readonly PolicyCaseInput[]
}
