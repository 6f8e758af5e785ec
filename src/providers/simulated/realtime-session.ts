import type { Frame } from '../../core/channel.ts'
import { asObject, asString, isObject, parseJson } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Behaviour } from './behaviour.ts'
import { ProviderRefusal } from './errors.ts'
import { Conversation, missing, refusal } from './realtime-conversation.ts'
import type { Item } from './realtime-conversation.ts'
import { planResponse } from './realtime-response.ts'
import type { ResponseEvent } from './realtime-response.ts'
import { initialSettings, transcribes, updatedSettings } from './realtime-settings.ts'
import type { Words } from './realtime-words.ts'
import { ConnectionCut } from './reply.ts'
import type { Sleep } from './reply.ts'

/** A session and where its events go. */
export interface RealtimeSessionOptions {
  /** Model name without the behaviour script. */
  readonly model: string
  readonly behaviour: Behaviour
  readonly words: Words
  readonly sleep: Sleep
  /** Returns what to wait for when the client is behind. */
  readonly send: (text: string) => Promise<void> | undefined
  /** Drops the connection. */
  readonly cut: (reason: ConnectionCut) => void
}

/** One session of the simulated provider's realtime interface; strict about what it is sent. */
export class RealtimeSession {
  readonly #options: RealtimeSessionOptions
  readonly #conversation = new Conversation()
  readonly #left = new AbortController()
  #settings: JsonObject
  #running: { readonly id: string; readonly abort: AbortController } | undefined
  #lastEvent = 0
  #lastResponse = 0

  /** Opens a session: `session.created` is sent at once. */
  constructor(options: RealtimeSessionOptions) {
    this.#options = options
    this.#settings = initialSettings(options.model, options.words)
    this.#send({ type: 'session.created', session: this.#settings })
  }

  /** Takes in one message of the client. */
  receive(frame: Frame): void {
    const event = typeof frame === 'string' ? parseJson(frame) : undefined
    if (!isObject(event)) return this.#report(refusal('The event is not a JSON object.'), {})
    try {
      this.#handle(event)
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error
      this.#report(error, event)
    }
  }

  /** The client has left. */
  end(): void {
    this.#left.abort()
  }

