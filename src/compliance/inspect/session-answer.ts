import type { Decision } from '../../core/decision.ts'
import type {
  GatedEvent,
  SessionEvent,
  SessionSubject,
  SessionTextGate,
  SessionTextOrigin,
  SessionToolCall,
  SessionVerdict,
} from '../../core/session.ts'
import type { TextChannel, TextFilter, ToolCall } from '../../core/text-filter.ts'
import { openRestoreFilter } from '../redaction/index.ts'
import { AnswerInspection } from './answer.ts'
import { Pace } from './pace.ts'
import { SaidTexts } from './said-texts.ts'
import { isNotable, refusalIn, unreadableDecision } from './session-parts.ts'
import type { SessionParts } from './session-parts.ts'

/** The inspection of one response, or of what the provider says besides. */
interface OpenResponse {
  readonly inspection: AnswerInspection
  /** Calls that it was told of. */
  readonly calls: SaidTexts
  isStopped: boolean
}

/** Name of what belongs to no response. */
const besides = ''
/** Most responses that are made at once. */
const mostResponses = 64

/** Inspects what the provider of a session says: every response like a streamed answer. */
export class SessionAnswers {
  readonly #session: SessionParts
  readonly #gate: SessionTextGate
  readonly #responses = new Map<string, OpenResponse>()

  constructor(session: SessionParts) {
    this.#session = session
    this.#gate = session.reader.openGate((channel, origin) => this.#openFilter(channel, origin))
  }

  get isHolding(): boolean {
    return this.#gate.isHolding
  }

