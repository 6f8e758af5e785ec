import type { PolicyProblem, PolicyRule } from './rule.ts'
import { canonical } from './version.ts'

/** Finds rules that hold for the very same calls and cannot both be followed. */
export function findContradictions(rules: readonly PolicyRule[]): PolicyProblem[] {
  const inForce = rules.filter(({ isShadow }) => !isShadow)
  return [...blockedPermits(inForce), ...tornRoutes(inForce)]
}

/** Permits that a block takes back every time. */
function blockedPermits(rules: readonly PolicyRule[]): PolicyProblem[] {
  const blocks = new Map(
    rules
      .filter(({ action, where }) => action === 'block' && where === undefined)
      .map((rule) => [callsOf(rule), rule.id]),
  )
  return rules.flatMap((rule) => {
    const block = rule.action === 'allow' ? blocks.get(callsOf(rule)) : undefined
    if (block === undefined) return []
    const message = `the rule allows what '${block}' always blocks: block wins`
    return [{ path: rule.path, message, hint: 'leave one of them out, or except it with not' }]
  })
}

/** Rules that send the same calls to different models. */
function tornRoutes(rules: readonly PolicyRule[]): PolicyProblem[] {
  const first = new Map<string, PolicyRule>()
  return rules.flatMap((rule) => {
    const model = rule.route?.model
    if (rule.action !== 'route' || model === undefined) return []
    const calls = `${callsOf(rule)} ${canonical(rule.where ?? {})}`
    const other = first.get(calls)
    if (other === undefined) first.set(calls, rule)
    if (other === undefined || other.route?.model === model) return []
    const message = `'${other.id}' sends the same calls to '${other.route?.model ?? ''}'`
    return [{ path: [...rule.path, 'route', 'model'], message, hint: 'leave one of them out' }]
  })
}

function callsOf({ who, what, minHundredths }: PolicyRule): string {
  const { minScore: _, direction = 'both', minCount = 1, ...rest } = what
  return canonical([{ who }, { what: { ...rest, direction, minCount, minHundredths } }])
}
