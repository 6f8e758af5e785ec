import type { Question } from '../core/call.ts'
import type { Channel, Frame } from '../core/channel.ts'
import type { Decision } from '../core/decision.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import type { RealtimeEvent, SessionInspector, SessionVerdict } from '../core/session.ts'
import { addUsage } from '../core/usage.ts'
import type { TokenUsage } from '../core/usage.ts'
import type { Connection, RealtimeEvents } from './realtime-stages.ts'

/** Returns what of a frame goes on: itself, another one in its place, or nothing. */
export type Gate = (frame: Frame) => Frame | undefined | Promise<Frame | undefined>

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
  replacedEvents: number
}

/** Makes an empty tally. */
export function newTally(): Tally {
  return {
    usage: undefined,
    running: new Set(),
    blockedClientEvents: 0,
    blockedProviderEvents: 0,
    replacedEvents: 0,
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

  function refuse(error: GatewayError, event?: RealtimeEvent): Promise<undefined> | undefined {
    const { requestId } = question.call
    tally.blockedClientEvents += 1
    const about = event?.eventId?.slice(0, maxEchoedIdLength)
    // Whoever does not read its errors is not read either, or it could fill the memory with them.
    return nothingAfter(client.send(events.writeError(error, { requestId, about })))
  }

  async function apply(frame: Frame, event: RealtimeEvent, verdict: SessionVerdict) {
    if (verdict.verdict === 'pass') return rename(frame, event)
    if (verdict.decision !== undefined) await context.decided(verdict.decision)
    if (verdict.verdict === 'block') return refuse(blocked(verdict.decision), event)
    return rename(replace(frame, verdict.texts, context), event)
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
    const verdict = inspect(event, 'client', context)
    if (verdict instanceof Promise) return verdict.then((known) => apply(frame, event, known))
    return verdict.verdict === 'pass' ? rename(frame, event) : apply(frame, event, verdict)
  }
}

/**
 * Makes the gate of what the provider sends. When a part of a response may not pass, the response is
 * cancelled, the client is told, and of what still comes of it only the end passes, without its output.
 * Also counts what responses consumed.
 */
export function createProviderGate(context: GateContext): Gate {
  const { client, connection, events, question, tally } = context
  const blockedResponses = new Set<string>()
  const blockedItems = new Set<string>()
  /** Ids of events that the gateway sent to the provider in the client's name. */
  const ownEvents = new Set<string>()

  function sendOwn(write: (eventId: string) => string): void {
    const eventId = events.newEventId()
    ownEvents.add(eventId)
    void connection.channel.send(write(eventId))
  }

  /** What the provider says of a response or an item that may not pass. */
  function isOfBlocked({ responseId, itemId }: RealtimeEvent): boolean {
    if (responseId !== undefined && blockedResponses.has(responseId)) {
      if (itemId !== undefined) blockedItems.add(itemId)
      return true
    }
    return itemId !== undefined && blockedItems.has(itemId)
  }

  function remainder(frame: Frame, { type, responseId }: RealtimeEvent): Frame | undefined {
    if (type === 'conversation.item.deleted') return frame
    if (type !== 'response.done' || typeof frame !== 'string') return undefined
    if (responseId !== undefined) blockedResponses.delete(responseId)
    return events.withoutOutput(frame)
  }

  function block(event: RealtimeEvent): void {
    const { responseId, itemId } = event
    if (itemId !== undefined) blockedItems.add(itemId)
    if (responseId !== undefined) {
      blockedResponses.add(responseId)
      if (tally.running.has(responseId)) sendOwn((id) => events.writeCancel(id, responseId))
      return
    }
    // Words of the client that were recognised from its audio: the answers to them go with them.
    for (const running of tally.running) sendOwn((id) => events.writeCancel(id, running))
    if (itemId !== undefined) sendOwn((id) => events.writeDeleteItem(id, itemId))
  }

  async function apply(frame: Frame, event: RealtimeEvent, verdict: SessionVerdict) {
    if (verdict.verdict === 'pass') return echo(frame, event)
    if (verdict.decision !== undefined) await context.decided(verdict.decision)
    if (verdict.verdict === 'replace') return echo(replace(frame, verdict.texts, context), event)
    tally.blockedProviderEvents += 1
    block(event)
    const error = events.writeError(blocked(verdict.decision), question.call)
    void client.send(error)
    return remainder(frame, event)
  }

  function echo(frame: Frame, { models }: RealtimeEvent): Frame {
    if (context.echo === undefined || models.length === 0 || typeof frame !== 'string') return frame
    return events.replaceModel(frame, context.echo)
  }

  return (frame) => {
    const event = events.read(frame)
    count(tally, event)
    // An error about what the gateway did by itself is none of the client's.
    if (event.errorAbout !== undefined && ownEvents.delete(event.errorAbout)) return undefined
    if (isOfBlocked(event)) return remainder(frame, event)
    const verdict = inspect(event, 'provider', context)
    if (verdict instanceof Promise) return verdict.then((known) => apply(frame, event, known))
    return verdict.verdict === 'pass' ? echo(frame, event) : apply(frame, event, verdict)
  }
}

function nothingAfter(pending: Promise<void> | undefined): Promise<undefined> | undefined {
  return pending?.then(() => undefined)
}

function inspect(
  { type, texts, responseId, itemId }: RealtimeEvent,
  from: 'client' | 'provider',
  { inspector }: GateContext,
): SessionVerdict | Promise<SessionVerdict> {
  return inspector.inspect({ from, type, texts, responseId, itemId })
}

function replace(frame: Frame, texts: readonly string[], { events, tally }: GateContext): Frame {
  if (typeof frame !== 'string') return frame
  tally.replacedEvents += 1
  return events.replaceTexts(frame, texts)
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

function blocked({ reason }: Decision): GatewayError {
  return new GatewayError('blocked_by_policy', reason)
}

function otherModel(asked: string): GatewayError {
  return new GatewayError(
    'model_not_permitted',
    `This session was opened for the model '${asked.slice(0, 100)}' and stays with it.`,
    { param: 'session.model' },
  )
}
