import type { Question } from '../../core/call.ts'
import type { Decision, Finding } from '../../core/decision.ts'
import { GatewayError } from '../../core/errors.ts'
import type { PolicyFacts, RuleStatement, TargetFacts, ToolFact } from '../../core/facts.ts'
import type { PolicyOutcome } from '../contracts.ts'
import type { TextPlace } from './finders.ts'
import { askBarriers } from './barriers.ts'
import { askPeople, verdictOfHold, wordsFor } from './hold.ts'
import { lookAt } from './look.ts'
import type { LookedAt } from './memo.ts'
import { Observer } from './observe.ts'
import { inOrder, versionOf } from './parts.ts'
import type { CallState, HoldAnswer, InspectionParts } from './parts.ts'
import { Pace } from './pace.ts'
import { recordableFacts } from './recordable.ts'
import type { BodyText, JoinedTexts, RequestTexts } from './texts.ts'
import { openCallWriter } from './treated.ts'
import type { TreatedFinding } from './treated.ts'

/** What was found in one text of a request. */
export interface InspectedText extends LookedAt {
  readonly segment: BodyText
}

/** Labels and names of what the gateway cannot read. */
const unreadable = { label: 'unreadable', category: 'unreadable' } as const

/** Most findings that a decision tells one by one; all of them are counted. */
const maxFindings = 200

/**
 * Looks through a request and decides about it: what is in it, what the policies say, and last whether an
 * information barrier stands between the caller and the content. Nothing of it changes here.
 *
 * @throws {GatewayError} `invalid_request` for a body that readers may understand differently
 */
export async function inspectRequest(
  question: Question,
  { targets, name = '' }: { readonly targets: readonly TargetFacts[]; readonly name?: string },
  parts: InspectionParts,
): Promise<CallState> {
  const offered = name === '' || name === question.model ? undefined : name
  const body = parts.reader.request(question)
  if (body.hasRepeatedMembers) {
    throw new GatewayError(
      'invalid_request',
      'An object in the body has two members of the same name: which of them counts would depend on the reader. Send each member once.',
    )
  }
  const texts = await lookThrough(body, parts)
  const facts = factsOf(question, { body, texts, targets, parts, offered })
  const outcome = parts.policies.evaluate(facts)
  const treated = treatedTexts(texts, outcome)
  const refusals = unreadableStatements(body, parts)
  const passed = refusals.length > 0 ? 'block' : outcome.verdict
  // Who may not have it at all is not to be asked for approval.
  const barrier = passed === 'block' ? undefined : askBarriers(question, texts, parts)
  const mayPass = passed !== 'block' && barrier?.verdict.isAllowed !== false
  const hold =
    mayPass && passed === 'hold'
      ? await askPeople(question, { texts, outcome, facts, parts })
      : undefined
  const isApproved = hold === undefined || hold.state === 'approved'
  if (mayPass && isApproved) barrier?.record()
  const verdict = !mayPass
    ? 'block'
    : !isApproved
      ? verdictOfHold(hold)
      : treated.length > 0
        ? 'redact'
        : 'allow'
  const others = [...refusals, ...(barrier?.verdict.statements ?? [])]
  const statements = others.length === 0 ? outcome.spoken : inOrder([...outcome.spoken, ...others])
  const decision = decisionOf({ verdict, statements, outcome, facts, texts, parts, hold })
  return {
    decision,
    ...(offered !== undefined && { offered }),
    targets,
    outcome,
    treated,
    texts: texts.map(({ segment }) => segment.text),
    replace: treated.length === 0 ? undefined : (changed) => body.replace(changed),
    writer: openCallWriter({
      principal: question.principal.id,
      requestId: question.call.requestId,
      hash: parts.hash,
    }),
  }
}

/** Looks through all texts of a request, also those that are one for their reader. */
export async function lookThrough(
  { segments, joined }: RequestTexts,
  parts: InspectionParts,
): Promise<readonly InspectedText[]> {
  const pace = new Pace(parts.limits.maxInspectionMs)
  const inspected: InspectedText[] = []
  for (const segment of segments) {
    const context = contextOf(segment)
    const looked = lookAt(context + segment.text, placeOf(segment), parts, pace)
    const { findings, labels } = looked instanceof Promise ? await looked : looked
    inspected.push({ segment, findings: findingsBehind(context.length, findings), labels })
    if (pace.isDue()) await pace.rest()
  }
  for (const texts of joined) {
    addJoined(
      inspected,
      texts,
      await lookAt(texts.text, placeOfJoined(texts, segments), parts, pace),
    )
    if (pace.isDue()) await pace.rest()
  }
  return inspected
}

/** What stands before a value: the name of its member, as in answers. */
function contextOf({ key }: BodyText): string {
  return key === undefined ? '' : `${key}: `
}

/** Moves findings to where they are without what stands before the text. */
function findingsBehind(length: number, findings: readonly Finding[]): readonly Finding[] {
  if (length === 0) return findings
  return findings.flatMap((finding) => {
    if (finding.end <= length) return []
    return [{ ...finding, start: Math.max(0, finding.start - length), end: finding.end - length }]
  })
}

