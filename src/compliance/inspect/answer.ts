import type { Answer, Question } from '../../core/call.ts'
import type { Decision, Finding } from '../../core/decision.ts'
import { GatewayError } from '../../core/errors.ts'
import type {
  PolicyFacts,
  RuleStatement,
  TargetFacts,
  ToolFact,
  Treatment,
} from '../../core/facts.ts'
import type { TextChannel, TextFilter, ToolCall } from '../../core/text-filter.ts'
import type { BarrierContact, BarrierVerdict, PolicyOutcome } from '../contracts.ts'
import { viewOf } from '../normalise/index.ts'
import { openRestoreFilter } from '../redaction/index.ts'
import type { Restorer } from '../redaction/index.ts'
import { createWindow } from '../window/index.ts'
import type { Inspection, InspectedPart, WindowFinding } from '../window/index.ts'
import type { TextPlace } from './finders.ts'
import { Observer } from './observe.ts'
import { verdictOfHold } from './hold.ts'
import { idsOf, inOrder, labelsOf, reasonOf, versionOf } from './parts.ts'
import type { CallState, HoldAnswer, InspectionParts } from './parts.ts'
import { recordableFacts } from './recordable.ts'
import { JudgedCalls } from './tool-calls.ts'
import { mergeTreated } from './treated.ts'
import type { TreatedFinding } from './treated.ts'

const nothing: readonly never[] = []
const quiet: Inspection = { findings: nothing }

/**
 * The inspection of one answer, whole or streamed: both go through the same windows, so both get the same
 * verdict and the same text. It knows what was found so far in all texts of the answer.
 */
export class AnswerInspection {
  readonly #parts: InspectionParts
  readonly #question: Question
  readonly #state: CallState
  readonly #targets: readonly TargetFacts[]
  readonly #observer = new Observer()
  // Made when something is found: in most answers nothing is.
  #seen: Set<string> | undefined
  readonly #labels = new Set<string>()
  readonly #received = new Set<string>()
  readonly #calls: JudgedCalls
  readonly #restorer: Restorer | undefined
  readonly #isLooking: boolean
  /** How much of each text was seen, in UTF-16 code units, and of all together. */
  readonly #lengths = new Map<string, number>()
  #length = 0
  #changes = 0
  #isStale = true
  #outcome: PolicyOutcome | undefined
  #barrierStatements: readonly RuleStatement[] = []
  #refusal: GatewayError | undefined
  /** Where a call waits for people. */
  #hold: HoldAnswer | undefined

  /** @param isLooking whether anything is looked for, or values are only put back in the place of their tokens */
  constructor(
    parts: InspectionParts,
    call: { readonly question: Question; readonly state: CallState; readonly answer: Answer },
    isLooking: boolean,
  ) {
    this.#parts = parts
    this.#question = call.question
    this.#state = call.state
    this.#targets = targetsOf(call.answer, call.state)
    this.#restorer = call.state.writer.restorer()
    this.#isLooking = isLooking
    this.#calls = new JudgedCalls(call.question, parts)
  }

  /** Why the answer must go no further; `undefined` while it may. */
  get refusal(): GatewayError | undefined {
    return this.#refusal
  }

