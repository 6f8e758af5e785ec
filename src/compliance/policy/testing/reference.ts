import type { Observation, PolicyFacts, TargetFacts } from '../../../core/facts.ts'
import type { PoliciesConfig, RuleConfig, WhereConfig } from '../schema.ts'

/** A rule in force that holds for a call, in the plainest terms. */
export interface Held extends RuleConfig {
  readonly policy: string
}

/** The rules in force that hold for a call, found by asking every rule everything. Knows no wildcards. */
export function heldRules(policies: PoliciesConfig, facts: PolicyFacts): readonly Held[] {
  return policies
    .filter(({ mode }) => mode === 'enforce')
    .flatMap(({ id = '', rules }) => rules.map((rule) => ({ ...rule, policy: id })))
    .filter((rule) => rule.shadow !== true && holds(rule, facts))
}

/** Ids of closed policies in force. */
export function closedPolicies(policies: PoliciesConfig): readonly string[] {
  const closed = policies.filter(
    (policy) => policy.mode === 'enforce' && policy.default === 'block',
  )
  return closed.map(({ id = '' }) => id)
}

/** Whether a rule is about a target. */
export function isAbout({ where }: Held, target: TargetFacts): boolean {
  return where === undefined || matches(where, target)
}

/** Whether a target is where a rule demands that calls stay. */
export function isInside({ route }: Held, target: TargetFacts): boolean {
  return matches({ perimeters: route?.perimeters, regions: route?.regions }, target)
}

/** Whether a rule is about a finding of some score. */
export function isOf(rule: Held, observation: Observation, hundredths: number): boolean {
  const { detectors, minScore = 0.5, textKinds } = rule.what ?? {}
  return (
    detectors?.includes(observation.label) === true &&
    hundredths >= minScore * 100 &&
    (textKinds === undefined || textKinds.includes(observation.kind))
  )
}

function holds(rule: RuleConfig, facts: PolicyFacts): boolean {
  const { who = {}, what = {}, action } = rule
  const { principal } = facts
  if (action === 'route' && facts.direction === 'answer') return false
  if (who.groups !== undefined && !meets(who.groups, principal.groups)) return false
  if (who.departments !== undefined && !meets(who.departments, [principal.department])) return false
  if (who.not?.roles !== undefined && meets(who.not.roles, principal.roles ?? [])) return false
  if (what.labels !== undefined && !meets(what.labels, facts.labels)) return false
  if (what.minBytes !== undefined && facts.bytes < what.minBytes) return false
  if (what.detectors === undefined) return true
  let count = 0
  for (const observation of facts.observations) {
    for (const [hundredths, seen] of observation.scores) {
      if (isOf({ ...rule, policy: '' }, observation, hundredths)) count += seen
    }
  }
  return count >= (what.minCount ?? 1)
}

function matches(where: WhereConfig, target: TargetFacts): boolean {
  const { perimeters, regions, providers, not } = where
  return (
    (perimeters === undefined || meets(perimeters, [target.perimeter])) &&
    (regions === undefined || meets(regions, [target.region])) &&
    (providers === undefined || meets(providers, [target.provider])) &&
    !meets(not?.perimeters ?? [], [target.perimeter])
  )
}

function meets(names: readonly string[], others: readonly (string | undefined)[]): boolean {
  return others.some((other) => other !== undefined && names.includes(other))
}
