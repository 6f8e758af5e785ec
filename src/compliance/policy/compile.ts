import type { Sharing } from '../../core/decision.ts'
import type { Direction, PolicyFacts } from '../../core/facts.ts'
import type { LabelNeed, PolicyOutcome, PolicySet } from '../contracts.ts'
import { defaultWindowSize } from '../window/index.ts'
import { askedOf } from './conditions.ts'
import type { Asked } from './conditions.ts'
import { expandPolicies } from './expand.ts'
import { joinRules } from './outcome.ts'
import { createPlan, isMeant } from './plan.ts'
import type { CompiledRule, Plan } from './plan.ts'
import { findProblems } from './problems.ts'
import type { PolicyFrame, PolicyProblem } from './rule.ts'
import type { PoliciesConfig } from './schema.ts'
import { leastSharing, personalCategories, personalHundredths } from './sharing.ts'
import { versionOf } from './version.ts'
import type { PolicyVocabulary } from './vocabulary.ts'

/** Policies that cannot be put in force. `message` names every problem with its place and cure. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly problems: readonly PolicyProblem[]

  constructor(problems: readonly PolicyProblem[]) {
    const lines = problems.map(
      ({ path, message, hint }) =>
        `${path.join('.')}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
    )
    super(lines.join('\n'))
    this.problems = problems
  }
}

/**
 * Compiles the policies of a configuration. The set is pure: the same facts always get the same outcome, and
 * neither the order of policies and rules nor how findings are spread over observations matters. Throws
 * `PolicyError` for contradictions, names that nothing bears, and rules that can never match.
 */
export function compilePolicies(policies: PoliciesConfig, vocabulary: PolicyVocabulary): PolicySet {
  const problems = findProblems(policies, vocabulary)
  if (problems.length > 0) throw new PolicyError(problems)
  const { frames, rules } = expandPolicies(policies)
  const plans: Readonly<Record<Direction, Plan>> = {
    request: createPlan(rules, frames, 'request'),
    answer: createPlan(rules, frames, 'answer'),
  }
  const sharing = sharingOf(frames)
  const surroundings = {
    sharing,
    targetsOf: (model: string) => vocabulary.targets?.get(model) ?? [],
  }
  const silent = joinRules(nothing, [], surroundings)
  return {
    version: versionOf(frames, rules),
    windowSize: windowSizeOf(frames),
    asksForAnswerSize: rules.some(
      (rule) =>
        isMeant(rule, 'answer') &&
        (rule.what.minBytes !== undefined || rule.what.maxBytes !== undefined),
    ),
    needs: (label, category, direction) => needOf(plans[direction], { label, category, sharing }),
    evaluate(facts): PolicyOutcome {
      const plan = plans[facts.direction]
      const active = activeRules(plan, askedOf(facts, plan.needsAddress))
      return active.length === 0 && facts.observations.length === 0
        ? silent
        : joinRules(facts, active, surroundings)
    },
  }
}

/** A call of which nothing is known. */
const nothing: PolicyFacts = {
  direction: 'request',
  principal: { id: '', kind: 'service', tenant: '', groups: [] },
  operation: '',
  model: '',
  targets: [],
  observations: [],
  labels: [],
  tools: [],
  attachments: [],
  bytes: 0,
}

/** The rules that hold for a call, wherever it goes; in order of ids. */
function activeRules(plan: Plan, asked: Asked): readonly CompiledRule[] {
  const { labels, observations, principal } = asked.facts
  const active = plan
    .alwaysFor(principal)
    .filter((rule) => rule.holds === undefined || rule.holds(asked))
  if (labels.length === 0 && observations.length === 0) return active
  for (const [rule, count] of countsOf(plan, asked)) {
    if (count < rule.minCount || rule.who?.(principal) === false) continue
    if (rule.holds === undefined || rule.holds(asked)) active.push(rule)
  }
  return active.sort((a, b) => a.index - b.index)
}

/** How much of what rules look for was seen, of rules for which there was any. */
function countsOf(plan: Plan, { facts }: Asked): ReadonlyMap<CompiledRule, number> {
  const counts = new Map<CompiledRule, number>()
  for (const label of facts.labels) {
    for (const rule of plan.byLabel(label)) counts.set(rule, 1)
  }
  for (const observation of facts.observations) {
    for (const rule of plan.byFinding(observation.label, observation.category)) {
      if (rule.countsIn !== undefined && !rule.countsIn(observation)) continue
      let seen = 0
      for (const [hundredths, count] of observation.scores) {
        if (hundredths >= rule.minHundredths) seen += count
      }
      if (seen > 0) counts.set(rule, (counts.get(rule) ?? 0) + seen)
    }
  }
  return counts
}

/** The lowest score of a label that any rule cares for, those that only watch included. */
function needOf(
  plan: Plan,
  asked: { readonly label: string; readonly category: string; readonly sharing: Sharing },
): LabelNeed | undefined {
  const rules = plan.byFinding(asked.label, asked.category)
  let least = Math.min(...rules.map(({ minHundredths }) => minHundredths))
  // Answers that others may get from the cache must be known to hold nothing personal.
  const isShared = asked.sharing !== 'none' && asked.sharing !== 'user'
  if (isShared && personalCategories.has(asked.category))
    least = Math.min(least, personalHundredths)
  return least === Infinity ? undefined : { minScore: least / 100 }
}

function sharingOf(frames: readonly PolicyFrame[]): Sharing {
  const said = frames.flatMap(({ sharing, isShadow }) =>
    sharing === undefined || isShadow ? [] : [sharing],
  )
  return said.length === 0 ? 'user' : said.reduce(leastSharing)
}

function windowSizeOf(frames: readonly PolicyFrame[]): number {
  const said = frames.flatMap(({ windowSize, isShadow }) =>
    windowSize === undefined || isShadow ? [] : [windowSize],
  )
  return said.length === 0 ? defaultWindowSize : Math.max(...said)
}
