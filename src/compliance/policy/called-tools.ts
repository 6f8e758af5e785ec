import { expandPolicies } from './expand.ts'
import { isMeant } from './plan.ts'
import type { PoliciesConfig } from './schema.ts'

/**
 * Tells whether a rule asks which tools an answer calls, or may hold or block what they are called with: then calls
 * have to wait until they are judged. Rules that only watch ask as well.
 */
export function asksForCalls(policies: PoliciesConfig): boolean {
  return expandPolicies(policies).rules.some((rule) => {
    if (!isMeant(rule, 'answer')) return false
    const { tools, toolTiers, toolUse, textKinds, sources, not } = rule.what
    const isAboutTools = [tools, toolTiers, toolUse, not?.tools].some(
      (asked) => asked !== undefined,
    )
    if (isAboutTools) return toolUse?.includes('called') ?? true
    const isAboutArguments =
      rule.action === 'block' &&
      (sources !== undefined || textKinds?.includes('tool-arguments') === true)
    return rule.action === 'hold' || isAboutArguments
  })
}