  #handle(event: JsonObject): void {
    const type = asString(event['type'])
    if (type === undefined) throw missing('type')
    const handler = Object.hasOwn(this.#handlers, type) ? this.#handlers[type] : undefined
    if (handler === undefined) throw unknownType(type, Object.keys(this.#handlers))
    handler(event)
  }

  readonly #handlers: Readonly<Record<string, (event: JsonObject) => void>> = {
    'session.update': (event) => {
      this.#settings = updatedSettings(this.#settings, event, this.#options.words)
      this.#send({ type: 'session.updated', session: this.#settings })
    },
    'input_audio_buffer.append': (event) => this.#conversation.appendAudio(event['audio']),
    'input_audio_buffer.clear': () => {
      this.#conversation.clearAudio()
      this.#send({ type: 'input_audio_buffer.cleared' })
    },
    'input_audio_buffer.commit': () => this.#commit(),
    'conversation.item.create': (event) => this.#announce(this.#conversation.create(event)),
    'conversation.item.retrieve': (event) => {
      const { value: item } = this.#conversation.find(event['item_id'])
      this.#send({ type: 'conversation.item.retrieved', item })
    },
    'conversation.item.delete': (event) => {
      const { id: item_id } = this.#conversation.delete(event['item_id'])
      this.#send({ type: 'conversation.item.deleted', item_id })
    },
    'conversation.item.truncate': (event) => {
      const { id: item_id } = this.#conversation.find(event['item_id'])
      const { content_index = 0, audio_end_ms = 0 } = event
      this.#send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms })
    },
    'response.create': (event) => {
      if (this.#running !== undefined) {
        const { id } = this.#running
        throw refusal(`Conversation already has an active response in progress: ${id}.`)
      }
      void this.#respond(event)
    },
    'response.cancel': (event) => {
      const asked = event['response_id']
      if (this.#running === undefined || (asked !== undefined && asked !== this.#running.id)) {
        throw refusal('Cancellation failed: no active response found', 'response_id')
      }
      this.#running.abort.abort()
    },
  }

  #commit(): void {
    const item = this.#conversation.commitAudio()
    const previous_item_id = this.#conversation.previousId(item)
    this.#send({ type: 'input_audio_buffer.committed', previous_item_id, item_id: item.id })
    this.#announce(item)
    if (!transcribes(this.#settings)) return
    const at = { item_id: item.id, content_index: 0 }
    const transcript = `Simulated transcript of ${item.audioBytes} bytes.`
    const prefix = 'conversation.item.input_audio_transcription'
    this.#send({ type: `${prefix}.delta`, ...at, delta: transcript })
    const usage = { type: 'duration', seconds: item.audioBytes / 48_000 }
    this.#send({ type: `${prefix}.completed`, ...at, transcript, usage })
  }

  #announce(item: Item): void {
    const previous_item_id = this.#conversation.previousId(item)
    for (const type of this.#options.words.itemAdded) {
      this.#send({ type, previous_item_id, item: item.value })
    }
  }

  async #respond(event: JsonObject): Promise<void> {
    this.#lastResponse += 1
    const id = `resp_sim_${this.#lastResponse}`
    const abort = new AbortController()
    this.#running = { id, abort }
    const { words, model, behaviour } = this.#options
    const settings = { ...this.#settings, ...asObject(event['response']) }
    const conversation = this.#conversation
    try {
      const plan = planResponse({ id, settings, conversation, words, model, behaviour })
      const status = await this.#perform(
        plan.events,
        AbortSignal.any([abort.signal, this.#left.signal]),
      )
      this.#running = undefined
      this.#send(plan.finish(status))
    } catch (error) {
      this.#running = undefined
      if (error instanceof ConnectionCut) this.#options.cut(error)
      else if (error instanceof ProviderRefusal) this.#report(error, event)
      else throw error
    }
  }

  /** Sends the events of a response with the pace and the faults its behaviour asks for. */
  async #perform(
    events: Iterable<ResponseEvent>,
    signal: AbortSignal,
  ): Promise<'completed' | 'cancelled'> {
    const { behaviour, sleep } = this.#options
    const startedAt = performance.now()
    let sent = 0
    let tokens = 0
    for (const { event, tokens: carried } of events) {
      this.#fail(sent)
      if (behaviour.hang === sent) await untilAborted(signal)
      tokens += carried
      const dueAt = behaviour.tps === undefined ? 0 : startedAt + (tokens * 1_000) / behaviour.tps
      const wait = dueAt - performance.now()
      if (carried > 0 && wait > 0) await sleepUnlessAborted(sleep, wait, signal)
      if (signal.aborted) return 'cancelled'
      await this.#emit(event)
      sent += 1
    }
    return 'completed'
  }

  /** The fault that is due after so many events of a response. */
  #fail(sent: number): void {
    const { behaviour } = this.#options
    if (behaviour.cut === sent) throw new ConnectionCut(behaviour.reset === true)
    if (behaviour.garbage === sent) void this.#options.send('{"simulated garbage": [')
    if (behaviour.errorEvent === sent) {
      throw new ProviderRefusal(500, 'The server had an error (simulated).')
    }
  }

  #report({ message, param, status }: ProviderRefusal, cause: JsonObject): void {
    const type = status >= 500 ? 'server_error' : 'invalid_request_error'
    const event_id = asString(cause['event_id']) ?? null
    const code = param === undefined ? null : 'invalid_value'
    this.#send({ type: 'error', error: { type, code, message, param: param ?? null, event_id } })
  }

  #send(event: JsonObject): void {
    // Answers to the client's own events are few and small: only responses wait for a slow client.
    void this.#emit(event)
  }

  #emit({ type, ...rest }: JsonObject): Promise<void> | undefined {
    if (this.#left.signal.aborted) return undefined
    this.#lastEvent += 1
    const event = { type, event_id: `event_sim_${this.#lastEvent}`, ...rest }
    return this.#options.send(JSON.stringify(event))
  }
}

function unknownType(type: string, known: readonly string[]): ProviderRefusal {
  const names = known.map((name) => `'${name}'`).join(', ')
  return refusal(`Invalid value: '${type}'. Supported values are: ${names}.`, 'type')
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** The sleep of a simulation rejects when it is aborted; here that is an ordinary end. */
async function sleepUnlessAborted(sleep: Sleep, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
