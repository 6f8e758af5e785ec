import type { ComplianceConfig } from '../compliance/config.ts'
import { findPolicyProblems, vocabularyOf } from '../compliance/policy/config.ts'
import type { ConfiguredPlaces, PoliciesConfig } from '../compliance/policy/config.ts'
import type { CheckProblem } from './checks.ts'

/** The part of a configuration that policies are checked with. */
type Policies = ConfiguredPlaces & {
  readonly policies: PoliciesConfig
  readonly compliance: ComplianceConfig
}

/** Problems with policies: contradictions, rules that can never match, and names that nothing bears. */
export function checkPolicies(config: Policies): readonly CheckProblem[] {
  const { policies } = config
  return policies.length === 0 ? [] : findPolicyProblems(policies, vocabularyOf(config))
}
