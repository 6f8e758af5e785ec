import type { Sharing } from '../../core/decision.ts'
import type { PolicyFacts, RuleStatement, TargetFacts, Treatment } from '../../core/facts.ts'
import type { PolicyOutcome } from '../contracts.ts'
import type { Test, TextPlace } from './conditions.ts'
import type { CompiledRule } from './plan.ts'
import { hundredthsOf, isTreatment, strengthOf } from './rule.ts'
import { isPersonal, leastSharing } from './sharing.ts'

/** A rule that keeps a call from targets. */
interface Exclusion {
  readonly rule: CompiledRule
  /** The call may go nowhere, whatever its targets are. */
  readonly isTotal: boolean
  readonly excludes: Test<TargetFacts>
}

/** Where a call may go, and which rules have a say in that. */
interface Admission {
  readonly exclusions: readonly Exclusion[]
  readonly isBlocked: boolean
  /** Targets the call would go to if no rule kept it from any. */
  readonly known: readonly TargetFacts[]
  /** Known targets that are left: rules with `where` are measured by them. */
  readonly targets: readonly TargetFacts[]
  /** The rule that names the model which is to answer. */
  readonly router: CompiledRule | undefined
  readonly routeTo: string | undefined
}

/** What a configuration says beside its rules. */
export interface Surroundings {
  /** How far answers may be shared where no rule says less. */
  readonly sharing: Sharing
  /** Where calls for a model go; none where that is not known. */
  readonly targetsOf: (model: string) => readonly TargetFacts[]
}

/**
 * Joins what the rules say that hold for a call. Block goes before hold, hold before the others; of treatments
 * the one that leaves least wins. `active` is in order of ids and holds the rules that only watch as well.
 */
export function joinRules(
  facts: PolicyFacts,
  active: readonly CompiledRule[],
  { sharing, targetsOf }: Surroundings,
): PolicyOutcome {
  const inForce = active.filter(({ isShadow }) => !isShadow)
  const admission = admissionOf(facts, inForce, targetsOf)
  const { targets, isBlocked, routeTo } = admission
  const spoken = spokenBy(inForce, facts, admission)
  const applied = inForce.filter((rule) => isTreatment(rule.action) && isMet(rule, targets))
  const isHeld = inForce.some((rule) => rule.action === 'hold' && isMet(rule, targets))
  const treat = treatBy(applied)
  const admits = admitsOf({ facts, inForce, admission, treat })
  return {
    verdict: isBlocked ? 'block' : isHeld ? 'hold' : 'allow',
    spoken: spoken.map(({ statement }) => statement),
    shadowed: shadowedBy(active, facts, admission),
    sharing: sharingOf(facts, { sharing, spoken, isTreated: applied.length > 0 }),
    ...(routeTo === undefined ? {} : { routeTo }),
    treat: (finding, text) =>
      treat(finding.label, finding.category, hundredthsOf(finding.score), text),
    ...(admits === undefined ? {} : { admits }),
  }
}

function admissionOf(
  facts: PolicyFacts,
  rules: readonly CompiledRule[],
  targetsOf: Surroundings['targetsOf'],
): Admission {
  const exclusions = rules.flatMap((rule) => exclusionOf(rule, rules) ?? [])
  const isClosed = exclusions.some(({ isTotal }) => isTotal)
  const router = isClosed ? undefined : routerOf(facts, rules)
  const routeTo = router?.model === facts.model ? undefined : router?.model
  // A call that another model answers goes where that one is.
  const known = routeTo === undefined ? facts.targets : targetsOf(routeTo)
  const targets = known.filter((target) => !isExcluded(target, exclusions))
  const isExhausted = known.length > 0 && targets.length === 0
  const isBlocked = isClosed || isExhausted
  return {
    exclusions,
    isBlocked,
    known,
    targets,
    router,
    routeTo: isBlocked ? undefined : routeTo,
  }
}

/** What a rule keeps a call from; `undefined` for rules that do not. */
function exclusionOf(rule: CompiledRule, active: readonly CompiledRule[]): Exclusion | undefined {
  const { where, within } = rule
  if (rule.isDefault) return exclusionOfDefault(rule, active)
  if (rule.action === 'block') {
    return { rule, isTotal: where === undefined, excludes: where ?? everything }
  }
  if (within === undefined) return undefined
  const excludes: Test<TargetFacts> =
    where === undefined ? (target) => !within(target) : (target) => where(target) && !within(target)
  return { rule, isTotal: false, excludes }
}

function exclusionOfDefault(
  rule: CompiledRule,
  active: readonly CompiledRule[],
): Exclusion | undefined {
  const permits = active.filter(
    ({ action, policy, isShadow }) =>
      action === 'allow' && policy === rule.policy && (rule.isShadow || !isShadow),
  )
  if (permits.some(({ where }) => where === undefined)) return undefined
  const excludes: Test<TargetFacts> = (target) => !permits.some(({ where }) => where?.(target))
  return { rule, isTotal: permits.length === 0, excludes }
}

/** Of rules that name a model the first by id whose targets the call knows. */
function routerOf(facts: PolicyFacts, rules: readonly CompiledRule[]): CompiledRule | undefined {
  return rules.find((rule) => rule.model !== undefined && isMet(rule, facts.targets))
}

