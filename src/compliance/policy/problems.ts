import { expandPolicies } from './expand.ts'
import { findUnknownNames } from './names.ts'
import { findContradictions } from './contradictions.ts'
import { isMeant } from './plan.ts'
import { isTreatment, looksAtFindings } from './rule.ts'
import type { PolicyFrame, PolicyPath, PolicyProblem, PolicyRule } from './rule.ts'
import type { PoliciesConfig } from './schema.ts'
import { findUnmatchable } from './unmatchable.ts'
import type { PolicyVocabulary } from './vocabulary.ts'

/** Finds everything that keeps policies from being put in force, each with its place and, where known, the cure. */
export function findProblems(
  policies: PoliciesConfig,
  vocabulary: PolicyVocabulary,
): readonly PolicyProblem[] {
  const { frames, rules, problems } = expandPolicies(policies)
  return [
    ...problems,
    ...rules.flatMap((rule) => [
      ...selectorProblems(rule),
      ...routeProblems(rule),
      ...findUnmatchable(rule, vocabulary),
      ...findUnknownNames(rule, vocabulary),
    ]),
    ...frames.flatMap((frame) => frameProblems(frame, rules)),
    ...findContradictions(rules),
  ]
}

const selectorHint = 'name detectors or categories'

/** Conditions on findings without any findings to look at, and treatments of nothing. */
function selectorProblems({ path, what, action }: PolicyRule): PolicyProblem[] {
  if (looksAtFindings(what)) return []
  const problems: PolicyProblem[] = []
  if (isTreatment(action)) {
    const message = `there is nothing to ${action}: the rule looks at no findings`
    problems.push({ path: [...path, 'what'], message, hint: selectorHint })
  }
  for (const member of ['minScore', 'minCount', 'textRoles', 'textKinds', 'sources'] as const) {
    if (what[member] === undefined) continue
    const message = `${member} means nothing: the rule looks at no findings`
    problems.push({ path: [...path, 'what', member], message, hint: selectorHint })
  }
  for (const member of ['detectors', 'categories', 'sources'] as const) {
    if (what.not?.[member] === undefined) continue
    const message = `nothing can be excepted: the rule looks at no findings`
    problems.push({ path: [...path, 'what', 'not', member], message, hint: selectorHint })
  }
  return problems
}

function routeProblems({ path, action, route, what }: PolicyRule): PolicyProblem[] {
  const at: PolicyPath = [...path, 'route']
  if (action !== 'route') {
    if (route === undefined) return []
    const message = `the action ${action} sends nothing anywhere`
    return [{ path: at, message, hint: 'leave route out, or let the action be route' }]
  }
  const { model, perimeters, regions } = route ?? {}
  const isWithin = perimeters !== undefined || regions !== undefined
  if (model === undefined && !isWithin) {
    const message = 'the rule does not say where to'
    return [{ path: at, message, hint: 'give it route: a model, or perimeters or regions' }]
  }
  const problems: PolicyProblem[] = []
  if (model !== undefined && isWithin) {
    const hint = 'write two rules: both will hold'
    problems.push({ path: at, message: 'a model or perimeters and regions, not both', hint })
  }
  if (model?.includes('*') === true) {
    const message = `'${model}' is no name of a model`
    problems.push({ path: [...at, 'model'], message, hint: 'name one model' })
  }
  if (what.direction === 'answer') {
    const message = 'an answer cannot be sent anywhere else any more'
    const hint = 'let the rule be about requests, or block'
    problems.push({ path: [...path, 'what', 'direction'], message, hint })
  }
  return problems
}

function frameProblems(frame: PolicyFrame, rules: readonly PolicyRule[]): PolicyProblem[] {
  const allows = rules.filter(({ policy, action }) => policy === frame.id && action === 'allow')
  if (!frame.isClosed) {
    return allows.map(({ path }) => ({
      path: [...path, 'action'],
      message: 'the rule allows what nothing forbids, and no rule allows what another blocks',
      hint: `give the policy '${frame.id}' default: block, or leave the rule out`,
    }))
  }
  const inForce = allows.filter(({ isShadow }) => frame.isShadow || !isShadow)
  return (['request', 'answer'] as const).flatMap((direction) =>
    inForce.some((rule) => isMeant(rule, direction))
      ? []
      : [
          {
            path: [...frame.path, 'default'],
            message: `no rule allows any ${direction}, so none would ever pass`,
            hint: 'add a rule with the action allow; without a direction it is about both',
          },
        ],
  )
}
