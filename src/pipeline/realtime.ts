import { stoppedBy } from '../core/call.ts'
import type { Answer, AnswerEnd, Call, Question } from '../core/call.ts'
import type { Channel } from '../core/channel.ts'
import type { Decision } from '../core/decision.ts'
import { GatewayError } from '../core/errors.ts'
import type { SessionInspector } from '../core/session.ts'
import { createClientGate, createProviderGate, newTally } from './realtime-gates.ts'
import type { GateContext, Tally } from './realtime-gates.ts'
import { closeBoth, isOrdinary, relay } from './realtime-relay.ts'
import type { SessionEnd } from './realtime-relay.ts'
import type { Connection, RealtimeStages } from './realtime-stages.ts'
import { refusalBy, refusalOf } from './refusal-of.ts'
import type { SessionPlace } from './session-registry.ts'
import type { AuditTrail, Offer, Reservation, RunningCall } from './stages.ts'

/** A session that was permitted and has its provider, and still lacks its client. */
export interface RealtimeSession {
  readonly provider: string
  /** Model name at the provider. */
  readonly model: string
  readonly verdict: 'allow' | 'redact'
  /** Relays until it is over; resolves with the error that ended it, if one did. Never rejects. */
  run(client: Channel): Promise<GatewayError | undefined>
  /** Ends a session whose client did not come. */
  abandon(error: GatewayError): void
}

/**
 * The path of one realtime session. The order of these lines is that of every call: who are you, may you,
 * how much, is it allowed, the proof, and only then the provider. What is said in the session is inspected
 * event by event, and the proof of its end is written whatever happens.
 */
export async function openRealtime(stages: RealtimeStages, call: Call): Promise<RealtimeSession> {
  const principal = await stages.identity.authenticate(call) // 401
  const asked: Question = { call, principal, ...beginningOf(call) } // 400
  const trail = stages.audit.open(asked)
  const running = stages.controls.watch(asked)
  const { question } = running
  let reservation: Reservation | undefined
  let place: SessionPlace | undefined
  try {
    running.admit() // emergency stop, 503
    const offer = stages.catalog.resolve(question) // 404 403
    place = stages.sessions.admit(principal, stages.sessionLimits) // 429 503
    reservation = await stages.limits.reserve(question, offer) // 429
    const decision = await stages.compliance.inspectRequest(question, offer) // 503
    await trail.decided(decision) // INVARIANT: durable before the first content leaves, or 503
    if (!mayPass(decision)) throw refusalBy(decision) // 403

    const allowed = stages.compliance.redact(question, decision)
    const answer = await stages.routing.send(allowed, offer) // 502 504
    const connection = connectionOf(answer)
    const inspector = openInspector(stages, allowed, { answer, connection }) // 503
    const held = { trail, reservation, place, running }
    return sessionOf({ stages, question, offer, decision, inspector, connection, answer, ...held })
  } catch (error) {
    const refusal = refusalOf(error, running)
    place?.release()
    running.end()
    reservation?.settle(undefined)
    stages.compliance.forget(question)
    trail.refuse(refusal)
    throw refusal
  }
}

/** A session that nobody can inspect is not begun. */
function openInspector(
  { inspection }: RealtimeStages,
  question: Question,
  { answer, connection }: Pick<Opened, 'answer' | 'connection'>,
): SessionInspector {
  try {
    return inspection.open(question, answer)
  } catch (error) {
    connection.channel.close(1000, '')
    answer.report.onEnd?.()
    throw error
  }
}

type AllowingDecision = Decision & { readonly verdict: 'allow' | 'redact' }

interface Opened {
  readonly stages: RealtimeStages
  readonly question: Question
  readonly offer: Offer
  readonly decision: AllowingDecision
  readonly inspector: SessionInspector
  readonly trail: AuditTrail
  readonly reservation: Reservation
  readonly place: SessionPlace
  readonly running: RunningCall
  /** The answer of the provider, which is the session. */
  readonly answer: Answer
  readonly connection: Connection
}

