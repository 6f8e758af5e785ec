import type { Frame } from '../core/channel.ts'
import type { RealtimeEvent, SessionSubject } from '../core/session.ts'
import type { Connection, RealtimeEvents } from './realtime-stages.ts'

export interface BlockContext {
  readonly connection: Connection
  readonly events: RealtimeEvents
  /** Responses that were begun and not finished. */
  readonly running: ReadonlySet<string>
}

/** The responses and items of a session that go no further, and what the provider is told about them. */
export class Blocks {
  readonly #context: BlockContext
  readonly #responses = new Set<string>()
  readonly #items = new Set<string>()
  /** Ids of events that the gateway sent to the provider in the client's name. */
  readonly #ownEvents = new Set<string>()

  constructor(context: BlockContext) {
    this.#context = context
  }

  /** Tells whether an error is about what the gateway did by itself; once for each. */
  isAboutOwn({ errorAbout }: RealtimeEvent): boolean {
    return errorAbout !== undefined && this.#ownEvents.delete(errorAbout)
  }

  /** Tells whether the provider says something of a response or an item that may not pass. */
  has({ responseId, itemId }: SessionSubject): boolean {
    if (responseId !== undefined && this.#responses.has(responseId)) {
      if (itemId !== undefined) this.#items.add(itemId)
      return true
    }
    return itemId !== undefined && this.#items.has(itemId)
  }

  /** Cancels a response; words of the client leave the conversation, and the answers to them go with them. */
  add({ responseId, itemId }: SessionSubject): void {
    const { events, running } = this.#context
    if (itemId !== undefined) this.#items.add(itemId)
    if (responseId !== undefined) {
      this.#responses.add(responseId)
      if (running.has(responseId)) this.#send((id) => events.writeCancel(id, responseId))
      return
    }
    for (const response of running) this.#send((id) => events.writeCancel(id, response))
    if (itemId !== undefined) this.#send((id) => events.writeDeleteItem(id, itemId))
  }

  /** Returns what passes of an event that is blocked: ends, without what was said. */
  remainder(frame: Frame, { type, responseId }: RealtimeEvent): readonly Frame[] {
    if (type === 'conversation.item.deleted') return [frame]
    if (type !== 'response.done' || typeof frame !== 'string') return []
    if (responseId !== undefined) this.#responses.delete(responseId)
    return [this.#context.events.withoutOutput(frame)]
  }

  #send(write: (eventId: string) => string): void {
    const { connection, events } = this.#context
    const eventId = events.newEventId()
    this.#ownEvents.add(eventId)
    void connection.channel.send(write(eventId))
  }
}
