import type { Question } from '../../core/call.ts'
import { GatewayError } from '../../core/errors.ts'
import type { PolicyFacts, RuleStatement, ToolFact } from '../../core/facts.ts'
import type { ToolCall } from '../../core/text-filter.ts'
import type { PolicyOutcome } from '../contracts.ts'
import { viewOf } from '../normalise/index.ts'
import { hideFindings } from './hide.ts'
import { reasonOf } from './parts.ts'
import type { HoldAnswer, InspectionParts } from './parts.ts'
import { recordableFacts } from './recordable.ts'

/** Most that an approver is shown of a call, and most that is looked through for it, in UTF-16 code units. */
const previewLength = 1_000
const lookedAtLength = 16_384

/** Most calls of tools in one answer. */
const maxCalls = 1_000

/** What is asked of people about one call. */
interface HeldCall {
  readonly call: ToolCall
  /** What rules were told, this call among it. */
  readonly facts: PolicyFacts
  readonly outcome: PolicyOutcome
}

/** The calls of tools of one answer, and what people said about them. */
export class JudgedCalls {
  readonly #question: Question
  readonly #parts: InspectionParts
  readonly #decided: ToolFact[] = []
  #open: readonly ToolFact[] = []
  /** The open call as it came: nothing is restored in it. */
  #asItCame: readonly ToolCall[] = []
  /** Rules that held a call which people have approved. */
  readonly #approved = new Set<string>()

  constructor(question: Question, parts: InspectionParts) {
    this.#question = question
    this.#parts = parts
  }

  /** The tools that are called so far. */
  get tools(): readonly ToolFact[] {
    return this.#open.length === 0 ? this.#decided : [...this.#decided, ...this.#open]
  }

  /** Whether a call is looked through right now: what holds it is asked about when all of it is known. */
  get isOpen(): boolean {
    return this.#open.length > 0
  }

  /** Takes up a call, and again with the arguments that the client would get. */
  open(calls: readonly ToolCall[]): void {
    if (this.#decided.length >= maxCalls) {
      // Where nobody asks for them, those beyond it are not told.
      if (!this.#parts.holdsCalls) return
      const cause = new Error(`an answer calls tools more than ${maxCalls} times`)
      throw new GatewayError('compliance_unavailable', undefined, { cause })
    }
    if (this.#open.length === 0) this.#asItCame = calls
    this.#open = calls.map((call) => this.#factOf(call))
  }

  /** The call is decided. */
  close(): void {
    this.#decided.push(...this.#open)
    this.#open = []
  }

  /** Takes tools that nobody asks people about. */
  add(tools: readonly ToolFact[]): void {
    this.#decided.push(...tools)
  }

  /** Tells whether people have approved all that is held. */
  areApproved({ verdict, spoken }: PolicyOutcome): boolean {
    if (verdict !== 'hold') return false
    return spoken.every(({ action, ruleId }) => action !== 'hold' || this.#approved.has(ruleId))
  }

  /** Asks people about a call if a rule holds it; returns why it is not made if it is not. */
  async ask(
    held: HeldCall,
  ): Promise<{ readonly error: GatewayError; readonly hold: HoldAnswer } | undefined> {
    const statements = this.#holding(held)
    if (statements.length === 0) return undefined
    const hold = await this.#parts.holds.ask(this.#actionOf(held, statements))
    if (hold.state !== 'approved') return { error: refusalOf(held.call, statements, hold), hold }
    for (const { ruleId } of statements) this.#approved.add(ruleId)
    return undefined
  }

  /** What the rules say that hold this call by itself, or that nobody has approved yet. */
  #holding({ call, facts, outcome }: HeldCall): readonly RuleStatement[] {
    if (outcome.verdict !== 'hold') return []
    const alone = this.#parts.policies.evaluate({ ...facts, tools: [this.#factOf(call)] })
    const own = new Set(alone.spoken.map(({ ruleId }) => ruleId))
    return outcome.spoken.filter(
      ({ action, ruleId }) => action === 'hold' && (own.has(ruleId) || !this.#approved.has(ruleId)),
    )
  }

  #actionOf({ call, facts }: HeldCall, statements: readonly RuleStatement[]) {
    const { call: asked, principal, model } = this.#question
    const { finders, toolCallContent } = this.#parts
    const [tool] = recordableFacts({ ...facts, tools: [this.#factOf(call)] }, finders).tools
    return {
      facts: {
        requestId: asked.requestId,
        tenant: principal.tenant,
        requester: principal.id,
        keyId: principal.keyId,
        kind: 'tool-call',
        tool: tool?.name,
        tier: tool?.tier,
        model,
        ruleIds: statements.map(({ ruleId }) => ruleId),
        labels: facts.labels,
      },
      content: toolCallContent(call.name, call.arguments),
      preview: this.#previewOf(call),
    } as const
  }

  /** What an approver sees: the call as it came, without anything that was found in it. */
  #previewOf({ name, arguments: given }: ToolCall): string {
    const [came, ...others] = this.#asItCame
    const shown = others.length === 0 ? (came?.arguments ?? given) : given
    const text = `${name}(${shown.slice(0, lookedAtLength)})`
    const view = viewOf(text)
    const place = { role: 'assistant', kind: 'tool-arguments', direction: 'answer' } as const
    const { finders } = this.#parts
    const findings = [...finders.find(view, place), ...finders.findNamesNow(view, place)]
    const hidden = hideFindings(text, findings)
    return hidden.length <= previewLength ? hidden : `${hidden.slice(0, previewLength)}…`
  }

  #factOf({ name, arguments: given }: ToolCall): ToolFact {
    const tier = this.#parts.tierOf({
      name,
      use: 'called',
      ...(given !== '' && { arguments: given }),
    })
    return { name, tier, use: 'called' }
  }
}

function refusalOf(
  { name }: ToolCall,
  statements: readonly RuleStatement[],
  { state, holdId }: HoldAnswer,
): GatewayError {
  const reason = reasonOf(statements, 'hold')
  const tool = /^[\w.:-]{1,64}$/.test(name) ? `the tool '${name}'` : 'a tool'
  const words =
    state === 'waiting'
      ? `The model called ${tool}, which waits for approval as ${holdId ?? 'a hold'}: once it is approved, the very same call passes.`
      : state === 'denied'
        ? `The model called ${tool}, and the approval was denied.`
        : `The model called ${tool}, and nobody approved it in time.`
  return new GatewayError(
    state === 'waiting' ? 'held_for_approval' : 'blocked_by_policy',
    reason === undefined ? words : `${reason} ${words}`,
  )
}
