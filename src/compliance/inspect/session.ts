import type { Answer, Question } from '../../core/call.ts'
import type { SessionEvent, SessionInspector, SessionVerdict } from '../../core/session.ts'
import type { CallState, InspectionParts } from './parts.ts'
import { SaidTexts } from './said-texts.ts'
import { SessionAnswers } from './session-answer.ts'
import { failure, isNotable } from './session-parts.ts'
import type { SessionParts } from './session-parts.ts'
import type { ReadableEvent } from './session-reader.ts'
import { SessionRequests } from './session-request.ts'
import { AnsweredSound } from './session-sound.ts'
import { SpokenTexts } from './spoken.ts'

/** A session that was let begin. */
export interface SessionOpening {
  readonly question: Question
  readonly state: CallState
  /** Who answers in it. */
  readonly answer: Answer
}

/**
 * Opens the inspection of one realtime session. Its client's events are judged like requests, one by one, its
 * provider's responses like streamed answers; the tokens of one are restored in the other for as long as the
 * session lasts. What fails ends the session: `compliance_unavailable`.
 */
export function openSessionInspection(
  parts: InspectionParts,
  opening: SessionOpening,
): SessionInspector {
  const reader = parts.reader.openSession()
  return new SessionInspection({ ...opening, parts, reader, said: new SaidTexts() })
}

class SessionInspection implements SessionInspector {
  readonly #session: SessionParts
  readonly #requests: SessionRequests
  readonly #answers: SessionAnswers
  readonly #spoken: SpokenTexts
  readonly #sound: AnsweredSound

  constructor(session: SessionParts) {
    this.#session = session
    this.#requests = new SessionRequests(session)
    this.#answers = new SessionAnswers(session)
    this.#spoken = new SpokenTexts(session.reader)
    this.#sound = new AnsweredSound(session)
  }

  get isHolding(): boolean {
    return this.#answers.isHolding
  }

  inspect(event: SessionEvent): SessionVerdict | Promise<SessionVerdict> {
    try {
      const verdict = this.#inspect(event)
      return verdict instanceof Promise ? verdict.catch(rethrow) : verdict
    } catch (error) {
      throw failure(error)
    }
  }

  idle(): SessionVerdict {
    return failingClosed(() => this.#answers.idle())
  }

  end(): SessionVerdict {
    return failingClosed(() => this.#answers.end())
  }

  #inspect(event: SessionEvent): SessionVerdict | Promise<SessionVerdict> {
    if (event.from === 'client') return this.#requests.inspect(event)
    const { frame, json, type } = event
    const spoken = this.#session.reader.spokenBy(type)
    if (spoken === undefined || typeof frame !== 'string' || json === undefined) {
      return this.#session.reader.bringsSound(type)
        ? this.#sounding(event)
        : this.#answers.inspect(event)
    }
    if (spoken === 'piece') {
      return { verdict: 'replace', frames: [this.#spoken.holdBack(event.itemId, frame)] }
    }
    return this.#heard(event, { frame, json, isWhole: spoken === 'whole' })
  }

  /** Sound of the provider's passes where no rule is against it. */
  #sounding(event: SessionEvent): SessionVerdict | Promise<SessionVerdict> {
    const decision = this.#sound.decide()
    if (decision !== undefined && decision.verdict !== 'allow') {
      return this.#answers.stop(event, decision)
    }
    const verdict = this.#answers.inspect(event)
    const isPlain = !(verdict instanceof Promise) && verdict.verdict === 'pass'
    return decision !== undefined && isPlain ? { verdict: 'pass', decision } : verdict
  }

  /** What the client said aloud is what it said, however late it is known. */
  async #heard(
    { itemId }: SessionEvent,
    { frame, json, isWhole }: ReadableEvent & { readonly isWhole: boolean },
  ): Promise<SessionVerdict> {
    const texts = this.#session.reader.request({ frame, json })
    const { decision, mayPass, changes } = await this.#requests.judge(texts, { frame, json }, true)
    const piece = isWhole ? this.#spoken.take(itemId) : undefined
    if (!mayPass) return { verdict: 'block', decision }
    for (const { place, text } of texts.segments) {
      const shown = changes.get(place) ?? text
      this.#answers.remember({ responseId: undefined, itemId }, { source: text, shown })
    }
    const [first] = texts.segments
    const said = first === undefined ? '' : (changes.get(first.place) ?? first.text)
    const before = piece === undefined ? [] : [this.#session.reader.pieceLike(piece, said)]
    const whole = changes.size === 0 ? frame : texts.replace(changes)
    return {
      verdict: 'replace',
      frames: [...before, whole],
      ...(isNotable(decision) && { decision }),
    }
  }
}

function failingClosed(inspect: () => SessionVerdict): SessionVerdict {
  try {
    return inspect()
  } catch (error) {
    throw failure(error)
  }
}

function rethrow(error: unknown): never {
  throw failure(error)
}
