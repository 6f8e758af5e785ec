import type { Question } from '../../core/call.ts'
import type { Decision } from '../../core/decision.ts'
import type { TargetFacts } from '../../core/facts.ts'
import { isObject } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SessionEvent, SessionVerdict } from '../../core/session.ts'
import { targetsOf } from './answer.ts'
import type { CallState } from './parts.ts'
import { inspectRequest } from './request.ts'
import { isNotable, plainDecision, refusalIn, unreadableDecision } from './session-parts.ts'
import type { SessionParts } from './session-parts.ts'
import type { EventTexts, ReadableEvent } from './session-reader.ts'
import { rewritten } from './treated.ts'

/** What became of the texts of an event. */
export interface JudgedEvent {
  readonly decision: Decision
  readonly mayPass: boolean
  /** New texts, by their places. */
  readonly changes: ReadonlyMap<string, string>
}

const sound: Omit<EventTexts, 'replace'> = {
  segments: [],
  joined: [],
  tokens: [],
  attachments: [{ type: 'audio', count: 1 }],
  tools: [],
  isReadable: true,
  hasRepeatedMembers: false,
}

/** Inspects what the client of a session sends: every event like a request of its own. */
export class SessionRequests {
  readonly #session: SessionParts
  readonly #targets: readonly TargetFacts[]
  /** What was decided about sound: it is the same for all of it. */
  #sound: SessionVerdict | undefined

  constructor(session: SessionParts) {
    this.#session = session
    this.#targets = targetsOf(session.answer, session.state)
  }

  inspect({ frame, json, type }: SessionEvent): SessionVerdict | Promise<SessionVerdict> {
    const { reader, parts } = this.#session
    if (typeof frame !== 'string' || json === undefined) {
      return { verdict: 'block', decision: unreadableDecision(parts) }
    }
    if (reader.bringsSound(type)) return this.#sound ?? this.#judgeSound({ frame, json })
    const texts = reader.request({ frame, json })
    return saysNothing(texts) ? { verdict: 'pass' } : this.#inspect(texts, { frame, json })
  }

  /**
   * Judges the texts of an event as those of a request.
   * @param isSpoken the model has heard it already: values are not hidden from anyone by tokens
   */
  async judge(
    texts: Omit<EventTexts, 'replace'>,
    event: ReadableEvent,
    isSpoken = false,
  ): Promise<JudgedEvent> {
    const { parts, state } = this.#session
    const asked = this.#askedBy(event)
    const reader = {
      ...parts.reader,
      request: () => ({ ...texts, hasRepeatedMembers: false, replace: () => asked.body }),
    }
    let own: CallState
    try {
      const going = { targets: this.#targets, name: state.offered ?? '' }
      own = await inspectRequest(asked, going, { ...parts, reader })
    } catch (error) {
      const decision = plainDecision(parts, refusalIn(error).message)
      return { decision, mayPass: false, changes: new Map() }
    }
    own.writer[Symbol.dispose]()
    const decision = this.#withinSession(own.decision)
    const mayPass = decision.verdict === 'allow' || decision.verdict === 'redact'
    const treated = isSpoken ? withoutTokens(own.treated) : own.treated
    const changes = mayPass
      ? rewritten({ treated, texts: own.texts, writer: state.writer })
      : new Map<string, string>()
    return { decision, mayPass, changes }
  }

  async #inspect(texts: EventTexts, event: ReadableEvent): Promise<SessionVerdict> {
    const { decision, mayPass, changes } = await this.judge(texts, event)
    if (!mayPass) return { verdict: 'block', decision }
    for (const { place, text } of texts.segments) this.#session.said.add(changes.get(place) ?? text)
    const recorded = isNotable(decision) ? { decision } : {}
    return changes.size === 0
      ? { verdict: 'pass', ...recorded }
      : { verdict: 'replace', frames: [texts.replace(changes)], ...recorded }
  }

  async #judgeSound(event: ReadableEvent): Promise<SessionVerdict> {
    const { decision, mayPass } = await this.judge(sound, event)
    this.#sound = mayPass ? { verdict: 'pass' } : { verdict: 'block', decision }
    return mayPass && isNotable(decision) ? { verdict: 'pass', decision } : this.#sound
  }

  /** A session stays with its provider: what policy wants elsewhere cannot be said in it. */
  #withinSession(decision: Decision): Decision {
    const { question, state } = this.#session
    const { routeTo, admits } = decision
    if (decision.verdict === 'block' || decision.verdict === 'hold') return decision
    const isElsewhere =
      routeTo !== undefined && routeTo !== question.model && routeTo !== state.decision.routeTo
    const mayGo = admits === undefined || this.#targets.every((target) => admits(target))
    if (!isElsewhere && mayGo) return decision
    const where = routeTo === undefined ? 'another model' : `the model '${routeTo}'`
    const reason = `Policy lets this go only to ${where}: open a session there.`
    return { ...decision, verdict: 'block', reason }
  }

  #askedBy({ frame, json }: ReadableEvent): Question {
    const { question } = this.#session
    const bytes = Buffer.from(frame)
    return {
      ...question,
      body: { bytes, contentType: 'application/json', text: withoutIds(json), json },
    }
  }
}

function saysNothing({ segments, tokens, attachments, tools, isReadable }: EventTexts): boolean {
  return isReadable && [segments, tokens, attachments, tools].every(({ length }) => length === 0)
}

/** An event that is repeated has other ids and is the same all the same: people are asked about it once. */
function withoutIds(event: JsonObject): string {
  const { item } = event
  const said = isObject(item) ? { ...item, id: undefined } : item
  return JSON.stringify({ ...event, event_id: undefined, previous_item_id: undefined, item: said })
}

function withoutTokens(treated: CallState['treated']): CallState['treated'] {
  return treated.flatMap((text) => {
    const findings = text.findings.filter(({ treatment }) => treatment !== 'tokenise')
    return findings.length === 0 ? [] : [{ ...text, findings }]
  })
}
