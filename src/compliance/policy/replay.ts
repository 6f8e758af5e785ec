import type { PolicyFacts, RuleStatement } from '../../core/facts.ts'
import type { PolicyOutcome, PolicySet } from '../contracts.ts'
import { judgeFacts } from './cases.ts'
import { isTreatment } from './rule.ts'
import { canonical } from './version.ts'

/** What was kept of a decision: enough to decide again. */
export interface DecisionFactsRecord {
  /** Such as the id of the request. */
  readonly id: string
  readonly facts: PolicyFacts
  /** What the rules in force said then. */
  readonly statements: readonly RuleStatement[]
}

/** What another version would have decided. */
export type ReplayVerdict = 'allow' | 'redact' | 'hold' | 'block'

/** What differs between two versions. */
export type ReplayDifference = 'verdict' | 'treatments' | 'admits'

/** A decision that would have been another. */
export interface ReplayChange {
  readonly id: string
  readonly before: ReplayVerdict
  readonly after: ReplayVerdict
  readonly differences: readonly ReplayDifference[]
  /** Rules that speak otherwise than before, in order of ids. */
  readonly rules: readonly RuleChange[]
}

/** What a rule did and does; absent where it is silent. */
export interface RuleChange {
  readonly ruleId: string
  readonly was?: RuleStatement['action']
  readonly is?: RuleStatement['action']
}

/** What would change because a rule speaks otherwise than before. */
export interface RuleReplay {
  readonly ruleId: string
  /** Decisions in which it speaks, and did not. */
  speaksNow: number
  /** Decisions in which it spoke, and does not. */
  silentNow: number
  verdicts: number
  treatments: number
  admits: number
  /** Ids of a few of these decisions. */
  readonly examples: string[]
}

/** What a new version would change in past decisions. */
export interface ReplayReport {
  readonly records: number
  readonly changed: number
  /** How often which verdict turned into which, such as `allow → block`. */
  readonly verdicts: Readonly<Record<string, number>>
  /** Rules with changes, those with the most first. */
  readonly byRule: readonly RuleReplay[]
  /** The first changes, as many as were asked for. */
  readonly changes: readonly ReplayChange[]
}

export interface ReplayOptions {
  /**
   * The policies that decided then. Treatments and targets are compared exactly with them; without them only
   * as far as statements tell.
   */
  readonly previous?: PolicySet
  /** Most changes that are listed; all are counted. */
  readonly maxChanges?: number
}

const maxExamples = 5

/** Past decisions that are judged by other policies, one after the other. */
export interface Replay {
  /** Judges one; returns what would change, `undefined` where nothing would. */
  add(record: DecisionFactsRecord): ReplayChange | undefined
  report(): ReplayReport
}

/**
 * Judges past decisions by other policies. Pure; holds one record at a time. What barriers said is left out:
 * policies do not decide it.
 */
export function replay(
  records: Iterable<DecisionFactsRecord>,
  next: PolicySet,
  options: ReplayOptions = {},
): ReplayReport {
  const replayed = openReplay(next, options)
  for (const record of records) replayed.add(record)
  return replayed.report()
}

/** Begins to judge past decisions by other policies, for records that come one by one. */
export function openReplay(
  next: PolicySet,
  { previous, maxChanges = 1000 }: ReplayOptions = {},
): Replay {
  const rules = new Map<string, RuleReplay>()
  const verdicts: Record<string, number> = {}
  const changes: ReplayChange[] = []
  let [count, changed] = [0, 0]
  return {
    add(record) {
      count += 1
      const change = changeOf(record, next, previous)
      if (change === undefined) return undefined
      changed += 1
      if (changes.length < maxChanges) changes.push(change)
      if (change.before !== change.after) {
        const turn = `${change.before} → ${change.after}`
        verdicts[turn] = (verdicts[turn] ?? 0) + 1
      }
      for (const rule of change.rules) countRule(rules, rule, change)
      return change
    },
    report() {
      const weight = (rule: RuleReplay): number => rule.verdicts + rule.treatments + rule.admits
      const byRule = [...rules.values()].sort(
        (a, b) => weight(b) - weight(a) || (a.ruleId < b.ruleId ? -1 : 1),
      )
      return { records: count, changed, verdicts, byRule, changes }
    },
  }
}