  inspect(event: SessionEvent): SessionVerdict | Promise<SessionVerdict> {
    const { frame, json, type, responseId } = event
    if (typeof frame !== 'string' || json === undefined) return this.#unreadable()
    const pace = new Pace(this.#session.parts.limits.maxInspectionMs)
    const steps = this.#gate.push({ frame, json, type, responseId })
    return this.#guarded(event, () => {
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done === true) return this.#judge(event, step.value)
        if (pace.isDue()) return this.#inspectLater(event, steps, pace)
      }
    })
  }

  idle(): SessionVerdict {
    return this.#letOut(() => this.#gate.idle())
  }

  end(): SessionVerdict {
    return this.#letOut(() => this.#gate.end())
  }

  /** Stops a response for another reason than what is said in it. */
  stop({ responseId = besides }: SessionEvent, decision: Decision): SessionVerdict {
    this.#stop(responseId, '')
    return { verdict: 'block', decision }
  }

  /** Keeps what the client was shown of what it said aloud, for events that tell it once more. */
  remember(
    subject: SessionSubject,
    told: { readonly source: string; readonly shown: string },
  ): void {
    this.#gate.remember(subject, told)
  }

  /** Goes on with an event that is so large that others have to have their turn meanwhile. */
  async #inspectLater(
    event: SessionEvent,
    steps: Iterator<undefined, GatedEvent>,
    pace: Pace,
  ): Promise<SessionVerdict> {
    for (;;) {
      await pace.rest()
      const verdict = this.#guarded(event, () => {
        const step = steps.next()
        if (step.done === true) return this.#judge(event, step.value)
        pace.isDue()
        return undefined
      })
      if (verdict !== undefined) return await verdict
    }
  }

  #judge(event: SessionEvent, gated: GatedEvent): SessionVerdict | Promise<SessionVerdict> {
    const { responseId } = event
    const calls = responseId === undefined ? [] : this.#newCalls(responseId, gated.calls)
    return calls.length === 0
      ? this.#verdictOn(event, gated)
      : this.#judgeCalls(event, gated, calls)
  }

  /** Asks whether calls may be made, before an event that completes them goes out. */
  async #judgeCalls(
    event: SessionEvent,
    gated: GatedEvent,
    calls: readonly ToolCall[],
  ): Promise<SessionVerdict> {
    try {
      const { inspection } = this.#responseOf(event.responseId ?? besides)
      for (const call of calls) {
        if (!(await inspection.judgeCall([call]))) break
      }
      return this.#verdictOn(event, gated)
    } catch (error) {
      return this.#refused(event, error)
    }
  }

  #verdictOn(event: SessionEvent, { before, frame, calls }: GatedEvent): SessionVerdict {
    const stopped = this.#stopped()
    const frames = frame === undefined ? before : [...before, frame]
    if (stopped === undefined) return this.#passing(event, frames)
    // A piece may be said up to where the text is stopped; a call is not told of.
    return { verdict: 'block', frames: calls.length > 0 ? before : frames, ...stopped }
  }

  /** What is thrown because it must not pass is a verdict as well. */
  #guarded<T>(event: SessionEvent, work: () => T): T | SessionVerdict {
    try {
      return work()
    } catch (error) {
      return this.#refused(event, error)
    }
  }

  #refused({ responseId, itemId }: SessionEvent, error: unknown): SessionVerdict {
    const decision = this.#stop(responseId ?? besides, refusalIn(error).message)
    return { verdict: 'block', decision, subject: { responseId, itemId } }
  }

  #letOut(take: () => readonly string[]): SessionVerdict {
    const frames = take()
    const stopped = this.#stopped()
    if (stopped !== undefined) return { verdict: 'block', frames, ...stopped }
    return frames.length === 0 ? { verdict: 'pass' } : { verdict: 'replace', frames }
  }

  #passing({ type, frame, responseId }: SessionEvent, frames: readonly string[]): SessionVerdict {
    const decision = this.#decisionAfter(type, responseId)
    const recorded = decision === undefined ? {} : { decision }
    return frames.length === 1 && frames[0] === frame
      ? { verdict: 'pass', ...recorded }
      : { verdict: 'replace', frames, ...recorded }
  }

  /** What is to be recorded once a response, or an event that belongs to none, is complete. */
  #decisionAfter(type: string | undefined, responseId: string | undefined): Decision | undefined {
    const name = responseId ?? besides
    if (responseId !== undefined && type !== 'response.done') return undefined
    const response = this.#responses.get(name)
    if (response === undefined || (name === besides && this.#gate.isHolding)) return undefined
    this.#responses.delete(name)
    const decision = response.inspection.decision()
    return isNotable(decision) ? decision : undefined
  }

  /** The first response that was stopped and not told of yet. */
  #stopped(): { readonly decision: Decision; readonly subject?: SessionSubject } | undefined {
    for (const [name, { inspection, isStopped }] of this.#responses) {
      const { refusal } = inspection
      if (isStopped || refusal === undefined) continue
      const decision = this.#stop(name, refusal.message)
      return name === besides
        ? { decision }
        : { decision, subject: { responseId: name, itemId: undefined } }
    }
    return undefined
  }

  #stop(name: string, reason: string): Decision {
    const response = this.#responseOf(name)
    response.isStopped = true
    if (name === besides) this.#responses.delete(name)
    else this.#gate.drop(name)
    const decision = response.inspection.decision()
    return { ...decision, verdict: decision.verdict === 'hold' ? 'hold' : 'block', reason }
  }

  /** Takes up calls that begin; returns those that are complete and were not judged yet. */
  #newCalls(responseId: string, told: readonly SessionToolCall[]): readonly ToolCall[] {
    const complete: ToolCall[] = []
    for (const { isComplete, ...call } of told) {
      const { inspection, calls } = this.#responseOf(responseId)
      if (!isComplete) inspection.openCall([call])
      const name = JSON.stringify([call.name, call.arguments])
      if (!isComplete || calls.has(name)) continue
      calls.add(name)
      complete.push(call)
    }
    return complete
  }

  #openFilter(channel: TextChannel, { responseId, text }: SessionTextOrigin): TextFilter {
    const { said, state } = this.#session
    // What the client said itself was judged when it was sent; only its own values come back.
    if (responseId === undefined && text !== undefined && said.has(text)) {
      const restorer = state.writer.restorer()
      return restorer === undefined ? openPassage() : openRestoreFilter(restorer)
    }
    return this.#responseOf(responseId ?? besides).inspection.openFilter(channel)
  }

  #responseOf(name: string): OpenResponse {
    const known = this.#responses.get(name)
    if (known !== undefined) return known
    const { parts, question, state, answer } = this.#session
    const inspection = new AnswerInspection(parts, { question, state, answer }, true)
    const response = { inspection, calls: new SaidTexts(), isStopped: false }
    this.#responses.set(name, response)
    if (this.#responses.size > mostResponses) {
      const [oldest = ''] = this.#responses.keys()
      this.#responses.delete(oldest)
    }
    return response
  }

  #unreadable(): SessionVerdict {
    const { parts } = this.#session
    return parts.limits.unreadable === 'allow'
      ? { verdict: 'pass' }
      : { verdict: 'block', decision: unreadableDecision(parts) }
  }
}

/** Lets a text pass as it is. */
function openPassage(): TextFilter {
  let length = 0
  const all = () => ({ upTo: length, edits: [] })
  return {
    push(text) {
      length += text.length
      return all()
    },
    idle: all,
    end: all,
    isBlocked: false,
  }
}
