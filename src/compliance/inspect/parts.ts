import type { Clock } from '../../core/clock.ts'
import type { Question } from '../../core/call.ts'
import type { Decision } from '../../core/decision.ts'
import type { Direction, RiskTier, RuleStatement, TargetFacts } from '../../core/facts.ts'
import type { BarrierSet, CategorySet, PolicyOutcome, PolicySet } from '../contracts.ts'
import type { Replacer } from '../redaction/index.ts'
import type { TextView } from '../types.ts'
import type { Finders, TextPlace } from './finders.ts'
import type { Memo } from './memo.ts'
import type { BodyReader, BodyTool } from './texts.ts'
import type { CallWriter, TreatedFinding } from './treated.ts'

/** What the inspection of one configuration version is made of. */
export interface InspectionParts {
  readonly clock: Clock
  readonly reader: BodyReader
  readonly finders: Finders
  readonly policies: PolicySet
  readonly barriers: BarrierSet | undefined
  readonly categories: CategorySet | undefined
  readonly tierOf: (tool: BodyTool) => RiskTier
  /** Writes keyed hashes. */
  readonly hash: Replacer
  readonly limits: InspectionLimits
  readonly memo: Memo
  readonly holds: HoldDesk
  /** Whether any rule asks what tools an answer calls, so that calls have to wait until they are judged. */
  readonly holdsCalls: boolean
  /** Returns the canonical text of a call: the same call is the same text. */
  readonly toolCallContent: (name: string, given: string) => string
}

/** Something that people have to approve before it is done. */
export interface HeldAction {
  readonly facts: {
    readonly requestId: string
    readonly tenant: string
    readonly requester: string
    readonly keyId?: string | undefined
    readonly kind: 'request' | 'tool-call'
    readonly tool?: string | undefined
    readonly tier?: RiskTier | undefined
    readonly model?: string | undefined
    readonly ruleIds: readonly string[]
    readonly labels: readonly string[]
  }
  /** What is to be done: the same action is the same text. Not kept. */
  readonly content: string
  /** What an approver may see of it: nothing that was found is in it. */
  readonly preview?: string | undefined
}

/** Whether people have approved an action. */
export interface HoldAnswer {
  readonly state: 'waiting' | 'approved' | 'denied' | 'expired'
  readonly holdId?: string
}

/** The queue of actions that wait for people. Whatever goes wrong there is a denial. */
export interface HoldDesk {
  ask(action: HeldAction): Promise<HoldAnswer>
}

/** What inspection may cost, and what is done with what it cannot read. */
export interface InspectionLimits {
  /** Longest time one request or answer may take to be looked through, in milliseconds. */
  readonly maxInspectionMs: number
  /** Whether bodies that nobody here can read may pass. */
  readonly unreadable: 'allow' | 'block'
  /** Largest answer that is put together to be read, in bytes. */
  readonly maxAnswerBytes: number
}

/** What is known of a call between its stages. */
export interface CallState {
  readonly decision: Decision
  /** The model that the asked name is another name for; absent where it is none. */
  readonly offered?: string | undefined
  readonly targets: readonly TargetFacts[]
  readonly outcome: PolicyOutcome
  readonly writer: CallWriter
  /** Texts in which something is to be replaced. */
  readonly treated: readonly {
    readonly place: string
    readonly text: string
    readonly findings: readonly TreatedFinding[]
  }[]
  readonly texts: readonly string[]
  readonly replace: ((texts: ReadonlyMap<string, string>) => Question['body']) | undefined
}

/** The labels of one text; empty where no categories are configured. */
export function labelsOf(
  categories: CategorySet | undefined,
  view: TextView,
  place: TextPlace,
  findings: readonly { readonly label: string; readonly score: number }[],
): readonly string[] {
  if (categories === undefined || categories.labels.length === 0) return none
  const { role, kind, direction, source } = place
  const text = { view, role, kind, direction, findings }
  return categories.labelsOf(source === undefined ? text : { ...text, source })
}

/** Puts what rules said in order of their ids. */
export function inOrder(statements: readonly RuleStatement[]): readonly RuleStatement[] {
  return statements.toSorted((a, b) => (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : 0))
}

const none: readonly string[] = []

/** The ids of the rules that spoke, each once. */
export function idsOf(statements: readonly RuleStatement[]): readonly string[] {
  return statements.length === 0 ? none : [...new Set(statements.map(({ ruleId }) => ruleId))]
}

/** Most words that a user is shown about a refusal. */
const maxReasons = 3

/** What the user is told: the words of the rules that hold or block. */
export function reasonOf(
  statements: readonly RuleStatement[],
  verdict: 'hold' | 'block',
): string | undefined {
  const words = statements.filter(({ action }) => action === verdict).map(({ words }) => words)
  const distinct = [...new Set(words)]
  if (distinct.length === 0) return undefined
  const more = distinct.length - maxReasons
  const shown = distinct.slice(0, maxReasons).join(' ')
  return more > 0 ? `${shown} (${more} more ${more === 1 ? 'rule' : 'rules'})` : shown
}

/** Names the version of everything that decides. */
export function versionOf({
  policies,
  barriers,
}: Pick<InspectionParts, 'policies' | 'barriers'>): string {
  return barriers === undefined ? policies.version : `${policies.version}+${barriers.version}`
}

/** Tells whether anything is to be looked for in texts that go this way. */
export type Looks = (direction: Direction) => boolean