/** What two versions are compared by. */
interface Judgement {
  readonly statements: readonly RuleStatement[]
  readonly verdict: ReplayVerdict
  readonly treatments: string
  readonly admits: string
}

function changeOf(
  record: DecisionFactsRecord,
  next: PolicySet,
  previous: PolicySet | undefined,
): ReplayChange | undefined {
  const recorded = record.statements.filter(({ ruleId }) => !ruleId.startsWith('barrier/'))
  const isExact = previous !== undefined
  const before = isExact ? judged(previous, record.facts) : asStated(recorded)
  const now = judged(next, record.facts)
  const after = isExact ? now : asStated(now.statements)
  const differences = (['verdict', 'treatments', 'admits'] as const).filter(
    (member) => before[member] !== after[member],
  )
  const rules = ruleChanges(before.statements, after.statements)
  if (differences.length === 0 && rules.length === 0) return undefined
  return { id: record.id, before: before.verdict, after: after.verdict, differences, rules }
}

function judged(policies: PolicySet, facts: PolicyFacts): Judgement {
  const outcome = policies.evaluate(facts)
  const { treatments } = judgeFacts(policies, facts)
  return {
    ...asStated(outcome.spoken),
    treatments: canonical(treatments),
    admits: canonical([{ to: outcome.routeTo }, { targets: admittedBy(outcome, facts) }]),
  }
}

function admittedBy({ admits }: PolicyOutcome, { targets }: PolicyFacts): readonly string[] {
  const admitted = admits === undefined ? targets : targets.filter(admits)
  return admitted.map(canonical)
}

/** What statements alone tell: a rule that blocks, holds or treats says so. */
function asStated(statements: readonly RuleStatement[]): Judgement {
  const saying = (isMeant: (action: RuleStatement['action']) => boolean): string =>
    canonical(statements.filter(({ action }) => isMeant(action)).map(keyOf))
  const says = (action: string): boolean => statements.some((each) => each.action === action)
  const isTreated = statements.some(({ action }) => isTreatment(action))
  return {
    statements,
    verdict: says('block') ? 'block' : says('hold') ? 'hold' : isTreated ? 'redact' : 'allow',
    treatments: saying(isTreatment),
    admits: saying((action) => action === 'route'),
  }
}

function ruleChanges(
  before: readonly RuleStatement[],
  after: readonly RuleStatement[],
): RuleChange[] {
  const then = new Map(before.map(({ ruleId, action }) => [ruleId, action]))
  const now = new Map(after.map(({ ruleId, action }) => [ruleId, action]))
  return [...new Set([...then.keys(), ...now.keys()])].sort().flatMap((ruleId) => {
    const [was, is] = [then.get(ruleId), now.get(ruleId)]
    if (was === is) return []
    return [{ ruleId, ...(was === undefined ? {} : { was }), ...(is === undefined ? {} : { is }) }]
  })
}

function keyOf({ ruleId, action }: RuleStatement): string {
  return `${ruleId} ${action}`
}

function countRule(
  rules: Map<string, RuleReplay>,
  { ruleId, was, is }: RuleChange,
  { id, differences }: ReplayChange,
): void {
  const known = rules.get(ruleId)
  const counts = { speaksNow: 0, silentNow: 0, verdicts: 0, treatments: 0, admits: 0 }
  const rule = known ?? { ruleId, ...counts, examples: [] }
  if (known === undefined) rules.set(ruleId, rule)
  if (was === undefined) rule.speaksNow += 1
  if (is === undefined) rule.silentNow += 1
  if (differences.includes('verdict')) rule.verdicts += 1
  if (differences.includes('treatments')) rule.treatments += 1
  if (differences.includes('admits')) rule.admits += 1
  if (rule.examples.length < maxExamples) rule.examples.push(id)
}
