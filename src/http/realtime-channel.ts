import type { ServerWebSocket } from 'bun'
import { brokenCode } from '../core/channel.ts'
import type { Channel, ChannelEnd, Frame } from '../core/channel.ts'
import { Backlog, FrameQueue } from '../core/frame-queue.ts'

/** What a listener does with the events of an upgraded connection. */
export interface SocketEvents {
  open(socket: ClientSocket): void
  message(frame: Frame): void
  drain(): void
  close(code: number, reason: string): void
}

/** An upgraded connection as far as it is used here. */
export type ClientSocket = Pick<
  ServerWebSocket,
  'send' | 'close' | 'terminate' | 'pause' | 'resume' | 'getBufferedAmount'
>

/** The words of the runtime about a message beyond its limit; the code it gives is that of a broken connection. */
const tooBig = /too big/i

/** The connection of a client as a channel. Nothing is sent before it is open. */
export class ClientChannel implements Channel {
  /** What the listener is to do with the events of the connection. */
  readonly events: SocketEvents
  readonly #queue: FrameQueue
  readonly #backlog: Backlog
  readonly #closed = Promise.withResolvers<ChannelEnd>()
  #socket: ClientSocket | undefined
  #hasEnded = false

  constructor(options: { readonly maxBufferedBytes: number; readonly onOpen: () => void }) {
    this.#backlog = new Backlog(options.maxBufferedBytes)
    this.#queue = new FrameQueue(options.maxBufferedBytes, {
      pause: () => this.#socket?.pause(),
      resume: () => this.#socket?.resume(),
    })
    this.events = {
      open: (socket) => {
        this.#socket = socket
        options.onOpen()
      },
      message: (frame) => this.#queue.push(frame),
      drain: () => this.#backlog.drained(this.#socket?.getBufferedAmount() ?? 0),
      close: (code, reason) => {
        const isTooBig = code === brokenCode && tooBig.test(reason)
        this.#end({ code: isTooBig ? 1009 : code, reason })
      },
    }
  }

  get closed(): Promise<ChannelEnd> {
    return this.#closed.promise
  }

  send(frame: Frame): Promise<void> | undefined {
    if (this.#socket === undefined || this.#hasEnded) return undefined
    this.#socket.send(frame)
    return this.#backlog.sent(this.#socket.getBufferedAmount())
  }

  close(code: number, reason: string): void {
    this.#queue.end({ giveUp: true })
    if (this.#hasEnded) return
    // A paused connection would not see the farewell of the other side. One that does not answer it is
    // dropped by the runtime after some seconds.
    this.#socket?.resume()
    this.#socket?.close(code, reason)
  }

  terminate(): void {
    this.#queue.end({ giveUp: true })
    if (!this.#hasEnded) this.#socket?.terminate()
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame> {
    return this.#queue[Symbol.asyncIterator]()
  }

  // INVARIANT: after this the connection is not touched any more.
  #end(end: ChannelEnd): void {
    this.#hasEnded = true
    this.#backlog.end()
    this.#queue.end({ giveUp: end.code === brokenCode })
    this.#closed.resolve(end)
  }
}
