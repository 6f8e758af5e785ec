import type { Answer, Question } from '../../core/call.ts'
import { undecided } from '../../core/decision.ts'
import type { Decision, Finding } from '../../core/decision.ts'
import { GatewayError } from '../../core/errors.ts'
import type { PolicyFacts, RuleStatement, Treatment } from '../../core/facts.ts'
import type { PolicyOutcome } from '../contracts.ts'
import { askBarriers } from './barriers.ts'
import { answerOf, questionOf, readerOf } from './dry-run-input.ts'
import type { DryRunInput } from './dry-run-input.ts'
import { lookAt } from './look.ts'
import { Memo } from './memo.ts'
import { Observer } from './observe.ts'
import { Pace } from './pace.ts'
import { reasonOf, versionOf } from './parts.ts'
import type { InspectionParts } from './parts.ts'
import { lookThrough } from './request.ts'
import type { InspectedText } from './request.ts'
import { createCompliance } from './stage.ts'
import type { BodyText } from './texts.ts'

/** Something that was found, and what would be done with it; nothing where that is absent. */
export interface JudgedFinding extends Finding {
  readonly treatment?: Treatment
}

/** What came of one text. */
export interface JudgedText {
  readonly segment: BodyText
  readonly findings: readonly JudgedFinding[]
  readonly labels: readonly string[]
  /** The text as it would go on; the very same where nothing changes. */
  readonly treated: string
}

/** What would come of a call with such content. Nothing was sent, recorded, or asked of anybody. */
export interface DryRunReport {
  readonly decision: Decision
  /** The words of the rules that hold or block it. */
  readonly reason: string | undefined
  /** Everything that rules may look at; of an answer that is stopped also what stands behind the place. */
  readonly facts: PolicyFacts
  readonly texts: readonly JudgedText[]
  /** The whole body as it would go on, for a body in the format of a client that may go on. */
  readonly body: string | undefined
  /** What barriers say, whatever policies say; absent where none has to do with the content. */
  readonly barrier: BarrierOpinion | undefined
}

/** What the barriers say about content. */
export interface BarrierOpinion {
  readonly isAllowed: boolean
  readonly statements: readonly RuleStatement[]
}

/**
 * Judges content as a call is judged, by the very same path. No hold is opened: what would wait for people has the
 * verdict `hold`. What the barriers of `given` remember is up to whoever gives them.
 *
 * @throws {GatewayError} `compliance_unavailable`, and `invalid_request` for a body that readers may understand
 *   differently
 */
export async function dryRun(input: DryRunInput, given: InspectionParts): Promise<DryRunReport> {
  const { reader, changes } = readerOf(input, given.reader)
  const holds = { ask: () => Promise.resolve({ state: 'waiting' } as const) }
  const parts: InspectionParts = { ...given, reader, holds, memo: new Memo() }
  const question = questionOf(input)
  const answer = input.direction === 'answer' ? answerOf(input) : undefined
  const looked =
    answer === undefined
      ? await lookThrough(reader.request(question), parts)
      : await lookThroughAnswer(reader.answer(question, answer).segments, parts)
  // Asked first: the way of the call below remembers what it lets through.
  const barrier = barrierOpinion(looked, question, input, parts)
  const { decision, body } =
    answer === undefined
      ? await judgeRequest(question, input, parts)
      : await judgeAnswer(question, answer, input, parts)
  const facts = completeFacts(decision.facts, looked, question, input)
  const outcome = parts.policies.evaluate(facts)
  return {
    decision,
    reason: reasonFor(decision),
    facts,
    texts: looked.map((text) => judged(text, input, outcome, changes)),
    body: input.content.type === 'body' ? body : undefined,
    barrier,
  }
}

/** What the rules say that block or hold; text of an answer is blocked also by those that hold. */
function reasonFor({ verdict, statements = [] }: Decision): string | undefined {
  if (verdict !== 'block' && verdict !== 'hold') return undefined
  return reasonOf(statements, verdict) ?? reasonOf(statements, 'hold')
}

interface Judgement {
  readonly decision: Decision
  readonly body: string | undefined
}

