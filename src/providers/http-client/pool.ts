import { Connection } from './connection.ts'

export interface PoolOptions {
  /** How long an unused connection is kept, in milliseconds. */
  readonly idleTimeoutMs: number
  /** Unused connections kept for each host. */
  readonly maxIdleConnections: number
  /** Largest head of a response, in bytes. */
  readonly maxHeadBytes: number
}

const sweepEveryMs = 5_000

/** Unused connections by origin; the one used last is taken first, so that the others can grow old. */
export class ConnectionPool {
  readonly #options: PoolOptions
  readonly #idle = new Map<string, Connection[]>()
  readonly #sweep: Timer
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#sweep = setInterval(
      () => this.#closeUnusedSince(performance.now() - options.idleTimeoutMs),
      sweepEveryMs,
    )
    this.#sweep.unref()
  }

  /** Makes a connection, still to be opened, that comes here whenever it is free. */
  admit(origin: string): Connection {
    return new Connection({
      maxHeadBytes: this.#options.maxHeadBytes,
      onIdle: (connection) => this.#keep(origin, connection),
      onGone: (connection) => this.#remove(origin, connection),
    })
  }

  /** Takes an unused connection out. */
  take(origin: string): Connection | undefined {
    const connections = this.#idle.get(origin)
    let connection = connections?.pop()
    while (connection?.isGone === true) connection = connections?.pop()
    return connection
  }

  /** Closes what is unused now; what is in use is closed when it becomes free. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#sweep)
    this.#closeUnusedSince(Infinity)
  }

  #keep(origin: string, connection: Connection): void {
    let connections = this.#idle.get(origin)
    if (connections === undefined) {
      connections = []
      this.#idle.set(origin, connections)
    }
    if (this.#isClosed || connections.length >= this.#options.maxIdleConnections) {
      connection.destroy()
      return
    }
    connection.idleSince = performance.now()
    connections.push(connection)
  }

  #remove(origin: string, connection: Connection): void {
    const connections = this.#idle.get(origin)
    const at = connections?.indexOf(connection) ?? -1
    if (at >= 0) connections?.splice(at, 1)
  }

  #closeUnusedSince(time: number): void {
    for (const connections of this.#idle.values()) {
      // The longest unused stand first.
      const old = connections.filter(({ idleSince }) => idleSince <= time)
      for (const connection of old) connection.destroy()
    }
  }
}