  /** Opens the filter of one text of the answer. */
  openFilter(channel: TextChannel): TextFilter {
    if (!this.#isLooking && this.#restorer !== undefined) return openRestoreFilter(this.#restorer)
    const { role, kind, source, key } = channel
    const known = { role, kind, direction: 'answer' } as const
    const place: TextPlace = source === undefined ? known : { ...known, source }
    return createWindow({
      size: this.#parts.policies.windowSize,
      inspect: (text, at) => this.#look(text, at, { place, id: channel.id }),
      plainUpTo: (text, at) => this.#plainUpTo(text, at, place),
      ...(key !== undefined && { context: `${key}: ` }),
    })
  }

  /** Takes a tool that the answer calls; throws when it must not be called. */
  addTools(tools: readonly ToolFact[]): void {
    this.#calls.add(tools)
    this.#isStale = true
    this.#judge()
  }

  /** Takes up a call of a tool as it came, before its arguments are looked through. */
  openCall(calls: readonly ToolCall[]): void {
    this.#calls.open(calls)
    if (!this.#parts.holdsCalls) this.#calls.close()
    this.#isStale = true
    this.#judge()
  }

  /**
   * Decides whether a call may be made with the arguments that the client would get; asks people where a rule
   * holds it. Several are ways in which clients may understand one call.
   */
  async judgeCall(calls: readonly ToolCall[]): Promise<boolean> {
    this.#calls.open(calls)
    this.#isStale = true
    const outcome = this.#judge()
    for (const call of calls) {
      if (this.#refusal !== undefined || outcome.verdict !== 'hold') break
      // Who may not have it at all is not to be asked for approval.
      if (!this.#mayReceive()) break
      const refused = await this.#calls.ask({ call, facts: this.#facts(), outcome })
      this.#hold = refused?.hold
      this.#refusal ??= refused?.error
    }
    this.#calls.close()
    this.#isStale = true
    this.#judge()
    return this.#refusal === undefined
  }

  /** What was decided, as far as the answer was looked through. */
  decision(): Decision {
    const outcome = this.#outcome ?? this.#evaluate()
    const { spoken } = outcome
    const barriers = this.#barrierStatements
    const statements = barriers.length === 0 ? spoken : inOrder([...spoken, ...barriers])
    const labels = this.#sortedLabels()
    const { shadowed, sharing } = outcome
    const passed = this.#changes > 0 ? 'redact' : 'allow'
    const refused = this.#hold === undefined ? 'block' : verdictOfHold(this.#hold)
    return {
      verdict: this.#refusal === undefined ? passed : refused,
      findings: [],
      ruleIds: idsOf(statements),
      labels,
      sharing,
      policyVersion: versionOf(this.#parts),
      facts: recordableFacts(this.#facts(), this.#parts.finders),
      ...(statements.length > 0 && { statements }),
      ...(shadowed.length > 0 && { shadowed }),
      ...(this.#hold?.holdId !== undefined && { holdId: this.#hold.holdId }),
    }
  }

  #look(
    text: string,
    at: InspectedPart,
    from: { readonly place: TextPlace; readonly id: string },
  ): Inspection {
    // What is stopped is not looked at further: what is recorded of it ends here.
    if (this.#refusal !== undefined) return { findings: [blockFrom([], at)] }
    const tokens = this.#restorer?.find(text) ?? nothing
    const shown = tokens.length === 0 ? text : (this.#restorer?.hide(text) ?? text)
    const findings = this.#find(shown, at, from)
    const outcome = this.#judge()
    if (this.#refusal !== undefined) return { findings: [blockFrom(findings, at)] }
    if (findings.length === 0) return tokens.length === 0 ? quiet : { findings: tokens }
    const treated = findings.flatMap((finding): TreatedFinding[] => {
      const treatment = this.#treatmentOf(finding, shown, outcome.treat(finding, from.place))
      return treatment === undefined ? [] : [{ ...finding, treatment }]
    })
    return { findings: [...tokens, ...this.#writable(treated)] }
  }

  /**
   * Where the first thing in a part begins that anybody looks for, or would have to be told of. Nothing is counted
   * and no contact is recorded: that is done where the part is decided, so behind barriers nothing is plain.
   */
  #plainUpTo(text: string, { from, to }: InspectedPart, place: TextPlace): number {
    const { finders, categories, barriers } = this.#parts
    this.#judge()
    if (barriers !== undefined || this.#refusal !== undefined) return from
    const view = viewOf(text)
    const findings = [...finders.find(view, place), ...finders.findNamesNow(view, place)]
    const labels = labelsOf(categories, view, place, findings)
    if (labels.some((label) => !this.#labels.has(label))) return from
    const tokens = this.#restorer?.find(text) ?? []
    return [...findings, ...tokens]
      .filter(({ end }) => end > from)
      .reduce((first, { start }) => Math.min(first, Math.max(from, start)), to)
  }

  /** Tokens of an answer would mean nothing to its reader: what the caller sent stays, the rest goes. */
  #treatmentOf(
    { start, end }: Finding,
    text: string,
    treatment: Treatment | undefined,
  ): Treatment | undefined {
    if (treatment !== 'tokenise') return treatment
    return this.#state.writer.isKnown(text.slice(start, end)) ? undefined : 'redact'
  }

  /** Finds what is in a part of a text and counts what was not counted before. */
  #find(
    shown: string,
    at: InspectedPart,
    { place, id }: { readonly place: TextPlace; readonly id: string },
  ): readonly Finding[] {
    const { finders, categories } = this.#parts
    const view = viewOf(shown)
    const found = finders.find(view, place, at)
    const names = finders.findNamesNow(view, place)
    const findings = names.length === 0 ? found : [...found, ...names]
    this.#measure(id, at.origin + shown.length)
    for (const finding of findings) {
      const key = `${id}\n${finding.label}\n${at.origin + finding.start}`
      const seen = (this.#seen ??= new Set())
      if (seen.has(key) || at.origin + finding.end <= 0) continue
      seen.add(key)
      this.#observer.add(finding, place)
      this.#isStale = true
    }
    for (const label of labelsOf(categories, view, place, findings)) {
      if (this.#labels.has(label)) continue
      this.#labels.add(label)
      this.#isStale = true
    }
    return findings
  }

  /** Counts how much was said so far; rules that ask for it are asked again when it is more. */
  #measure(id: string, length: number): void {
    const known = this.#lengths.get(id) ?? 0
    if (length <= known) return
    this.#lengths.set(id, length)
    this.#length += length - known
    if (this.#parts.policies.asksForAnswerSize === true) this.#isStale = true
  }

  #sortedLabels(): readonly string[] {
    return this.#labels.size === 0 ? nothing : [...this.#labels].toSorted()
  }

  /** Asks the policies and the barriers when something is new. */
  #judge(): PolicyOutcome {
    if (!this.#isStale && this.#outcome !== undefined) return this.#outcome
    this.#isStale = false
    const outcome = this.#evaluate()
    this.#outcome = outcome
    if (this.#refusal !== undefined) return outcome
    if (outcome.verdict === 'hold' && this.#calls.isOpen) return outcome
    if (outcome.verdict !== 'allow' && !this.#calls.areApproved(outcome)) {
      this.#refuse(reasonOf(outcome.spoken, outcome.verdict))
      return outcome
    }
    this.#passBarriers()
    return outcome
  }

  #evaluate(): PolicyOutcome {
    return this.#parts.policies.evaluate(this.#facts())
  }

  /** The caller receives what the answer is about: kept before it goes out. */
  #passBarriers(): void {
    const contact = this.#contact()
    if (contact === undefined) return
    if (!this.#hear(this.#parts.barriers?.enter(contact))) return
    for (const label of contact.labels) this.#received.add(label)
  }

  /** Tells whether the caller may receive it; keeps nothing. */
  #mayReceive(): boolean {
    const contact = this.#contact()
    return contact === undefined || this.#hear(this.#parts.barriers?.check(contact))
  }

  /** What the caller would receive that it has not received yet. */
  #contact(): BarrierContact | undefined {
    const { barriers, clock } = this.#parts
    if (barriers === undefined || this.#labels.size === 0) return undefined
    const labels = [...this.#labels].filter(
      (label) => barriers.needs(label) && !this.#received.has(label),
    )
    if (labels.length === 0) return undefined
    const { principal } = this.#question
    return { principal, labels: labels.toSorted(), direction: 'receive', at: clock.now() }
  }

  #hear(verdict: BarrierVerdict | undefined): boolean {
    if (verdict === undefined) return true
    const { isAllowed, statements } = verdict
    const known = this.#barrierStatements.filter((each) => !statements.includes(each))
    this.#barrierStatements = inOrder([...known, ...statements])
    if (!isAllowed) this.#refuse(reasonOf(statements, 'block'))
    return isAllowed
  }

  #refuse(reason: string | undefined): void {
    this.#refusal = new GatewayError(
      'blocked_by_policy',
      reason ?? 'The answer was stopped by policy.',
    )
  }

  #writable(treated: readonly TreatedFinding[]): readonly WindowFinding[] {
    return mergeTreated(treated).map((finding) => ({
      start: finding.start,
      end: finding.end,
      write: (found) => {
        this.#changes += 1
        return this.#state.writer.write(finding, found)
      },
    }))
  }

  #facts(): PolicyFacts {
    const { call, principal, model } = this.#question
    return {
      direction: 'answer',
      principal,
      sourceAddress: call.sourceAddress,
      operation: call.operation,
      model,
      ...(this.#state.offered !== undefined && { offered: this.#state.offered }),
      targets: this.#targets,
      observations: this.#observer.observations(),
      labels: this.#sortedLabels(),
      tools: [...this.#calls.tools],
      attachments: [],
      bytes: this.#length,
    }
  }
}

/** Stops a text where the first thing begins that was found and is not let out yet, or where it is decided up to. */
function blockFrom(findings: readonly Finding[], { from }: InspectedPart): WindowFinding {
  const undecided = Math.max(0, from)
  const culprit = findings.find(({ start }) => start >= undecided)
  const start = culprit?.start ?? undecided
  // Not to the end: what goes on is waited for.
  return { start, end: start + 1, isBlocking: true, write: () => '' }
}

/** Returns the target that answered, as far as it is known. */
export function targetsOf(
  { provider, model }: Answer,
  { targets }: CallState,
): readonly TargetFacts[] {
  if (provider === undefined || model === undefined) return []
  const known = targets.find((each) => each.provider === provider && each.model === model)
  return [known ?? { provider, model }]
}
