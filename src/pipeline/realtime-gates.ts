import type { Question } from '../core/call.ts'
import type { Channel, Frame } from '../core/channel.ts'
import type { Decision } from '../core/decision.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import type { RealtimeEvent, SessionInspector, SessionVerdict } from '../core/session.ts'
import { addUsage } from '../core/usage.ts'
import type { TokenUsage } from '../core/usage.ts'
import { Blocks } from './realtime-blocks.ts'
import { refusalBy } from './refusal-of.ts'
import type { Connection, RealtimeEvents } from './realtime-stages.ts'

/** What goes on of a frame: itself, others in its place, or nothing. */
export type Passed = readonly Frame[]

/** Returns what of a frame goes on. */
export type Gate = (frame: Frame) => Passed | Promise<Passed>

/** The gate of what a provider says: parts of its texts may wait. */
export interface ProviderGate {
  readonly pass: Gate
  /** Whether something waits. */
  readonly isHolding: boolean
  /** Returns what may go because nothing has come for a while. */
  idle(): Passed | Promise<Passed>
  /** Returns what is left when nothing more comes. */
  end(): Passed | Promise<Passed>
}

/** What the gates of one session share. */
export interface GateContext {
  readonly question: Question
  readonly client: Channel
  readonly connection: Connection
  /** The model name the client is to see; that of the provider when absent. */
  readonly echo: string | undefined
  readonly events: RealtimeEvents
  readonly inspector: SessionInspector
  readonly maxJsonDepth: number
  /** Records a decision about an event durably, or throws `audit_unavailable`. */
  readonly decided: (decision: Decision) => Promise<void>
  readonly tally: Tally
}

/** What happened in a session, for its record. */
export interface Tally {
  usage: TokenUsage | undefined
  /** Responses that were begun and not finished. */
  readonly running: Set<string>
  blockedClientEvents: number
  blockedProviderEvents: number
  /** Events of the client and responses in which something was replaced. */
  changes: number
}

/** Makes an empty tally. */
export function newTally(): Tally {
  return {
    usage: undefined,
    running: new Set(),
    blockedClientEvents: 0,
    blockedProviderEvents: 0,
    changes: 0,
  }
}

/** Longest part of an event's id that an error about the event repeats. */
const maxEchoedIdLength = 512

/**
 * Makes the gate of what the client sends. An event that may not pass is answered with an error event; the
 * session goes on.
 */
export function createClientGate(context: GateContext): Gate {
  const { client, connection, events, question, tally } = context

  function refuse(error: GatewayError, event?: RealtimeEvent): Passed | Promise<Passed> {
    const { requestId } = question.call
    tally.blockedClientEvents += 1
    const about = event?.eventId?.slice(0, maxEchoedIdLength)
    // Whoever does not read its errors is not read either, or it could fill the memory with them.
    return nothingAfter(client.send(events.writeError(error, { requestId, about })))
  }

  async function apply(frame: Frame, event: RealtimeEvent, verdict: SessionVerdict) {
    if (verdict.decision !== undefined) await decide(verdict.decision, context)
    if (verdict.verdict === 'block') return refuse(refusalBy(verdict.decision), event)
    return framesOf(verdict, frame).map((each) => rename(each, event))
  }

  /** A name of the gateway's own becomes the one by which the provider knows the model. */
  function rename(frame: Frame, { models }: RealtimeEvent): Frame {
    const isKnown = models.every((model) => model === connection.model)
    return isKnown || typeof frame !== 'string'
      ? frame
      : events.replaceModel(frame, connection.model)
  }

  return (frame) => {
    const fault = faultOf(frame, context)
    if (fault !== undefined) return refuse(fault)
    const event = events.read(frame)
    const permitted = [question.model, context.echo, connection.model]
    if (event.models.some((model) => !permitted.includes(model))) {
      return refuse(otherModel(question.model), event)
    }
    const verdict = inspect(frame, event, 'client', context)
    if (verdict instanceof Promise) return verdict.then((known) => apply(frame, event, known))
    return isPlain(verdict) ? [rename(frame, event)] : apply(frame, event, verdict)
  }
}

