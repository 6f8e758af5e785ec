import type { ComplianceConfig } from '../compliance/config.ts'
import { builtInLabels, findPolicyProblems, placesOf } from '../compliance/policy/config.ts'
import type {
  ConfiguredPlaces,
  PoliciesConfig,
  PolicyVocabulary,
} from '../compliance/policy/config.ts'
import type { CheckProblem } from './checks.ts'

/** The part of a configuration that policies are checked with. */
type Policies = ConfiguredPlaces & {
  readonly policies: PoliciesConfig
  readonly compliance: ComplianceConfig
}

/** Problems with policies: contradictions, rules that can never match, and names that nothing bears. */
export function checkPolicies(config: Policies): readonly CheckProblem[] {
  return config.policies.length === 0
    ? []
    : findPolicyProblems(config.policies, vocabularyOf(config))
}

function vocabularyOf(config: Policies): PolicyVocabulary {
  const { excludeDetectors, patterns, dictionaries, categories } = config.compliance
  return {
    ...placesOf(config),
    findings: [
      ...builtInLabels().filter(({ label }) => !excludeDetectors.includes(label)),
      ...patterns.map(({ name, label = `custom:${name}`, category }) => ({ label, category })),
      ...dictionaries.map(({ name, label = `dictionary:${name}`, category }) => ({
        label,
        category,
      })),
    ],
    // What tables of customers are called is known when they are read.
    openPrefixes: ['exact:'],
    labels: [...new Set(categories.flatMap(({ label, implies = [] }) => [label, ...implies]))],
  }
}
