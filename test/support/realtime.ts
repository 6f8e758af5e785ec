import { asString, isObject, parseJson } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { TestGateway } from './gateway.ts'

/** How a connection ended. */
export interface Closed {
  readonly code: number
  readonly reason: string
}

/** A client of realtime sessions that only sends and collects. */
export interface RealtimeClient extends Disposable {
  readonly socket: WebSocket
  /** Everything that came, as it came. */
  readonly frames: (string | Uint8Array)[]
  /** What of it was JSON. */
  readonly events: JsonObject[]
  send(event: JsonObject | string | Uint8Array): void
  /** Waits for the next event of a type that was not waited for yet; throws when the session ends before. */
  until(type: string): Promise<JsonObject>
  /** Waits until so many frames have come. */
  untilFrames(count: number): Promise<void>
  readonly closed: Promise<Closed>
}

export interface ClientOptions {
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly protocols?: readonly string[]
  /** Path with query; a session with this model when absent. */
  readonly path?: string
}

/** Opens a session with a model at a gateway; rejects when the upgrade is refused. */
export async function openSession(
  gateway: Pick<TestGateway, 'url' | 'key'>,
  model: string,
  options: ClientOptions = {},
): Promise<RealtimeClient> {
  const { protocols, path = `/v1/realtime?model=${encodeURIComponent(model)}` } = options
  const key = options.key ?? gateway.key
  const authorization = protocols === undefined ? { authorization: `Bearer ${key}` } : {}
  const socket = new WebSocket(gateway.url.replace(/^http/, 'ws') + path, {
    headers: { ...authorization, ...options.headers },
    ...(protocols === undefined ? {} : { protocols: [...protocols] }),
  })
  const frames: (string | Uint8Array)[] = []
  const events: JsonObject[] = []
  let seen = 0
  let wake = (): void => undefined
  let isClosed = false
  const closed = new Promise<Closed>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => {
      isClosed = true
      resolve({ code, reason })
      wake()
    })
  })
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') {
      frames.push(data)
      const event = parseJson(data)
      if (isObject(event)) events.push(event)
    } else if (data instanceof Uint8Array) frames.push(data)
    wake()
  })
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', (event) => reject(new Error(event.message)))
  })
  const next = (what: string): Promise<void> => {
    if (isClosed) throw new Error(`The session ended before ${what}.`)
    return new Promise((resolve) => (wake = resolve))
  }
  return {
    socket,
    frames,
    events,
    send(event) {
      const isRaw = typeof event === 'string' || event instanceof Uint8Array
      socket.send(isRaw ? event : JSON.stringify(event))
    },
    async until(type) {
      for (;;) {
        const found = events.slice(seen).findIndex((event) => asString(event['type']) === type)
        if (found >= 0) {
          seen += found + 1
          return events[seen - 1] ?? {}
        }
        await next(type)
      }
    },
    async untilFrames(count) {
      while (frames.length < count) await next(`frame ${count}`)
    },
    closed,
    [Symbol.dispose]: () => socket.terminate(),
  }
}

/** A connection as the provider sees it. */
export interface ProviderConnection {
  readonly url: URL
  readonly headers: Headers
  readonly socket: Bun.ServerWebSocket<ProviderConnection>
  readonly frames: (string | Uint8Array)[]
  readonly closed: Promise<Closed>
  /** Waits until so many frames have come. */
  untilFrames(count: number): Promise<void>
}

/** A provider of realtime sessions that does only what the test tells it. */
export interface RealtimeProvider extends Disposable {
  readonly url: string
  readonly connections: ProviderConnection[]
  /** Waits for a connection beyond those that were waited for. */
  next(): Promise<ProviderConnection>
  /** Answers the next handshakes with this instead; `0` for no answer at all. */
  refuseWith(status: number | undefined): void
}

/** Starts such a provider on a port of its own. */
export function startRealtimeProvider(): RealtimeProvider {
  const connections: ProviderConnection[] = []
  let taken = 0
  let refusal: number | undefined
  let wake = (): void => undefined
  const server = Bun.serve<OpenConnection>({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request, self) {
      if (refusal === 0) await Bun.sleep(60_000)
      if (refusal !== undefined) return Response.json({ error: {} }, { status: refusal })
      self.upgrade(request, { data: new OpenConnection(request) })
      return undefined
    },
    websocket: {
      maxPayloadLength: 2 ** 30,
      backpressureLimit: 0,
      perMessageDeflate: false,
      open(socket) {
        connections.push(socket.data.opened(socket))
        wake()
      },
      message: (socket, message) => socket.data.received(message),
      close: (socket, code, reason) => socket.data.ended({ code, reason }),
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    connections,
    async next() {
      for (;;) {
        const connection = connections[taken]
        if (connection !== undefined) {
          taken += 1
          return connection
        }
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    refuseWith(status) {
      refusal = status
    },
    [Symbol.dispose]: () => void server.stop(true),
  }
}

class OpenConnection implements ProviderConnection {
  readonly url: URL
  readonly headers: Headers
  readonly frames: (string | Uint8Array)[] = []
  readonly #closed = Promise.withResolvers<Closed>()
  #socket: Bun.ServerWebSocket<ProviderConnection> | undefined
  #wake = (): void => undefined

  constructor(request: Request) {
    this.url = new URL(request.url)
    this.headers = new Headers(request.headers)
  }

  get socket(): Bun.ServerWebSocket<ProviderConnection> {
    if (this.#socket === undefined) throw new Error('The connection is not open.')
    return this.#socket
  }

  get closed(): Promise<Closed> {
    return this.#closed.promise
  }

  async untilFrames(count: number): Promise<void> {
    while (this.frames.length < count) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  opened(socket: Bun.ServerWebSocket<OpenConnection>): this {
    this.#socket = socket
    return this
  }

  received(frame: string | Uint8Array): void {
    this.frames.push(frame)
    this.#wake()
  }

  ended(closed: Closed): void {
    this.#closed.resolve(closed)
  }
}