async function judgeRequest(
  question: Question,
  { targets }: DryRunInput,
  parts: InspectionParts,
): Promise<Judgement> {
  const compliance = createCompliance(parts, true)
  try {
    const decision = await compliance.inspectRequest(question, { order: () => targets })
    // What waits for people is shown as it would go on once they approve.
    const body =
      decision.verdict === 'block' ? undefined : compliance.redact(question, decision).body.text
    return { decision, body }
  } finally {
    compliance.forget(question)
  }
}

async function judgeAnswer(
  question: Question,
  answer: Answer,
  { targets }: DryRunInput,
  parts: InspectionParts,
): Promise<Judgement> {
  const compliance = createCompliance(parts, true)
  try {
    const asked = await compliance.inspectRequest(question, { order: () => targets })
    const { body } = await compliance.inspectAnswer(question, answer, asked)
    const decision = answer.report.decision ?? undecided
    return { decision, body: typeof body === 'string' ? body : undefined }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    if (error.code !== 'blocked_by_policy' && error.code !== 'held_for_approval') throw error
    return { decision: answer.report.decision ?? unreadable(error, parts), body: undefined }
  } finally {
    compliance.forget(question)
  }
}

/** What is decided about an answer that nobody here can read. */
function unreadable({ message }: GatewayError, parts: InspectionParts): Decision {
  const statement: RuleStatement = {
    ruleId: 'compliance/unreadable',
    action: 'block',
    words: message,
  }
  return {
    ...undecided,
    verdict: 'block',
    ruleIds: [statement.ruleId],
    statements: [statement],
    policyVersion: versionOf(parts),
  }
}

async function lookThroughAnswer(
  segments: readonly BodyText[],
  parts: InspectionParts,
): Promise<readonly InspectedText[]> {
  const pace = new Pace(parts.limits.maxInspectionMs)
  const looked: InspectedText[] = []
  for (const segment of segments) {
    const { role, kind, source } = segment
    const place = {
      role,
      kind,
      direction: 'answer',
      ...(source !== undefined && { source }),
    } as const
    looked.push({ segment, ...(await lookAt(segment.text, place, parts, pace)) })
    if (pace.isDue()) await pace.rest()
  }
  return looked
}

function barrierOpinion(
  looked: readonly InspectedText[],
  question: Question,
  { direction, principal }: DryRunInput,
  parts: InspectionParts,
): BarrierOpinion | undefined {
  if (direction === 'request') return askBarriers(question, looked, parts)?.verdict
  const { barriers, clock } = parts
  const labels = allLabels(looked).filter((label) => barriers?.needs(label))
  if (labels.length === 0) return undefined
  return barriers?.check({ principal, labels, direction: 'receive', at: clock.now() })
}

/** The facts of a decision; those of an answer that was stopped end where it was. */
function completeFacts(
  facts: PolicyFacts | undefined,
  looked: readonly InspectedText[],
  question: Question,
  { direction, principal, targets, operation, model }: DryRunInput,
): PolicyFacts {
  if (facts !== undefined && direction === 'request') return facts
  const observer = new Observer()
  for (const { segment, findings } of looked) {
    const { role, kind, source } = segment
    const place = { role, kind, direction, ...(source !== undefined && { source }) }
    for (const finding of findings) observer.add(finding, place)
  }
  return {
    direction,
    principal,
    sourceAddress: question.call.sourceAddress,
    operation,
    model,
    targets: targets.slice(0, 1),
    tools: [],
    attachments: [],
    ...facts,
    observations: observer.observations(),
    labels: allLabels(looked),
    bytes: looked.reduce((sum, { segment }) => sum + segment.text.length, 0),
  }
}

function allLabels(looked: readonly InspectedText[]): string[] {
  return [...new Set(looked.flatMap(({ labels }) => labels))].toSorted()
}

function judged(
  { segment, findings, labels }: InspectedText,
  { direction }: DryRunInput,
  outcome: PolicyOutcome,
  changes: ReadonlyMap<string, string>,
): JudgedText {
  return {
    segment,
    labels,
    findings: findings.map((finding) => {
      const said = outcome.treat(finding, segment)
      // Tokens of an answer would mean nothing to its reader.
      const treatment = said === 'tokenise' && direction === 'answer' ? 'redact' : said
      return treatment === undefined ? finding : { ...finding, treatment }
    }),
    treated: changes.get(segment.place) ?? segment.text,
  }
}