/**
 * Makes the gate of what the provider sends. When a part of a response may not pass, the response is
 * cancelled, the client is told, and of what still comes of it only the end passes, without its output.
 * Also counts what responses consumed.
 */
export function createProviderGate(context: GateContext): ProviderGate {
  const { connection, events, inspector, question, tally } = context
  const blocks = new Blocks({ connection, events, running: tally.running })

  async function apply(verdict: SessionVerdict, frame?: Frame, event?: RealtimeEvent) {
    if (verdict.decision !== undefined) await decide(verdict.decision, context)
    if (verdict.verdict !== 'block') {
      const frames = frame === undefined ? [] : [frame]
      return framesOf(verdict, ...frames).map((each) => echo(each, event))
    }
    tally.blockedProviderEvents += 1
    blocks.add(verdict.subject ?? event ?? nothing)
    const said = (verdict.frames ?? []).map((each) => echo(each, event))
    const error = events.writeError(refusalBy(verdict.decision), question.call)
    const isOfIt = event !== undefined && (verdict.subject === undefined || blocks.has(event))
    const rest = frame !== undefined && isOfIt ? blocks.remainder(frame, event) : []
    return [...said, error, ...rest]
  }

  function echo(frame: Frame, event: RealtimeEvent | undefined): Frame {
    const isNamed = event !== undefined && event.models.length > 0
    if (context.echo === undefined || !isNamed || typeof frame !== 'string') return frame
    return events.replaceModel(frame, context.echo)
  }

  function pass(frame: Frame): Passed | Promise<Passed> {
    const event = events.read(frame)
    count(tally, event)
    // An error about what the gateway did by itself is none of the client's.
    if (blocks.isAboutOwn(event)) return []
    if (blocks.has(event)) return blocks.remainder(frame, event)
    const verdict = inspect(frame, event, 'provider', context)
    if (verdict instanceof Promise) return verdict.then((known) => apply(known, frame, event))
    if (isPlain(verdict)) return [echo(frame, event)]
    const isDecided = verdict.decision === undefined && verdict.verdict === 'replace'
    return isDecided
      ? verdict.frames.map((each) => echo(each, event))
      : apply(verdict, frame, event)
  }

  return {
    pass,
    get isHolding() {
      return inspector.isHolding
    },
    idle: () => apply(inspector.idle()),
    end: () => apply(inspector.end()),
  }
}

const nothing = { responseId: undefined, itemId: undefined } as const

/** Tells whether an event goes on as it is, and nothing has to be recorded before. */
function isPlain(verdict: SessionVerdict): boolean {
  return verdict.verdict === 'pass' && verdict.decision === undefined
}

function nothingAfter(sending: Promise<void> | undefined): Passed | Promise<Passed> {
  return sending === undefined ? [] : sending.then(() => [])
}

function framesOf(
  verdict: Exclude<SessionVerdict, { verdict: 'block' }>,
  ...frames: Passed
): Passed {
  return verdict.verdict === 'replace' ? verdict.frames : frames
}

async function decide(decision: Decision, { decided, tally }: GateContext): Promise<void> {
  if (decision.verdict === 'redact') tally.changes += 1
  await decided(decision)
}

function inspect(
  frame: Frame,
  { type, responseId, itemId, json }: RealtimeEvent,
  from: 'client' | 'provider',
  { inspector }: GateContext,
): SessionVerdict | Promise<SessionVerdict> {
  return inspector.inspect({ from, frame, type, responseId, itemId, json })
}

function count(tally: Tally, { type, responseId, usage }: RealtimeEvent): void {
  if (usage !== undefined) tally.usage = addUsage(tally.usage, usage)
  if (responseId === undefined) return
  if (type === 'response.created') tally.running.add(responseId)
  else if (type === 'response.done') tally.running.delete(responseId)
}

function faultOf(frame: Frame, { events, maxJsonDepth }: GateContext): GatewayError | undefined {
  try {
    events.check(frame, maxJsonDepth)
    return undefined
  } catch (error) {
    return toGatewayError(error)
  }
}

function otherModel(asked: string): GatewayError {
  return new GatewayError(
    'model_not_permitted',
    `This session was opened for the model '${asked.slice(0, 100)}' and stays with it.`,
    { param: 'session.model' },
  )
}