interface Spoken {
  readonly rule: CompiledRule
  readonly statement: RuleStatement
}

function spokenBy(
  rules: readonly CompiledRule[],
  facts: PolicyFacts,
  admission: Admission,
): Spoken[] {
  const { exclusions, isBlocked, known, targets, router } = admission
  return rules.flatMap((rule): Spoken[] => {
    const exclusion = exclusions.find((each) => each.rule === rule)
    if (exclusion !== undefined) {
      const isDecisive = exclusion.isTotal || isBlocked
      const met = [...facts.targets, ...known]
      const speaks = exclusion.isTotal || met.some(exclusion.excludes)
      const { said, narrowed } = rule.words
      return speaks ? [{ rule, statement: isDecisive ? blocking(said) : narrowed }] : []
    }
    if (rule.isDefault) return []
    const speaks = rule.model === undefined ? isMet(rule, targets) : rule === router
    return speaks ? [{ rule, statement: rule.words.said }] : []
  })
}

/** What rules would say that only watch: as if each were in force beside those that are. */
function shadowedBy(
  active: readonly CompiledRule[],
  facts: PolicyFacts,
  { targets, isBlocked }: Admission,
): RuleStatement[] {
  const known = isBlocked ? facts.targets : targets
  return active.flatMap((rule) => {
    if (!rule.isShadow) return []
    const { said, narrowed } = rule.words
    const exclusion = exclusionOf(rule, active)
    if (exclusion === undefined) return !rule.isDefault && isMet(rule, known) ? [said] : []
    if (exclusion.isTotal) return [said]
    if (!known.some(exclusion.excludes)) return []
    return [known.every(exclusion.excludes) ? blocking(said) : narrowed]
  })
}

/** A rule that sends calls elsewhere blocks those that may go nowhere. */
function blocking(said: RuleStatement): RuleStatement {
  return said.action === 'block' ? said : { ...said, action: 'block' }
}

type Treat = (
  label: string,
  category: string,
  hundredths: number,
  text: TextPlace,
) => Treatment | undefined

function treatBy(rules: readonly CompiledRule[]): Treat {
  if (rules.length === 0) return () => undefined
  return (label, category, hundredths, text) => {
    let strongest: Treatment | undefined
    let strength = -1
    for (const { action, minHundredths, finds, countsIn } of rules) {
      if (hundredths < minHundredths || !isTreatment(action)) continue
      const own = strengthOf(action)
      if (own <= strength || finds?.(label, category) !== true) continue
      if (countsIn !== undefined && !countsIn(text)) continue
      strongest = action
      strength = own
    }
    return strongest
  }
}

/** Tells of any target, known or not, whether rules would demand nothing more there than what is done. */
function admitsOf({
  facts,
  inForce,
  admission,
  treat,
}: {
  readonly facts: PolicyFacts
  readonly inForce: readonly CompiledRule[]
  readonly admission: Admission
  readonly treat: Treat
}): Test<TargetFacts> | undefined {
  const { exclusions, targets, router, isBlocked } = admission
  if (isBlocked) return () => false
  const open = inForce.filter((rule) => {
    if (rule.where === undefined || rule.isDefault) return false
    if (rule.model !== undefined) {
      return rule.model !== facts.model && (router === undefined || rule.index <= router.index)
    }
    const demands = rule.action === 'hold' || isTreatment(rule.action)
    return (
      demands && !isMet(rule, targets) && (rule.action === 'hold' || isMore(rule, facts, treat))
    )
  })
  if (exclusions.length === 0 && open.length === 0) return undefined
  return (target) =>
    !isExcluded(target, exclusions) && !open.some(({ where }) => where?.(target) ?? true)
}

/** Whether a treatment would leave less of something than what is done to it. */
function isMore(rule: CompiledRule, { observations }: PolicyFacts, treat: Treat): boolean {
  const { action, minHundredths, finds, countsIn } = rule
  if (!isTreatment(action)) return false
  const wanted = strengthOf(action)
  return observations.some((observation) => {
    const { label, category, scores } = observation
    if (finds?.(label, category) !== true) return false
    if (countsIn !== undefined && !countsIn(observation)) return false
    return scores.some(([hundredths, count]) => {
      if (count === 0 || hundredths < minHundredths) return false
      const done = treat(label, category, hundredths, observation)
      return done === undefined || strengthOf(done) < wanted
    })
  })
}

function sharingOf(
  { observations }: PolicyFacts,
  given: {
    readonly sharing: Sharing
    readonly spoken: readonly Spoken[]
    readonly isTreated: boolean
  },
): Sharing {
  let least = given.sharing
  for (const { rule } of given.spoken) {
    if (rule.sharing !== undefined) least = leastSharing(least, rule.sharing)
  }
  const isOwn = given.isTreated || observations.some(isPersonal)
  return isOwn ? leastSharing(least, 'user') : least
}

function isExcluded(target: TargetFacts, exclusions: readonly Exclusion[]): boolean {
  return exclusions.some(({ excludes }) => excludes(target))
}

/** Whether any of the targets is one that a rule is about. */
function isMet({ where }: CompiledRule, targets: readonly TargetFacts[]): boolean {
  return where === undefined || targets.some(where)
}

function everything(): boolean {
  return true
}
