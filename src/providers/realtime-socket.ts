import { brokenCode } from '../core/channel.ts'
import type { Channel, ChannelEnd, Frame } from '../core/channel.ts'
import { GatewayError } from '../core/errors.ts'
import { Backlog, FrameQueue } from '../core/frame-queue.ts'

/** How a WebSocket to a provider is opened and kept. */
export interface SocketOptions {
  readonly headers: Readonly<Record<string, string>>
  /** PEM texts of the authorities that may vouch for the provider. */
  readonly certificateAuthorities: string | readonly string[]
  readonly proxy?: string | undefined
  /** Gives the connection up while it is being made. */
  readonly signal: AbortSignal
  readonly connectTimeoutMs: number
  /** Most unsent bytes, and most unread bytes, before the other side is held back. */
  readonly maxBufferedBytes: number
  /** After this time without a sign of life the provider is pinged; after another it counts as gone. */
  readonly pingIntervalMs: number
  /** Changes each text that arrives, before anyone sees it. */
  readonly strike: (text: string) => string
}

/** The runtime says so about a handshake that was answered with anything but 101. */
const refusedPattern = /Expected 101 status code: (\d{3})/
/** How often a connection that is behind is looked at: the runtime tells nobody when it has caught up. */
const drainCheckMs = 5

/**
 * Opens a WebSocket to a provider. Throws `client_closed`, `provider_timeout`, `provider_unreachable`,
 * and for a refused handshake `provider_refused_credentials`, `not_supported` or `provider_error`.
 *
 * The runtime's client is used (bun.com/docs/runtime/http/websockets). It offers no limit of the size of a
 * message, hides headers and body of a refusal, and reports its status only in words. Everything it could
 * take from the environment is said explicitly.
 */
export async function openWebSocket(url: string, options: SocketOptions): Promise<Channel> {
  options.signal.throwIfAborted()
  const socket = new WebSocket(url, {
    headers: { ...options.headers },
    // Both said explicitly, or NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS would decide.
    tls: { rejectUnauthorized: true, ca: [options.certificateAuthorities].flat() },
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
    // Voice is compressed already, and a small compressed message may be a huge one.
    perMessageDeflate: false,
  })
  const channel = new SocketChannel(socket, options)
  await opened(socket, options)
  channel.watchLife(options.pingIntervalMs)
  return channel
}

async function opened(socket: WebSocket, options: SocketOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const { signal, connectTimeoutMs } = options
  const leave = (): void => reject(new GatewayError('client_closed'))
  const timer = setTimeout(() => {
    const text = `The provider did not open the session within ${connectTimeoutMs} ms.`
    reject(new GatewayError('provider_timeout', text))
  }, connectTimeoutMs)
  socket.addEventListener('open', () => resolve())
  socket.addEventListener('error', (event) => reject(explain(event.message)))
  signal.addEventListener('abort', leave)
  try {
    await promise
  } catch (error) {
    socket.terminate()
    throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
  }
}

/** Turns the runtime's words about a failed handshake into an error. */
function explain(message: string): GatewayError {
  const cause = new Error(message)
  const status = Number(refusedPattern.exec(message)?.[1] ?? 0)
  if (status === 0) return new GatewayError('provider_unreachable', undefined, { cause })
  if (status === 401 || status === 403) {
    return new GatewayError('provider_refused_credentials', undefined, { cause })
  }
  if (status === 404 || status === 405 || status === 426) {
    const text = 'The provider does not offer realtime sessions with this model.'
    return new GatewayError('not_supported', text, { cause })
  }
  const text = `The provider refused the session with status ${status}.`
  return new GatewayError('provider_error', text, { cause, ...(status >= 400 ? { status } : {}) })
}

/** A WebSocket of the runtime as a channel. */
class SocketChannel implements Channel {
  readonly #socket: WebSocket
  readonly #queue: FrameQueue
  readonly #backlog: Backlog
  readonly #closed = Promise.withResolvers<ChannelEnd>()
  #drainTimer: Timer | undefined
  #lifeTimer: Timer | undefined
  #isAlive = true

  constructor(socket: WebSocket, { maxBufferedBytes, strike }: SocketOptions) {
    this.#socket = socket
    this.#backlog = new Backlog(maxBufferedBytes)
    this.#queue = new FrameQueue(maxBufferedBytes, {
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
    })
    socket.binaryType = 'nodebuffer'
    socket.addEventListener('message', ({ data }) => {
      this.#isAlive = true
      if (typeof data === 'string') this.#queue.push(strike(data))
      else if (data instanceof Uint8Array) this.#queue.push(data)
    })
    socket.addEventListener('pong', () => {
      this.#isAlive = true
    })
    // Every socket ends with this event, one that was never open as well.
    socket.addEventListener('close', ({ code, reason }) =>
      this.#end({ code, reason: strike(reason) }),
    )
  }

  get closed(): Promise<ChannelEnd> {
    return this.#closed.promise
  }

  send(frame: Frame): Promise<void> | undefined {
    if (this.#socket.readyState !== WebSocket.OPEN) return undefined
    this.#socket.send(frame)
    const pending = this.#backlog.sent(this.#socket.bufferedAmount)
    if (pending !== undefined)
      this.#drainTimer ??= setInterval(() => this.#checkDrain(), drainCheckMs)
    return pending
  }

  close(code: number, reason: string): void {
    this.#queue.end({ giveUp: true })
    // A paused socket would not see the farewell of the other side.
    this.#socket.resume()
    this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#queue.end({ giveUp: true })
    this.#socket.terminate()
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame> {
    return this.#queue[Symbol.asyncIterator]()
  }

  /** Pings a provider that is silent, and drops the connection to one that stays so. */
  watchLife(intervalMs: number): void {
    this.#lifeTimer = setInterval(() => {
      // While it is held back nothing is read of it, pongs neither.
      if (this.#socket.isPaused) return
      if (!this.#isAlive) return this.#socket.terminate()
      this.#isAlive = false
      this.#socket.ping()
    }, intervalMs)
  }

  #checkDrain(): void {
    this.#backlog.drained(this.#socket.bufferedAmount)
    if (!this.#backlog.isBehind) this.#stopDrainTimer()
  }

  #stopDrainTimer(): void {
    clearInterval(this.#drainTimer)
    this.#drainTimer = undefined
  }

  #end(end: ChannelEnd): void {
    clearInterval(this.#lifeTimer)
    this.#stopDrainTimer()
    this.#backlog.end()
    this.#queue.end({ giveUp: end.code === brokenCode })
    this.#closed.resolve(end)
  }
}