/** What is found only where texts are read together belongs to each of those it is spread over. */
function addJoined(inspected: InspectedText[], texts: JoinedTexts, looked: LookedAt): void {
  for (const finding of looked.findings) {
    const ranges = texts.rangesOf(finding)
    if (ranges.length < 2) continue
    for (const { segment, start, end } of ranges) {
      const known = inspected[segment]
      if (known === undefined) continue
      inspected[segment] = { ...known, findings: [...known.findings, { ...finding, start, end }] }
    }
  }
  const [first] = texts.rangesOf({ start: 0, end: texts.text.length })
  const known = first === undefined ? undefined : inspected[first.segment]
  if (first === undefined || known === undefined) return
  const labels = [...new Set([...known.labels, ...looked.labels])].toSorted()
  inspected[first.segment] = { ...known, labels }
}

function placeOf({ role, kind, source }: BodyText): TextPlace {
  return { role, kind, direction: 'request', ...(source !== undefined && { source }) }
}

function placeOfJoined(texts: JoinedTexts, segments: readonly BodyText[]): TextPlace {
  const [first] = texts.rangesOf({ start: 0, end: texts.text.length })
  const segment = first === undefined ? undefined : segments[first.segment]
  return segment === undefined
    ? { role: 'user', kind: 'text', direction: 'request' }
    : placeOf(segment)
}

interface FactsSource {
  readonly body: RequestTexts
  readonly texts: readonly InspectedText[]
  readonly targets: readonly TargetFacts[]
  readonly parts: InspectionParts
  readonly offered: string | undefined
}

function factsOf(
  { call, principal, body: { bytes }, model }: Question,
  { body, texts, targets, parts, offered }: FactsSource,
): PolicyFacts {
  const observer = new Observer()
  const labels = new Set<string>()
  for (const { segment, findings, labels: found } of texts) {
    for (const label of found) labels.add(label)
    if (findings.length === 0) continue
    const place = placeOf(segment)
    for (const finding of findings) observer.add(finding, place)
  }
  for (let left = unreadableCount(body); left > 0; left--) {
    observer.add({ ...unreadable, score: 1 }, { role: 'user', kind: 'text', direction: 'request' })
  }
  return {
    direction: 'request',
    principal,
    sourceAddress: call.sourceAddress,
    operation: call.operation,
    model,
    ...(offered !== undefined && { offered }),
    targets,
    observations: observer.observations(),
    labels: labels.size === 0 ? [] : [...labels].toSorted(),
    tools: body.tools.map((tool): ToolFact => {
      const { name, use } = tool
      return { name, use, tier: parts.tierOf(tool) }
    }),
    attachments: body.attachments,
    bytes: bytes.byteLength,
  }
}

function unreadableCount({ tokens, isReadable }: RequestTexts): number {
  return tokens.length + (isReadable ? 0 : 1)
}

/** Content that nobody can read cannot be found compliant. */
function unreadableStatements(
  body: RequestTexts,
  { limits }: InspectionParts,
): readonly RuleStatement[] {
  if (limits.unreadable === 'allow' || unreadableCount(body) === 0) return []
  const words =
    body.tokens.length > 0
      ? 'The prompt consists of token numbers, which cannot be inspected: send it as text.'
      : `Something in the body cannot be inspected${body.reason === undefined ? '' : `: ${body.reason}`}.`
  return [{ ruleId: 'compliance/unreadable', action: 'block', words }]
}

function treatedTexts(
  texts: readonly InspectedText[],
  outcome: PolicyOutcome,
): CallState['treated'] {
  return texts.flatMap(({ segment, findings }) => {
    if (findings.length === 0) return []
    const treated = findings.flatMap((finding): TreatedFinding[] => {
      const treatment = outcome.treat(finding, segment)
      return treatment === undefined ? [] : [{ ...finding, treatment }]
    })
    const { place, text } = segment
    return treated.length === 0 ? [] : [{ place, text, findings: treated }]
  })
}

interface DecisionSource {
  readonly verdict: Decision['verdict']
  readonly statements: readonly RuleStatement[]
  readonly outcome: PolicyOutcome
  readonly facts: PolicyFacts
  readonly texts: readonly InspectedText[]
  readonly parts: InspectionParts
  readonly hold: HoldAnswer | undefined
}

/** What a decision tells of findings one by one: of very many only the first. */
function recordedFindings(texts: readonly InspectedText[]): readonly Finding[] {
  return texts
    .flatMap(({ findings }, segment) =>
      findings.map((finding) => ({
        ...finding,
        score: Math.round(finding.score * 1_000) / 1_000,
        segment,
      })),
    )
    .slice(0, maxFindings)
}

function decisionOf({
  verdict,
  statements,
  outcome,
  facts,
  texts,
  parts,
  hold,
}: DecisionSource): Decision {
  const { shadowed, sharing, routeTo, admits } = outcome
  const reason = wordsFor(verdict, statements, hold)
  return {
    verdict,
    findings: recordedFindings(texts),
    ruleIds: [...new Set(statements.map(({ ruleId }) => ruleId))],
    labels: facts.labels,
    sharing,
    policyVersion: versionOf(parts),
    facts: recordableFacts(facts, parts.finders),
    ...(statements.length > 0 && { statements }),
    ...(shadowed.length > 0 && { shadowed }),
    ...(reason !== undefined && { reason }),
    ...(routeTo !== undefined && { routeTo }),
    ...(admits !== undefined && { admits }),
    ...(hold?.holdId !== undefined && { holdId: hold.holdId }),
  }
}
