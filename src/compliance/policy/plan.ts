import type { Sharing } from '../../core/decision.ts'
import type { Direction, PrincipalFacts, TargetFacts } from '../../core/facts.ts'
import {
  callerTest,
  callTest,
  findingTest,
  labelsTest,
  namesTest,
  networkTest,
  textTest,
  whereTest,
} from './conditions.ts'
import type { Asked, Test, TextPlace } from './conditions.ts'
import { looksAtFindings } from './rule.ts'
import type { PolicyFrame, PolicyRule } from './rule.ts'
import type { RouteConfig, RuleAction } from './schema.ts'
import { defaultWordsOf, wordsOf } from './words.ts'
import type { RuleWords } from './words.ts'

/** A rule ready to be asked in one direction. */
export interface CompiledRule {
  /** Place among the rules of its direction, in order of ids. */
  readonly index: number
  readonly id: string
  readonly policy: string
  readonly action: RuleAction
  /** Blocks what no rule of the policy allows. */
  readonly isDefault: boolean
  readonly isShadow: boolean
  readonly sharing: Sharing | undefined
  readonly words: RuleWords
  /** Findings it is about; absent for rules that look at none. */
  readonly finds: ((label: string, category: string) => boolean) | undefined
  /** Texts in which findings count; absent for all. */
  readonly countsIn: Test<TextPlace> | undefined
  readonly minHundredths: number
  readonly minCount: number
  /** Callers it holds for; absent for everybody. */
  readonly who: Test<PrincipalFacts> | undefined
  /** Everything else that must be true of a call; absent for nothing. */
  readonly holds: Test<Asked> | undefined
  /** Labels of the content that bring it up, for rules that look at no findings. */
  readonly isCalledBy: Test<string> | undefined
  /** Targets it is about; absent for all. */
  readonly where: Test<TargetFacts> | undefined
  /** The model that is to answer. */
  readonly model: string | undefined
  /** Targets the call must stay within. */
  readonly within: Test<TargetFacts> | undefined
}

/** The rules of one direction, found by what they look at. */
export interface Plan {
  readonly rules: readonly CompiledRule[]
  /** Rules that neither findings nor labels bring up, of those that hold for a caller. */
  alwaysFor(caller: PrincipalFacts): readonly CompiledRule[]
  readonly needsAddress: boolean
  byLabel(label: string): readonly CompiledRule[]
  byFinding(label: string, category: string): readonly CompiledRule[]
}

/** Most labels whose rules are remembered: labels of dry runs may be anything. */
const rememberedLabels = 10_000

/** Compiles the rules of one direction. Order of rules and policies does not matter. */
export function createPlan(
  rules: readonly PolicyRule[],
  frames: readonly PolicyFrame[],
  direction: Direction,
): Plan {
  const meant = rules.filter((rule) => isMeant(rule, direction))
  const defaults = frames.filter(({ isClosed }) => isClosed)
  const drafts = [
    ...meant.map((rule) => draftOf(rule, direction)),
    ...defaults.map((frame) => draftOfDefault(frame, direction)),
  ].sort((a, b) => (a.id < b.id ? -1 : 1))
  const compiled = drafts.map((draft, index): CompiledRule => ({ ...draft, index }))
  const finding = compiled.filter(({ finds }) => finds !== undefined)
  const labelled = compiled.filter(({ isCalledBy }) => isCalledBy !== undefined)
  const always = compiled.filter(
    (rule) => rule.finds === undefined && rule.isCalledBy === undefined,
  )
  // Principals are immutable, and a key has the same one in every call.
  const callers = new WeakMap<PrincipalFacts, readonly CompiledRule[]>()
  const labels = new Map<string, readonly CompiledRule[]>()
  const findings = new Map<string, { category: string; rules: readonly CompiledRule[] }>()
  return {
    rules: compiled,
    alwaysFor(caller) {
      if (always.length === 0) return always
      const known = callers.get(caller)
      if (known !== undefined) return known
      const meant = always.filter(({ who }) => who?.(caller) ?? true)
      callers.set(caller, meant)
      return meant
    },
    needsAddress: [...meant.flatMap(({ who }) => who), ...frames.flatMap(({ who }) => who)].some(
      ({ networks, not }) => networks !== undefined || not?.networks !== undefined,
    ),
    byLabel(label) {
      const known = labels.get(label)
      if (known !== undefined) return known
      const called = labelled.filter(({ isCalledBy }) => isCalledBy?.(label))
      if (labels.size >= rememberedLabels) labels.clear()
      labels.set(label, called)
      return called
    },
    byFinding(label, category) {
      const known = findings.get(label)
      if (known !== undefined && known.category === category) return known.rules
      const asking = finding.filter(({ finds }) => finds?.(label, category))
      if (findings.size >= rememberedLabels) findings.clear()
      findings.set(label, { category, rules: asking })
      return asking
    },
  }
}

/** Where an answer comes from cannot be changed any more: rules that route are about requests. */
export function isMeant({ what, action }: PolicyRule, direction: Direction): boolean {
  const asked = what.direction ?? 'both'
  if (action === 'route' && direction === 'answer') return false
  return asked === 'both' || asked === direction
}

function draftOf(rule: PolicyRule, direction: Direction): Omit<CompiledRule, 'index'> {
  const { id, policy, action, isShadow, sharing, what, minHundredths, route } = rule
  const isAboutFindings = looksAtFindings(what)
  const { labels } = what
  return {
    id,
    policy,
    action,
    isDefault: false,
    isShadow,
    sharing,
    words: wordsOf(rule, direction),
    finds: isAboutFindings ? findingTest(what) : undefined,
    countsIn: textTest(what),
    minHundredths,
    minCount: isAboutFindings ? (what.minCount ?? 1) : 1,
    who: callerTest(rule.who),
    holds: allOf(
      networkTest(rule.who),
      callTest(what),
      isAboutFindings && labels !== undefined ? labelsTest(labels) : undefined,
    ),
    isCalledBy: isAboutFindings || labels === undefined ? undefined : namesTest(labels),
    where: whereTest(rule.where),
    model: route?.model,
    within: action === 'route' && route?.model === undefined ? withinTest(route ?? {}) : undefined,
  }
}

function draftOfDefault(frame: PolicyFrame, direction: Direction): Omit<CompiledRule, 'index'> {
  return {
    id: `${frame.id}/default`,
    policy: frame.id,
    action: 'block',
    isDefault: true,
    isShadow: frame.isShadow,
    sharing: undefined,
    words: defaultWordsOf(frame.id, direction),
    finds: undefined,
    countsIn: undefined,
    minHundredths: 0,
    minCount: 1,
    who: callerTest(frame.who),
    holds: networkTest(frame.who),
    isCalledBy: undefined,
    where: undefined,
    model: undefined,
    within: undefined,
  }
}

function withinTest({ perimeters, regions }: RouteConfig): Test<TargetFacts> {
  return whereTest({ perimeters, regions }) ?? (() => true)
}

function allOf(...tests: readonly (Test<Asked> | undefined)[]): Test<Asked> | undefined {
  const [first, second, third] = tests.filter((test) => test !== undefined)
  if (first === undefined || second === undefined) return first
  if (third === undefined) return (asked) => first(asked) && second(asked)
  return (asked) => first(asked) && second(asked) && third(asked)
}