function sessionOf(opened: Opened): RealtimeSession {
  const { stages, question, decision, trail, reservation, connection, answer } = opened
  const { place, running } = opened
  return {
    provider: connection.provider,
    model: connection.model,
    verdict: decision.verdict,
    async run(client) {
      const { channel: provider } = connection
      const { report } = answer
      const tally = newTally()
      const context = contextOf(opened, client, tally)
      const end = await relay({
        client,
        provider,
        fromClient: createClientGate(context),
        fromProvider: createProviderGate(context),
        limits: stages.sessionLimits,
        onStop(stop) {
          place.onStop(stop)
          onStopped(question.call.signal, stop)
        },
        onAnswer: () => (report.firstByteAt ??= performance.now()),
      })
      const ended = endedAnswer(opened, tally, end)
      // INVARIANT: whoever sees the session closed finds its proof.
      reservation.settle(ended)
      trail.close(ended, endOf(end))
      stages.compliance.forget(question)
      closeBoth({ client, provider }, end, (error) =>
        stages.events.writeError(error, question.call),
      )
      place.release()
      running.end()
      question.call.onEnd()
      return end.error
    },
    abandon(error) {
      connection.channel.close(1000, '')
      answer.report.onEnd?.()
      place.release()
      running.end()
      reservation.settle(undefined)
      stages.compliance.forget(question)
      trail.refuse(error)
    },
  }
}

/** Calls a function with the error of an emergency stop, at once if the call was stopped already. */
function onStopped(signal: AbortSignal, stop: (error: GatewayError) => void): void {
  const check = (): void => {
    const error = stoppedBy(signal)
    if (error !== undefined) stop(error)
  }
  check()
  signal.addEventListener('abort', check)
}

/** Completes the answer of a session that is over: what it used and how it ended. */
function endedAnswer({ answer, decision }: Opened, tally: Tally, end: SessionEnd): Answer {
  const { report } = answer
  report.verdict = decision.verdict
  report.usage = tally.usage === undefined ? undefined : { ...tally.usage, estimated: false }
  report.error = end.error
  report.isComplete = end.error === undefined
  // The attempt gets its duration, its usage and its cost.
  report.onEnd?.()
  return { ...answer, body: '', warnings: [...answer.warnings, ...warningsOf(tally)] }
}

function connectionOf({ channel, provider = '', model = '', report }: Answer): Connection {
  if (channel !== undefined) return { channel, provider, model }
  throw report.error ?? new GatewayError('provider_bad_answer')
}

function contextOf(opened: Opened, client: Channel, tally: Tally): GateContext {
  const { stages, question, offer, inspector, trail, connection } = opened
  return {
    question,
    client,
    connection,
    echo: offer.echo,
    events: stages.events,
    inspector,
    maxJsonDepth: stages.sessionLimits.maxJsonDepth,
    decided: decidedOnce(trail),
    tally,
  }
}

/** Records each decision; one that is made about many events alike has one record. */
function decidedOnce(trail: AuditTrail): GateContext['decided'] {
  const recorded = new WeakSet<Decision>()
  return async (decision) => {
    if (recorded.has(decision)) return
    await trail.decided(decision)
    recorded.add(decision)
  }
}

/** A session begins without content: what it is about stands in its address. */
function beginningOf({ target }: Call): Pick<Question, 'body' | 'model' | 'stream'> {
  if (target === undefined || target.model === '') {
    throw new GatewayError(
      'invalid_request',
      "The session names no model: add '?model=' to its address.",
      { param: 'model' },
    )
  }
  const body = { bytes: new Uint8Array(), contentType: '', text: undefined, json: undefined }
  return { body, model: target.model, stream: true }
}

/** What an auditor has to know about a session beside its numbers; never content. */
function warningsOf(tally: Tally): string[] {
  const counts: [count: number, what: string][] = [
    [tally.blockedClientEvents, 'client events refused'],
    [tally.blockedProviderEvents, 'provider events blocked'],
    [tally.changes, 'events or responses changed'],
    [tally.running.size, 'responses unfinished, their tokens not counted'],
  ]
  return counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
}

function endOf({ by, closed, error }: SessionEnd): AnswerEnd {
  if (error !== undefined) return 'error'
  return by === 'client' && closed !== undefined && !isOrdinary(closed) ? 'client' : 'complete'
}

function mayPass(decision: Decision): decision is AllowingDecision {
  return decision.verdict === 'allow' || decision.verdict === 'redact'
}
