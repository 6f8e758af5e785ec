import type { Decision } from '../../core/decision.ts'
import type { ToolFact } from '../../core/facts.ts'
import type {
  SessionEvent,
  SessionSubject,
  SessionTextGate,
  SessionTextOrigin,
  SessionToolCall,
  SessionVerdict,
} from '../../core/session.ts'
import type { TextChannel, TextFilter } from '../../core/text-filter.ts'
import { openRestoreFilter } from '../redaction/index.ts'
import { AnswerInspection } from './answer.ts'
import { isNotable, refusalIn, unreadableDecision } from './session-parts.ts'
import type { SessionParts } from './session-parts.ts'

/** The inspection of one response, or of what the provider says besides. */
interface OpenResponse {
  readonly inspection: AnswerInspection
  /** Tools that it was told of. */
  readonly tools: Set<string>
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

  inspect(event: SessionEvent): SessionVerdict {
    const { frame, json, type, responseId, itemId } = event
    if (typeof frame !== 'string' || json === undefined) return this.#unreadable()
    let before: readonly string[] = []
    try {
      const gated = this.#gate.push({ frame, json, type, responseId })
      before = gated.before
      if (responseId !== undefined) this.#addTools(responseId, gated.tools)
      const stopped = this.#stopped()
      if (stopped !== undefined) {
        // A piece may be said up to where the text is stopped.
        const said = gated.frame === undefined || gated.tools.length > 0 ? [] : [gated.frame]
        return { verdict: 'block', frames: [...before, ...said], ...stopped }
      }
      return this.#passing(event, [...before, ...(gated.frame === undefined ? [] : [gated.frame])])
    } catch (error) {
      const decision = this.#stop(responseId ?? besides, refusalIn(error).message)
      return { verdict: 'block', frames: before, decision, subject: { responseId, itemId } }
    }
  }

  idle(): SessionVerdict {
    return this.#letOut(() => this.#gate.idle())
  }

  end(): SessionVerdict {
    return this.#letOut(() => this.#gate.end())
  }

  /** Keeps what the client was shown of what it said aloud, for events that tell it once more. */
  remember(
    subject: SessionSubject,
    told: { readonly source: string; readonly shown: string },
  ): void {
    this.#gate.remember(subject, told)
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
    return { ...response.inspection.decision(), verdict: 'block', reason }
  }

  #addTools(responseId: string, calls: readonly SessionToolCall[]): void {
    const { tierOf } = this.#session.parts
    for (const call of calls) {
      if (call.use !== 'called') continue
      const fact: ToolFact = { name: call.name, use: call.use, tier: tierOf(call) }
      const response = this.#responseOf(responseId)
      const name = `${fact.name}\n${fact.tier}`
      if (response.tools.has(name)) continue
      response.tools.add(name)
      response.inspection.addTools([fact])
    }
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
    const response = { inspection, tools: new Set<string>(), isStopped: false }
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
